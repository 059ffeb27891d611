#include <lojacert/exact/matrix.hpp>
#include <lojacert/exact/number.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

using namespace lojacert;

namespace {

/// Points that are doubles, points that are not, and boxes, of either sign and any length.
std::string any_text() {
  return *rc::gen::element<std::string>(
      "0", "-0.0", "1", "-1/2", "0.1", "-0.1", "1/3", "[1,2]", "[-1/3,0]", "[0.1,0.1]", "[-2,-1]", "3.56?1",
      "0x1p-1074", "0x1p-1075", "-0x1p1024", "1e-400", "-123456789012345678901234567890/7",
      "[-1e300, 0x1p2000]", "9007199254740993", "1e-20000", "-1e20000", "[-1e-20000,1e-19999]");
}

}  // namespace

TEST_CASE("a matrix gives back what was appended") {
  REQUIRE(rc::check([] {
    const auto cols = *rc::gen::inRange<std::size_t>(1, 5);
    const auto rows = *rc::gen::inRange<std::size_t>(0, 6);
    std::vector<RationalInterval> entries;
    ExactMatrix matrix(cols);
    ExactMatrix from_values(cols);
    for (std::size_t i = 0; i < rows * cols; ++i) {
      const std::string text = any_text();
      entries.push_back(parse_exact(text));
      matrix.append_text(text);
      from_values.append(entries.back());
    }
    RC_ASSERT(matrix == from_values);
    RC_ASSERT(matrix.rows() == rows);
    RC_ASSERT(matrix.cols() == cols);
    bool points = true;
    for (std::size_t i = 0; i < rows; ++i) {
      bool row_points = true;
      for (std::size_t k = 0; k < cols; ++k) {
        const RationalInterval& expected = entries[i * cols + k];
        RC_ASSERT(matrix.at(i, k) == expected);
        if (expected.is_point()) {
          RC_ASSERT(matrix.point(i, k) == expected.lo);
        } else {
          RC_ASSERT_THROWS_AS(static_cast<void>(matrix.point(i, k)), std::logic_error);
          row_points = false;
        }
      }
      RC_ASSERT(matrix.row_is_point(i) == row_points);
      points = points && row_points;
    }
    RC_ASSERT(matrix.is_point() == points);
  }));
}

TEST_CASE("equal numbers make equal matrices, however they came") {
  ExactMatrix a(2);
  a.append(0.5);
  a.append(-0.0);
  ExactMatrix b(2);
  b.append(Rational(1, 2));
  b.append(parse_exact("[0,0]"));
  CHECK(a == b);
  ExactMatrix c(1);
  c.append(Rational(1, 2));
  c.append(Rational(0));
  CHECK_FALSE(a == c);
  c.reshape(2);
  CHECK(a == c);
  ExactMatrix d(2);
  d.append(Rational(1, 2));
  d.append(parse_exact("[0,1]"));
  CHECK_FALSE(a == d);
  ExactMatrix e(1);
  ExactMatrix f(1);
  e.append_text("1e-20000");
  f.append_text("10e-20000");
  CHECK_FALSE(e == f);
  e.append_text("10e-20000");
  f.append_text("1e-20000");
  CHECK_FALSE(e == f);
}

TEST_CASE("what no matrix can hold is refused") {
  ExactMatrix matrix(2);
  CHECK_THROWS_AS(matrix.append(std::numeric_limits<double>::quiet_NaN()), std::logic_error);
  CHECK_THROWS_AS(matrix.append(std::numeric_limits<double>::infinity()), std::logic_error);
  CHECK_THROWS_AS(matrix.append(RationalInterval{Rational(2), Rational(1)}), std::logic_error);
  matrix.append(1.0);
  matrix.append(2.0);
  CHECK_THROWS_AS(matrix.at(0, 2), std::logic_error);
  CHECK_THROWS_AS(matrix.at(1, 0), std::logic_error);
  CHECK_THROWS_AS(matrix.reshape(3), std::logic_error);
  CHECK_THROWS_AS(matrix.reshape(0), std::logic_error);
  CHECK(ExactMatrix().rows() == 0);
  CHECK(ExactMatrix().empty());
}
