#pragma once
// Balls (RAII over Arb) and three-valued comparisons. A ball is a midpoint and a radius; it encloses every
// real that the quantity can be. Precision (bits) is always an argument.

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

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
  [[nodiscard]] bool is_zero() const { return arb_is_zero(x_) != 0; }  // exactly

 private:
  arb_t x_;
};

// Enclosures of exact data.
[[nodiscard]] Ball ball(const Integer& x, slong bits);
[[nodiscard]] Ball ball(const Rational& x, slong bits);
[[nodiscard]] Ball ball(const Box& x, slong bits);

// Arithmetic.
[[nodiscard]] Ball add(const Ball& a, const Ball& b, slong bits);
[[nodiscard]] Ball sub(const Ball& a, const Ball& b, slong bits);
[[nodiscard]] Ball mul(const Ball& a, const Ball& b, slong bits);
[[nodiscard]] Ball div(const Ball& a, const Ball& b, slong bits);
[[nodiscard]] Ball mul(const Ball& a, slong b, slong bits);
[[nodiscard]] Ball div(const Ball& a, slong b, slong bits);
void add_product(Ball& sum, const Ball& a, const Ball& b, slong bits);  // sum += a b
[[nodiscard]] Ball root(
    const Ball& a, slong bits);  // of a quantity known to be >= 0: the negative part of the ball is dropped
[[nodiscard]] Ball square(const Ball& a, slong bits);  // never reaches below 0
[[nodiscard]] Ball two_over_pi(slong bits);
[[nodiscard]] Ball power(const Ball& base, const Rational& exponent, slong bits);  // base >= 0, exponent > 0

// Ends of enclosures, as balls of radius 0 on the safe side.
[[nodiscard]] Ball lower(const Ball& a, slong bits);
[[nodiscard]] Ball upper(const Ball& a, slong bits);
[[nodiscard]] Ball magnitude_lower(const Ball& a, slong bits);  // of |a|
[[nodiscard]] Ball magnitude_upper(const Ball& a, slong bits);
[[nodiscard]] Ball hull(const Ball& a, const Ball& b, slong bits);
[[nodiscard]] Ball intersect(const Ball& a, const Ball& b, slong bits);  // of two enclosures of one quantity
[[nodiscard]] Ball zero_to(const Ball& largest, slong bits);             // the interval [0, largest]
[[nodiscard]] Ball nonnegative_part(const Ball& a);                      // exactly >= 0

/// Certainly true, certainly false, or not decided by these enclosures.
enum class Truth { no, unknown, yes };

/// What comparisons found, with how near they were: the escalation of precision reads it, the verdict does
/// not.
struct Finding {
  Truth truth = Truth::unknown;
  double margin_bits =
      std::numeric_limits<double>::infinity();  // decided: bits by which it could have been coarser
  double agreement_bits = 0;                    // undecided: relative bits to which the sides agree
  double log2_width = 0;                        // undecided: log2 of the radius of the difference

  [[nodiscard]] static Finding certain(bool value) { return {.truth = value ? Truth::yes : Truth::no}; }
};

[[nodiscard]] Finding at_most(const Ball& a, const Ball& b, slong bits);    // a <= b
[[nodiscard]] Finding less_than(const Ball& a, const Ball& b, slong bits);  // a < b
[[nodiscard]] Finding negation(Finding a);
[[nodiscard]] Finding both(const Finding& a, const Finding& b);
[[nodiscard]] Finding either(const Finding& a, const Finding& b);

}  // namespace lojaverify
