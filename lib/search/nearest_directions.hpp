#pragma once
// The few of many random directions that lie near a teacher.

#include "approximate_landscape.hpp"

#include <cstdint>
#include <vector>

namespace lojacert::search {

/// `count` uniform unit vectors of R^d, one after another: rows of normal numbers, normalised in double.
[[nodiscard]] std::vector<double> random_directions(std::size_t count, std::size_t d, std::uint64_t seed);

/// Draws the same `count` directions and returns, in the order of drawing, only those that are among the
/// `keep` nearest of some teacher: to its line, for relu to its ray. Of parallel ones the first. Millions
/// take seconds and no memory: every direction is first computed roughly, and only the kept ones to the last
/// digit.
[[nodiscard]] std::vector<double> nearest_random_directions(const ApproximateNetwork<double>& network,
                                                            std::uint64_t count, std::size_t keep,
                                                            std::uint64_t seed);

}  // namespace lojacert::search
