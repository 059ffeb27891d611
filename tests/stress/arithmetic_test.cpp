// The arithmetics: correctly rounded where they say so, as accurate as they say otherwise.

#include <lojacert/exact/number.hpp>
#include <lojacert/stress/arithmetic.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

using namespace lojacert;
using namespace lojacert::stress;

namespace {

constexpr Bits bits_of_double{53};

/// A dyadic rational with up to 40 significant bits, between 2^-60 and 2^60.
Rational any_dyadic() {
  const auto mantissa = *rc::gen::inRange<long>(-(1L << 40), 1L << 40);
  const auto exponent = *rc::gen::inRange<unsigned>(0, 80);
  return Rational(Integer(mantissa), Integer(1) << exponent);
}

/// |x - y| <= 2^-bits |y|.
bool agrees(const Rational& x, const Rational& y, unsigned bits) {
  return abs(Rational(x - y)) * Rational(Integer(1) << bits) <= abs(y);
}

/// The rational nearest to `value` with so many significant bits, by the definition of rounding to nearest.
template <class T>
Rational nearest_of(const Rational& value) {
  return *NativeArithmetic<T>().exact(NativeArithmetic<T>().nearest(value));
}

}  // namespace

TEST_CASE("a binary float of 53 bits computes what a double does") {
  REQUIRE(rc::check([] {
    const double x = any_dyadic().convert_to<double>();
    const double y = any_dyadic().convert_to<double>();
    RC_PRE(y != 0);
    const BinaryFloat a(exact(x), bits_of_double);
    const BinaryFloat b(exact(y), bits_of_double);
    RC_ASSERT((a + b).to_double() == x + y);
    RC_ASSERT((a - b).to_double() == x - y);
    RC_ASSERT((a * b).to_double() == x * y);
    RC_ASSERT((a / b).to_double() == x / y);
    RC_ASSERT(sqrt(abs(a)).to_double() == std::sqrt(std::abs(x)));
    RC_ASSERT((a < b) == (x < y));
    RC_ASSERT((-a).to_double() == -x);
  }));
}

TEST_CASE("a binary float keeps its value when it is copied, moved and widened") {
  const Rational third(1, 3);
  const BinaryFloat x(third, Bits{100});
  BinaryFloat copy(2L, Bits{10});
  copy = x;
  REQUIRE(copy.exact() == x.exact());
  REQUIRE(copy.precision().value == 100);
  BinaryFloat moved(std::move(copy));
  REQUIRE(moved.exact() == x.exact());
  moved = BinaryFloat(5L, Bits{20});
  REQUIRE(*moved.exact() == 5);
  REQUIRE(x.rounded(Bits{300}).exact() == x.exact());
  REQUIRE(agrees(*x.rounded(Bits{20}).exact(), third, 20));
  REQUIRE_FALSE(x.rounded(Bits{20}).exact() == x.exact());
  // The result has the larger of the operands' precisions.
  const BinaryFloat wide = BinaryFloat(1L, Bits{20}) + x;
  REQUIRE(wide.precision().value == 100);
  REQUIRE(agrees(*wide.exact(), Rational(4, 3), 99));
}

TEST_CASE("no number is neither a value nor less than one") {
  const BinaryFloat nan = BinaryFloat(0L, bits_of_double) / BinaryFloat(0L, bits_of_double);
  REQUIRE(nan.is_nan());
  REQUIRE_FALSE(nan.exact());
  REQUIRE_FALSE(nan < BinaryFloat(1L, bits_of_double));
  REQUIRE_FALSE(BinaryFloat(1L, bits_of_double) < nan);
  const BinaryFloat infinite = BinaryFloat(1L, bits_of_double) / BinaryFloat(0L, bits_of_double);
  REQUIRE_FALSE(infinite.is_nan());
  REQUIRE_FALSE(infinite.exact());
}

TEST_CASE("half precision rounds after every operation and overflows") {
  const NativeArithmetic<Eigen::half> half;
  // 2048 + 1 is half-way between two numbers of 11 bits: to even.
  REQUIRE(*half.exact(half.number(2048) + half.number(1)) == 2048);
  REQUIRE(*half.exact(half.number(2048) + half.number(3)) == 2052);
  REQUIRE(*half.exact(half.number(1) / half.number(3)) == Rational(1365, 4096));
  REQUIRE_FALSE(half.exact(half.number(60000) + half.number(60000)));
  REQUIRE_FALSE(half.is_nan(half.number(60000) + half.number(60000)));
  REQUIRE(half.is_nan(half.sqrt(half.number(-1))));
  const NativeArithmetic<Eigen::bfloat16> brain;
  REQUIRE(*brain.exact(brain.number(256) + brain.number(1)) == 256);
  REQUIRE(brain.exact(brain.number(60000) + brain.number(60000)));
}

TEST_CASE("weights are rounded to nearest once") {
  // Just above the middle of two halfs: rounding to float first would make it the middle, and then even.
  const Rational middle = Rational(2049, 2048);
  const Rational tiny(1, Integer(1) << 60);
  REQUIRE(nearest_of<Eigen::half>(Rational(middle + tiny)) == Rational(1025, 1024));
  REQUIRE(nearest_of<Eigen::half>(Rational(middle - tiny)) == 1);
  REQUIRE(nearest_of<float>(Rational(1, 3)) == Rational(11184811, 33554432));
  REQUIRE(nearest_of<double>(Rational(1, 10)) == exact(0.1));
  REQUIRE_FALSE(
      NativeArithmetic<float>().exact(NativeArithmetic<float>().nearest(Rational(Integer(1) << 200))));
}

TEST_CASE("two doubles have about 100 bits in every function") {
  const DoubleDoubleArithmetic pairs;
  constexpr Bits reference{300};
  REQUIRE(rc::check([&] {
    const Rational x = any_dyadic();
    const Rational y = any_dyadic();
    RC_PRE(x != 0 && y != 0);
    const auto a = pairs.nearest(x);
    const auto b = pairs.nearest(y);
    RC_ASSERT(agrees(*pairs.exact(a * b), Rational(x * y), 99));
    RC_ASSERT(agrees(*pairs.exact(a / b), Rational(x / y), 99));
    const BinaryFloat angle = atan2(BinaryFloat(x, reference), BinaryFloat(y, reference));
    RC_ASSERT(agrees(*pairs.exact(pairs.atan2(a, b)), *angle.exact(), 94));
    const Rational cosine = abs(x) < abs(y) ? Rational(x / y) : Rational(y / x);
    const auto c = pairs.nearest(cosine);
    const Rational truth = *acos(BinaryFloat(*pairs.exact(c), reference)).exact();
    if (abs(cosine) < 1) RC_ASSERT(agrees(*pairs.exact(pairs.acos(c)), truth, 90));
  }));
  REQUIRE(*pairs.exact(pairs.acos(pairs.number(1))) == 0);
  REQUIRE(*pairs.exact(pairs.atan2(pairs.number(0), pairs.number(0))) == 0);
  REQUIRE(pairs.is_nan(pairs.sqrt(pairs.number(-1))));
}
