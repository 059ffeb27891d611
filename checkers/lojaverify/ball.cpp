#include "ball.hpp"

#include <algorithm>
#include <limits>

namespace lojaverify {

namespace {

/// Fewer than 20 bits are certain: the enclosure of a box rather than a rounding error.
bool is_wide(const Ball& a) { return arb_rel_accuracy_bits(a.get()) < 20; }

/// The product of two wide balls as intervals: arb_mul would add the product of the radii on both sides.
Ball product_of_wide(const Ball& a, const Ball& b, slong bits) {
  const auto with_ends_of_b = [&](const Ball& x) {
    const Ball first = made<Ball>(arb_mul, x, lower(b, bits), bits);
    return hull(first, made<Ball>(arb_mul, x, upper(b, bits), bits), bits);
  };
  return hull(with_ends_of_b(lower(a, bits)), with_ends_of_b(upper(a, bits)), bits);
}

double log2_of_radius(const Ball& a) { return mag_get_d_log2_approx(arb_radref(a.get())); }

double log2_of_magnitude(const Ball& a) {
  return log2_of_radius(made<Ball>([](arb_ptr y, arb_srcptr x) { arb_get_mag(arb_radref(y), x); }, a));
}

/// The finding about a and b when `difference` = b - a has been compared with 0.
Finding measured(bool yes, bool no, const Ball& difference, const Ball& a, const Ball& b) {
  if (!difference.is_finite()) return {.log2_width = std::numeric_limits<double>::infinity()};
  if (yes || no) return Finding::certain(yes);
  const double size = std::max(log2_of_magnitude(a), log2_of_magnitude(b));
  return {Truth::unknown, size - log2_of_magnitude(difference), log2_of_radius(difference)};
}

}  // namespace

Ball intersect(const Ball& a, const Ball& b, slong bits) {
  // Both hold the quantity, so they meet; should they not, keep what is certain: nothing.
  Ball result;
  if (arb_intersection(result.get(), a.get(), b.get(), bits) == 0) arb_indeterminate(result.get());
  return result;
}

Ball mul(const Ball& a, const Ball& b, slong bits) {
  return is_wide(a) && is_wide(b) ? product_of_wide(a, b, bits) : made<Ball>(arb_mul, a, b, bits);
}

void add_product(Ball& sum, const Ball& a, const Ball& b, slong bits) {
  if (is_wide(a) && is_wide(b))
    sum = add(sum, product_of_wide(a, b, bits), bits);
  else
    arb_addmul(sum.get(), a.get(), b.get(), bits);
}

Ball root(const Ball& a, slong bits) {
  if (a.is_positive() || a.is_zero()) return made<Ball>(arb_sqrt, a, bits);
  return zero_to(made<Ball>(arb_sqrtpos, upper(a, bits), bits), bits);
}

Ball square(const Ball& a, slong bits) {
  if (arb_contains_zero(a.get()) == 0 || a.is_zero()) return mul(a, a, bits);
  const Ball largest = magnitude_upper(a, bits);
  return zero_to(mul(largest, largest, bits), bits);
}

Ball power(const Ball& base, const Rational& exponent, slong bits) {
  if (base.is_zero() || exponent == Rational(1)) return base;
  const Ball e = ball(exponent, bits);
  if (base.is_positive()) return made<Ball>(arb_pow, base, e, bits);
  const Ball largest = upper(base, bits);
  return largest.is_zero() ? largest : zero_to(made<Ball>(arb_pow, largest, e, bits), bits);
}

Finding at_most(const Ball& a, const Ball& b, slong bits) {
  const Ball difference = sub(b, a, bits);
  return measured(arb_is_nonnegative(difference.get()) != 0, difference.is_negative(), difference, a, b);
}

Finding less_than(const Ball& a, const Ball& b, slong bits) { return negation(at_most(b, a, bits)); }

Finding negation(Finding a) {
  if (a.truth != Truth::unknown) a.truth = a.truth == Truth::yes ? Truth::no : Truth::yes;
  return a;
}

Finding both(const Finding& a, const Finding& b) {
  if (a.truth != b.truth) return a.truth < b.truth ? a : b;  // no < unknown < yes
  return {a.truth, std::min(a.agreement_bits, b.agreement_bits), std::max(a.log2_width, b.log2_width)};
}

Finding either(const Finding& a, const Finding& b) { return negation(both(negation(a), negation(b))); }

}  // namespace lojaverify
