#include <lojacert/stress/binary_float.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lojacert::stress {

BinaryFloat::BinaryFloat(Bits bits) {
  mpfr_init2(value_, bits.value);
  mpfr_set_zero(value_, 1);
}

BinaryFloat::BinaryFloat(long value, Bits bits) {
  mpfr_init2(value_, bits.value);
  mpfr_set_si(value_, value, MPFR_RNDN);
}

BinaryFloat::BinaryFloat(const Rational& value, Bits bits) {
  mpfr_init2(value_, bits.value);
  mpfr_set_q(value_, value.backend().data(), MPFR_RNDN);
}

BinaryFloat::BinaryFloat(const BinaryFloat& other) {
  mpfr_init2(value_, mpfr_get_prec(other.value_));
  mpfr_set(value_, other.value_, MPFR_RNDN);
}

BinaryFloat::BinaryFloat(BinaryFloat&& other) noexcept {
  mpfr_init2(value_, MPFR_PREC_MIN);
  mpfr_swap(value_, other.value_);
}

BinaryFloat& BinaryFloat::operator=(const BinaryFloat& other) {
  if (this == &other) return *this;
  mpfr_set_prec(value_, mpfr_get_prec(other.value_));
  mpfr_set(value_, other.value_, MPFR_RNDN);
  return *this;
}

BinaryFloat& BinaryFloat::operator=(BinaryFloat&& other) noexcept {
  mpfr_swap(value_, other.value_);
  return *this;
}

BinaryFloat::~BinaryFloat() { mpfr_clear(value_); }

BinaryFloat BinaryFloat::pi(Bits bits) {
  BinaryFloat result(bits);
  mpfr_const_pi(result.value_, MPFR_RNDN);
  return result;
}

Bits BinaryFloat::precision() const { return Bits{mpfr_get_prec(value_)}; }

BinaryFloat BinaryFloat::rounded(Bits bits) const {
  BinaryFloat result(bits);
  mpfr_set(result.value_, value_, MPFR_RNDN);
  return result;
}

bool BinaryFloat::is_finite() const { return mpfr_number_p(value_) != 0; }
bool BinaryFloat::is_nan() const { return mpfr_nan_p(value_) != 0; }

std::optional<Rational> BinaryFloat::exact() const {
  if (!is_finite()) return std::nullopt;
  Rational value;
  mpfr_get_q(value.backend().data(), value_);
  return value;
}

float BinaryFloat::to_float() const { return mpfr_get_flt(value_, MPFR_RNDN); }
double BinaryFloat::to_double() const { return mpfr_get_d(value_, MPFR_RNDN); }
long double BinaryFloat::to_long_double() const { return mpfr_get_ld(value_, MPFR_RNDN); }

double BinaryFloat::approximate_log2() const {
  if (mpfr_zero_p(value_) != 0) return -std::numeric_limits<double>::infinity();
  if (!is_finite()) return std::numeric_limits<double>::infinity();
  long exponent = 0;
  const double mantissa = mpfr_get_d_2exp(&exponent, value_, MPFR_RNDN);
  return std::log2(std::abs(mantissa)) + static_cast<double>(exponent);
}

void BinaryFloat::widen_to(const BinaryFloat& other) {
  if (mpfr_get_prec(value_) < mpfr_get_prec(other.value_))
    mpfr_prec_round(value_, mpfr_get_prec(other.value_), MPFR_RNDN);  // more bits: exact
}

BinaryFloat& BinaryFloat::operator+=(const BinaryFloat& other) {
  widen_to(other);
  mpfr_add(value_, value_, other.value_, MPFR_RNDN);
  return *this;
}

BinaryFloat& BinaryFloat::operator-=(const BinaryFloat& other) {
  widen_to(other);
  mpfr_sub(value_, value_, other.value_, MPFR_RNDN);
  return *this;
}

BinaryFloat& BinaryFloat::operator*=(const BinaryFloat& other) {
  widen_to(other);
  mpfr_mul(value_, value_, other.value_, MPFR_RNDN);
  return *this;
}

BinaryFloat& BinaryFloat::operator/=(const BinaryFloat& other) {
  widen_to(other);
  mpfr_div(value_, value_, other.value_, MPFR_RNDN);
  return *this;
}

BinaryFloat operator-(BinaryFloat a) {
  mpfr_neg(a.value_, a.value_, MPFR_RNDN);
  return a;
}

bool operator<(const BinaryFloat& a, const BinaryFloat& b) { return mpfr_less_p(a.value_, b.value_) != 0; }

BinaryFloat abs(BinaryFloat a) {
  mpfr_abs(a.value_, a.value_, MPFR_RNDN);
  return a;
}

BinaryFloat sqrt(BinaryFloat a) {
  mpfr_sqrt(a.value_, a.value_, MPFR_RNDN);
  return a;
}

BinaryFloat acos(BinaryFloat a) {
  mpfr_acos(a.value_, a.value_, MPFR_RNDN);
  return a;
}

BinaryFloat atan2(const BinaryFloat& y, const BinaryFloat& x) {
  BinaryFloat result(Bits{std::max(y.precision().value, x.precision().value)});
  mpfr_atan2(result.value_, y.value_, x.value_, MPFR_RNDN);
  return result;
}

}  // namespace lojacert::stress
