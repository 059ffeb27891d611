#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/instance_file.hpp>
#include <lojacert/network/json.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <clocale>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace lojacert;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

namespace fs = std::filesystem;

const fs::path tests = fs::path(LOJACERT_SOURCE_DIR) / "tests";

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

Instance read(const std::string& text) {
  std::istringstream in(text);
  return read_instance_json(in, "text");
}

/// The message of the error, or "" where the file is read.
std::string message(const std::string& path) {
  try {
    (void)read_instance(path);
    return {};
  } catch (const InputError& error) {
    return error.what();
  }
}

bool same(const Instance& a, const Instance& b) {
  return a.name == b.name && a.activation == b.activation && a.neuron == b.neuron &&
         a.teacher_neuron == b.teacher_neuron && a.gram == b.gram && a.teacher == b.teacher &&
         a.student == b.student;
}

std::string any_entry_text() {
  return *rc::gen::element<std::string>(
      "0", "1", "-1/2", "0.1", "2/3", "[1,2]", "[-1/3,0.1]", "3.56?1", "0x1p-1074", "0x1p-2000", "1e-20000",
      "1e20000", "[-1e20000, 1e-20000]", "-123456789012345678901234567890/7", "0x1.bb67ae8584caap-1");
}

ExactMatrix any_matrix(std::size_t cols) {
  ExactMatrix matrix(cols);
  const auto rows = *rc::gen::inRange<std::size_t>(1, 5);
  for (std::size_t i = 0; i < rows * cols; ++i) matrix.append(parse_exact(any_entry_text()));
  return matrix;
}

Instance any_instance() {
  Instance instance;
  const auto cols = *rc::gen::inRange<std::size_t>(1, 5);
  instance.name = *rc::gen::element<std::string>("", "plain", "\"quoted\" \\ \n \x01 \x7f", "na\xc3\xafve",
                                                 "\xf0\x9f\x8f\xa0");
  instance.activation = *rc::gen::element(Activation::abs, Activation::relu, Activation::relu_linear);
  instance.neuron = *rc::gen::element(NeuronForm::unit, NeuronForm::norm);
  instance.teacher_neuron = *rc::gen::element(NeuronForm::unit, NeuronForm::norm);
  instance.teacher = any_matrix(cols);
  if (*rc::gen::arbitrary<bool>()) instance.student = any_matrix(cols);
  instance.provenance = *rc::gen::element<std::string>(
      "", "{}", R"({"a": [1, 2.50, -0.0, 1e5], "b": {"c": null, "d": [true, "x"]}})");
  return instance;
}

Instance any_gram_instance() {
  Instance instance;
  instance.gram = true;
  const auto size = *rc::gen::inRange<std::size_t>(1, 4);
  std::vector<Rational> values;
  for (std::size_t i = 0; i < size * size; ++i) values.push_back(parse_exact(any_entry_text()).hi);
  ExactMatrix gram(size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < size; ++k) {
      const Rational& value = values[std::min(i, k) * size + std::max(i, k)];
      gram.append(i == k ? Rational(abs(value)) : value);
    }
  }
  instance.teacher = gram;
  return instance;
}

}  // namespace

TEST_CASE("every bad instance is refused with its path, the place and the reason") {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(tests / "network" / "bad_input")) {
    if (entry.path().extension() != ".json") continue;
    std::string expected = content(entry.path().string() + ".message");
    expected.erase(expected.find_last_not_of('\n') + 1);
    INFO(entry.path());
    const std::string told = message(entry.path().string());
    CHECK_THAT(told, StartsWith(entry.path().string() + ": ") && Contains(expected));
    CHECK(told.size() < 400);
    CHECK(told.find('\n') == std::string::npos);
    ++count;
  }
  CHECK(count > 80);
}

TEST_CASE("files that cannot be read are named with the reason") {
  CHECK_THAT(message("/nowhere/instance.json"),
             StartsWith("/nowhere/instance.json: cannot be opened: No such file"));
  CHECK_THAT(message("/tmp"), StartsWith("/tmp: is a directory"));
  CHECK_THAT(message("/proc/self/mem"), StartsWith("/proc/self/mem: "));
}

TEST_CASE("an instance says everything it holds") {
  const Instance instance =
      read(R"({"student": [[0.1, "0.1"]], "teacher": [["1", "[1, 2]"], [-0.0, 1e-400]], "neuron": "norm",
      "activation": "relu+linear", "provenance": {"seed": 7, "loss": 1.50}, "name": "a \u00e9", "format": "lojacert-instance/1"})");
  CHECK(instance.name == "a \xc3\xa9");
  CHECK(instance.activation == Activation::relu_linear);
  CHECK(instance.neuron == NeuronForm::norm);
  CHECK(instance.teacher_neuron == NeuronForm::unit);
  CHECK(instance.dimension() == 2);
  CHECK(instance.teacher_count() == 2);
  CHECK(instance.student_count() == 1);
  CHECK_FALSE(instance.gram);
  CHECK_FALSE(instance.is_point());
  CHECK(instance.student->point(0, 0) == exact(0.1));
  CHECK(instance.student->point(0, 1) == Rational(1, 10));
  CHECK(instance.teacher.point(1, 1) == 0);
  CHECK_THAT(instance.provenance, Contains("1.50"));
}

