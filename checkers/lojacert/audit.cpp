// lojacert audit: every statement of the paper on given instances, both sides and what its constant hides.

#include "program.hpp"
#include "prove_options.hpp"
#include "text.hpp"

#include <lojacert/audit/audit.hpp>
#include <lojacert/audit/samples.hpp>
#include <lojacert/claims/cited_threshold.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/array_file.hpp>
#include <lojacert/network/trajectory_file.hpp>
#include <lojacert/report/page.hpp>
#include <lojacert/search/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

namespace lojacert::program {

namespace {

constexpr int digits_shown = 6;
constexpr int digits_written = 14;
constexpr std::size_t most_printed = 4;  // instances whose rows are all printed

struct Options {
  std::vector<std::string> paths;
  InstanceOptions arrays;
  std::string threshold;
  std::string step;
  std::string samples;
  std::size_t count = 0;
  std::uint64_t seed = 1;
  std::string confidence = "0.99";
  bool no_theorem_g = false;
  long max_bits = 32768;
  bool json = false;
  std::string plot;
};

/// An instance with what the output calls it, and what was found.
struct Audited {
  std::string file;
  std::string name;
  Instance instance;
  AuditReport report = {};
  std::optional<SampleAudit> samples = {};
};

std::string label_of(const Audited& audited) {
  return audited.name.empty() ? audited.file : audited.file + ", " + audited.name;
}

std::vector<Audited> read_all(const Options& options) {
  std::vector<Audited> all;
  if (!options.arrays.teacher.empty() || !options.arrays.student.empty()) {
    if (!options.paths.empty()) throw InputError("give instance files or --teacher and --student, not both");
    all.push_back({options.arrays.label(), {}, options.arrays.load()});
    return all;
  }
  if (options.paths.empty())
    throw InputError("no instance: name files, - for standard input, or --teacher and --student");
  for (const std::string& path : options.paths) {
    if (path != "-" && is_trajectory_file(path)) {
      const RecordedDescent descent = read_recorded_descent(path);
      for (std::size_t i = 0; i < descent.students.size(); ++i)
        all.push_back({path, fmt::format("iteration {}", descent.iterations[i]), descent.at(i)});
      continue;
    }
    InstanceOptions one = options.arrays;
    one.path = path;
    Instance instance = one.load();
    std::string name = instance.name;
    all.push_back({one.label(), std::move(name), std::move(instance)});
  }
  return all;
}

/// The constants of Theorem G, found or given once a teacher.
class Thresholds {
 public:
  explicit Thresholds(const Options& options) : options_(options) {
    if (!options.threshold.empty()) given_ = read_certificate(options.threshold);
  }

  /// Null where Theorem G is left out or gives nothing; then the reason is added to the notes.
  const ThresholdProof* of(const Instance& instance, std::vector<std::string>& notes) {
    if (options_.no_theorem_g) return nullptr;
    Instance abs = instance;  // what an audit makes of relu+linear
    if (instance.activation == Activation::relu_linear) abs.activation = Activation::abs;
    const auto [found, is_new] = known_.try_emplace(teacher_digest(abs));  // with the form of the students
    if (is_new) {
      if (given_) refuse_unfit_certificate(instance, *given_);
      find(abs, found->second);
    }
    if (!found->second.proof) notes.push_back("Theorem G: " + found->second.reason);
    return found->second.proof ? &*found->second.proof : nullptr;
  }

 private:
  struct Known {
    std::optional<ThresholdProof> proof;
    std::string reason;
  };

  void find(const Instance& instance, Known& known) const {
    try {
      if (given_) {
        known.proof = check_threshold(instance, given_->document.at("evidence"));
        return;
      }
      ThresholdRequest request;
      request.product_only = instance.teacher_count() > 2;  // a look, not a search of minutes
      known.proof = find_threshold(instance, request);
    } catch (const UndecidedError& error) {
      known.reason = error.what();
    } catch (const UnsupportedError& error) {
      known.reason = error.what();
    }
  }

