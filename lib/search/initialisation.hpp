#pragma once
// The initialisation of the paper's Theorem 6: random directions, masses by nonnegative least squares.

#include <lojacert/network/instance.hpp>

#include <cstdint>
#include <optional>

namespace lojacert::search {

struct Initialisation {
  ExactMatrix student;        ///< directions with a positive mass, as rows in the instance's neuron form
  std::uint64_t dropped = 0;  ///< drawn directions whose mass is 0
};

/// Draws `count` uniform directions b_j and takes the masses c_j >= 0 that (approximately) minimise the
/// population loss of p_j = c_j b_j, a nonnegative least-squares problem with the closed-form kernel. Zero
/// masses are dropped. In doubles, for up to a few thousand directions. Throws InputError where count is 0,
/// the teacher is a Gram matrix, or no mass is positive.
[[nodiscard]] Initialisation initialise(const Instance& instance, std::uint64_t count, std::uint64_t seed);

/// The same directions, with the masses of all but the `keep` nearest to each teacher fixed at 0, and with
/// enough bits for the least squares that rounding does not matter, however near the directions are to each
/// other. For millions of directions.
[[nodiscard]] Initialisation initialise_near_teachers(const Instance& instance, std::uint64_t count,
                                                      std::size_t keep, std::uint64_t seed);

}  // namespace lojacert::search
