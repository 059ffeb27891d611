#include "ball.hpp"

#include <algorithm>
#include <cmath>

namespace lojaverify {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Fewer than 20 bits are certain: the enclosure of a box rather than a rounding error.
bool is_wide(const Ball& a) { return arb_rel_accuracy_bits(a.get()) < 20; }

/// The product of two wide balls as intervals: arb_mul would add the product of the radii on both sides.
Ball product_of_wide(const Ball& a, const Ball& b, slong bits) {
  const Ball a_lower = lower(a, bits), a_upper = upper(a, bits), b_lower = lower(b, bits),
             b_upper = upper(b, bits);
  const auto corner = [&](const Ball& x, const Ball& y) {
    return Ball::made(arb_mul, x.get(), y.get(), bits);
  };
  return hull(hull(corner(a_lower, b_lower), corner(a_lower, b_upper), bits),
              hull(corner(a_upper, b_lower), corner(a_upper, b_upper), bits), bits);
}

double log2_of(mag_srcptr x) { return mag_is_zero(x) != 0 ? -infinity : mag_get_d_log2_approx(x); }

double log2_magnitude(const Ball& a) {
  return log2_of(arb_radref(Ball::made([&](arb_ptr y) { arb_get_mag(arb_radref(y), a.get()); }).get()));
}

/// The finding about a and b when `difference` = b - a has been compared with 0.
Finding measured(bool yes, bool no, const Ball& difference, const Ball& a, const Ball& b) {
  if (!difference.is_finite()) return {.log2_width = infinity};  // NaN and infinite balls decide nothing
  const double size = log2_magnitude(difference), width = log2_of(arb_radref(difference.get()));
  if (yes || no)
    return {yes ? Truth::yes : Truth::no, width == -infinity ? infinity : size - width, 0, width};
  return {Truth::unknown, infinity, std::max(log2_magnitude(a), log2_magnitude(b)) - size, width};
}

}  // namespace

Ball intersect(const Ball& a, const Ball& b, slong bits) {
  // Both hold the quantity, so they meet; should they not, keep what is certain: nothing.
  Ball result;
  if (arb_intersection(result.get(), a.get(), b.get(), bits) == 0) arb_indeterminate(result.get());
  return result;
}

Ball mul(const Ball& a, const Ball& b, slong bits) {
  if (is_wide(a) && is_wide(b)) return product_of_wide(a, b, bits);
  return Ball::made(arb_mul, a.get(), b.get(), bits);
}

void add_product(Ball& sum, const Ball& a, const Ball& b, slong bits) {
  if (is_wide(a) && is_wide(b))
    sum = add(sum, product_of_wide(a, b, bits), bits);
  else
    arb_addmul(sum.get(), a.get(), b.get(), bits);
}

Ball root(const Ball& a, slong bits) {
  if (a.is_positive() || a.is_zero()) return Ball::made(arb_sqrt, a.get(), bits);
  return zero_to(Ball::made(arb_sqrtpos, upper(a, bits).get(), bits), bits);
}

Ball square(const Ball& a, slong bits) {
  if (arb_contains_zero(a.get()) == 0 || a.is_zero()) return mul(a, a, bits);
  const Ball largest = magnitude_upper(a, bits);
  return zero_to(mul(largest, largest, bits), bits);
}

Ball power(const Ball& base, const Rational& exponent, slong bits) {
  if (base.is_zero() || exponent == Rational(1)) return base;
  const Ball e = ball(exponent, bits);
  if (base.is_positive()) return Ball::made(arb_pow, base.get(), e.get(), bits);
  const Ball largest = upper(base, bits);
  return largest.is_zero() ? largest : zero_to(Ball::made(arb_pow, largest.get(), e.get(), bits), bits);
}

Finding at_most(const Ball& a, const Ball& b, slong bits) {
  const Ball difference = sub(b, a, bits);
  return measured(arb_is_nonnegative(difference.get()) != 0, difference.is_negative(), difference, a, b);
}

Finding less_than(const Ball& a, const Ball& b, slong bits) {
  const Ball difference = sub(b, a, bits);
  return measured(difference.is_positive(), arb_is_nonpositive(difference.get()) != 0, difference, a, b);
}

Finding negation(Finding a) {
  if (a.truth != Truth::unknown) a.truth = a.truth == Truth::yes ? Truth::no : Truth::yes;
  return a;
}

Finding both(const Finding& a, const Finding& b) {
  if (a.truth != b.truth) return a.truth < b.truth ? a : b;  // no < unknown < yes
  const auto worse = [&](double x, double y) {
    return a.truth == Truth::no ? std::max(x, y) : std::min(x, y);
  };
  return {a.truth, worse(a.margin_bits, b.margin_bits),  // `yes` needs both, `no` needs one
          std::min(a.agreement_bits, b.agreement_bits), std::max(a.log2_width, b.log2_width)};
}

Finding either(const Finding& a, const Finding& b) { return negation(both(negation(a), negation(b))); }

}  // namespace lojaverify
