#include <lojacert/stress/arithmetic.hpp>

namespace lojacert::stress {

namespace {

using search::DoubleDouble;

/// The two parts of a value given to more than 106 bits.
DoubleDouble two_parts(const Rational& value) {
  const double high = search::nearest<double>(value);
  if (!std::isfinite(high)) return DoubleDouble(high);
  return {high, search::nearest<double>(Rational(value - search::exact_value(high)))};
}

}  // namespace

DoubleDouble DoubleDoubleArithmetic::number(long value) const { return {static_cast<double>(value)}; }

DoubleDouble DoubleDoubleArithmetic::nearest(const Rational& value) const { return two_parts(value); }

DoubleDouble DoubleDoubleArithmetic::pi() const { return search::double_double_pi(); }

DoubleDouble DoubleDoubleArithmetic::sqrt(const DoubleDouble& x) const {
  if (x.hi < 0 || std::isnan(x.hi)) return {std::numeric_limits<double>::quiet_NaN()};
  return search::sqrt(x);
}

DoubleDouble DoubleDoubleArithmetic::acos(const DoubleDouble& x) const {
  return atan2(sqrt((DoubleDouble(1) - x) * (DoubleDouble(1) + x)), x);
}

/// By the octant: arctangent() wants an argument in [0, 1].
DoubleDouble DoubleDoubleArithmetic::atan2(const DoubleDouble& y, const DoubleDouble& x) const {
  if (is_nan(x) || is_nan(y)) return {std::numeric_limits<double>::quiet_NaN()};
  const bool left = x.hi < 0;
  const bool below = y.hi < 0;
  const DoubleDouble width = left ? -x : x;
  const DoubleDouble height = below ? -y : y;
  DoubleDouble angle;
  if (width < height) {
    angle = DoubleDouble(0.5) * pi() - search::arctangent(width / height);
  } else if (width.hi > 0) {
    angle = search::arctangent(height / width);
  }
  if (left) angle = pi() - angle;
  return below ? -angle : angle;
}

bool DoubleDoubleArithmetic::is_nan(const DoubleDouble& x) const {
  return std::isnan(x.hi) || std::isnan(x.lo);
}

std::optional<Rational> DoubleDoubleArithmetic::exact(const DoubleDouble& x) const {
  if (!std::isfinite(x.hi) || !std::isfinite(x.lo)) return std::nullopt;
  return Rational(search::exact_value(x.hi) + search::exact_value(x.lo));
}

}  // namespace lojacert::stress
