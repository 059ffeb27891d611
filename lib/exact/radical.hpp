#pragma once
// Sums of rational multiples of square roots of integers: their exact zeros.

#include <lojacert/exact/rational.hpp>

#include <span>

namespace lojacert {

/// coefficient * sqrt(radicand), radicand > 0.
struct Radical {
  Rational coefficient;
  Integer radicand;
};

/// True exactly when the number is a rational square: then `root` is its non-negative square root.
[[nodiscard]] bool is_square(const Integer& value, Integer& root);

/// True exactly when the sum of the radicals is 0.
/// Square roots of integers in different classes modulo rational squares are linearly independent over the
/// rationals, so the sum vanishes exactly when the coefficients vanish class by class.
[[nodiscard]] bool sum_is_zero(std::span<const Radical> radicals);

}  // namespace lojacert