  const Options& options_;
  std::optional<GivenCertificate> given_;
  std::map<std::string, Known> known_;
};

ExactMatrix seeded_samples(std::size_t count, std::size_t dimension, std::uint64_t seed) {
  search::RandomStream stream(seed);
  ExactMatrix samples(dimension);
  for (const double entry : stream.normal_rows(count, dimension, 1)) samples.append(entry);
  return samples;
}

void add_samples(const Options& options, Audited& audited) {
  if (options.samples.empty() && options.count == 0) return;
  const ExactMatrix samples = options.samples.empty()
                                  ? seeded_samples(options.count, audited.instance.dimension(), options.seed)
                                  : read_npy(options.samples);
  try {
    audited.samples =
        audit_samples(audited.instance, samples, parse_exact_point(options.confidence), options.max_bits);
  } catch (const InstanceError&) {
    throw;
  } catch (const InputError& error) {
    throw InputError(options.samples.empty() ? error.what() : options.samples + ": " + error.what());
  }
  audited.report.rows.push_back(audited.samples->theorem_7);
}

json::Value optional_enclosure(const std::optional<Interval>& x) {
  return enclosure_value(x, digits_written);
}

json::Value optional_verdict(const std::optional<Verdict>& verdict) {
  return verdict ? json::string(to_string(*verdict)) : json::Value{};
}

json::Value index_value(std::size_t i) { return json::number(static_cast<long long>(i)); }

json::Value row_value(std::size_t instance, const AuditRow& row) {
  return json::object({{"instance", index_value(instance)},
                       {"row", json::string(row.key)},
                       {"source", json::string(row.source)},
                       {"title", json::string(row.title)},
                       {"left", optional_enclosure(row.left)},
                       {"relation", json::string(row.relation)},
                       {"right", optional_enclosure(row.right)},
                       {"implied_constant", optional_enclosure(row.implied_constant)},
                       {"verdict", optional_verdict(row.verdict)},
                       {"note", json::string(row.note)}});
}

json::Value hypothesis_value(std::size_t instance, const AuditHypothesis& row) {
  return json::object({{"instance", index_value(instance)},
                       {"theorem", json::string(row.theorem)},
                       {"hypothesis", json::string(row.hypothesis)},
                       {"left", optional_enclosure(row.left)},
                       {"relation", json::string(row.relation)},
                       {"right", optional_enclosure(row.right)},
                       {"slack", optional_enclosure(row.slack)},
                       {"verdict", json::string(to_string(row.verdict))}});
}

json::Value factor_value(std::size_t instance, const AuditFactor& row) {
  return json::object({{"instance", index_value(instance)},
                       {"theorem", json::string(row.theorem)},
                       {"step", json::string(row.step)},
                       {"left", optional_enclosure(row.left)},
                       {"relation", json::string(row.relation)},
                       {"right", optional_enclosure(row.right)},
                       {"ratio", optional_enclosure(row.ratio)}});
}

json::Value samples_value(std::size_t instance, const SampleAudit& samples, const std::string& confidence) {
  return json::object({{"instance", index_value(instance)},
                       {"count", index_value(samples.count)},
                       {"loss", optional_enclosure(samples.loss)},
                       {"loss_difference", optional_enclosure(samples.loss_difference)},
                       {"gradient_difference", optional_enclosure(samples.gradient_difference)},
                       {"confidence", json::string(confidence)},
                       {"statistical_loss_bound", optional_enclosure(samples.loss_bound)},
                       {"statistical_gradient_bound", optional_enclosure(samples.gradient_bound)}});
}

json::Value range_value(const AuditRange& range) {
  return json::object({{"row", json::string(range.key)},
                       {"lo", json::string(range.lowest.decimal_inf(digits_written))},
                       {"hi", json::string(range.highest.decimal_sup(digits_written))},
                       {"attained_at_lo", index_value(range.lowest_at)},
                       {"attained_at_hi", index_value(range.highest_at)}});
}

json::Value texts_value(std::size_t instance, const std::vector<std::string>& texts, json::Value array) {
  for (const std::string& text : texts)
    array.items.push_back(json::object({{"instance", index_value(instance)}, {"note", json::string(text)}}));
  return array;
}

json::Value audit_value(const std::vector<Audited>& all, const std::vector<AuditRange>& ranges,
                        const std::string& confidence) {
  json::Value instances = json::array();
  json::Value rows = json::array();
  json::Value hypotheses = json::array();
  json::Value factors = json::array();
  json::Value samples = json::array();
  json::Value notes = json::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const AuditReport& report = all[i].report;
    instances.items.push_back(json::object({{"name", json::string(all[i].name)},
                                            {"file", json::string(all[i].file)},
                                            {"digest", json::string(instance_digest(all[i].instance))},
                                            {"network", json::string(instance_text(all[i].instance))},
                                            {"precision_bits", json::number(report.bits)}}));
    for (const AuditRow& row : report.rows) rows.items.push_back(row_value(i, row));
    for (const AuditHypothesis& row : report.hypotheses) hypotheses.items.push_back(hypothesis_value(i, row));
    for (const AuditFactor& row : report.factors) factors.items.push_back(factor_value(i, row));
    if (all[i].samples) samples.items.push_back(samples_value(i, *all[i].samples, confidence));
    notes = texts_value(i, report.notes, std::move(notes));
  }
  json::Value range_values = json::array();
  for (const AuditRange& range : ranges) range_values.items.push_back(range_value(range));
  return json::object({{"format", json::string("lojacert-audit/1")},
                       {"instances", std::move(instances)},
                       {"rows", std::move(rows)},
                       {"ranges", std::move(range_values)},
                       {"hypotheses", std::move(hypotheses)},
                       {"factors", std::move(factors)},
                       {"samples", std::move(samples)},
                       {"notes", std::move(notes)},
                       {"status", json::string(status_word(Status::evaluated))}});
}

void print_row(const AuditRow& row) {
  comment(fmt::format("{:<26} {}", row.source, row.title));
  constexpr const char* indent = "                          ";
  if (row.left && row.right) {
    comment(fmt::format("{} {} {} {}", indent, enclosure_text(*row.left, digits_shown), row.relation,
                        enclosure_text(*row.right, digits_shown)));
  }
  if (row.implied_constant)
    comment(
        fmt::format("{} implied constant {}", indent, enclosure_text(*row.implied_constant, digits_shown)));
  if (row.verdict) comment(fmt::format("{} {}", indent, to_string(*row.verdict)));
  if (!row.note.empty()) comment(fmt::format("{} {}", indent, row.note));
}

void print_samples(const SampleAudit& samples, const std::string& confidence) {
  comment(fmt::format("samples: {} inputs; for these inputs, rigorous:", samples.count));
  comment(fmt::format("  L_N = {}, |L_N - L| = {}", enclosure_text(samples.loss, digits_shown),
                      enclosure_text(samples.loss_difference, digits_shown)));
  if (samples.gradient_difference) {
    comment(fmt::format("  ||grad L_N - grad L|| = {}",
                        enclosure_text(*samples.gradient_difference, digits_shown)));
  }
  comment(
      fmt::format("  statistical, no proof: independent inputs stay within {} and {} with confidence {} each",
                  samples.loss_bound.decimal_sup(digits_shown),
                  samples.gradient_bound.decimal_sup(digits_shown), confidence));
}

void print(const Audited& audited, const std::string& confidence) {
  const AuditReport& report = audited.report;
  comment("instance: " + label_of(audited));
  comment("network: " + instance_text(audited.instance));
  for (const AuditRow& row : report.rows) print_row(row);
  if (!report.hypotheses.empty()) comment("hypotheses of the theorems, with the factor by which each holds:");
  for (const AuditHypothesis& row : report.hypotheses) {
    comment(fmt::format("  {}: {:<52} {:<10} slack {}", row.theorem, row.hypothesis, to_string(row.verdict),
                        row.slack ? enclosure_text(*row.slack, 3) : "without bound"));
  }
  if (!report.factors.empty()) comment("where the theorems lose their factors:");
  for (const AuditFactor& row : report.factors) {
    comment(fmt::format("  {}: {:<70} {}", row.theorem, row.step,
                        row.ratio ? enclosure_text(*row.ratio, 4) : "one side is or may be 0"));
  }
  if (audited.samples) print_samples(*audited.samples, confidence);
  for (const std::string& note : report.notes) comment("note: " + note);
  comment(fmt::format("precision: {} bits", report.bits));
}

/// How often an explicit statement got each verdict over several instances.
struct VerdictCount {
  std::string key;
  std::map<Verdict, std::size_t> counts;
  std::optional<std::size_t> first_disproved;
};

std::vector<VerdictCount> verdict_counts(const std::vector<Audited>& all) {
  std::vector<VerdictCount> counts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const AuditRow& row : all[i].report.rows) {
      if (!row.verdict) continue;
      auto found = std::ranges::find(counts, row.key, &VerdictCount::key);
      if (found == counts.end()) found = counts.insert(counts.end(), {row.key, {}, std::nullopt});
      ++found->counts[*row.verdict];
      if (row.verdict == Verdict::disproved && !found->first_disproved) found->first_disproved = i;
    }
  }
  return counts;
}

