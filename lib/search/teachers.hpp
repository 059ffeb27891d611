#pragma once
// Teachers made to order, as exact rows.

#include <lojacert/exact/matrix.hpp>

#include <cstddef>
#include <cstdint>

namespace lojacert::search {

/// e_1, ..., e_r in R^d. Throws InputError unless 1 <= r <= d.
[[nodiscard]] ExactMatrix orthonormal_rows(std::size_t r, std::size_t d);

/// r unit vectors in the plane at angles close to i * turn / r, i = 0..r-1: exact rational points
/// ((1-s^2)/(1+s^2), 2s/(1+s^2)) of the circle with s the multiple of 1/denominator nearest to tan(angle/2).
/// `half_turn`: the turn is pi (lines), else 2 pi (vectors). Throws InputError unless r >= 1 and denominator
/// >= 1.
[[nodiscard]] ExactMatrix polygon_rows(std::size_t r, bool half_turn, std::uint64_t denominator);

}  // namespace lojacert::search
