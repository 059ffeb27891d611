#include <lojacert/enclosure/interval.hpp>

#include <lojacert/exact/number.hpp>

#include <boost/multiprecision/mpfi.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace lojacert {

// The only place that names Boost's MPFI number. It is used as the owner of an mpfi_t and through MPFI's own
// functions: its constructors take the precision from a process-wide default, its two-number constructor is
// an interval where one may expect a precision, and its comparisons terminate the program when the answer is
// not certain.
class Interval::Number {
 public:
  explicit Number(Bits bits) { mpfi_set_prec(value(), static_cast<mpfr_prec_t>(bits.value)); }
  Number(const Number& other) : Number(other.precision()) { mpfi_set(value(), other.value()); }
  Number& operator=(const Number&) = delete;
  ~Number() = default;

  [[nodiscard]] mpfi_ptr value() { return owner_.backend().data(); }
  [[nodiscard]] mpfi_srcptr value() const { return owner_.backend().data(); }
  [[nodiscard]] mpfr_ptr inf() { return &value()->left; }
  [[nodiscard]] mpfr_ptr sup() { return &value()->right; }
  [[nodiscard]] mpfr_srcptr inf() const { return &value()->left; }
  [[nodiscard]] mpfr_srcptr sup() const { return &value()->right; }
  [[nodiscard]] Bits precision() const { return {static_cast<long>(mpfi_get_prec(value()))}; }

  /// Raises the precision of the stored value without changing it.
  void raise_precision(Bits bits) {
    if (precision().value < bits.value) mpfi_round_prec(value(), static_cast<mpfr_prec_t>(bits.value));
  }

 private:
  boost::multiprecision::number<boost::multiprecision::mpfi_float_backend<0>, boost::multiprecision::et_off>
      owner_;
};

namespace {

Bits larger(Bits a, Bits b) { return a.value < b.value ? b : a; }

Rational to_rational(mpfr_srcptr x) {
  Rational result;
  mpfr_get_q(result.backend().data(), x);
  return result;
}

/// log2|x| up to one unit.
double approximate_log2(mpfr_srcptr x) {
  if (mpfr_nan_p(x) != 0 || mpfr_inf_p(x) != 0) return std::numeric_limits<double>::infinity();
  if (mpfr_zero_p(x) != 0) return -std::numeric_limits<double>::infinity();
  long exponent = 0;
  const double mantissa = mpfr_get_d_2exp(&exponent, x, MPFR_RNDN);
  return std::log2(std::fabs(mantissa)) + static_cast<double>(exponent);
}

}  // namespace

Interval::Interval(Bits bits) : number_(std::make_unique<Number>(bits)) {}
Interval::Interval(const Interval& other) : number_(std::make_unique<Number>(*other.number_)) {}
Interval::Interval(Interval&& other) noexcept = default;
Interval& Interval::operator=(const Interval& other) {
  if (this != &other) *this = Interval(other);
  return *this;
}
Interval& Interval::operator=(Interval&& other) noexcept = default;
Interval::~Interval() = default;

Interval Interval::exact(double value, Bits bits) {
  if (!std::isfinite(value)) throw std::domain_error("Interval::exact: the double is not finite");
  Interval result(bits);
  mpfi_set_d(result.number_->value(), value);
  return result;
}

Interval Interval::exact(long value, Bits bits) {
  Interval result(bits);
  mpfi_set_si(result.number_->value(), value);
  return result;
}

Interval Interval::from(const Integer& value, Bits bits) {
  Interval result(bits);
  mpfi_set_z(result.number_->value(), value.backend().data());
  return result;
}

Interval Interval::from(const Rational& value, Bits bits) {
  Interval result(bits);
  mpfi_set_q(result.number_->value(), value.backend().data());
  return result;
}

Interval Interval::from(const RationalInterval& value, Bits bits) {
  Interval result(bits);
  mpfr_set_q(result.number_->inf(), value.lo.backend().data(), MPFR_RNDD);
  mpfr_set_q(result.number_->sup(), value.hi.backend().data(), MPFR_RNDU);
  return result;
}

Interval Interval::pi(Bits bits) {
  Interval result(bits);
  mpfi_const_pi(result.number_->value());
  return result;
}

Interval Interval::ball(double mid, double rad, long exponent, Bits bits) {
  Interval result(bits);
  if (!std::isfinite(mid) || !std::isfinite(rad)) {
    mpfr_set_inf(result.number_->inf(), -1);
    mpfr_set_inf(result.number_->sup(), +1);
    return result;
  }
  mpfi_set_d(result.number_->value(), mid);
  mpfr_sub_d(result.number_->inf(), result.number_->inf(), rad, MPFR_RNDD);
  mpfr_add_d(result.number_->sup(), result.number_->sup(), rad, MPFR_RNDU);
  mpfi_mul_2si(result.number_->value(), result.number_->value(), exponent);
  return result;
}

