#pragma once
// Theorem A: a lower bound of the gradient at given weights (docs/theory/theorem-a.md).

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace lojacert {

/// ||grad L|| * length >= 2L - deficit, for every choice of the numbers in the boxes: enclosures of the two.
struct DescentBound {
  Interval deficit;  ///< P; with the share and the further term of theorem-a.md, Section 3, under `relu`
  Interval length;   ///< (sum of |D_j|^2)^(1/2), in norm form of |d_j|^2
};

/// The bound for the given classes and weights. Nothing where the theorem does not apply: some class has no
/// student that is certainly nonzero, a weight is negative, the weights of a class do not sum to 1, a zero
/// student has a class, a teacher is or may be zero, or on which side of its teacher a student stands is not
/// certain. Rigorous.
[[nodiscard]] std::optional<DescentBound> descent_bound(
    const Instance& instance, const std::vector<std::optional<std::size_t>>& assignment,
    const std::vector<Rational>& weights, Bits bits);

}  // namespace lojacert
