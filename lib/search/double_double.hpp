#pragma once
// Numbers of about 104 bits as unevaluated sums of two doubles: fast enough for millions of evaluations at
// losses where doubles see only rounding. They round, and enclose nothing.
//
// Relative error of one operation: addition 2^-104 of |a| + |b|, multiplication, division and square root
// 2^-100, arctangent 2^-98. Needs IEEE 754 doubles, rounding to nearest and no contraction of products
// (-ffp-contract=off).

#include <lojacert/exact/error_free.hpp>

#include <cmath>
#include <cstddef>

namespace lojacert::search {

struct DoubleDouble {
  double hi = 0;
  double lo = 0;

  DoubleDouble() = default;
  DoubleDouble(double value) : hi(value) {}  // exact, so implicit
  DoubleDouble(double high, double low) : hi(high), lo(low) {}

  [[nodiscard]] double rounded() const { return hi + lo; }

  DoubleDouble& operator+=(const DoubleDouble& b);
  DoubleDouble& operator-=(const DoubleDouble& b);
  DoubleDouble& operator*=(const DoubleDouble& b);
};

/// a + b where |a| >= |b| or a = 0, exactly.
inline DoubleDouble quick_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

inline DoubleDouble two_sum(double a, double b) {
  const TwoParts sum = lojacert::two_sum(a, b);
  return {sum.high, sum.low};
}

inline DoubleDouble two_product(double a, double b) {
  const TwoParts product = lojacert::two_product(a, b);
  return {product.high, product.low};
}

inline DoubleDouble operator-(const DoubleDouble& a) { return {-a.hi, -a.lo}; }

inline DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b) {
  DoubleDouble high = two_sum(a.hi, b.hi);
  const DoubleDouble low = two_sum(a.lo, b.lo);
  high = quick_two_sum(high.hi, high.lo + low.hi);
  return quick_two_sum(high.hi, high.lo + low.lo);
}

inline DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b) { return a + (-b); }

inline DoubleDouble operator*(const DoubleDouble& a, const DoubleDouble& b) {
  const DoubleDouble product = two_product(a.hi, b.hi);
  return quick_two_sum(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

inline DoubleDouble operator/(const DoubleDouble& a, const DoubleDouble& b) {
  const double first = a.hi / b.hi;
  const DoubleDouble rest = a - b * DoubleDouble(first);
  const double second = rest.hi / b.hi;
  const DoubleDouble last = rest - b * DoubleDouble(second);
  return quick_two_sum(first, second) + DoubleDouble(last.hi / b.hi);
}

inline DoubleDouble& DoubleDouble::operator+=(const DoubleDouble& b) { return *this = *this + b; }
inline DoubleDouble& DoubleDouble::operator-=(const DoubleDouble& b) { return *this = *this - b; }
inline DoubleDouble& DoubleDouble::operator*=(const DoubleDouble& b) { return *this = *this * b; }

inline bool operator<(const DoubleDouble& a, const DoubleDouble& b) {
  return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

/// The square root of a >= 0 (0 for the negative numbers that rounding makes of 0).
inline DoubleDouble sqrt(const DoubleDouble& a) {
  if (!(a.hi > 0)) return {};
  const double root = std::sqrt(a.hi);
  const DoubleDouble rest = a - two_product(root, root);
  return quick_two_sum(root, rest.hi / (2 * root));
}

/// arctan z for 0 <= z <= 1, by a table of arctan(k/64) and a series.
[[nodiscard]] DoubleDouble arctangent(const DoubleDouble& z);

[[nodiscard]] const DoubleDouble& double_double_pi();

}  // namespace lojacert::search