TEST_CASE("forms are refused beside a JSON instance") {
  const std::string path = (tests / "network" / "bad_input" / "no_format.json").string();
  CHECK_THROWS_WITH(
      read_instance(path, {Activation::abs, {}, NeuronForm::unit}),
      path + ": a JSON instance says its network itself; leave out --activation, --teacher-neuron");
}

TEST_CASE("nesting of 64 is allowed") {
  const std::string open(62, '[');
  const std::string close(62, ']');
  CHECK_NOTHROW(
      read(R"({"format": "lojacert-instance/1", "activation": "abs", "neuron": "unit", "teacher": [["1"]],
                         "provenance": {"a": )" +
           open + close + "}}"));
}

TEST_CASE("canonical texts and digests of the conformance corpus") {
  std::ifstream in(tests / "conformance" / "digests.json");
  const json::Value corpus = json::parse(in, "digests.json");
  for (const json::Value& item : corpus.at("digests").as_array()) {
    const Instance instance = read(json::dump(item.at("instance")));
    CHECK(canonical_instance(instance) == item.at("canonical_instance").as_string());
    CHECK(instance_digest(instance) == item.at("instance_digest").as_string());
    CHECK(teacher_digest(instance) == item.at("teacher_digest").as_string());
  }
}

TEST_CASE("what is written reads back to the same numbers and digests") {
  const auto round_trip = [](const Instance& instance) {
    const Instance again = read(instance_json(instance));
    RC_ASSERT(same(again, instance));
    RC_ASSERT(instance_digest(again) == instance_digest(instance));
    RC_ASSERT(teacher_digest(again) == teacher_digest(instance));
    RC_ASSERT(again.provenance.empty() == instance.provenance.empty());
    RC_ASSERT(instance_json(again) == instance_json(instance));
    const Instance canonical = read(canonical_instance_json(instance));
    RC_ASSERT(same(canonical, instance));
    RC_ASSERT(canonical_instance(canonical) == canonical_instance(instance));
  };
  REQUIRE(rc::check("rows", [&] { round_trip(any_instance()); }));
  REQUIRE(rc::check("Gram matrices", [&] { round_trip(any_gram_instance()); }));
}

TEST_CASE("one number moves the digest, name and provenance do not") {
  REQUIRE(rc::check([] {
    const Instance instance = any_instance();
    Instance renamed = instance;
    renamed.name += "x";
    renamed.provenance = R"({"x": 1})";
    RC_ASSERT(instance_digest(renamed) == instance_digest(instance));
    Instance other = instance;
    ExactMatrix teacher(instance.teacher.cols());
    const std::size_t entries = instance.teacher.rows() * instance.teacher.cols();
    const auto changed = *rc::gen::inRange<std::size_t>(0, entries);
    for (std::size_t i = 0; i < entries; ++i) {
      RationalInterval value = instance.teacher.at(i / teacher.cols(), i % teacher.cols());
      if (i == changed) value.hi += parse_exact_point("1e-20000");
      teacher.append(value);
    }
    other.teacher = teacher;
    RC_ASSERT(instance_digest(other) != instance_digest(instance));
    RC_ASSERT(teacher_digest(other) != teacher_digest(instance));
  }));
}

TEST_CASE("instances do not depend on the locale") {
  const std::string old = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;  // not installed
    const Instance instance = read(
        R"({"format": "lojacert-instance/1", "activation": "abs", "neuron": "unit", "teacher": [[1234567.5, "0.5"]]})");
    CHECK(instance.teacher.point(0, 0) == Rational(12345675, 10));
    CHECK_THAT(instance_json(instance), Contains("\"0x1.2d6878p20\""));
  }
  std::setlocale(LC_ALL, old.c_str());
}

TEST_CASE("damaged files are refused or mean another instance, and never do more") {
  const std::vector<std::string> originals = {
      R"({"format": "lojacert-instance/1", "name": "caf\u00e9", "activation": "abs", "neuron": "norm", "teacher_neuron": "unit",
          "teacher": [["1", 0.1], ["[0.49, 0.51]", "0x1.8p-1"]], "student": [["3.56?1", -1e-5], ["1/3", "10?2ue1"]], "provenance": {"a": [1, null]}})",
      R"({"format": "lojacert-instance/1", "activation": "relu", "neuron": "unit", "teacher": {"gram": [["1", 0.5], [0.5, "2"]]}})",
  };
  std::mt19937 random(20240607);  // NOLINT: the same damage in every run
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const std::string spice = "[]{}\",:.0123456789eEpPxX/?+-ud \n\\\x01\x80\xff";
  int read_count = 0;
  for (int round = 0; round < 10000; ++round) {
    std::string text = originals[below(originals.size())];
    for (std::size_t change = 1 + below(3); change > 0; --change) {
      const std::size_t at = below(text.size());
      switch (below(4)) {
        case 0:
          text[at] = static_cast<char>(below(256));
          break;
        case 1:
          text[at] = spice[below(spice.size())];
          break;
        case 2:
          text.erase(at, 1 + below(4));
          break;
        default:
          text.insert(at, 1 + below(2), spice[below(spice.size())]);
          break;
      }
      if (text.empty()) text = " ";
    }
    try {
      const Instance instance = read(text);
      CHECK(instance_digest(read(instance_json(instance))) == instance_digest(instance));
      ++read_count;
    } catch (const InputError& error) {
      CHECK_THAT(error.what(), StartsWith("text: "));
    }
  }
  CHECK(read_count > 100);
}
