#include "ball.hpp"

namespace lojaverify {

namespace {

/// Calls an Arb function that writes its result first.
template <typename Function, typename... Arguments>
Ball result_of(Function function, Arguments... arguments) {
  Ball result;
  function(result.get(), arguments...);
  return result;
}

/// The exact ball of an end point that `function` rounds to the safe side.
template <typename Function>
Ball end_of(Function function, const Ball& a, slong bits) {
  Ball result;
  function(arb_midref(result.get()), a.get(), bits);
  return result;
}

/// Fewer than 20 bits are certain: the enclosure of a box rather than a rounding error.
bool is_wide(const Ball& a) { return arb_rel_accuracy_bits(a.get()) < 20; }

/// The product of two wide balls as intervals: arb_mul would overestimate the far end by the product of the
/// radii, twice.
Ball product_of_wide(const Ball& a, const Ball& b, slong bits) {
  Ball result;
  bool first = true;
  for (const Ball& x : {lower(a, bits), upper(a, bits)}) {
    for (const Ball& y : {lower(b, bits), upper(b, bits)}) {
      const Ball corner = result_of(arb_mul, x.get(), y.get(), bits);
      result = first ? corner : hull(result, corner, bits);
      first = false;
    }
  }
  return result;
}

double log2_of(mag_srcptr x) {
  return mag_is_zero(x) != 0 ? -std::numeric_limits<double>::infinity() : mag_get_d_log2_approx(x);
}

double log2_magnitude(const Ball& a) {
  mag_t m;
  mag_init(m);
  arb_get_mag(m, a.get());
  const double result = log2_of(m);
  mag_clear(m);
  return result;
}

/// The finding about a and b when `difference` = b - a has been compared with 0.
Finding measured(bool yes, bool no, const Ball& difference, const Ball& a, const Ball& b) {
  Finding finding;
  if (!difference.is_finite()) {  // NaN and infinite balls decide nothing
    finding.log2_width = std::numeric_limits<double>::infinity();
    return finding;
  }
  finding.truth = yes ? Truth::yes : no ? Truth::no : Truth::unknown;
  finding.log2_width = log2_of(arb_radref(difference.get()));
  const double size = log2_magnitude(difference);
  if (finding.truth == Truth::unknown) {
    finding.agreement_bits = std::max(log2_magnitude(a), log2_magnitude(b)) - size;
  } else {
    finding.margin_bits = size - finding.log2_width;
  }
  if (std::isnan(finding.margin_bits))
    finding.margin_bits = std::numeric_limits<double>::infinity();  // exactly 0
  return finding;
}

}  // namespace

Ball ball(const Integer& x, slong bits) { return result_of(arb_set_round_fmpz, x.get(), bits); }
Ball ball(const Rational& x, slong bits) { return result_of(arb_set_fmpq, x.get(), bits); }
Ball ball(const Box& x, slong bits) {
  return x.is_point() ? ball(x.lo, bits) : hull(ball(x.lo, bits), ball(x.hi, bits), bits);
}

Ball add(const Ball& a, const Ball& b, slong bits) { return result_of(arb_add, a.get(), b.get(), bits); }
Ball sub(const Ball& a, const Ball& b, slong bits) { return result_of(arb_sub, a.get(), b.get(), bits); }
Ball mul(const Ball& a, const Ball& b, slong bits) {
  if (is_wide(a) && is_wide(b)) return product_of_wide(a, b, bits);
  return result_of(arb_mul, a.get(), b.get(), bits);
}
Ball div(const Ball& a, const Ball& b, slong bits) { return result_of(arb_div, a.get(), b.get(), bits); }
Ball mul(const Ball& a, slong b, slong bits) { return result_of(arb_mul_si, a.get(), b, bits); }
Ball div(const Ball& a, slong b, slong bits) { return result_of(arb_div_si, a.get(), b, bits); }
void add_product(Ball& sum, const Ball& a, const Ball& b, slong bits) {
  if (is_wide(a) && is_wide(b))
    sum = add(sum, product_of_wide(a, b, bits), bits);
  else
    arb_addmul(sum.get(), a.get(), b.get(), bits);
}

Ball root(const Ball& a, slong bits) {
  if (arb_is_positive(a.get()) != 0 || a.is_zero()) return result_of(arb_sqrt, a.get(), bits);
  const Ball largest = upper(a, bits);
  return zero_to(result_of(arb_sqrtpos, largest.get(), bits), bits);
}

Ball square(const Ball& a, slong bits) {
  if (arb_contains_zero(a.get()) == 0 || a.is_zero()) return mul(a, a, bits);
  const Ball largest = magnitude_upper(a, bits);
  return zero_to(mul(largest, largest, bits), bits);
}

Ball two_over_pi(slong bits) { return div(Ball(2), result_of(arb_const_pi, bits), bits); }

Ball power(const Ball& base, const Rational& exponent, slong bits) {
  if (base.is_zero() || exponent == Rational(1)) return base;
  const auto positive_power = [&](const Ball& x) {
    const Ball e = ball(exponent, bits);
    return result_of(arb_pow, x.get(), e.get(), bits);
  };
  if (arb_is_positive(base.get()) != 0) return positive_power(base);
  const Ball largest = upper(base, bits);
  return largest.is_zero() ? largest : zero_to(positive_power(largest), bits);
}

Ball lower(const Ball& a, slong bits) { return end_of(arb_get_lbound_arf, a, bits); }
Ball upper(const Ball& a, slong bits) { return end_of(arb_get_ubound_arf, a, bits); }
Ball magnitude_lower(const Ball& a, slong bits) { return end_of(arb_get_abs_lbound_arf, a, bits); }
Ball magnitude_upper(const Ball& a, slong bits) { return end_of(arb_get_abs_ubound_arf, a, bits); }
Ball hull(const Ball& a, const Ball& b, slong bits) { return result_of(arb_union, a.get(), b.get(), bits); }
Ball zero_to(const Ball& largest, slong bits) {
  return nonnegative_part(hull(Ball(), upper(largest, bits), bits));
}
Ball nonnegative_part(const Ball& a) { return result_of(arb_nonnegative_part, a.get()); }

Ball intersect(const Ball& a, const Ball& b, slong bits) {
  // Both hold the quantity, so they meet; should they not, keep what is certain: nothing.
  Ball result;
  if (arb_intersection(result.get(), a.get(), b.get(), bits) == 0) arb_indeterminate(result.get());
  return result;
}

Finding at_most(const Ball& a, const Ball& b, slong bits) {
  const Ball difference = sub(b, a, bits);
  return measured(arb_is_nonnegative(difference.get()) != 0, arb_is_negative(difference.get()) != 0,
                  difference, a, b);
}

Finding less_than(const Ball& a, const Ball& b, slong bits) {
  const Ball difference = sub(b, a, bits);
  return measured(arb_is_positive(difference.get()) != 0, arb_is_nonpositive(difference.get()) != 0,
                  difference, a, b);
}

Finding negation(Finding a) {
  if (a.truth != Truth::unknown) a.truth = a.truth == Truth::yes ? Truth::no : Truth::yes;
  return a;
}

Finding both(const Finding& a, const Finding& b) {
  if (a.truth != b.truth) return a.truth < b.truth ? a : b;  // no < unknown < yes
  Finding result = a;
  // `yes` needs both, `no` needs one.
  result.margin_bits =
      a.truth == Truth::no ? std::max(a.margin_bits, b.margin_bits) : std::min(a.margin_bits, b.margin_bits);
  result.agreement_bits = std::min(a.agreement_bits, b.agreement_bits);
  result.log2_width = std::max(a.log2_width, b.log2_width);
  return result;
}

Finding either(const Finding& a, const Finding& b) { return negation(both(negation(a), negation(b))); }

}  // namespace lojaverify
