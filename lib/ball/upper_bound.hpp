#pragma once
// Upper bounds of numbers >= 0: sums and products in double that are never below the exact ones.

#include <cmath>
#include <limits>

namespace lojacert::ball {

/// A double >= 0, possibly infinite, never NaN, that bounds a number from above. Sums and products are
/// computed to nearest and moved up past the next double; the constant covers an underflow.
class UpperBound {
 public:
  constexpr UpperBound() = default;                                         ///< 0
  explicit UpperBound(double value) : value_(checked(std::fabs(value))) {}  ///< |value|; infinite for a NaN

  [[nodiscard]] double value() const { return value_; }

  friend UpperBound operator+(UpperBound a, UpperBound b) { return up(a.value_ + b.value_); }
  friend UpperBound operator*(UpperBound a, UpperBound b) { return up(a.value_ * b.value_); }
  /// The bound of a quotient whose divisor is at least `least`; infinite unless least > 0.
  friend UpperBound operator/(UpperBound a, double least) {
    return least > 0 ? up(a.value_ / least) : UpperBound(std::numeric_limits<double>::infinity());
  }
  UpperBound& operator+=(UpperBound b) { return *this = *this + b; }

  [[nodiscard]] friend UpperBound square_root(UpperBound a) { return up(std::sqrt(a.value_)); }

 private:
  static double checked(double value) {
    return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
  }
  static UpperBound up(double value) { return UpperBound(value + (value * 0x1p-52 + 1e-300)); }

  double value_ = 0;
};

UpperBound square_root(UpperBound a);

}  // namespace lojacert::ball
