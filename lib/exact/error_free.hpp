#pragma once
// Sums and products of two doubles without an error, in two parts. They need rounding to nearest and no
// contraction of products.

namespace lojacert {

/// high + low, high the number rounded to a double.
struct TwoParts {
  double high = 0;
  double low = 0;
};

/// a + b, exactly (Knuth).
inline TwoParts two_sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

/// a b exactly, up to 2^-1070 where it underflows; |a|, |b| < 2^990 (Dekker).
inline TwoParts two_product(double a, double b) {
  constexpr double splitter = 134217729;  // 2^27 + 1
  const double product = a * b;
  const double a_wide = splitter * a;
  const double a_high = a_wide - (a_wide - a);
  const double a_low = a - a_high;
  const double b_wide = splitter * b;
  const double b_high = b_wide - (b_wide - b);
  const double b_low = b - b_high;
  return {product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

}  // namespace lojacert
