#include <lojacert/exact/radical.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

using namespace lojacert;

TEST_CASE("sums of square roots vanish exactly when they should") {
  // sqrt(8) = 2 sqrt(2), sqrt(18) = 3 sqrt(2), sqrt(27) = 3 sqrt(3).
  CHECK(sum_is_zero(std::vector<Radical>{}));
  CHECK(sum_is_zero(std::vector<Radical>{{1, 8}, {-2, 2}}));
  CHECK(sum_is_zero(std::vector<Radical>{{3, 2}, {-1, 18}, {1, 27}, {-3, 3}}));
  CHECK(sum_is_zero(std::vector<Radical>{{2, 1}, {-1, 4}}));
  CHECK_FALSE(sum_is_zero(std::vector<Radical>{{1, 2}, {1, 3}, {-1, 10}}));
  CHECK_FALSE(sum_is_zero(std::vector<Radical>{{3, 2}, {-1, 18}, {1, 27}}));
  // Close is not zero: 665857/470832 is sqrt(2) to 12 digits.
  CHECK_FALSE(sum_is_zero(std::vector<Radical>{{Rational(665857, 470832), 1}, {-1, 2}}));
}

TEST_CASE("the exact test agrees with floating point where that can tell") {
  REQUIRE(rc::check([] {
    std::vector<Radical> radicals;
    double approximate = 0;
    const int size = *rc::gen::inRange(1, 6);
    for (int k = 0; k < size; ++k) {
      const long coefficient = *rc::gen::inRange<long>(-3, 4);
      const long radicand = *rc::gen::inRange<long>(1, 20);
      radicals.push_back({Rational(coefficient), Integer(radicand)});
      approximate += static_cast<double>(coefficient) * std::sqrt(static_cast<double>(radicand));
    }
    RC_ASSERT(sum_is_zero(radicals) == (std::fabs(approximate) < 1e-9));
  }));
}
