#pragma once
// Classes and weights for Theorem A, chosen so that its bound is large.

#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace lojacert::search {

/// A class for every student, or none for far, and weights that sum to exactly 1 in every class (0 for far
/// ones).
struct DescentWeights {
  std::vector<std::optional<std::size_t>> assignment;
  std::vector<Rational> weights;
};

/// The best choice found for the middle of the boxes: classes by the nearest line within several angles, and
/// the weights that maximise (2L - P) / |D| for them. Nothing where a teacher attracts no student, or is
/// zero.
[[nodiscard]] std::optional<DescentWeights> descent_weights(const Instance& instance);

}  // namespace lojacert::search
