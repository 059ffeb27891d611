// The strict JSON reader: what it refuses, and that it says where.

#include "support.hpp"

using namespace lojaverify;
using Catch::Matchers::Contains;

namespace {
std::string complaint(const std::string& text) {
  try {
    const Document document("file.json", text);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }
}  // namespace

TEST_CASE("texts that RFC 8259 or the specification forbid") {
  const auto [text, reason] =
      GENERATE(table<std::string, std::string>({{"", "byte 1"},
                                                {"{", "line 1, column 2"},
                                                {"[1,]", "column 4"},
                                                {"[1] 2", "column 5"},
                                                {"[NaN]", "not JSON"},
                                                {"[Infinity]", "not JSON"},
                                                {"[01]", "not JSON"},
                                                {"[+1]", "not JSON"},
                                                {"[.5]", "not JSON"},
                                                {"[1.]", "not JSON"},
                                                {"['a']", "not JSON"},
                                                {"[1e400]", "overflow"},
                                                {"// c\n[1]", "not JSON"},
                                                {"\xef\xbb\xbf[1]", "byte order mark"},
                                                {"[\"\xff\"]", "UTF-8"},
                                                {"[\"\xc0\x80\"]", "UTF-8"},
                                                {"[\"\xed\xa0\x80\"]", "UTF-8"},
                                                {"[\"\\ud800\"]", "not JSON"},
                                                {"[\"a\nb\"]", "not JSON"},
                                                {"{\"a\":1,\"a\":2}", "'a' appears twice"},
                                                {"{\"a\":1,\"b\":{},\"\\u0061\":2}", "'a' appears twice"},
                                                {"{\"x\":[0,{\"b\":1,\"b\":1}]}", "/x/1: key 'b'"},
                                                {"{1:2}", "not JSON"}}));
  CAPTURE(text);
  CHECK_THAT(complaint(text), Contains(reason));
  CHECK_THAT(complaint(text), Contains("file.json"));
}

TEST_CASE("nothing may follow a NUL") { CHECK_THAT(complaint(std::string("[1]\0[2]", 7)), Contains("NUL")); }

TEST_CASE("nesting up to 64 is accepted") {
  CHECK(complaint(nested(64)).empty());
  CHECK_THAT(complaint(nested(65)), Contains("deeper than 64"));
  CHECK_THAT(complaint(std::string(1'000'000, '[')), Contains("deeper than 64"));
}

TEST_CASE("a value knows its place") {
  const Document document("f", R"({"a": [0, {"b": [true, "x", null]}], "c": 1.5})");
  const Json root = document.root();
  const auto place_of = [](const Json& json) -> std::string {
    try {
      json.fail("here");
    } catch (const InputError& error) {
      return error.what();
    }
  };
  std::vector<Json> a, b;
  for (const Json x : root.at("a").elements()) a.push_back(x);
  for (const Json x : a.at(1).at("b").elements()) b.push_back(x);
  CHECK(place_of(root) == "f: the whole file: here");
  CHECK(place_of(a[0]) == "f: /a/0: here");
  CHECK(place_of(b[2]) == "f: /a/1/b/2: here");
  CHECK(place_of(root.at("c")) == "f: /c: here");
  CHECK(b[0].boolean());
  CHECK(b[1].string() == "x");
  CHECK(b[2].is_null());
  CHECK(root.at("c").number() == 1.5);
  CHECK_THROWS_AS(root.at("c").integer(), InputError);
  CHECK_THROWS_AS(root.at("missing"), InputError);
  CHECK_THROWS_AS(root.allow_only({"a"}), InputError);
}

TEST_CASE("JSON numbers are the nearest doubles") {
  const auto number = [](const std::string& text) { return Document("f", text).root().number(); };
  CHECK(number("0.1") == 0.1);
  CHECK(number("9007199254740993") == 9007199254740992.0);
  CHECK(number("18446744073709551615") == 18446744073709551616.0);
  CHECK(number("-9223372036854775808") == -9223372036854775808.0);
  CHECK(number("123456789012345678901234567890") == 123456789012345678901234567890.0);
  CHECK(number("1e-400") == 0);
  CHECK(number("5e-324") == 5e-324);
  CHECK(number(std::string(300, '1')) == std::stod(std::string(300, '1')));
  CHECK_THROWS_AS(number(std::string(400, '1')), InputError);
  CHECK(number("0." + std::string(1'000'000, '3')) == 1.0 / 3);
}
