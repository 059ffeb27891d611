#pragma once
// Rung 0 of the precision ladder: intervals of doubles, for the many small boxes of a subdivision.

#include <algorithm>
#include <cmath>
#include <limits>

namespace lojacert {

class Interval;

/// A closed interval of reals with double end points. Every operation contains the exact result for all
/// members of its operands: the end points are computed in round-to-nearest and moved outward past the next
/// double. Where an end point overflows or is undefined the result is the whole line, which decides nothing.
class DoubleInterval {
 public:
  constexpr DoubleInterval() = default;                                        ///< [0, 0]
  constexpr explicit DoubleInterval(double point) : lo_(point), hi_(point) {}  ///< a finite double, exactly
  /// The members of a multiprecision enclosure, rounded outward; the whole line where it is unbounded.
  [[nodiscard]] static DoubleInterval from(const Interval& x);
  /// [lo, hi] for finite lo <= hi; the whole line for anything else.
  [[nodiscard]] static constexpr DoubleInterval between(double lo, double hi) {
    return lo <= hi ? DoubleInterval(lo, hi) : whole_line();
  }
  [[nodiscard]] static constexpr DoubleInterval whole_line() {
    return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  }

  [[nodiscard]] constexpr double inf() const { return lo_; }
  [[nodiscard]] constexpr double sup() const { return hi_; }
  [[nodiscard]] constexpr double magnitude() const { return std::max(-lo_, hi_); }  ///< sup |x|
  [[nodiscard]] constexpr double mignitude() const {                                ///< inf |x|
    return lo_ > 0 ? lo_ : hi_ < 0 ? -hi_ : 0;
  }
  [[nodiscard]] constexpr double midpoint() const { return 0.5 * lo_ + 0.5 * hi_; }  ///< a choice, no bound

  friend DoubleInterval operator-(const DoubleInterval& x) { return {-x.hi_, -x.lo_}; }
  friend DoubleInterval operator+(const DoubleInterval& x, const DoubleInterval& y) {
    return outward(x.lo_ + y.lo_, x.hi_ + y.hi_);
  }
  friend DoubleInterval operator-(const DoubleInterval& x, const DoubleInterval& y) {
    return outward(x.lo_ - y.hi_, x.hi_ - y.lo_);
  }
  friend DoubleInterval operator*(const DoubleInterval& x, const DoubleInterval& y) {
    const double a = x.lo_ * y.lo_, b = x.lo_ * y.hi_, c = x.hi_ * y.lo_, d = x.hi_ * y.hi_;
    if (!std::isfinite(a + b + c + d)) return whole_line();
    return outward(std::min(std::min(a, b), std::min(c, d)), std::max(std::max(a, b), std::max(c, d)));
  }
  friend DoubleInterval operator/(const DoubleInterval& x, const DoubleInterval& y) {
    if (!(y.lo_ > 0 || y.hi_ < 0)) return whole_line();
    const double a = x.lo_ / y.lo_, b = x.lo_ / y.hi_, c = x.hi_ / y.lo_, d = x.hi_ / y.hi_;
    if (!std::isfinite(a + b + c + d)) return whole_line();
    return outward(std::min(std::min(a, b), std::min(c, d)), std::max(std::max(a, b), std::max(c, d)));
  }
  DoubleInterval& operator+=(const DoubleInterval& x) { return *this = *this + x; }
  DoubleInterval& operator-=(const DoubleInterval& x) { return *this = *this - x; }
  DoubleInterval& operator*=(const DoubleInterval& x) { return *this = *this * x; }

  [[nodiscard]] friend DoubleInterval sqr(const DoubleInterval& x) {
    const double least = x.mignitude(), largest = x.magnitude();
    const DoubleInterval square = outward(least * least, largest * largest);
    return {std::max(square.lo_, 0.0), square.hi_};
  }
  /// The square root of the part of x that is not below 0.
  [[nodiscard]] friend DoubleInterval sqrt_nonnegative(const DoubleInterval& x) {
    const DoubleInterval root = outward(std::sqrt(std::max(x.lo_, 0.0)), std::sqrt(std::max(x.hi_, 0.0)));
    return {std::max(root.lo_, 0.0), root.hi_};
  }
  /// The common part of two enclosures of one number; the first of them where rounding leaves none.
  [[nodiscard]] friend DoubleInterval common_part(const DoubleInterval& x, const DoubleInterval& y) {
    const double lo = std::max(x.lo_, y.lo_), hi = std::min(x.hi_, y.hi_);
    return lo <= hi ? DoubleInterval(lo, hi) : x;
  }
  [[nodiscard]] friend DoubleInterval hull(const DoubleInterval& x, const DoubleInterval& y) {
    return {std::min(x.lo_, y.lo_), std::max(x.hi_, y.hi_)};
  }

 private:
  constexpr DoubleInterval(double lo, double hi) : lo_(lo), hi_(hi) {}

  // Rump, Zimmermann, Boldo, Melquiond, Computing predecessor and successor in rounding to nearest (BIT 49,
  // 2009): one rounding below and above, also for subnormal numbers.
  static double below(double x) { return x - (unit * std::fabs(x) + tiny); }
  static double above(double x) { return x + (unit * std::fabs(x) + tiny); }
  static DoubleInterval outward(double lo, double hi) {
    if (!(std::isfinite(lo) && std::isfinite(hi))) return whole_line();
    return {below(lo), above(hi)};
  }
  static constexpr double unit =
      0.5 * std::numeric_limits<double>::epsilon() * (1 + std::numeric_limits<double>::epsilon());
  // Covers an underflow; larger than needed, so that zeros do not turn into slow subnormal numbers.
  static constexpr double tiny = 1e-290;

  double lo_ = 0;
  double hi_ = 0;
};

DoubleInterval sqr(const DoubleInterval& x);
DoubleInterval sqrt_nonnegative(const DoubleInterval& x);
DoubleInterval common_part(const DoubleInterval& x, const DoubleInterval& y);
DoubleInterval hull(const DoubleInterval& x, const DoubleInterval& y);

/// Whether doubles behave as DoubleInterval needs it, found by trying: rounding to nearest, no excess
/// precision, no fused product where the source has two operations, subnormal numbers that are not taken for
/// 0. Whoever proves something with DoubleInterval asks first.
[[nodiscard]] bool double_rounding_is_sound();

/// (2/pi) arcsin(x) for the part of x in [-1, 1], by correctly rounded MPFR at the end points.
[[nodiscard]] DoubleInterval two_over_pi_arcsin(const DoubleInterval& x);

}  // namespace lojacert
