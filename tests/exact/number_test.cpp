#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/json.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <bit>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <string>

using namespace lojacert;
using Catch::Matchers::Contains;

namespace {

json::Value conformance(const std::string& name) {
  const std::string path = std::string(LOJACERT_SOURCE_DIR) + "/tests/conformance/" + name;
  std::ifstream in(path);
  REQUIRE(in);
  return json::parse(in, path);
}

/// The value's canonical text, or "error".
template <class Parse>
std::string answer(Parse parse, const std::string& text) {
  try {
    return canonical_text(parse(text));
  } catch (const InputError&) {
    return "error";
  }
}

std::string expected_answer(const json::Value& answer, std::string_view key) {
  return answer.find("error") != nullptr ? "error" : answer.at(key).as_string();
}

/// Random digits, often few.
std::string any_digits(int most) {
  std::string digits;
  const int count = *rc::gen::inRange(1, most + 1);
  for (int i = 0; i < count; ++i) digits += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  return digits;
}

std::string any_exponent(int limit) {
  const int exponent = *rc::gen::oneOf(rc::gen::inRange(-5, 6), rc::gen::inRange(-limit, limit + 1),
                                       rc::gen::element(-limit, limit));
  return std::to_string(exponent);
}

/// Text of the grammar, of every form.
std::string any_number_text() {
  const std::string sign = *rc::gen::element<std::string>("", "-", "+");
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return sign + any_digits(40);
    case 1:
      return sign + any_digits(25) + "." + any_digits(25) + "e" + any_exponent(20000);
    case 2:
      return sign + any_digits(30) + "/" + any_digits(30) + "1";
    default:
      return sign + "0x" + any_digits(25) + "." + any_digits(25) + "p" + any_exponent(65536);
  }
}

Rational any_rational() { return parse_exact_point(any_number_text()); }

double any_double() {
  const auto bits = *rc::gen::arbitrary<std::uint64_t>();
  const auto value = std::bit_cast<double>(bits);
  return std::isfinite(value) ? value : static_cast<double>(bits);
}

}  // namespace

TEST_CASE("exact numbers of the conformance corpus") {
  const json::Value corpus = conformance("numbers.json");
  for (const json::Value& item : corpus.at("numbers").as_array()) {
    const std::string& text = item.at("text").as_string();
    INFO(text.substr(0, 80) << " (" << text.size() << " characters)");
    CHECK(answer([](const std::string& t) { return parse_exact(t).lo; }, text) ==
          expected_answer(item, "lo"));
    CHECK(answer([](const std::string& t) { return parse_exact(t).hi; }, text) ==
          expected_answer(item, "hi"));
  }
}

TEST_CASE("JSON numbers of the conformance corpus") {
  const json::Value corpus = conformance("numbers.json");
  for (const json::Value& item : corpus.at("json_numbers").as_array()) {
    const std::string& text = item.at("text").as_string();
    INFO(text.substr(0, 80) << " (" << text.size() << " characters)");
    CHECK(answer([](const std::string& t) { return exact(parse_nearest_double(t)); }, text) ==
          expected_answer(item, "value"));
  }
}

TEST_CASE("messages about numbers name the reason and the cure") {
  const auto [text, fragment] = GENERATE(table<std::string, std::string>({
      {"", "an empty text"},
      {"1,5", "the decimal point is '.'"},
      {"1 ", "remove the white space"},
      {" 1", "remove the white space"},
      {"nan", "must be finite"},
      {"-Infinity", "must be finite"},
      {"[empty]", "two finite ends"},
      {"[1, inf]", "must be finite"},
      {"[, 1]", "two finite ends"},
      {"[2, 1]", "exchange them"},
      {"[1, 2", "a box ends with ']'"},
      {"1??", "write both ends"},
      {"1/0", "the denominator is zero"},
      {"1e20001", "outside [-20000, 20000]"},
      {"0x1p-65537", "outside [-65536, 65536]"},
      {"1e", "its exponent has no digits"},
      {"0x", "no hexadecimal digit"},
      {"abc", "write a decimal like 0.1"},
      {"1x", "unexpected \"x\""},
  }));
  CHECK_THROWS_WITH(parse_exact(text), Contains(fragment));
  CHECK_THROWS_WITH(parse_exact_point("[1,2]"), Contains("one exact number is needed"));
  CHECK_THROWS_WITH(parse_exact(std::string(20001, '1')),
                    Contains("more than 20000 characters") && Contains("1..."));
  CHECK_THROWS_WITH(parse_exact("\x01\xff"), Contains("\\x01\\xff"));
  CHECK_THROWS_WITH(parse_nearest_double("1e309"), Contains("write it as a string"));
}

TEST_CASE("a hostile exponent costs nothing") {
  CHECK_THROWS_AS(parse_exact("1e999999999"), InputError);
  CHECK_THROWS_AS(parse_exact("1e-999999999999999999999"), InputError);
  CHECK_THROWS_AS(parse_exact("0x1p999999999"), InputError);
  CHECK(parse_nearest_double("0e999999999999999999999999") == 0.0);
}

TEST_CASE("numbers do not depend on the locale") {
  const std::string old = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;  // not installed
    CHECK(parse_exact_point("0.5") == Rational(1, 2));
    CHECK(parse_nearest_double("0.5") == 0.5);
    CHECK_THROWS_AS(parse_exact("0,5"), InputError);
    CHECK(decimal_lower(Rational(12345678, 10), 20) == "1234567.8");
    CHECK(json::parse("[0.1e1, 1234567]", "text").items[0].text == "0.1e1");
  }
  std::setlocale(LC_ALL, old.c_str());
}

