// The containment test: an exact point in a random interval, its exact image inside the result.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/number.hpp>

#include <rapidcheck.h>
#include <boost/multiprecision/mpfr.hpp>
#include <catch2/catch.hpp>

#include <cfenv>
#include <cmath>

using namespace lojacert;

namespace {

using Reference = boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<200>>;

constexpr Bits working{64};

/// A rational of moderate size with corners: 0, small and large scales, both signs.
Rational any_rational() {
  const auto numerator = *rc::gen::inRange<long>(-1000000, 1000001);
  const auto denominator = *rc::gen::inRange<long>(1, 1000000);
  const auto scale = *rc::gen::element(0, 0, 0, 40, -40, 300, -300);
  Rational value(numerator, denominator);
  const Rational power =
      Rational(boost::multiprecision::pow(Integer(2), static_cast<unsigned>(std::abs(scale))));
  return scale >= 0 ? Rational(value * power) : Rational(value / power);
}

struct Member {
  Interval interval;
  Rational point;
};

Member any_member() {
  const Rational a = any_rational();
  const Rational b = *rc::gen::element(0, 1) == 0 ? a : any_rational();
  const RationalInterval box = a <= b ? RationalInterval{a, b} : RationalInterval{b, a};
  const Rational share(*rc::gen::inRange<long>(0, 101), 100);
  return {Interval::from(box, working), Rational(box.lo + share * (box.hi - box.lo))};
}

bool contains(const Interval& enclosure, const Rational& value) {
  return enclosure.is_finite() && enclosure.inf() <= value && value <= enclosure.sup();
}

Reference reference(const Rational& value) {
  return Reference(numerator(value)) / Reference(denominator(value));
}

/// The reference carries 200 digits; its error is far below one unit of the 64-bit ends unless the ends touch
/// it.
bool contains_reference(const Interval& enclosure, const Reference& value) {
  if (!enclosure.is_finite()) return false;
  const Reference slack = abs(value) * Reference("1e-190") + Reference("1e-400");
  return reference(enclosure.inf()) <= value + slack && value - slack <= reference(enclosure.sup());
}

}  // namespace

TEST_CASE("arithmetic contains the exact result for members of the operands") {
  REQUIRE(rc::check([] {
    const Member a = any_member();
    const Member b = any_member();
    RC_ASSERT(contains(a.interval + b.interval, Rational(a.point + b.point)));
    RC_ASSERT(contains(a.interval - b.interval, Rational(a.point - b.point)));
    RC_ASSERT(contains(a.interval * b.interval, Rational(a.point * b.point)));
    RC_ASSERT(contains(sqr(a.interval), Rational(a.point * a.point)));
    RC_ASSERT(contains(-a.interval, Rational(-a.point)));
    RC_ASSERT(contains(abs(a.interval), Rational(abs(a.point))));
    RC_ASSERT(contains(symmetric(a.interval), a.point));
    RC_ASSERT(contains(symmetric(a.interval), Rational(-a.point)));
    RC_ASSERT(contains(hull(a.interval, b.interval), a.point));
    RC_ASSERT(contains(hull(a.interval, b.interval), b.point));
    Interval sum = a.interval;
    sum.add_product(a.interval, b.interval);
    RC_ASSERT(contains(sum, Rational(a.point + a.point * b.point)));
    if (!b.interval.contains_zero())
      RC_ASSERT(contains(a.interval / b.interval, Rational(a.point / b.point)));
  }));
}

TEST_CASE("operations alias safely") {
  REQUIRE(rc::check([] {
    const Member a = any_member();
    Interval twice = a.interval;
    twice += twice;
    RC_ASSERT(contains(twice, Rational(2 * a.point)));
    Interval square = a.interval;
    square *= square;
    RC_ASSERT(contains(square, Rational(a.point * a.point)));
    Interval self = a.interval;
    self.add_product(self, self);
    RC_ASSERT(contains(self, Rational(a.point + a.point * a.point)));
    const Interval& same = self;
    self = same;
    RC_ASSERT(self.is_finite());
  }));
}

TEST_CASE("square roots and powers contain exact roots") {
  REQUIRE(rc::check([] {
    const Rational root = abs(any_rational());
    RC_ASSERT(contains(sqrt_nonnegative(Interval::from(Rational(root * root), working)), root));
    const Interval cube = Interval::from(Rational(root * root * root), working);
    RC_ASSERT(contains(pow_nonnegative(cube, Rational(1, 3)), root));
    RC_ASSERT(contains(pow_nonnegative(cube, Rational(2, 3)), Rational(root * root)));
    RC_ASSERT(
        contains(pow_nonnegative(Interval::from(root, working), Rational(3)), Rational(root * root * root)));
  }));
}

TEST_CASE("powers reach 0 exactly at 0") {
  const Interval zero = Interval::zero(working);
  CHECK(pow_nonnegative(zero, Rational(3, 4)).is_point());
  CHECK(contains(pow_nonnegative(zero, Rational(3, 4)), 0));
  const Interval touching = Interval::from(RationalInterval{0, Rational(1, 16)}, working);
  const Interval power = pow_nonnegative(touching, Rational(3, 4));
  CHECK(contains(power, 0));
  CHECK(contains(power, Rational(1, 8)));
  const Interval dipping = Interval::from(RationalInterval{Rational(-1, 9), Rational(1, 4)}, working);
  CHECK(contains(sqrt_nonnegative(dipping), 0));
  CHECK(contains(sqrt_nonnegative(dipping), Rational(1, 2)));
}

