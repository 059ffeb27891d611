#include <lojacert/enclosure/double_interval.hpp>

#include <lojacert/enclosure/interval.hpp>

#include <mpfr.h>

#include <array>
#include <cfenv>
#include <cmath>
#include <limits>

namespace lojacert {

namespace {

constexpr mpfr_prec_t working_bits = 64;

/// A small MPFR number on the stack.
class Number {
 public:
  Number() {
    mpfr_custom_init(limbs_.data(), working_bits);
    mpfr_custom_init_set(value_, MPFR_NAN_KIND, 0, working_bits, limbs_.data());
  }
  Number(const Number&) = delete;  // the value points into it
  Number& operator=(const Number&) = delete;
  ~Number() = default;

  [[nodiscard]] mpfr_ptr get() { return value_; }

 private:
  std::array<mp_limb_t, (working_bits + GMP_NUMB_BITS - 1) / GMP_NUMB_BITS> limbs_{};
  mpfr_t value_;
};

/// (2/pi) arcsin(x) for -1 <= x <= 1, rounded in one direction. Where arcsin is negative, 1/pi must be
/// rounded the other way for the product to keep its side.
double scaled_arcsin(double x, mpfr_rnd_t direction) {
  const mpfr_rnd_t opposite = direction == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD;
  Number angle;
  Number pi;
  mpfr_set_d(angle.get(), x, MPFR_RNDN);  // exact: a double has 53 bits
  mpfr_asin(angle.get(), angle.get(), direction);
  mpfr_const_pi(pi.get(), x >= 0 ? opposite : direction);
  mpfr_mul_2ui(angle.get(), angle.get(), 1, direction);
  mpfr_div(angle.get(), angle.get(), pi.get(), direction);
  return mpfr_get_d(angle.get(), direction);
}

}  // namespace

DoubleInterval DoubleInterval::from(const Interval& x) {
  if (!x.is_finite()) return whole_line();
  Number lo;
  Number hi;
  const Rational inf = x.inf();
  const Rational sup = x.sup();
  mpfr_set_q(lo.get(), inf.backend().data(), MPFR_RNDD);
  mpfr_set_q(hi.get(), sup.backend().data(), MPFR_RNDU);
  const double lower = mpfr_get_d(lo.get(), MPFR_RNDD);
  const double upper = mpfr_get_d(hi.get(), MPFR_RNDU);
  return std::isfinite(lower) && std::isfinite(upper) ? between(lower, upper) : whole_line();
}

bool double_rounding_is_sound() {
  if (std::fegetround() != FE_TONEAREST) return false;
  // volatile: computed now, and not by the compiler
  const volatile double one = 1;
  const volatile double half_unit = std::ldexp(1.0, -53);
  const volatile double more = std::ldexp(3.0, -54);
  const bool nearest = one + half_unit == one && one + more == one + 2 * half_unit &&
                       -one - half_unit == -one && -one - more == -one - 2 * half_unit;
  const volatile double x = 1 + std::ldexp(1.0, -30);
  const volatile double square = 1 + std::ldexp(1.0, -29);  // x x without its last bit, 2^-60
  const double difference = x * x - square;                 // fused: 2^-60
  const volatile double least_normal = std::numeric_limits<double>::min();
  const volatile double subnormal = least_normal / 2;  // 0 where results are flushed
  const bool gradual = subnormal * 2 == least_normal;  // not so where operands are
  return nearest && difference == 0 && gradual;
}

DoubleInterval two_over_pi_arcsin(const DoubleInterval& x) {
  const double lo = std::clamp(x.inf(), -1.0, 1.0);
  const double hi = std::clamp(x.sup(), -1.0, 1.0);
  return DoubleInterval::between(scaled_arcsin(lo, MPFR_RNDD), scaled_arcsin(hi, MPFR_RNDU));
}

}  // namespace lojacert
