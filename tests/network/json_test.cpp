#include <lojacert/exact/error.hpp>
#include <lojacert/network/json.hpp>

#include <catch2/catch.hpp>

#include <sstream>
#include <string>

using namespace lojacert;
using Catch::Matchers::Contains;

namespace {

json::Value parse(const std::string& text) { return json::parse(text, "text"); }

}  // namespace

TEST_CASE("a document keeps order, number texts and places") {
  const json::Value value =
      parse(R"({"b": [1, 0.10, -0, 1E5, 18446744073709551616], "a": {"c d": true, "e": null}})");
  CHECK(value.kind == json::Kind::object);
  CHECK(value.members[0].first == "b");
  const auto& numbers = value.at("b").as_array();
  CHECK(numbers[0].as_integer() == 1);
  CHECK(numbers[1].text == "0.10");
  CHECK(numbers[1].as_double() == 0.1);
  CHECK(numbers[2].as_integer() == 0);
  CHECK(numbers[3].text == "1E5");
  CHECK(numbers[4].text == "18446744073709551616");
  CHECK(numbers[4].place == "b[4]");
  CHECK(value.at("a").at("c d").as_bool());
  CHECK(value.at("a").at("c d").place == "a.\"c d\"");
  CHECK(value.at("a").find("nothing") == nullptr);
  CHECK_THROWS_WITH(numbers[4].as_integer(), "b[4]: expected an integer, found \"18446744073709551616\"");
  CHECK_THROWS_WITH(numbers[1].as_integer(), Contains("expected an integer"));
  CHECK_THROWS_WITH(value.at("a").at("e").as_string(), "a.e: expected a string, found null");
  CHECK_THROWS_WITH(value.at("b").at("x"), "b: expected an object, found an array");
  CHECK_THROWS_WITH(value.at("x"), "the document: the key \"x\" is missing");
  CHECK_THROWS_WITH(value.expect_object({"a"}), "the document: the key \"b\" is unknown; allowed here: a");
  CHECK_NOTHROW(value.expect_object({"a", "b", "c"}));
}

TEST_CASE("errors of syntax name label, line and column") {
  CHECK_THROWS_WITH(parse("{\"a\": 1,\n  \"b\": x}"), Contains("text: line 2, column 8: syntax error"));
  CHECK_THROWS_WITH(parse("[1\n"), Contains("text: line 2, column 1") || Contains("text: line 1, column 3"));
  CHECK_THROWS_WITH(parse("{\"a\": 1,\n\"a\": 2}"),
                    "text: line 2, column 3: the key \"a\" stands twice in one object; keep one");
  CHECK_THROWS_WITH(parse(""), "text: the file is empty");
  CHECK_THROWS_WITH(parse("\xEF\xBB\xBF{}"), Contains("byte order mark"));
  CHECK_THROWS_WITH(parse("{} {}"), Contains("expected end of input"));
  CHECK_THROWS_WITH(parse(std::string("{}\0", 3)), Contains("NUL"));
  CHECK_THROWS_WITH(parse("\"\xC0\x80\""), Contains("UTF-8"));
  CHECK_THROWS_WITH(parse("[1e999]"), Contains("beyond the range of doubles"));
  CHECK_THROWS_WITH(parse(std::string(65, '[') + std::string(65, ']')), Contains("nested deeper than 64"));
  CHECK_NOTHROW(parse(std::string(64, '[') + std::string(64, ']')));
  CHECK_THROWS_WITH(parse(std::string(1000000, '[')), Contains("nested deeper than 64"));
  CHECK_THROWS_AS(parse("// comment\n1"), InputError);
  CHECK_THROWS_AS(parse("nul"), InputError);
}

TEST_CASE("messages stay short whatever the file holds") {
  for (const std::string& text :
       {"[\"" + std::string(1000000, 'a'),
        "{\"" + std::string(1000000, 'k') + "\": 1, \"" + std::string(1000000, 'k') + "\": 1}",
        "[" + std::string(1000000, '1') + "x]"}) {
    try {
      (void)parse(text);
      FAIL("read");
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).size() < 400);
    }
  }
}

TEST_CASE("duplicate keys are found apart in every object") {
  CHECK_NOTHROW(parse(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})"));
  CHECK_THROWS_AS(parse(R"({"b": [{"a": 1, "c": 0, "a": 2}]})"), InputError);
  CHECK_THROWS_AS(parse(R"({"a": {"b": 1}, "a": 1})"), InputError);
}

TEST_CASE("what is dumped parses to the same") {
  const std::string text = R"({
  "name": "a \"b\" \\ \n \u0001 é",
  "numbers": [1, 2.50, -1e-5],
  "rows": [
    [1, 2],
    [3, 4]
  ],
  "none": {},
  "empty": [],
  "flags": [true, false, null]
})";
  const json::Value value = parse(text);
  CHECK(json::dump(value) == text);
  CHECK(json::dump(parse(json::dump(value))) == text);
  const json::Value built = json::object({{"n", json::number(-3)},
                                          {"t", json::number_text("0.10")},
                                          {"b", json::boolean(true)},
                                          {"s", json::string("x")},
                                          {"a", json::array({json::array(), json::object()})}});
  CHECK(json::dump(parse(json::dump(built))) == json::dump(built));
}

TEST_CASE("events are written while they come") {
  const std::string text = R"({
    "a": [1, 2.50, [], [true, null]],
    "b": {},
    "c": {
      "d": [{
        "e": "\\ \n"
      }, {}]
    }
  })";
  std::string out;
  json::Writer writer(out, 2);
  json::read(text, "text", writer);
  CHECK(out == text);
}

TEST_CASE("text outside UTF-8 is replaced, so that a written file stays valid") {
  for (const std::string text :
       {"\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xc0\xaf", "\xf0\x80\x80\x80"}) {
    CHECK_THAT(parse("[" + json::quoted(text) + "]").items[0].text, Contains("\xEF\xBF\xBD"));
  }
  for (const std::string text :
       {"\x7f", "\xc2\x80", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbd"}) {
    CHECK(parse("[" + json::quoted(text) + "]").items[0].text == text);
  }
}

TEST_CASE("events that object get the line before their message") {
  class Objector : public json::Builder {
    void null() override { throw InputError("no null here"); }
  };
  std::istringstream in("[1,\n2,\nnull]");
  Objector objector;
  CHECK_THROWS_WITH(json::read(in, "file.json", objector), "file.json: line 3: no null here");
}
