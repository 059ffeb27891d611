// Correct digits: a certified interval around -log10 of the error.

#include "support/instances.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/stress/digits.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cmath>

using namespace lojacert;
using namespace lojacert::stress;
using namespace lojacert::test;

namespace {

constexpr Bits bits{200};
const Rational one_exponent(1);

Interval point(const Rational& x) { return Interval::from(x, bits); }

Rational power_of_ten(unsigned n) { return Rational(1, pow(Integer(10), n)); }

ComputedNumber computed_number(const Rational& x) { return {x, false}; }

/// L = 1 - 2/pi: one teacher and one student, orthogonal unit vectors.
const Instance orthogonal = instance({}, {{"1", "0"}}, {{"0", "1"}});

Computed computed_loss(const Rational& loss) {
  return {computed_number(loss), {computed_number(0), computed_number(0)}, computed_number(1)};
}

}  // namespace

TEST_CASE("an error of 10^-n is n digits, from both sides") {
  for (const unsigned n : {0U, 1U, 7U, 40U}) {
    const Digits digits = digits_from(point(power_of_ten(n)), point(1), false);
    REQUIRE(digits.state == DigitState::finite);
    REQUIRE(*digits.lo <= n);
    REQUIRE(*digits.hi >= n);
    REQUIRE(*digits.hi - *digits.lo < 1e-12);
  }
  const Digits worse = digits_from(point(1000), point(1), false);
  REQUIRE(*worse.lo <= -3);
  REQUIRE(*worse.hi >= -3);
  REQUIRE_FALSE(worse.at_least(0));
}

TEST_CASE("digits contain what the exact error says, at any scale") {
  REQUIRE(rc::check([] {
    const Rational truth(*rc::gen::inRange<long>(1, 1000), *rc::gen::inRange<long>(1, 1000));
    const auto n = *rc::gen::inRange<unsigned>(0, 50);
    const Rational scale = *rc::gen::arbitrary<bool>() ? power_of_ten(600) : Rational(1);
    const Digits digits =
        digits_from(point(Rational(scale * truth * power_of_ten(n))), point(Rational(scale * truth)), false);
    RC_ASSERT(*digits.lo <= n);
    RC_ASSERT(*digits.hi >= n);
    RC_ASSERT(*digits.hi - *digits.lo < 1e-6);
  }));
}

TEST_CASE("a wide truth leaves the digits open, and never claims too many") {
  // The truth is in [1, 1 + 10^-5]; the number is 1: at least 5 digits, perhaps all.
  const Interval truth = Interval::from(RationalInterval{1, Rational(1 + power_of_ten(5))}, bits);
  const Digits digits = digits_from(abs(truth - point(1)), truth, false);
  REQUIRE(digits.at_least(4.99));
  REQUIRE_FALSE(digits.at_least(5.01));
  REQUIRE_FALSE(digits.hi);
  // The truth may be 0: nothing is known.
  const Interval around_zero = Interval::from(RationalInterval{-1, 1}, bits);
  const Digits unknown = digits_from(abs(around_zero), around_zero, false);
  REQUIRE_FALSE(unknown.lo);
  REQUIRE_FALSE(unknown.at_least(-1000));
}

TEST_CASE("an exact result has every digit, no number has none") {
  REQUIRE(digits_from(point(0), point(1), false).state == DigitState::exact);
  REQUIRE(digits_from(point(0), point(1), false).at_least(1e6));
  REQUIRE(digits_from(point(0), point(0), true).state == DigitState::exact);
  const Digits absolute = digits_from(point(power_of_ten(9)), point(0), true);
  REQUIRE(absolute.is_absolute);
  REQUIRE(absolute.at_least(8.99));
}

TEST_CASE("the digits of a computed loss, gradient and ratio") {
  const Reference reference = reference_for(orthogonal, one_exponent, 100);
  const Rational loss = reference.loss.inf();
  const Rational near = loss * (1 + power_of_ten(6));
  const Digits digits = correct_digits(Quantity::loss, computed_loss(near), reference);
  REQUIRE(*digits.lo > 5.99);
  REQUIRE(*digits.hi < 6.01);
  Computed without = computed_loss(near);
  without.loss = {std::nullopt, true};
  REQUIRE(correct_digits(Quantity::loss, without, reference).state == DigitState::nan);
  without.loss = {std::nullopt, false};
  REQUIRE(correct_digits(Quantity::loss, without, reference).state == DigitState::infinite);
  without.gradient[1] = {std::nullopt, true};
  REQUIRE(correct_digits(Quantity::gradient, without, reference).state == DigitState::nan);
  REQUIRE(correct_digits(Quantity::ratio, computed_loss(0), reference).state == DigitState::nan);
  REQUIRE(correct_digits(Quantity::ratio, computed_loss(-1), reference).state == DigitState::nan);
}

TEST_CASE("a loss of exactly 0 has absolute digits and no ratio") {
  const Instance zero = instance({}, {{"1", "0"}}, {{"1", "0"}});
  const Reference reference = reference_for(zero, one_exponent, 100);
  REQUIRE(reference.loss_is_zero);
  const Digits digits = correct_digits(Quantity::loss, computed_loss(power_of_ten(16)), reference);
  REQUIRE(digits.is_absolute);
  REQUIRE(*digits.lo > 15.99);
  REQUIRE(correct_digits(Quantity::ratio, computed_loss(1), reference).state == DigitState::undefined);
  REQUIRE(correct_digits(Quantity::loss, computed_loss(0), reference).state == DigitState::exact);
}

TEST_CASE("a unit-form zero student has no gradient to count digits of") {
  const Instance kink = instance({}, {{"1", "0"}}, {{"0", "0"}, {"0", "1"}});
  const Reference reference = reference_for(kink, one_exponent, 100);
  const Computed computed = compute(kink, Formula::difference, precision_of(NumberType::float64));
  REQUIRE(correct_digits(Quantity::gradient, computed, reference).state == DigitState::undefined);
  REQUIRE(correct_digits(Quantity::loss, computed, reference).at_least(14));
}

TEST_CASE("boxes have no digits") {
  REQUIRE_THROWS_AS(reference_for(instance({}, {{"1", "0"}}, {{"[0, 1]", "1"}}), one_exponent, 10),
                    InstanceError);
}