Bits Interval::precision() const { return number_->precision(); }

Interval& Interval::operator+=(const Interval& other) {
  number_->raise_precision(other.precision());
  mpfi_add(number_->value(), number_->value(), other.number_->value());
  return *this;
}

Interval& Interval::operator-=(const Interval& other) {
  number_->raise_precision(other.precision());
  mpfi_sub(number_->value(), number_->value(), other.number_->value());
  return *this;
}

Interval& Interval::operator*=(const Interval& other) {
  number_->raise_precision(other.precision());
  mpfi_mul(number_->value(), number_->value(), other.number_->value());
  return *this;
}

Interval& Interval::operator/=(const Interval& other) {
  number_->raise_precision(other.precision());
  mpfi_div(number_->value(), number_->value(), other.number_->value());
  return *this;
}

void Interval::add_product(const Interval& a, const Interval& b) {
  Interval product(larger(precision(), larger(a.precision(), b.precision())));
  mpfi_mul(product.number_->value(), a.number_->value(), b.number_->value());
  *this += product;
}

void add_multiple(std::span<Interval> target, const Interval& factor, std::span<const Interval> vector) {
  if (vector.empty()) return;
  Interval product(larger(factor.precision(), vector.front().precision()));
  for (std::size_t k = 0; k < vector.size(); ++k) {
    product.number_->raise_precision(vector[k].precision());
    mpfi_mul(product.number_->value(), factor.number_->value(), vector[k].number_->value());
    target[k] += product;
  }
}

Interval operator-(const Interval& a) {
  Interval result(a.precision());
  mpfi_neg(result.number_->value(), a.number_->value());
  return result;
}

bool Interval::is_finite() const {
  return mpfr_number_p(number_->inf()) != 0 && mpfr_number_p(number_->sup()) != 0;
}

bool Interval::is_point() const { return is_finite() && mpfr_equal_p(number_->inf(), number_->sup()) != 0; }

bool Interval::contains_zero() const {
  const bool excludes = mpfr_nan_p(number_->inf()) == 0 && mpfr_nan_p(number_->sup()) == 0 &&
                        (mpfr_sgn(number_->inf()) > 0 || mpfr_sgn(number_->sup()) < 0);
  return !excludes;
}

Rational Interval::inf() const {
  if (!is_finite()) throw std::domain_error("Interval::inf: the interval is not bounded");
  return to_rational(number_->inf());
}

Rational Interval::sup() const {
  if (!is_finite()) throw std::domain_error("Interval::sup: the interval is not bounded");
  return to_rational(number_->sup());
}

Interval Interval::midpoint() const {
  Interval result(precision());
  mpfi_mid(result.number_->inf(), number_->value());
  mpfr_set(result.number_->sup(), result.number_->inf(), MPFR_RNDN);  // same precision: exact
  return result;
}

Interval Interval::lower_end() const {
  Interval result(*this);
  mpfr_set(result.number_->sup(), number_->inf(), MPFR_RNDN);  // same precision: exact
  return result;
}

Interval Interval::upper_end() const {
  Interval result(*this);
  mpfr_set(result.number_->inf(), number_->sup(), MPFR_RNDN);
  return result;
}

double Interval::approximate_mid() const {
  return 0.5 * mpfr_get_d(number_->inf(), MPFR_RNDN) + 0.5 * mpfr_get_d(number_->sup(), MPFR_RNDN);
}

double Interval::approximate_log2_mag() const {
  return std::max(approximate_log2(number_->inf()), approximate_log2(number_->sup()));
}

double Interval::approximate_log2_width() const {
  Interval width(Bits{53});
  mpfr_sub(width.number_->sup(), number_->sup(), number_->inf(), MPFR_RNDU);
  return approximate_log2(width.number_->sup());
}

std::string Interval::decimal_inf(int digits) const {
  if (mpfr_number_p(number_->inf()) == 0) return mpfr_nan_p(number_->inf()) != 0 ? "nan" : "-inf";
  return decimal_lower(to_rational(number_->inf()), digits);
}

std::string Interval::decimal_sup(int digits) const {
  if (mpfr_number_p(number_->sup()) == 0) return mpfr_nan_p(number_->sup()) != 0 ? "nan" : "inf";
  return decimal_upper(to_rational(number_->sup()), digits);
}

Interval sqr(const Interval& a) {
  Interval result(a.precision());
  mpfi_sqr(result.number_->value(), a.number_->value());
  return result;
}

Interval max_zero(const Interval& a) {
  Interval result(a);
  // An invalid end stays invalid: mpfr_sgn would call NaN zero.
  if (mpfr_nan_p(result.number_->inf()) != 0 || mpfr_nan_p(result.number_->sup()) != 0) return result;
  // Also -0 becomes +0: atan2 tells them apart.
  if (mpfr_sgn(result.number_->inf()) <= 0) mpfr_set_zero(result.number_->inf(), 1);
  if (mpfr_sgn(result.number_->sup()) <= 0) mpfr_set_zero(result.number_->sup(), 1);
  return result;
}

