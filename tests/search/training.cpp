// Gradient descent: known limits, determinism, precision changes, specifications, trajectories.

#include "fixtures.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/json.hpp>
#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/training_spec.hpp>
#include <lojacert/search/trajectory.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <numbers>

using namespace lojacert;
using namespace lojacert::search;
using namespace lojacert::test;

namespace {

/// t^3 L at t = step * iterations, from a symmetric pair around one unit teacher.
double cubed_time_times_loss(Activation activation, NeuronForm neuron) {
  Instance instance;
  instance.activation = activation;
  instance.neuron = neuron;
  instance.teacher = rows({{"1", "0"}});
  instance.student = neuron == NeuronForm::unit ? rows({{"1/2", "1/10"}, {"1/2", "-1/10"}})
                                                : rows({{"7/10", "1/10"}, {"7/10", "-1/10"}});
  DescentOptions options;
  options.step = Rational(1, 10);
  options.iterations = 200000;
  const DescentResult result = descend(instance, options, {});
  const double t = 0.1 * static_cast<double>(result.last.iteration);
  return t * t * t * static_cast<double>(result.last.loss);
}

constexpr const char* linear_spec =
    R"({"format": "lojacert-training/1", "activation": "abs", "neuron": "norm",
  "teacher": [["1", "0", "0"], ["0", "1", "0"]], "m": 2, "seed": 3, "step": "1/10", "target_loss": "1e-40",
  "iterations": 100000, "record_every": 20})";

TrainingSpec spec_of(const std::string& text) { return parse_training_spec(text, "test", "."); }

}  // namespace

TEST_CASE("a symmetric pair under gradient descent follows its t^-3 law") {
  constexpr double square = std::numbers::pi * std::numbers::pi;
  CHECK(cubed_time_times_loss(Activation::relu, NeuronForm::unit) == Approx(square / 6).epsilon(0.03));
  CHECK(cubed_time_times_loss(Activation::abs, NeuronForm::unit) == Approx(square / 96).epsilon(0.03));
  CHECK(cubed_time_times_loss(Activation::abs, NeuronForm::norm) == Approx(square / 12).epsilon(0.03));
}

TEST_CASE("m = r converges linearly to 1e-40, through all three arithmetics, the same every time") {
  const TrainingSpec spec = spec_of(linear_spec);
  std::vector<std::string> arithmetics;
  DescentObserver observer;
  std::uint64_t records = 0;
  observer.record = [&](const Iterate& iterate) {
    ++records;
    if (arithmetics.empty() || arithmetics.back() != iterate.arithmetic)
      arithmetics.push_back(iterate.arithmetic);
  };
  const DescentResult result = descend(spec.start, spec.descent, observer);
  CHECK(result.end == DescentEnd::target);
  CHECK(result.last.loss < Real("1e-40"));
  CHECK(result.last.iteration < 3000);
  CHECK(arithmetics == std::vector<std::string>{"double", "long double", "128 bits"});
  CHECK(records == result.last.iteration / 20 + 1);
  CHECK(descend(spec.start, spec.descent, {}).last.student == result.last.student);
  Instance last = spec.start;
  last.student = result.last.student;
  CHECK(approximate_accurate_loss(last) < Real("1e-40"));
}

TEST_CASE("an interrupt stops descent with the last iterate") {
  const TrainingSpec spec = spec_of(linear_spec);
  int steps = 0;
  DescentObserver observer;
  observer.interrupted = [&] { return ++steps > 7; };
  const DescentResult result = descend(spec.start, spec.descent, observer);
  CHECK(result.end == DescentEnd::interrupted);
  CHECK(result.last.iteration == 7);
}

TEST_CASE("a step that is too large is an input error, not a hang") {
  TrainingSpec spec = spec_of(linear_spec);
  spec.descent.step = 100;
  CHECK_THROWS_AS(descend(spec.start, spec.descent, {}), InputError);
}

TEST_CASE("specifications are read strictly") {
  const std::string good = linear_spec;
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  CHECK(spec_of(good).start.student_count() == 2);
  CHECK(spec_of(with("\"m\": 2, \"seed\": 3", "\"student\": [[1, 0, \"1/3\"]]")).start.student_count() == 1);
  for (const std::string& bad :
       {with("\"seed\": 3", "\"sede\": 3"), with("\"m\": 2, ", ""), with("\"seed\": 3", "\"seed\": -3"),
        with("\"1/10\"", "\"0.1.2\""), with("lojacert-training/1", "lojacert-training/2"),
        with("\"norm\"", "\"norms\""), with("\"1/10\"", "\"1/10\", \"step\": 1"),
        with("\"m\": 2", "\"student\": [[1, 0, 0]]"), with("[[\"1\", \"0\", \"0\"],", "[[\"1\", \"0\"],"),
        with("[[\"1\", \"0\", \"0\"], [\"0\", \"1\", \"0\"]]", "\"no-such-file.json\"")}) {
    INFO(bad);
    CHECK_THROWS_AS(spec_of(bad), InputError);
  }
}

TEST_CASE("a trajectory appears whole: a header, then one exact iterate a line") {
  const auto path = std::filesystem::temp_directory_path() / "lojacert-test-trajectory.jsonl";
  std::filesystem::remove(path);
  const TrainingSpec spec = spec_of(linear_spec);
  DescentResult result;
  {
    TrajectoryWriter writer(path.string(), spec.start, spec.descent);
    DescentObserver observer;
    observer.record = [&](const Iterate& iterate) { writer.add(iterate); };
    result = descend(spec.start, spec.descent, observer);
    CHECK_FALSE(std::filesystem::exists(path));
    writer.commit();
  }
  std::ifstream file(path);
  std::string line;
  std::vector<json::Value> lines;
  while (std::getline(file, line)) lines.push_back(json::parse(line, "line"));
  REQUIRE(lines.size() == result.last.iteration / 20 + 2);
  CHECK(lines.front().at("format").as_string() == "lojacert-trajectory/1");
  CHECK(lines.front().at("step").as_string() == "1/10");
  CHECK(lines.back().at("iteration").as_integer() == static_cast<long long>(result.last.iteration));
  CHECK(parse_exact_point(lines.back().at("student").items[1].items[2].text) ==
        result.last.student.point(1, 2));
  std::filesystem::remove(path);
}
