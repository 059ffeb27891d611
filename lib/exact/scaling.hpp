#pragma once
// Exact powers, shifts and scalings, without detours through text or doubles.

#include <lojacert/exact/rational.hpp>

namespace lojacert {

[[nodiscard]] Integer power(unsigned long base, unsigned long exponent);                ///< base^exponent
[[nodiscard]] Integer shifted_left(const Integer& value, unsigned long bits);           ///< value * 2^bits
[[nodiscard]] Rational fraction(const Integer& numerator, const Integer& denominator);  ///< in lowest terms
[[nodiscard]] Rational scaled_by_ten(const Integer& mantissa, long exponent);  ///< mantissa * 10^exponent
[[nodiscard]] Rational scaled_by_two(const Integer& mantissa, long exponent);  ///< mantissa * 2^exponent

}  // namespace lojacert