TEST_CASE("elementary functions contain the reference") {
  REQUIRE(rc::check([] {
    const Rational x(*rc::gen::inRange<long>(-3000000, 3000001), 100000);
    const Interval at = Interval::from(x, working);
    RC_ASSERT(contains_reference(exp(at), exp(reference(x))));
    RC_ASSERT(contains_reference(sin(at), sin(reference(x))));
    RC_ASSERT(contains_reference(cos(at), cos(reference(x))));
    if (x > 0) RC_ASSERT(contains_reference(log(at), log(reference(x))));
  }));
  CHECK(contains_reference(Interval::pi(working), boost::math::constants::pi<Reference>()));
}

TEST_CASE("angles contain atan2 at every member, and are tight at points") {
  REQUIRE(rc::check([] {
    Member y = any_member();
    const Member x = any_member();
    if (y.interval.sup() < 0) y = {-y.interval, Rational(-y.point)};
    if (y.point < 0) y.point = 0;
    const Interval angle = angle_of(y.interval, x.interval);
    RC_PRE(y.point != 0 || x.point != 0);
    RC_ASSERT(contains_reference(angle, atan2(reference(y.point), reference(x.point))));
  }));
}

TEST_CASE("angles at the corners") {
  const Interval zero = Interval::zero(working);
  const Interval minus_zero = -zero;
  const Interval one = Interval::exact(1L, working);
  CHECK(certainly_less_equal(angle_of(zero, one), zero));  // exactly 0
  CHECK(angle_of(zero, one).is_point());
  CHECK(certainly_less(Interval::exact(3L, working), angle_of(zero, -one)));  // pi
  // A zero with a negative sign is a zero: rounding down gives it.
  CHECK(certainly_less(Interval::exact(3L, working), angle_of(minus_zero, -one)));
  CHECK(certainly_less(Interval::exact(3L, working), angle_of(one - one, -one)));
  const Interval right_angle = angle_of(one, zero);
  CHECK(contains_reference(right_angle, boost::math::constants::half_pi<Reference>()));
  CHECK(contains_reference(angle_of(one, minus_zero), boost::math::constants::half_pi<Reference>()));
  const Interval around = Interval::from(RationalInterval{-1, 1}, working);
  const Interval all = angle_of(Interval::from(RationalInterval{0, 1}, working), around);
  CHECK(contains(all, 0));
  CHECK(contains(all, Rational(31415926, 10000000)));
}

TEST_CASE("outside their domain operations decide nothing") {
  const Interval around = Interval::from(RationalInterval{-1, 1}, working);
  const Interval one = Interval::exact(1L, working);
  for (const Interval& broken :
       {one / around, one / Interval::zero(working), log(around), log(-one), one / around - one / around}) {
    CHECK_FALSE(broken.is_finite());
    CHECK_FALSE((certainly_less(broken, one) && certainly_less(-broken, one)));
    CHECK(broken.contains_zero());
    CHECK_THROWS_AS(broken.inf(), std::domain_error);
    CHECK_FALSE(certainly_subset(broken, one));
    CHECK_FALSE(sqrt_nonnegative(broken).is_finite());
    CHECK_FALSE((certainly_less_equal(sqrt_nonnegative(broken), one)));
  }
  CHECK_THROWS_AS(Interval::exact(std::nan(""), working), std::domain_error);
  CHECK_THROWS_AS(Interval::exact(HUGE_VAL, working), std::domain_error);
}

TEST_CASE("disjoint enclosures of one number are an error") {
  const Interval one = Interval::exact(1L, working);
  CHECK_THROWS_AS(intersection(one, one + one), std::domain_error);
  CHECK(intersection(one, Interval::from(RationalInterval{0, 3}, working)).is_point());
}

TEST_CASE("precision is carried by the value and never lost") {
  const Interval coarse = Interval::from(Rational(1, 3), Bits{53});
  const Interval fine = Interval::from(Rational(1, 3), Bits{500});
  CHECK((coarse + fine).precision().value == 500);
  CHECK((fine * coarse).precision().value == 500);
  CHECK(contains(coarse + fine, Rational(2, 3)));
  CHECK(fine.approximate_log2_width() < -495);
  Interval copy = fine;
  CHECK(copy.precision().value == 500);
  CHECK(copy.inf() == fine.inf());
  const Interval moved = std::move(copy);
  CHECK(moved.sup() == fine.sup());
}

TEST_CASE("decimal ends are valid bounds") {
  REQUIRE(rc::check([] {
    const Member a = any_member();
    const int digits = *rc::gen::inRange(1, 40);
    RC_ASSERT(parse_exact_point(a.interval.decimal_inf(digits)) <= a.interval.inf());
    RC_ASSERT(parse_exact_point(a.interval.decimal_sup(digits)) >= a.interval.sup());
  }));
}

TEST_CASE("the rounding mode of the processor does not matter") {
  for (const int mode : {FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    std::fesetround(mode);
    const Interval third = Interval::exact(1L, Bits{53}) / Interval::exact(3L, Bits{53});
    CHECK(contains(third, Rational(1, 3)));
    CHECK(contains_reference(Interval::pi(Bits{53}), boost::math::constants::pi<Reference>()));
  }
  std::fesetround(FE_TONEAREST);
}
