// Rung 0: exact points in random intervals of doubles, their exact images inside the result.

#include <lojacert/enclosure/double_interval.hpp>
#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/number.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cfenv>
#include <cmath>
#include <limits>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

using namespace lojacert;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Doubles of every size, zero and the smallest and largest among them.
double any_double() {
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return 0;
    case 1:
      return *rc::gen::element(1e-320, -1e-320, 5e-324, 1e308, -1e308, 1.0, -1.0);
    default: {
      const auto mantissa = *rc::gen::inRange<long>(-(1L << 52), 1L << 52);
      const int exponent = *rc::gen::inRange(-80, 10);
      return std::ldexp(static_cast<double>(mantissa), exponent);
    }
  }
}

struct Member {
  DoubleInterval interval;
  Rational point;
};

Member any_member() {
  const double a = any_double();
  const double b = *rc::gen::element(0, 1) == 0 ? a : any_double();
  const Rational share(*rc::gen::inRange(0, 9), 8);
  const double lo = std::min(a, b);
  const double hi = std::max(a, b);
  return {DoubleInterval::between(lo, hi), Rational(exact(lo) + share * (exact(hi) - exact(lo)))};
}

bool contains(const DoubleInterval& x, const Rational& value) {
  return (x.inf() == -infinity || exact(x.inf()) <= value) &&
         (x.sup() == infinity || value <= exact(x.sup()));
}

}  // namespace

TEST_CASE("the field operations of DoubleInterval contain the exact results") {
  CHECK(rc::check([] {
    const Member x = any_member();
    const Member y = any_member();
    RC_ASSERT(contains(x.interval + y.interval, x.point + y.point));
    RC_ASSERT(contains(x.interval - y.interval, x.point - y.point));
    RC_ASSERT(contains(-x.interval, -x.point));
    RC_ASSERT(contains(x.interval * y.interval, x.point * y.point));
    RC_ASSERT(contains(sqr(x.interval), x.point * x.point));
    if (!y.point.is_zero()) RC_ASSERT(contains(x.interval / y.interval, x.point / y.point));
    RC_ASSERT(contains(hull(x.interval, y.interval), x.point));
  }));
}

TEST_CASE("the root of a DoubleInterval contains the exact root") {
  CHECK(rc::check([] {
    const Member x = any_member();
    if (x.point < 0) return;
    const DoubleInterval root = sqrt_nonnegative(x.interval);
    RC_ASSERT(root.inf() >= 0);
    RC_ASSERT(exact(root.inf()) * exact(root.inf()) <= x.point);
    RC_ASSERT(root.sup() == infinity || x.point <= exact(root.sup()) * exact(root.sup()));
  }));
}

TEST_CASE("one operation on points widens by two units in the last place and no more") {
  const DoubleInterval third = DoubleInterval(1) / DoubleInterval(3);
  CHECK(third.sup() - third.inf() <= 3 * std::ldexp(1.0, -54));
  CHECK(third.inf() < third.sup());
}

TEST_CASE("two_over_pi_arcsin contains the enclosure of 256 bits") {
  CHECK(rc::check([] {
    constexpr Bits bits{256};
    const double x = std::ldexp(static_cast<double>(*rc::gen::inRange<long>(-(1L << 52), (1L << 52) + 1)),
                                -52 - *rc::gen::element(0, 0, 3, 40));
    const Interval point = Interval::exact(x, bits);
    const Interval cosine = sqrt_nonnegative(Interval::exact(1L, bits) - sqr(point));
    // arcsin x = pi/2 - atan2(sqrt(1 - x^2), x)
    const Interval value =
        Interval::exact(1L, bits) - angle_of(cosine, point) * Interval::exact(2L, bits) / Interval::pi(bits);
    const DoubleInterval found = two_over_pi_arcsin(DoubleInterval(x));
    RC_ASSERT(exact(found.inf()) <= value.sup());
    RC_ASSERT(value.inf() <= exact(found.sup()));
    RC_ASSERT(found.sup() - found.inf() <= 1e-15 * std::fabs(x) + 1e-300);
  }));
  const DoubleInterval whole = two_over_pi_arcsin(DoubleInterval::between(-2, 2));  // the part in [-1, 1]
  CHECK((whole.inf() <= -1 && whole.inf() >= -1 - 1e-15));
  CHECK((whole.sup() >= 1 && whole.sup() <= 1 + 1e-15));
}

TEST_CASE("a rounding mode that would break the bounds is noticed") {
  CHECK(double_rounding_is_sound());
  for (const int mode : {FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO}) {
    std::fesetround(mode);
    const bool sound = double_rounding_is_sound();
    std::fesetround(FE_TONEAREST);
    CHECK_FALSE(sound);
  }
}

#ifdef __SSE2__
TEST_CASE("a mode that takes subnormal numbers for 0 is noticed") {
  constexpr unsigned flush_results = 0x8000;
  constexpr unsigned flush_operands = 0x0040;
  const unsigned usual = _mm_getcsr();
  for (const unsigned mode : {flush_results, flush_operands}) {
    _mm_setcsr(usual | mode);
    const bool sound = double_rounding_is_sound();
    _mm_setcsr(usual);
    CHECK_FALSE(sound);
  }
  CHECK(double_rounding_is_sound());
}
#endif

TEST_CASE("what overflows or is undefined is the whole line") {
  const auto is_whole = [](const DoubleInterval& x) { return x.inf() == -infinity && x.sup() == infinity; };
  const DoubleInterval large(1e308);
  CHECK(is_whole(large * large));
  CHECK(is_whole(large + large));
  CHECK(is_whole(DoubleInterval(1) / DoubleInterval()));
  CHECK(is_whole(DoubleInterval(1) / DoubleInterval::between(-1, 1)));
  CHECK(is_whole(DoubleInterval::whole_line() * DoubleInterval()));
  CHECK(is_whole(DoubleInterval::between(std::nan(""), 1)));
  CHECK(is_whole(DoubleInterval::between(2, 1)));
  CHECK(is_whole(DoubleInterval::from(Interval::exact(1L, Bits{64}) / Interval::zero(Bits{64}))));
}
