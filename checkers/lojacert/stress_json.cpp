#include "stress_json.hpp"

#include "program.hpp"

#include <lojacert/exact/number.hpp>

#include <fmt/format.h>

#include <cmath>

namespace lojacert::program {

namespace {

using namespace lojacert::stress;

constexpr int shown_digits = 17;

json::Value optional_text(const std::optional<std::string>& text) {
  return text ? json::string(*text) : json::Value{};
}

json::Value rounded_down(const std::optional<double>& x) {
  return x ? json::number_text(fmt::format("{:.3f}", std::floor(*x * 1000) / 1000)) : json::Value{};
}

json::Value rounded_up(const std::optional<double>& x) {
  return x ? json::number_text(fmt::format("{:.3f}", std::ceil(*x * 1000) / 1000)) : json::Value{};
}

json::Value instance_value(const Instance& instance) {
  return json::object({{"name", json::string(instance.name)},
                       {"digest", json::string(instance_digest(instance))},
                       {"activation", json::string(std::string(to_string(instance.activation)))},
                       {"neuron", json::string(std::string(to_string(instance.neuron)))},
                       {"teacher_neuron", json::string(std::string(to_string(instance.teacher_neuron)))},
                       {"d", json::number(static_cast<long long>(instance.dimension()))},
                       {"m", json::number(static_cast<long long>(instance.student_count()))},
                       {"r", json::number(static_cast<long long>(instance.teacher_count()))}});
}

void add_digits(json::Value& object, const std::string& prefix, const Digits& digits) {
  object.members.emplace_back(prefix + "state", json::string(name_of(digits.state)));
  object.members.emplace_back(prefix + "digits_lo", rounded_down(digits.lo));
  object.members.emplace_back(prefix + "digits_hi", rounded_up(digits.hi));
}

void add_digit_row(json::Value& object, const DigitRow& row) {
  object.members.emplace_back("quantity", json::string(name_of(row.quantity)));
  object.members.emplace_back("formula", json::string(name_of(row.formula)));
  object.members.emplace_back("precision", json::string(name_of(row.precision)));
  object.members.emplace_back("bits", json::number(row.precision.bits));
  object.members.emplace_back("measure", json::string(row.digits.is_absolute ? "absolute" : "relative"));
  add_digits(object, "", row.digits);
  const bool is_short = row.value && row.precision.type != NumberType::binary;
  object.members.emplace_back("value", is_short ? json::string(exact_text(*row.value)) : json::Value{});
}

json::Value formulas_value(const std::vector<FormulaNote>& notes) {
  json::Value value = json::array();
  for (const FormulaNote& note : notes) {
    value.items.push_back(json::object({{"name", json::string(name_of(note.formula))},
                                        {"title", json::string(title_of(note.formula))},
                                        {"reason", optional_text(note.reason)}}));
  }
  return value;
}

json::Value precisions_value(const std::vector<Precision>& precisions) {
  json::Value value = json::array();
  for (const Precision& precision : precisions) {
    value.items.push_back(
        json::object({{"name", json::string(name_of(precision))}, {"bits", json::number(precision.bits)}}));
  }
  return value;
}

json::Value digits_value(const std::vector<DigitRow>& rows) {
  json::Value value = json::array();
  for (const DigitRow& row : rows) {
    json::Value object = json::object();
    add_digit_row(object, row);
    value.items.push_back(std::move(object));
  }
  return value;
}

json::Value bits_value(const std::optional<long>& bits) { return bits ? json::number(*bits) : json::Value{}; }

json::Value frontier_value(const std::vector<FrontierRow>& rows) {
  json::Value value = json::array();
  for (const FrontierRow& row : rows) {
    json::Value object = json::object({{"claim", json::string(row.kind)}});
    for (const auto& [name, text] : row.constants) object.members.emplace_back(name, json::string(text));
    object.members.emplace_back("margin", json::string(row.margin));
    object.members.emplace_back("least_bits", bits_value(row.least_bits));
    object.members.emplace_back("predicted_bits", json::number(row.predicted_bits));
    value.items.push_back(std::move(object));
  }
  return value;
}

json::Value breakdown_value(const std::vector<BreakdownRow>& rows) {
  json::Value value = json::array();
  for (const BreakdownRow& row : rows) {
    const std::optional<double>& condition = row.approximate_log10_condition;
    json::Value object =
        json::object({{"precision", json::string(name_of(row.precision))},
                      {"bits", json::number(row.precision.bits)},
                      {"stage", json::string(name_of(row.stage))},
                      {"condition_log10",
                       condition ? json::number_text(fmt::format("{:.3f}", *condition)) : json::Value{}}});
    add_digits(object, "loss_", row.loss);
    add_digits(object, "gradient_", row.gradient);
    value.items.push_back(std::move(object));
  }
  return value;
}

json::Value trajectory_value(const std::vector<IterateRow>& iterates) {
  json::Value value = json::array();
  for (const IterateRow& iterate : iterates) {
    for (const DigitRow& row : iterate.digits) {
      json::Value object = json::object({{"iteration", json::number(iterate.iteration)},
                                         {"loss", enclosure_value(iterate.reference.loss, shown_digits)}});
      add_digit_row(object, row);
      value.items.push_back(std::move(object));
    }
  }
  return value;
}

json::Value advice_value(const Advice& advice) {
  return json::object({{"verdict", json::string(name_of(advice.recommendation))},
                       {"bits", bits_value(advice.bits)},
                       {"text", json::string(advice.text)}});
}

}  // namespace

json::Value stress_value(const Tested& tested, const Stopwatch& stopwatch) {
  const StressReport& report = *tested.report;
  const Reference& reference = report.reference;
  const std::optional<Interval> norm =
      reference.gradient ? std::optional<Interval>(reference.gradient->norm) : std::nullopt;
  json::Value value = json::object({{"format", json::string("lojacert-stress/1")},
                                    {"instance", instance_value(tested.instance)},
                                    {"beta", json::string(tested.beta)},
                                    {"wanted_digits", json::number(tested.wanted_digits)},
                                    {"max_bits", json::number(tested.max_bits)},
                                    {"loss_is_zero", json::boolean(reference.loss_is_zero)},
                                    {"loss", enclosure_value(reference.loss, shown_digits)},
                                    {"gradient_norm", enclosure_value(norm, shown_digits)},
                                    {"ratio", enclosure_value(reference.ratio, shown_digits)},
                                    {"formulas", formulas_value(report.formulas)},
                                    {"precisions", precisions_value(report.precisions)},
                                    {"digits", digits_value(report.digits)},
                                    {"frontier", frontier_value(report.frontier)},
                                    {"breakdown", breakdown_value(report.breakdown)}});
  if (!tested.iterates.empty()) value.members.emplace_back("trajectory", trajectory_value(tested.iterates));
  value.members.emplace_back("advice", advice_value(report.advice));
  value.members.emplace_back("seconds", stopwatch.value());
  value.members.emplace_back("status", json::string(status_word(Status::evaluated)));
  return value;
}

}  // namespace lojacert::program
