// lojacert stress: the digits that each precision and formula leaves, and the precision to choose.

#include "program.hpp"
#include "stress_json.hpp"
#include "text.hpp"

#include <lojacert/report/page.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace lojacert::program {

namespace {

using namespace lojacert::stress;

struct Options {
  InstanceOptions instance;
  std::string trajectory;
  std::string beta;
  int digits = 6;
  long max_bits = 4096;
  long iterates = 40;
  bool json = false;
  std::string plot;
};

constexpr int shown_digits = 17;

/// The cell of a table: digits rounded down, or why there are none.
std::string cell(const Digits& digits) {
  if (digits.state == DigitState::finite)
    return digits.lo ? fmt::format("{:.1f}", std::floor(*digits.lo * 10) / 10) : "?";
  return digits.state == DigitState::undefined ? "-" : name_of(digits.state);
}

const DigitRow* find_row(const std::vector<DigitRow>& rows, Quantity quantity, Formula formula,
                         const Precision& precision) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const DigitRow& row) {
    return row.quantity == quantity && row.formula == formula && row.precision == precision;
  });
  return found == rows.end() ? nullptr : &*found;
}

std::string table_line(const std::string& first, const std::vector<std::string>& cells,
                       std::size_t width = 12) {
  std::string line = fmt::format("  {:<14}", first);
  for (const std::string& text : cells) line += fmt::format("{:>{}}", text, width);
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string title(Quantity quantity, const StressReport& report, const std::string& beta) {
  const char* measure = report.reference.loss_is_zero ? ", absolute" : "";
  switch (quantity) {
    case Quantity::loss:
      return fmt::format("correct digits of the loss{}", measure);
    case Quantity::gradient:
      return fmt::format("correct digits of the gradient{}", measure);
    case Quantity::ratio:
      return fmt::format("correct digits of ||grad||/L^{}", beta);
  }
  throw std::logic_error("unknown quantity");
}

void print_digits(const StressReport& report, const std::string& beta) {
  std::vector<std::string> names;
  for (const FormulaNote& note : report.formulas) names.emplace_back(name_of(note.formula));
  for (const Quantity quantity : {Quantity::loss, Quantity::gradient, Quantity::ratio}) {
    if (quantity != Quantity::loss && !report.reference.gradient) continue;
    if (quantity == Quantity::ratio && !report.reference.ratio) continue;
    comment(title(quantity, report, beta));
    comment(table_line("", names));
    for (const Precision& precision : report.precisions) {
      std::vector<std::string> cells;
      for (const FormulaNote& note : report.formulas) {
        const DigitRow* row = find_row(report.digits, quantity, note.formula, precision);
        cells.push_back(row == nullptr ? "" : cell(row->digits));
      }
      comment(table_line(name_of(precision), cells));
    }
  }
  for (const FormulaNote& note : report.formulas) {
    if (note.reason) comment(fmt::format("no {} formula: {}", name_of(note.formula), *note.reason));
  }
}

void print_frontier(const StressReport& report, long max_bits) {
  if (report.frontier.empty()) return;
  comment("bits with which lojacert decides");
  comment(table_line("claim", {"margin", "least", "predicted"}));
  for (const FrontierRow& row : report.frontier) {
    comment(table_line(
        row.kind,
        {row.margin, row.least_bits ? std::to_string(*row.least_bits) : fmt::format("> {}", max_bits),
         std::to_string(row.predicted_bits)}));
  }
}

void print_breakdown(const StressReport& report) {
  const Precision* shown = nullptr;
  for (const BreakdownRow& row : report.breakdown) {
    if (shown == nullptr || !(*shown == row.precision)) {
      comment(fmt::format("where the digits go in {}: digits left if only this stage is rounded",
                          name_of(row.precision)));
      comment(table_line("stage", {"condition", "loss", "gradient"}));
    }
    shown = &row.precision;
    const std::string condition =
        row.approximate_log10_condition ? fmt::format("10^{:.1f}", *row.approximate_log10_condition) : "0";
    comment(table_line(name_of(row.stage), {condition, cell(row.loss), cell(row.gradient)}));
  }
}

void print_iterates(const std::vector<IterateRow>& rows) {
  if (rows.empty()) return;
  constexpr std::size_t width = 17;
  const std::vector<Formula> shown{Formula::acos, Formula::difference, Formula::cluster};
  const Precision in_double = precision_of(NumberType::float64);
  comment("correct digits of loss and gradient in double along the descent");
  std::vector<std::string> titles{"loss"};
  for (const Formula formula : shown) {
    for (const Quantity quantity : {Quantity::loss, Quantity::gradient})
      titles.push_back(fmt::format("{} {}", name_of(formula), quantity == Quantity::loss ? "loss" : "grad"));
  }
  comment(table_line("iteration", titles, width));
  for (const IterateRow& row : rows) {
    std::vector<std::string> cells{row.reference.loss.decimal_inf(3)};
    for (const Formula formula : shown) {
      for (const Quantity quantity : {Quantity::loss, Quantity::gradient}) {
        const DigitRow* found = find_row(row.digits, quantity, formula, in_double);
        cells.push_back(found == nullptr ? "-" : cell(found->digits));
      }
    }
    comment(table_line(std::to_string(row.iteration), cells, width));
  }
}

void print(const Tested& tested) {
  const Instance& instance = tested.instance;
  const StressReport& report = *tested.report;
  comment(fmt::format("instance       {}", instance.name.empty() ? "(no name)" : instance.name));
  comment(fmt::format("network        {}", instance_text(instance)));
  comment(fmt::format("digest         {}", instance_digest(instance)));
  comment(fmt::format("loss           {}", enclosure_text(report.reference.loss, shown_digits)));
  if (report.reference.gradient) {
    comment(fmt::format("gradient norm  {}", enclosure_text(report.reference.gradient->norm, shown_digits)));
  } else {
    comment("gradient norm  undefined: a student is zero and in unit form");
  }
  print_iterates(tested.iterates);
  print_digits(report, tested.beta);
  print_frontier(report, tested.max_bits);
  print_breakdown(report);
  comment(fmt::format("advice: {}", report.advice.text));
}

/// The recorded descent that is asked for, wherever its file is named.
std::string trajectory_path(const Options& options) {
  const std::string& place = options.instance.path;
  const bool in_place = !place.empty() && place != "-" && is_trajectory_file(place);
  if (options.trajectory.empty()) return in_place ? place : "";
  if (!place.empty() || !options.instance.teacher.empty() || !options.instance.student.empty())
    throw InputError("give an instance or a trajectory, not both");
  return options.trajectory;
}

Outcome run(const Options& options) {
  const Stopwatch stopwatch;
  const std::string path = trajectory_path(options);
  Tested tested;
  RecordedDescent descent;
  if (path.empty()) {
    tested.instance = options.instance.load();
  } else {
    descent = read_recorded_descent(path);
    tested.instance = descent.at(descent.students.size() - 1);
  }
  tested.beta = options.beta.empty() ? usual_beta(tested.instance.neuron) : options.beta;
  tested.wanted_digits = options.digits;
  tested.max_bits = options.max_bits;
  tested.report = options.instance.about([&] {
    return stress::stress(tested.instance, {tested.beta, options.digits, options.max_bits});
  });
  if (!path.empty())
    tested.iterates = stress_along(descent, tested.beta, static_cast<std::size_t>(options.iterates));
  const json::Value value = stress_value(tested, stopwatch);
  if (!options.plot.empty()) write_result(options.plot, report_page({value}, ""));
  if (options.json) return {Status::evaluated, false, json::dump(value)};
  print(tested);
  return {Status::evaluated};
}

}  // namespace

void add_stress(CLI::App& app, Result& result) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("stress", "Test which precision keeps how many digits, and which one to choose");
  options->instance.add_to(*command);
  command
      ->add_option("--trajectory", options->trajectory,
                   "A recorded descent (lojacert-trajectory/1), also accepted in the place of the instance")
      ->type_name("FILE");
  command->add_option("--beta", options->beta, "Exponent (3/4 in norm form, 2/3 in unit form)")
      ->type_name("P/Q");
  command->add_option("--digits", options->digits, "Correct digits that the advice asks for")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command->add_option("--max-bits", options->max_bits, "Highest precision tried")
      ->capture_default_str()
      ->check(CLI::Range(53, 65536));
  command->add_option("--iterates", options->iterates, "Iterates of a trajectory that are tested")
      ->capture_default_str()
      ->check(CLI::Range(2, 100000));
  command->add_flag("--json", options->json, "Print one JSON object, lojacert-stress/1");
  command->add_option("--plot", options->plot, "Also write a page with tables and plots")
      ->type_name("FILE.html");
  command->footer(examples({"lojacert stress near.json", "lojacert stress near.json --digits 30"}));
  command->callback([options, &result] { result = {true, run(*options)}; });
}

}  // namespace lojacert::program