Interval sqrt_nonnegative(const Interval& a) {
  Interval result = max_zero(a);
  mpfi_sqrt(result.number_->value(), result.number_->value());
  return result;
}

Interval abs(const Interval& a) {
  Interval result(a.precision());
  mpfi_abs(result.number_->value(), a.number_->value());
  return result;
}

Interval symmetric(const Interval& a) {
  Interval result = abs(a);
  mpfr_neg(result.number_->inf(), result.number_->sup(), MPFR_RNDD);
  return result;
}

Interval exp(const Interval& a) {
  Interval result(a.precision());
  mpfi_exp(result.number_->value(), a.number_->value());
  return result;
}

Interval log(const Interval& a) {
  Interval result(a.precision());
  if (mpfr_sgn(a.number_->inf()) < 0) {  // partly outside the domain: nothing may follow
    mpfr_set_nan(result.number_->inf());
    mpfr_set_nan(result.number_->sup());
    return result;
  }
  mpfi_log(result.number_->value(), a.number_->value());
  return result;
}

Interval sin(const Interval& a) {
  Interval result(a.precision());
  mpfi_sin(result.number_->value(), a.number_->value());
  return result;
}

Interval cos(const Interval& a) {
  Interval result(a.precision());
  mpfi_cos(result.number_->value(), a.number_->value());
  return result;
}

// On y >= 0 the angle decreases in x; in y it increases where x > 0 and decreases where x < 0. So the
// smallest angle has the largest x, the largest angle the smallest x, and the sign of that x picks the end of
// y.
Interval angle_of(const Interval& y, const Interval& x) {
  const Interval height = max_zero(y);
  Interval result(larger(y.precision(), x.precision()));
  const auto& h = *height.number_;
  const auto& c = *x.number_;
  mpfr_srcptr y_for_smallest = mpfr_sgn(c.sup()) >= 0 ? h.inf() : h.sup();
  mpfr_srcptr y_for_largest = mpfr_sgn(c.inf()) >= 0 ? h.sup() : h.inf();
  mpfr_atan2(result.number_->inf(), y_for_smallest, c.sup(), MPFR_RNDD);
  mpfr_atan2(result.number_->sup(), y_for_largest, c.inf(), MPFR_RNDU);
  // x = -0 or the point (0, 0) would make atan2 speak of signed zeros; every direction is possible there.
  if (mpfr_zero_p(y_for_smallest) != 0 && mpfr_sgn(c.sup()) == 0) mpfr_set_zero(result.number_->inf(), 1);
  if (mpfr_zero_p(y_for_largest) != 0 && mpfr_sgn(c.inf()) == 0)
    mpfr_const_pi(result.number_->sup(), MPFR_RNDU);
  return result;
}

Interval hull(const Interval& a, const Interval& b) {
  Interval result(larger(a.precision(), b.precision()));
  mpfi_union(result.number_->value(), a.number_->value(), b.number_->value());
  return result;
}

Interval intersection(const Interval& a, const Interval& b) {
  if (certainly_less(a, b) || certainly_less(b, a)) {
    throw std::domain_error("intersection: two enclosures of one number are disjoint");
  }
  Interval result(larger(a.precision(), b.precision()));
  mpfi_intersect(result.number_->value(), a.number_->value(), b.number_->value());
  return result;
}

// mpfr_less_p and mpfr_lessequal_p are false where an operand is NaN.
bool certainly_less(const Interval& a, const Interval& b) {
  return mpfr_less_p(a.number_->sup(), b.number_->inf()) != 0;
}

bool certainly_less_equal(const Interval& a, const Interval& b) {
  return mpfr_lessequal_p(a.number_->sup(), b.number_->inf()) != 0;
}

bool certainly_subset(const Interval& a, const Interval& b) {
  return mpfr_lessequal_p(b.number_->inf(), a.number_->inf()) != 0 &&
         mpfr_lessequal_p(a.number_->sup(), b.number_->sup()) != 0;
}

Interval larger(const Interval& a, const Interval& b) {
  if (certainly_less_equal(a, b)) return b;
  if (certainly_less_equal(b, a)) return a;
  return hull(a, b);
}

Interval pow_nonnegative(const Interval& x, const Rational& exponent) {
  const Interval base = max_zero(x);
  if (exponent == 1) return base;
  if (exponent == Rational(1, 2)) return sqrt_nonnegative(base);
  const Interval zero = Interval::zero(base.precision());
  if (certainly_less_equal(base, zero)) return zero;
  const Interval power = exp(log(base) * Interval::from(exponent, base.precision()));
  // At inf = 0 the logarithm is [-inf, ...]: its power reaches 0, which is what exp(-inf) gives.
  return max_zero(power);
}

}  // namespace lojacert