void print_ranges(const std::vector<Audited>& all, const std::vector<AuditRange>& ranges) {
  const auto place = [&](std::size_t i) {
    const bool shares_its_file = std::ranges::count(all, all[i].file, &Audited::file) > 1;
    return shares_its_file ? label_of(all[i]) : all[i].file;
  };
  comment(fmt::format("explicit statements over {} instances:", all.size()));
  for (const VerdictCount& row : verdict_counts(all)) {
    std::string text;
    for (const auto& [verdict, count] : row.counts)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(verdict), count);
    if (row.first_disproved) text += fmt::format(" (first {})", place(*row.first_disproved));
    comment(fmt::format("  {:<22} {}", row.key, text));
  }
  comment(fmt::format("implied constants over {} instances:", all.size()));
  for (const AuditRange& range : ranges) {
    comment(fmt::format("  {:<22} from {} ({}) to {} ({})", range.key, range.lowest.decimal_inf(digits_shown),
                        place(range.lowest_at), range.highest.decimal_sup(digits_shown),
                        place(range.highest_at)));
  }
}

Outcome run(const Options& options) {
  std::vector<Audited> all = read_all(options);
  Thresholds thresholds(options);
  AuditRequest request;
  request.max_bits = options.max_bits;
  if (!options.step.empty()) {
    request.step = parse_exact_point(options.step);
    if (*request.step <= 0) throw InputError("--step: must be positive");
  }
  std::vector<AuditReport> reports;
  for (Audited& audited : all) {
    try {
      std::vector<std::string> notes;
      request.threshold = thresholds.of(audited.instance, notes);
      audited.report = audit(audited.instance, request);
      audited.report.notes.insert(audited.report.notes.end(), notes.begin(), notes.end());
      add_samples(options, audited);
    } catch (const InstanceError& error) {
      throw InputError(label_of(audited) + ": " + error.what());
    }
    reports.push_back(audited.report);
  }
  const std::vector<AuditRange> ranges = ranges_of(reports);
  const json::Value value = audit_value(all, ranges, options.confidence);
  if (!options.plot.empty()) write_result(options.plot, report_page({value}, ""));
  if (options.json) return {Status::evaluated, false, json::dump(value)};
  if (all.size() <= most_printed) {
    for (const Audited& audited : all) print(audited, options.confidence);
  } else {
    comment(fmt::format("{} instances; --json has every row of each", all.size()));
  }
  if (all.size() > 1) print_ranges(all, ranges);
  return {Status::evaluated};
}

}  // namespace

