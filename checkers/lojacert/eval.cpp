// lojacert eval: loss, gradient norm, Łojasiewicz ratios and clusters as enclosures.

#include "program.hpp"
#include "text.hpp"

#include <lojacert/ball/arithmetic.hpp>
#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/theory/clusters.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <memory>

namespace lojacert::program {

namespace {

struct Options {
  InstanceOptions instance;
  double relative_width = 1e-15;
  int digits = 0;
  Budget budget;
  std::string delta1 = "0.5";
  bool json = false;
};

struct Exponent {
  const char* text;
  Rational value;
};

std::array<Exponent, 4> exponents() {
  return {{{"1", Rational(1)}, {"3/4", Rational(3, 4)}, {"2/3", Rational(2, 3)}, {"1/2", Rational(1, 2)}}};
}

struct Ratio {
  const char* exponent;
  std::optional<Interval> value;  ///< absent at L = 0, or where the gradient is undefined
};

struct ClusterPart {
  std::optional<ClusterReport> report;
  Assignment assignment;
  std::string reason;  ///< why there is no report
};

struct Evaluated {
  NarrowEvaluation narrow;
  std::vector<Ratio> ratios;
  ClusterPart clusters;
};

std::vector<Ratio> ratios_of(const Landscape& landscape, const Evaluation& evaluation) {
  std::vector<Ratio> ratios;
  for (const Exponent& exponent : exponents()) {
    Ratio ratio{exponent.text, std::nullopt};
    if (evaluation.gradient && !landscape.loss_is_exactly_zero()) {
      Interval value = lojasiewicz_ratio(evaluation.gradient->norm, evaluation.loss, exponent.value);
      if (value.is_finite()) ratio.value = std::move(value);
    }
    ratios.push_back(std::move(ratio));
  }
  return ratios;
}

ClusterPart clusters_of(const Instance& instance, const std::string& delta1, long bits) {
  ClusterPart part;
  try {
    const Clusters clusters(instance);
    part.assignment = clusters.propose(parse_exact_point(delta1));
    part.report = clusters.report(part.assignment, Bits{bits});
  } catch (const InputError& error) {
    part.reason = error.what();
  }
  return part;
}

std::vector<std::size_t> members(const Assignment& assignment, std::optional<std::size_t> teacher) {
  std::vector<std::size_t> result;
  for (std::size_t j = 0; j < assignment.size(); ++j) {
    if (assignment[j] == teacher) result.push_back(j);
  }
  return result;
}

json::Value members_value(const Assignment& assignment, std::optional<std::size_t> teacher) {
  json::Value value = json::array();
  for (const std::size_t j : members(assignment, teacher))
    value.items.push_back(json::number(static_cast<long long>(j)));
  return value;
}

json::Value clusters_value(const ClusterPart& part, int digits) {
  if (!part.report) return {};
  json::Value teachers = json::array();
  for (std::size_t i = 0; i < part.report->teachers.size(); ++i) {
    const ClusterBounds& cluster = part.report->teachers[i];
    const auto mean_angle = cluster.size == 0
                                ? std::nullopt
                                : std::optional<Interval>(cluster.mass_weighted_angle / cluster.mass);
    teachers.items.push_back(json::object({{"teacher", json::number(static_cast<long long>(i))},
                                           {"students", members_value(part.assignment, i)},
                                           {"mass", enclosure_value(cluster.mass, digits)},
                                           {"mean_angle", enclosure_value(mean_angle, digits)},
                                           {"residual", enclosure_value(cluster.residual, digits)}}));
  }
  return json::object({{"teachers", std::move(teachers)},
                       {"far", json::object({{"students", members_value(part.assignment, std::nullopt)},
                                             {"mass", enclosure_value(part.report->far_mass, digits)}})}});
}

json::Value gradient_value(const Instance& instance, const Gradient& gradient, int digits) {
  json::Value rows = json::array();
  for (std::size_t j = 0; j < instance.student_count(); ++j) {
    json::Value row = json::array();
    for (std::size_t k = 0; k < instance.dimension(); ++k) {
      row.items.push_back(enclosure_value(gradient.partials[j * instance.dimension() + k], digits));
    }
    rows.items.push_back(std::move(row));
  }
  return rows;
}

std::string as_json(const Instance& instance, const Evaluated& evaluated, int digits,
                    const Stopwatch& stopwatch) {
  const Evaluation& evaluation = evaluated.narrow.evaluation;
  json::Value ratios = json::object();
  for (const Ratio& ratio : evaluated.ratios) {
    ratios.members.emplace_back(ratio.exponent, enclosure_value(ratio.value, digits));
  }
  const auto& gradient = evaluation.gradient;
  return json::dump(
      json::object({{"loss", enclosure_value(evaluation.loss, digits)},
                    {"gradient_norm", gradient ? enclosure_value(gradient->norm, digits) : json::Value{}},
                    {"gradient", gradient ? gradient_value(instance, *gradient, digits) : json::Value{}},
                    {"lojasiewicz", std::move(ratios)},
                    {"clusters", clusters_value(evaluated.clusters, digits)},
                    {"precision_bits", json::number(evaluated.narrow.bits)},
                    {"rung", json::string(to_string(evaluated.narrow.rung))},
                    {"seconds", stopwatch.value()},
                    {"status", json::string(status_word(Status::evaluated))}}));
}

void print_clusters(const ClusterPart& part, int digits) {
  if (!part.report) {
    comment("clusters       none: " + part.reason);
    return;
  }
  for (std::size_t i = 0; i < part.report->teachers.size(); ++i) {
    const ClusterBounds& cluster = part.report->teachers[i];
    if (cluster.size == 0) {
      comment(fmt::format("teacher[{}]     no student; residual {}", i,
                          enclosure_text(cluster.residual, digits)));
      continue;
    }
    comment(fmt::format("teacher[{}]     students {}; mean angle {}; residual {}", i,
                        fmt::join(members(part.assignment, i), " "),
                        enclosure_text(cluster.mass_weighted_angle / cluster.mass, digits),
                        enclosure_text(cluster.residual, digits)));
  }
  const auto far = members(part.assignment, std::nullopt);
  if (!far.empty()) {
    comment(fmt::format("far            students {}; mass {}", fmt::join(far, " "),
                        enclosure_text(part.report->far_mass, digits)));
  }
}

std::string ratio_text(const Ratio& ratio, const Interval& loss, int digits) {
  if (ratio.value) return enclosure_text(*ratio.value, digits);
  return loss.is_point() ? "undefined: the loss is 0" : "unbounded: the loss may be 0";
}

void print(const Instance& instance, const Evaluated& evaluated, int digits, const Stopwatch& stopwatch) {
  const Evaluation& evaluation = evaluated.narrow.evaluation;
  comment(fmt::format("instance       {}", instance.name.empty() ? "(no name)" : instance.name));
  comment(fmt::format("network        {}{}", instance_text(instance), instance.is_point() ? "" : ", boxes"));
  comment(fmt::format("digest         {}", instance_digest(instance)));
  comment(fmt::format("loss           {}", enclosure_text(evaluation.loss, digits)));
  if (evaluation.gradient) {
    comment(fmt::format("gradient norm  {}", enclosure_text(evaluation.gradient->norm, digits)));
    for (const Ratio& ratio : evaluated.ratios) {
      comment(fmt::format("||grad||/L^{:<4}{}", ratio.exponent, ratio_text(ratio, evaluation.loss, digits)));
    }
  } else {
    comment(fmt::format("gradient norm  undefined: student[{}] is or may be zero and in unit form",
                        *evaluation.undefined_at));
  }
  print_clusters(evaluated.clusters, 6);
  comment(fmt::format("precision      {} bits, in {}, {:.3f} seconds", evaluated.narrow.bits,
                      to_string(evaluated.narrow.rung), stopwatch.seconds()));
  if (const auto fault = ball::arithmetic_fault()) comment("note           balls are not used: " + *fault);
}

void print_note(const Instance& instance, const NarrowEvaluation& narrow) {
  if (narrow.loss_is_narrow && narrow.gradient_is_narrow) return;
  const std::string what = narrow.loss_is_narrow ? "the gradient" : "the loss";
  comment("note           " + what + " is not as narrow as asked: " +
          (!instance.is_point()    ? "the boxes limit it, not the precision"
           : narrow.loss_is_narrow ? "it cancels to nothing, or --max-bits stopped it"
                                   : "--max-bits stopped it"));
}

Outcome run(const Options& options) {
  const Stopwatch stopwatch;
  if (!(options.relative_width > 0 && options.relative_width <= 1))
    throw InputError("--rel: must be in (0, 1]");
  if (options.digits < 0 || options.digits > 100'000) throw InputError("--digits: must be from 1 to 100000");
  const double relative = options.digits > 0 ? std::pow(10.0, -options.digits - 1) : options.relative_width;
  if (!(relative > 0)) throw InputError("--digits: at most 300 digits");
  const int printed = static_cast<int>(std::ceil(-std::log10(relative))) + 2;

  const Instance instance = options.instance.load();
  const Landscape landscape = options.instance.about([&] { return Landscape(instance); });
  Evaluated evaluated{
      narrow_evaluation(landscape, relative, options.budget.max_bits, options.budget.first_rung), {}, {}};
  evaluated.ratios = ratios_of(landscape, evaluated.narrow.evaluation);
  const NarrowEvaluation& narrow = evaluated.narrow;
  const long bits = narrow.rung == Rung::intervals
                        ? narrow.bits
                        : interval_bits(landscape, narrow.evaluation.loss, relative, options.budget.max_bits);
  evaluated.clusters = clusters_of(instance, options.delta1, bits);

  Outcome outcome{Status::evaluated};
  if (options.json) {
    outcome.json = as_json(instance, evaluated, printed, stopwatch);
  } else {
    print(instance, evaluated, printed, stopwatch);
    print_note(instance, evaluated.narrow);
  }
  return outcome;
}

}  // namespace

void add_eval(CLI::App& app, Result& result) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("eval", "Enclose loss, gradient, Łojasiewicz ratios and clusters");
  options->instance.add_to(*command);
  auto* relative = command->add_option("--rel", options->relative_width, "Relative width of the enclosures")
                       ->capture_default_str();
  command->add_option("--digits", options->digits, "Correct digits asked for, instead of --rel")
      ->excludes(relative)
      ->check(CLI::Range(1, 300));
  add_precision(*command, options->budget);
  command->add_option("--delta1", options->delta1, "Students within this angle of a teacher belong to it")
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer(examples(
      {"lojacert eval near.json", "lojacert eval near.json --digits 30", "lojacert eval box.json --json"}));
  command->callback([options, &result] { result = {true, run(*options)}; });
}

}  // namespace lojacert::program
