// The number grammar of certificates/README.md, section 1: what it means and what it refuses.

#include <limits>
#include <random>

#include "exact.hpp"
#include "support.hpp"

using namespace lojaverify;

namespace {
std::string box_text(const std::string& text) {
  const Box box = parse_box(text);
  return box.lo.text() + " " + box.hi.text();
}
}  // namespace

TEST_CASE("numbers are exact") {
  const auto [text, value] = GENERATE(
      table<std::string, std::string>({{"0.1", "1/10"},
                                       {"-0.0", "0/1"},
                                       {"+7", "7/1"},
                                       {"1.", "1/1"},
                                       {".5", "1/2"},
                                       {"1e3", "1000/1"},
                                       {"1E-3", "1/1000"},
                                       {"12.50e+01", "125/1"},
                                       {"6/4", "3/2"},
                                       {"-1/3", "-1/3"},
                                       {"0x1.8p-1", "3/4"},
                                       {"0X.8P0", "1/2"},
                                       {"0xff", "255/1"},
                                       {"-0x1p-3", "-1/8"},
                                       {"007", "7/1"},
                                       {"0e20000", "0/1"},
                                       {"1e0000000000000000000001", "10/1"},
                                       {"0/5", "0/1"},
                                       {"0x1.bb67ae8584caap-1", "3900231685776981/4503599627370496"}}));
  CAPTURE(text);
  CHECK(parse_number(text).text() == value);
}

TEST_CASE("boxes are IEEE 1788 literals") {
  const auto [text, ends] = GENERATE(table<std::string, std::string>({{"[0.49, 0.51]", "49/100 51/100"},
                                                                      {"[ 1,2 ]", "1/1 2/1"},
                                                                      {"[-1/3]", "-1/3 -1/3"},
                                                                      {"[  3  ]", "3/1 3/1"},
                                                                      {"3.56?1", "71/20 357/100"},
                                                                      {"3.56?", "711/200 713/200"},
                                                                      {"10?2ue1", "100/1 120/1"},
                                                                      {"10?d", "19/2 10/1"},
                                                                      {"-10?2", "-12/1 -8/1"},
                                                                      {"-10?2u", "-10/1 -8/1"},
                                                                      {"10?0", "10/1 10/1"},
                                                                      {"1.5?3U", "3/2 9/5"},
                                                                      {"5", "5/1 5/1"},
                                                                      {"1?1E-1", "0/1 1/5"}}));
  CAPTURE(text);
  CHECK(box_text(text) == ends);
}

TEST_CASE("what is no number is refused") {
  const std::string text =
      GENERATE(as<std::string>(), "", " ", "nan", "NaN", "inf", "-inf", "infinity", "1 ", " 1", "1e", "1e+",
               "e5", ".", "-", "+-1", "--1", "1/0", "1/-2", "1/", "/2", "1.0/2", "1e5/2", "0x", "0x.", "0xp1",
               "0x1p", "0x1e+1", "1p3", "1_000", "1,5", "1.2.3", "١", "1e20001", "1e-20001", "0x1p65537",
               "0x1/2", "1\n", "\t1", "1f", "1d", "0b1");
  CAPTURE(text);
  CHECK_THROWS_AS(parse_number(text), std::invalid_argument);
  CHECK_THROWS_AS(parse_box(text), std::invalid_argument);
}

TEST_CASE("what is no box is refused") {
  const std::string text = GENERATE(
      as<std::string>(), "[]", "[ ]", "[empty]", "[entire]", "[1, inf]", "[,]", "[1,]", "[,1]", "[2, 1]",
      "[1, 2, 3]", "[1, 2", "1, 2]", "[1;2]", "[\t1,2]", "[[1],2]", " [1,2]", "[1,2] ", "1??", "1?-1", "?1",
      ".5?", "1.?", "1/2?", "0x1?", "1?ud", "1?e", "1?2.5", "[1?]", "[", "]", "1e5?", "1?1e20001");
  CAPTURE(text);
  CHECK_THROWS_AS(parse_box(text), std::invalid_argument);
}

TEST_CASE("a number has at most 20000 characters") {
  CHECK(parse_number(std::string(20000, '1')).sign() == 1);
  CHECK_THROWS_AS(parse_number(std::string(20001, '1')), std::invalid_argument);
  CHECK_THROWS_AS(parse_box(std::string(1'000'000, '1') + "?"), std::invalid_argument);
  CHECK_THROWS_AS(parse_box("[0, " + std::string(1'000'000, '1') + "]"), std::invalid_argument);
  CHECK(box_text("[" + std::string(30000, ' ') + "1]") == "1/1 1/1");
}

TEST_CASE("doubles become rationals without rounding") {
  CHECK(Rational::exact(0.1).text() == "3602879701896397/36028797018963968");
  CHECK(Rational::exact(-0.0).text() == "0/1");
  CHECK(Rational::exact(0x1p1023) == parse_number("0x1p1023"));
  CHECK(Rational::exact(std::numeric_limits<double>::denorm_min()) == parse_number("0x1p-1074"));
  CHECK(Rational::exact(std::numeric_limits<double>::max()) == parse_number("0x1.fffffffffffffp1023"));
  std::mt19937_64 random(1);
  for (int n = 0; n < 1000; ++n) {
    const double x = std::ldexp(std::uniform_real_distribution<double>(-1, 1)(random),
                                static_cast<int>(random() % 2000) - 1000);
    char text[64];
    std::snprintf(text, sizeof text, "%a", x);
    CHECK(Rational::exact(x) == parse_number(text));
  }
}

TEST_CASE("foreign text cannot forge a line") { CHECK(printable("a\ns VERIFIED") == "a?s VERIFIED"); }
