#include "real.hpp"

#include <lojacert/exact/number.hpp>

#include <numbers>
#include <stdexcept>

namespace lojacert::search {

namespace {

unsigned decimal_digits(unsigned bits) { return bits * 301U / 1000U + 1U; }

/// An mpfr_t of its own precision, freed at the end of the scope.
class Mpfr {
 public:
  explicit Mpfr(mpfr_prec_t bits) { mpfr_init2(value, bits); }
  ~Mpfr() { mpfr_clear(value); }
  Mpfr(const Mpfr&) = delete;
  Mpfr& operator=(const Mpfr&) = delete;
  mpfr_t value;
};

Rational exact_value_of(mpfr_srcptr value) {
  if (mpfr_zero_p(value) != 0) return Rational(0);
  if (mpfr_number_p(value) == 0) throw std::logic_error("exact_value: not a finite number");
  Integer mantissa;
  const mpfr_exp_t exponent = mpfr_get_z_2exp(mantissa.backend().data(), value);
  const Integer power = Integer(1) << static_cast<unsigned long>(exponent < 0 ? -exponent : exponent);
  return exponent < 0 ? Rational(mantissa, power) : Rational(Integer(mantissa * power));
}

}  // namespace

WorkingBits::WorkingBits(unsigned bits) : digits_before_(Real::default_precision()) {
  Real::default_precision(decimal_digits(bits));
}

WorkingBits::~WorkingBits() { Real::default_precision(digits_before_); }

template <>
double nearest<double>(const Rational& value) {
  Mpfr number(53);
  mpfr_set_q(number.value, value.backend().data(), MPFR_RNDN);
  return mpfr_get_d(number.value, MPFR_RNDN);
}

template <>
long double nearest<long double>(const Rational& value) {
  Mpfr number(64);
  mpfr_set_q(number.value, value.backend().data(), MPFR_RNDN);
  return mpfr_get_ld(number.value, MPFR_RNDN);
}

template <>
Real nearest<Real>(const Rational& value) {
  Real result;
  mpfr_set_q(result.backend().data(), value.backend().data(), MPFR_RNDN);
  return result;
}

Rational exact_value(double value) { return lojacert::exact(value); }

Rational exact_value(long double value) {
  Mpfr number(64);
  mpfr_set_ld(number.value, value, MPFR_RNDN);
  return exact_value_of(number.value);
}

Rational exact_value(const Real& value) { return exact_value_of(value.backend().data()); }

Rational rounded_to_bits(const Rational& value, unsigned bits) {
  Mpfr number(static_cast<mpfr_prec_t>(bits));
  mpfr_set_q(number.value, value.backend().data(), MPFR_RNDN);
  return exact_value_of(number.value);
}

template <>
double pi<double>() {
  return std::numbers::pi;
}

template <>
long double pi<long double>() {
  return std::numbers::pi_v<long double>;
}

template <>
Real pi<Real>() {
  Real result;
  mpfr_const_pi(result.backend().data(), MPFR_RNDN);
  return result;
}

}  // namespace lojacert::search
