#pragma once
// A ball together with its working precision, so that a formula reads as it does on the page.

#include "ball.hpp"

namespace lojaverify {

class Real {
 public:
  Real(Ball value, slong bits) : value_(std::move(value)), bits_(bits) {}
  Real(const Rational& value, slong bits) : Real(lojaverify::ball(value, bits), bits) {}

  [[nodiscard]] const Ball& ball() const { return value_; }
  [[nodiscard]] slong bits() const { return bits_; }
  [[nodiscard]] Real number(slong p, slong q = 1) const { return {div(Ball(p), q, bits_), bits_}; }
  [[nodiscard]] Real pi() const { return {made<Ball>(arb_const_pi, bits_), bits_}; }

  friend Real operator+(const Real& a, const Real& b) { return {add(a.value_, b.value_, a.bits_), a.bits_}; }
  friend Real operator-(const Real& a, const Real& b) { return {sub(a.value_, b.value_, a.bits_), a.bits_}; }
  friend Real operator*(const Real& a, const Real& b) { return {mul(a.value_, b.value_, a.bits_), a.bits_}; }
  friend Real operator/(const Real& a, const Real& b) { return {div(a.value_, b.value_, a.bits_), a.bits_}; }
  friend Real operator*(slong a, const Real& b) { return {mul(b.value_, a, b.bits_), b.bits_}; }
  friend Real operator+(slong a, const Real& b) { return b.number(a) + b; }
  friend Real operator-(slong a, const Real& b) { return b.number(a) - b; }
  friend Real operator/(slong a, const Real& b) { return b.number(a) / b; }
  friend Real operator/(const Real& a, slong b) { return {div(a.value_, b, a.bits_), a.bits_}; }

  friend Real square(const Real& a) { return {lojaverify::square(a.value_, a.bits_), a.bits_}; }
  friend Real root(const Real& a) { return {lojaverify::root(a.value_, a.bits_), a.bits_}; }  // a >= 0
  friend Real sine(const Real& a) { return {made<Ball>(arb_sin, a.value_, a.bits_), a.bits_}; }
  friend Real cosine(const Real& a) { return {made<Ball>(arb_cos, a.value_, a.bits_), a.bits_}; }
  friend Real log_of_one_plus(const Real& a) { return {made<Ball>(arb_log1p, a.value_, a.bits_), a.bits_}; }
  /// a^(p/q), a >= 0, p/q > 0.
  friend Real power(const Real& a, slong p, slong q) {
    return {lojaverify::power(a.value_, Rational(Integer(p), Integer(q)), a.bits_), a.bits_};
  }
  /// a^b, a > 0.
  friend Real power(const Real& a, const Real& b) {
    return {made<Ball>(arb_pow, a.value_, b.value_, a.bits_), a.bits_};
  }

  [[nodiscard]] bool is_positive() const { return value_.is_positive(); }
  friend Finding at_most(const Real& a, const Real& b) { return at_most(a.value_, b.value_, a.bits_); }
  friend Finding less_than(const Real& a, const Real& b) { return less_than(a.value_, b.value_, a.bits_); }

 private:
  Ball value_;
  slong bits_;
};

}  // namespace lojaverify
