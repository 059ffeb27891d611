// Balls: enclosures that touch 0, powers, and comparisons that never guess.

#include "ball.hpp"

#include "support.hpp"

using namespace lojaverify;

namespace {
Ball between(const std::string& lo, const std::string& hi, slong bits = 64) {
  return ball(Box{parse_number(lo), parse_number(hi)}, bits);
}
bool holds(const Ball& enclosure, const std::string& number) {
  return arb_contains_fmpq(enclosure.get(), parse_number(number).get()) != 0;
}
}  // namespace

TEST_CASE("a root that touches 0 reaches exactly 0 and the whole way up") {
  const Ball r = root(between("0", "4"), 64);
  CHECK(holds(r, "0"));
  CHECK(holds(r, "2"));
  CHECK_FALSE(holds(r, "2.00001"));
  CHECK_FALSE(holds(r, "-1e-30"));
  CHECK(root(between("-1", "0"), 64).is_finite());
  CHECK(root(Ball(), 64).is_zero());
}

TEST_CASE("squares and powers never reach below 0") {
  const Ball s = square(between("-1", "3"), 64);
  CHECK(holds(s, "0"));
  CHECK(holds(s, "9"));
  CHECK_FALSE(holds(s, "-1e-30"));
  CHECK(at_most(Ball(), s, 64).truth == Truth::yes);
  const Ball p = power(between("0", "16"), parse_number("3/4"), 64);
  CHECK(holds(p, "0"));
  CHECK(holds(p, "8"));
  CHECK_FALSE(holds(p, "8.0001"));
  CHECK(power(Ball(), parse_number("1/1000"), 64).is_zero());
  CHECK(holds(power(Ball(2), parse_number("1000/1"), 64), "0x1p1000"));
}

TEST_CASE("comparisons have three answers") {
  CHECK(at_most(Ball(1), Ball(1), 64).truth == Truth::yes);
  CHECK(less_than(Ball(1), Ball(1), 64).truth == Truth::no);
  CHECK(at_most(between("0", "2"), between("1", "3"), 64).truth == Truth::unknown);
  CHECK(at_most(between("0", "1"), between("2", "3"), 64).truth == Truth::yes);
  CHECK(at_most(between("2", "3"), between("0", "1"), 64).truth == Truth::no);
  Ball nan;
  arb_indeterminate(nan.get());
  for (const Ball& other : {Ball(1), nan}) {
    CHECK(at_most(nan, other, 64).truth == Truth::unknown);
    CHECK(less_than(other, nan, 64).truth == Truth::unknown);
  }
  Ball infinite;
  arb_pos_inf(infinite.get());
  CHECK(at_most(Ball(1), infinite, 64).truth == Truth::unknown);
}

TEST_CASE("connectives are Kleene's") {
  const Finding yes = Finding::certain(true), no = Finding::certain(false), unknown;
  CHECK(both(yes, unknown).truth == Truth::unknown);
  CHECK(both(no, unknown).truth == Truth::no);
  CHECK(both(yes, yes).truth == Truth::yes);
  CHECK(either(yes, unknown).truth == Truth::yes);
  CHECK(either(no, unknown).truth == Truth::unknown);
  CHECK(either(no, no).truth == Truth::no);
  CHECK(negation(unknown).truth == Truth::unknown);
  CHECK(negation(no).truth == Truth::yes);
}

TEST_CASE("enclosures of one quantity that do not meet prove nothing") {
  CHECK_FALSE(intersect(Ball(1), Ball(2), 64).is_finite());
}