void add_audit(CLI::App& app, Result& result) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "audit", "Check every lemma of the paper on given instances: both sides, and what its constant hides");
  command
      ->add_option("instance", options->paths,
                   "Instances: lojacert-instance/1, .npz or lojacert-trajectory/1; - for standard input")
      ->type_name("FILE");
  options->arrays.add_arrays_to(*command);
  command->add_option("--threshold", options->threshold, "A certificate of threshold to take Theorem G from")
      ->type_name("CERT");
  command->add_option("--step", options->step, "The step of gradient descent for the rows about one step");
  auto* samples = command->add_option("--samples", options->samples, "Inputs from a .npy file, one a row")
                      ->type_name("FILE");
  command->add_option("--count", options->count, "Draw so many normal inputs instead")
      ->excludes(samples)
      ->check(CLI::Range(1, 100'000'000));
  command->add_option("--seed", options->seed, "Seed of the inputs drawn")->capture_default_str();
  command->add_option("--confidence", options->confidence, "Confidence of the statistical bounds")
      ->capture_default_str();
  command->add_flag("--no-theorem-g", options->no_theorem_g,
                    "Leave Theorem G out, whose constants take seconds");
  command->add_option("--max-bits", options->max_bits, "Highest working precision")
      ->capture_default_str()
      ->check(CLI::Range(64, 10'000'000));
  command->add_flag("--json", options->json, "Print one JSON object, lojacert-audit/1");
  command->add_option("--plot", options->plot, "Also write a page with tables and plots")
      ->type_name("FILE.html");
  command->footer(
      examples({"lojacert audit near.json", "lojacert audit near.json pair.json --no-theorem-g"}));
  command->callback([options, &result] { result = {true, run(*options)}; });
}

}  // namespace lojacert::program
