#pragma once
// Balls (RAII over Arb) and three-valued comparisons. A ball is a midpoint and a radius; it encloses every
// real that the quantity can be. Precision (bits) is always an argument.

#include "exact.hpp"

namespace lojaverify {

class Ball {
 public:
  Ball() { arb_init(x_); }
  explicit Ball(slong value) : Ball() { arb_set_si(x_, value); }
  Ball(const Ball& other) : Ball() { arb_set(x_, other.x_); }
  Ball(Ball&& other) noexcept : Ball() { arb_swap(x_, other.x_); }
  Ball& operator=(Ball other) noexcept { return arb_swap(x_, other.x_), *this; }
  ~Ball() { arb_clear(x_); }

  [[nodiscard]] arb_ptr get() { return x_; }
  [[nodiscard]] arb_srcptr get() const { return x_; }
  [[nodiscard]] bool is_finite() const { return arb_is_finite(x_) != 0; }
  [[nodiscard]] bool is_zero() const { return arb_is_zero(x_) != 0; }          // exactly 0
  [[nodiscard]] bool is_positive() const { return arb_is_positive(x_) != 0; }  // every real in it
  [[nodiscard]] bool is_negative() const { return arb_is_negative(x_) != 0; }  // likewise

 private:
  arb_t x_;
};

/// An end point of a ball, as the ball of radius 0 that `function` rounds to the safe side.
template <typename Function>
Ball end_of(Function function, const Ball& a, slong bits) {
  Ball result;
  function(arb_midref(result.get()), a.get(), bits);
  return result;
}
inline Ball lower(const Ball& a, slong bits) { return end_of(arb_get_lbound_arf, a, bits); }
inline Ball upper(const Ball& a, slong bits) { return end_of(arb_get_ubound_arf, a, bits); }
inline Ball magnitude_lower(const Ball& a, slong bits) { return end_of(arb_get_abs_lbound_arf, a, bits); }
inline Ball magnitude_upper(const Ball& a, slong bits) { return end_of(arb_get_abs_ubound_arf, a, bits); }

inline Ball hull(const Ball& a, const Ball& b, slong bits) { return made<Ball>(arb_union, a, b, bits); }
inline Ball nonnegative_part(const Ball& a) { return made<Ball>(arb_nonnegative_part, a); }
inline Ball zero_to(const Ball& a, slong bits) {
  return nonnegative_part(hull(Ball(), upper(a, bits), bits));
}
[[nodiscard]] Ball intersect(const Ball& a, const Ball& b, slong bits);  // of two enclosures of one quantity

inline Ball ball(const Integer& x, slong bits) { return made<Ball>(arb_set_round_fmpz, x, bits); }
inline Ball ball(const Rational& x, slong bits) { return made<Ball>(arb_set_fmpq, x, bits); }
inline Ball ball(const Box& x, slong bits) {
  return x.is_point() ? ball(x.lo, bits) : hull(ball(x.lo, bits), ball(x.hi, bits), bits);
}

inline Ball add(const Ball& a, const Ball& b, slong bits) { return made<Ball>(arb_add, a, b, bits); }
inline Ball sub(const Ball& a, const Ball& b, slong bits) { return made<Ball>(arb_sub, a, b, bits); }
inline Ball div(const Ball& a, const Ball& b, slong bits) { return made<Ball>(arb_div, a, b, bits); }
inline Ball div(const Ball& a, slong b, slong bits) { return made<Ball>(arb_div_si, a, b, bits); }
inline Ball mul(const Ball& a, slong b, slong bits) { return made<Ball>(arb_mul_si, a, b, bits); }
inline Ball atan2(const Ball& y, const Ball& x, slong bits) { return made<Ball>(arb_atan2, y, x, bits); }
inline Ball two_over_pi(slong bits) { return div(Ball(2), made<Ball>(arb_const_pi, bits), bits); }
[[nodiscard]] Ball mul(const Ball& a, const Ball& b, slong bits);
void add_product(Ball& sum, const Ball& a, const Ball& b, slong bits);  // sum += a b
[[nodiscard]] Ball root(const Ball& a, slong bits);                     // a >= 0: drops what is below
[[nodiscard]] Ball square(const Ball& a, slong bits);                   // never reaches below 0
[[nodiscard]] Ball power(const Ball& base, const Rational& exponent, slong bits);  // base >= 0, exponent > 0

/// Certainly true, certainly false, or not decided by these enclosures.
enum class Truth { no, unknown, yes };

/// What comparisons found. Where undecided, how near they were: the escalation of precision reads it, the
/// verdict does not. `notes` are for --explain; unless the truth is `yes` the first says why no precision
/// helps.
struct Finding {
  Truth truth = Truth::unknown;
  double agreement_bits = 0;  // relative bits to which the sides agree
  double log2_width = 0;      // log2 of the radius of the difference
  std::vector<std::string> notes = {};

  [[nodiscard]] static Finding certain(bool value) { return {.truth = value ? Truth::yes : Truth::no}; }
};

[[nodiscard]] Finding at_most(const Ball& a, const Ball& b, slong bits);    // a <= b
[[nodiscard]] Finding less_than(const Ball& a, const Ball& b, slong bits);  // a < b
[[nodiscard]] Finding negation(Finding a);
[[nodiscard]] Finding both(const Finding& a, const Finding& b);
[[nodiscard]] Finding either(const Finding& a, const Finding& b);

}  // namespace lojaverify
