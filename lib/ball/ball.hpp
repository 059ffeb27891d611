#pragma once
// Rung 0 of the precision ladder: midpoint and radius in double.

#include <lojacert/enclosure/double_interval.hpp>

#include <cmath>
#include <limits>

namespace lojacert::ball {

/// A real number x with |x - mid| <= rad. The radius is a rigorous bound, >= 0 and never NaN; where nothing
/// is known it is infinite and the midpoint says nothing. There is no conversion to double: an enclosure is
/// not a number.
struct Ball {
  double mid = 0;
  double rad = 0;

  /// The ball of a computation that may have overflowed or met a NaN: infinite unless both parts are finite.
  [[nodiscard]] static Ball checked(double mid, double rad) {
    return std::isfinite(mid) && std::isfinite(rad) && rad >= 0 ? Ball{mid, rad} : everything();
  }
  [[nodiscard]] static Ball everything() { return {0, std::numeric_limits<double>::infinity()}; }
  [[nodiscard]] bool is_finite() const { return std::isfinite(rad); }
};

/// The ball around an interval, about its middle; infinite where that is unbounded.
[[nodiscard]] inline Ball ball_of(const DoubleInterval& x) {
  const double mid = x.midpoint();
  return Ball::checked(mid, (x - DoubleInterval(mid)).magnitude());
}

/// mid and rad times 2^exponent: a ball whose numbers would not fit a double.
struct ScaledBall {
  Ball ball;
  long exponent = 0;
};

}  // namespace lojacert::ball