TEST_CASE("doubles are exact, and only doubles are doubles") {
  REQUIRE(rc::check("exact and exact_double are inverse", [] {
    const double value = any_double();
    RC_ASSERT(exact_double(exact(value)).value() == value);
  }));
  const double least = std::numeric_limits<double>::denorm_min();
  const double greatest = std::numeric_limits<double>::max();
  CHECK(exact_double(exact(least)) == least);
  CHECK(exact_double(exact(-greatest)) == -greatest);
  CHECK_FALSE(exact_double(exact(least) / 2).has_value());
  CHECK_FALSE(exact_double(exact(greatest) * 2).has_value());
  CHECK_FALSE(exact_double(exact(greatest) + 1).has_value());
  CHECK_FALSE(exact_double(Rational(1, 10)).has_value());
  CHECK_FALSE(exact_double(Rational(9007199254740993)).has_value());
  CHECK(exact_double(Rational(9007199254740994)) == 9007199254740994.0);
  CHECK_FALSE(std::signbit(exact_double(Rational(0)).value()));
  CHECK_THROWS_AS(exact(std::numeric_limits<double>::infinity()), std::logic_error);
}

TEST_CASE("exact text reads back exactly") {
  CHECK(exact_text(Rational(0)) == "0");
  CHECK(exact_text(Rational(-3)) == "-3");
  CHECK(exact_text(Rational(1, 2)) == "0x1p-1");
  CHECK(exact_text(Rational(-3, 4)) == "-0x1.8p-1");
  CHECK(exact_text(exact(0.1)) == "0x1.999999999999ap-4");
  CHECK(exact_text(Rational(1, 10)) == "1/10");
  CHECK(exact_text(RationalInterval{Rational(1, 3), Rational(1)}) == "[1/3, 1]");
  REQUIRE(rc::check("for every form of number", [] {
    const Rational value = any_rational();
    RC_ASSERT(parse_exact_point(exact_text(value)) == value);
  }));
  const auto text =
      GENERATE(as<std::string>(), "1e-20000", "1e20000", "-1e-20000", "0.0000000001e-20000",
               "1000000000e20000", "0x1p65536", "0x1p-65536", "0x.00000000001p-65536", "0x10000000000p65536",
               "0x1.8p-65536", "0x123456789abcdef.8p65530", "7e-20000", "0x7.000001p-65536");
  CAPTURE(text);
  CHECK(parse_exact_point(exact_text(parse_exact_point(text))) == parse_exact_point(text));
}

TEST_CASE("exact text of numbers at the limit of the grammar") {
  const std::string many(19000, '7');
  for (const std::string& text :
       {"1/" + many, many + "/3", "0x" + many, "0x." + many, "." + many, many + "e-20000", many + "e20000",
        "." + many + "e-20000", "." + many + "e20000", "0x" + many + "p65536", "0x." + many + "p-65536",
        "0x." + many + "p65536", "0x" + many + "p-65536", "0x." + std::string(19980, '0') + "1p-65536"}) {
    INFO(text.substr(0, 20) << " ... " << text.substr(text.size() - 10));
    CHECK(parse_exact_point(exact_text(parse_exact_point(text))) == parse_exact_point(text));
  }
}

TEST_CASE("a number that no text within the limits can hold is refused, not rounded") {
  const Rational tiny = parse_exact_point("1/" + std::string(19998, '7'));
  CHECK_THROWS_AS(exact_text(tiny * tiny), InputError);
}

TEST_CASE("decimals are bounds and tight") {
  CHECK(decimal_lower(Rational(1, 3), 3) == "0.333");
  CHECK(decimal_upper(Rational(1, 3), 3) == "0.334");
  CHECK(decimal_lower(Rational(-1, 3), 3) == "-0.334");
  CHECK(decimal_upper(Rational(-1, 3), 3) == "-0.333");
  CHECK(decimal_lower(Rational(0), 3) == "0");
  CHECK(decimal_upper(Rational(9999), 3) == "10000");
  CHECK(decimal_upper(Rational(1, 4), 17) == "0.25");
  CHECK(decimal_lower(exact(0.1), 17) == "0.1");
  CHECK(decimal_upper(exact(0.1), 17) == "0.10000000000000001");
  CHECK(decimal_lower(parse_exact_point("1.5e-30"), 5) == "1.5e-30");
  CHECK(decimal_upper(parse_exact_point("1e-20000") / 10, 5) == "1e-20000");
  CHECK(decimal_lower(parse_exact_point("1e-20000") / 10, 5) == "0");
  CHECK(decimal_lower(-parse_exact_point("1e-20000") / 10, 5) == "-1e-20000");
  CHECK(decimal_upper(-parse_exact_point("1e-20000") / 10, 5) == "0");
  CHECK_THROWS_AS(decimal_lower(parse_exact_point("1e20000") * 10, 5), InputError);
  REQUIRE(rc::check([] {
    const Rational value = any_rational();
    const int digits = *rc::gen::inRange(1, 40);
    if (abs(value) > 0 &&
        (abs(value) < parse_exact_point("1e-19000") || abs(value) > parse_exact_point("1e19000")))
      RC_DISCARD();
    const Rational low = parse_exact_point(decimal_lower(value, digits));
    const Rational high = parse_exact_point(decimal_upper(value, digits));
    RC_ASSERT(low <= value);
    RC_ASSERT(value <= high);
    Rational unit(10);
    for (int i = 1; i < digits; ++i) unit /= 10;
    RC_ASSERT(high - low <= unit * abs(value));
  }));
}
