// lojacert prove: decides a claim about an instance and writes its certificate.

#include "program.hpp"
#include "prove_options.hpp"
#include "text.hpp"

#include <lojacert/ball/arithmetic.hpp>
#include <lojacert/certificate/certificate.hpp>
#include <lojacert/claims/gradient.hpp>
#include <lojacert/claims/landscape.hpp>
#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/claims/loss.hpp>
#include <lojacert/claims/not_convex.hpp>
#include <lojacert/claims/not_pl.hpp>
#include <lojacert/claims/recovery.hpp>
#include <lojacert/claims/teacher.hpp>
#include <lojacert/claims/threshold.hpp>
#include <lojacert/search/not_convex.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <sys/resource.h>

#include <ctime>
#include <fstream>
#include <functional>
#include <memory>

namespace lojacert::program {

namespace {

struct Common {
  InstanceOptions instance;
  std::string output;
  bool output_given = false;
  Budget budget;
  bool embed = false;
  bool json = false;
};

Producer producer(const Stopwatch& stopwatch, Rung rung) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))), stopwatch.seconds(),
          usage.ru_maxrss, to_string(rung)};
}

Status status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved:
      return Status::proved;
    case Verdict::disproved:
      return Status::disproved;
    case Verdict::undecided:
      break;
  }
  return Status::undecided;
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value{} : json::string(text);
}

Outcome report(const Common& common, const Proof& proof, const std::string& written,
               const Stopwatch& stopwatch) {
  Outcome outcome{status_of(proof.verdict), proof.limit_reached, {}};
  if (common.json) {
    json::Value notes = json::array();
    for (const std::string& note : proof.notes) notes.items.push_back(json::string(note));
    outcome.json = json::dump(json::object({{"status", json::string(status_word(outcome.status))},
                                            {"claim", proof.claim},
                                            {"margin_bits", margin_value(proof.margin_bits)},
                                            {"reason", text_or_null(proof.reason)},
                                            {"notes", std::move(notes)},
                                            {"rung", json::string(to_string(proof.rung))},
                                            {"certificate", text_or_null(written)},
                                            {"seconds", stopwatch.value()}}));
    return outcome;
  }
  comment("claim: " + proof.claim.at("statement").as_string());
  for (const std::string& note : proof.notes) comment("note: " + note);
  comment("margin: " + margin_text(proof.margin_bits) +
          fmt::format(" at {} bits, in {}", proof.evidence.at("precision_bits").text, to_string(proof.rung)));
  if (const auto fault = ball::arithmetic_fault()) comment("note: balls are not used: " + *fault);
  if (!proof.reason.empty()) comment("reason: " + proof.reason);
  if (!written.empty()) comment("certificate: " + written);
  return outcome;
}

Outcome run(const Common& common, const ClaimMaker& make) {
  const Stopwatch stopwatch;
  if (common.output_given && common.output.empty()) throw InputError("-o: the file's name is empty");
  if (common.output == "-") throw InputError("-o -: standard output carries the verdict; name a file");
  step("reading the instance");
  const Instance instance = common.instance.load();
  const Proof proof = common.instance.about([&] {
    step("making the claim");
    const Claim claim = make(instance, common.budget);
    step("deciding: " + statement(instance, claim, false));
    return prove(instance, claim, common.budget);
  });
  step(std::string("decided: ") + to_string(proof.verdict));
  std::string written;
  if (!common.output.empty() && proof.verdict != Verdict::undecided) {
    const json::Value document = certificate(instance, proof.subject, proof.claim, proof.evidence,
                                             producer(stopwatch, proof.rung), common.embed);
    write_result(common.output, json::dump(document) + "\n");
    written = common.output;
  }
  return report(common, proof, written, stopwatch);
}

/// A subcommand with the options that all claims share; `add_own` adds the claim's and returns its maker.
void add_claim(CLI::App& prove_command, Result& result, const char* name, const char* help,
               const std::function<ClaimMaker(CLI::App&)>& add_own,
               std::initializer_list<const char*> example_lines) {
  auto common = std::make_shared<Common>();
  CLI::App* command = prove_command.add_subcommand(name, help);
  common->instance.add_to(*command);
  const ClaimMaker make = add_own(*command);
  auto* output = command->add_option("-o,--output", common->output, "Write the certificate to this file")
                     ->type_name("CERT");
  command->add_flag("--embed", common->embed, "Put the canonical instance inside the certificate");
  command->add_flag("--json", common->json, "Print one JSON object");
  add_precision(*command, common->budget);
  common->budget.on_attempt = [](long bits, const Decision& decision) {
    step(fmt::format("at {} bits: {}, {}", bits, to_string(decision.verdict),
                     margin_text(decision.margin_bits)));
  };
  command->footer(examples(example_lines));
  command->callback([common, make, output, &result] {
    common->output_given = output->count() > 0;
    result = {true, run(*common, make)};
  });
}

ClaimMaker loss_options(CLI::App& command) {
  auto bounds = std::make_shared<std::pair<std::optional<std::string>, std::optional<std::string>>>();
  command.add_option("--lo", bounds->first,
                     "Lower bound, an exact number; without --lo and --hi the enclosure found");
  command.add_option("--hi", bounds->second, "Upper bound, an exact number");
  return [bounds](const Instance& instance, const Budget& budget) {
    if (!bounds->first && !bounds->second) return loss_enclosure_claim(instance, budget);
    return loss_claim(bounds->first, bounds->second);
  };
}

ClaimMaker gradient_options(CLI::App& command) {
  struct Options {
    int digits = 15;
    std::optional<std::string> lo;
    std::optional<std::string> hi;
  };
  auto options = std::make_shared<Options>();
  command.add_option("--digits", options->digits, "Digits of the enclosures")
      ->capture_default_str()
      ->check(CLI::Range(1, 300));
  command.add_option("--norm-lo", options->lo, "Claim this lower bound of the gradient norm instead");
  command.add_option("--norm-hi", options->hi, "Claim this upper bound of the gradient norm instead");
  return [options](const Instance& instance, const Budget& budget) {
    if (!options->lo && !options->hi) return gradient_enclosure_claim(instance, options->digits, budget);
    if (!options->lo || !options->hi) throw InputError("gradient: --norm-lo and --norm-hi go together");
    return gradient_norm_claim(*options->lo, *options->hi);
  };
}

ClaimMaker lojasiewicz_options(CLI::App& command) {
  struct Options {
    std::optional<std::string> kappa;
    std::string beta = "1";
    std::string by = "better";
    bool best = false;
  };
  auto options = std::make_shared<Options>();
  command.add_option("--kappa", options->kappa, "The constant, an exact positive number");
  command.add_option("--beta", options->beta, "The exponent p/q")->capture_default_str();
  command.add_flag("--best", options->best, "Find and claim the largest kappa of 5 digits");
  command
      .add_option("--by", options->by,
                  "By enclosures of both sides, by Theorem A, or on boxes by what gives more")
      ->capture_default_str()
      ->check(CLI::IsMember({"direct", "theoremA", "better"}));
  return [options](const Instance& instance, const Budget& budget) {
    if (options->best == options->kappa.has_value())
      throw InputError("lojasiewicz: give --kappa X or --best");
    const LojasiewiczRoute route = options->by == "direct"     ? LojasiewiczRoute::direct
                                   : options->by == "theoremA" ? LojasiewiczRoute::theorem_a
                                                               : LojasiewiczRoute::better;
    return lojasiewicz_claim_by(instance, {options->kappa, options->beta, route}, budget);
  };
}

ClaimMaker recovery_options(CLI::App& command) {
  struct Options {
    std::string delta1 = "0.5";
    RecoveryBounds bounds;
    bool best = false;
    bool for_all = false;
    std::optional<std::string> loss;
    std::optional<std::string> mass;
    std::optional<std::string> threshold;
  };
  auto options = std::make_shared<Options>();
  const CLI::Option* delta1 =
      command
          .add_option("--delta1", options->delta1,
                      "Students within this angle (radians) of a teacher belong to it")
          ->capture_default_str();
  command.add_option("--angle", options->bounds.angle,
                     "Bound of every teacher's mass-weighted mean angle (radians)");
  command.add_option("--residual", options->bounds.residual, "Bound of every teacher's residual |v_i|");
  command.add_option("--far-mass", options->bounds.far_mass,
                     "Bound of the mass of the students far from all teachers");
  command.add_flag("--best", options->best, "Find and claim the smallest bounds of 6 digits");
  command.add_flag("--for-all", options->for_all,
                   "What --loss says about every student of the teacher (given ones are ignored)");
  command.add_option("--loss", options->loss, "With --for-all: every student with L(W) at most this");
  command.add_option("--mass", options->mass,
                     "With --for-all: also the angle of students of at least this mass");
  command
      .add_option("--threshold", options->threshold,
                  "With --for-all: a certificate of threshold to use, instead of a search")
      ->type_name("CERT");
  return [options, delta1](const Instance& instance, const Budget&) {
    const bool given = options->bounds.angle || options->bounds.residual || options->bounds.far_mass;
    const bool about_all = options->loss || options->mass || options->threshold;
    if (options->for_all) {
      if (given || options->best || !options->loss || delta1->count() > 0)
        throw InputError(
            "recovery: --for-all takes --loss X, and --mass and --threshold, but no other bound, and delta1 "
            "is the "
            "certificate's");
      return recovery_for_all(instance, *options->loss, options->mass, options->threshold);
    }
    if (about_all) throw InputError("recovery: --loss, --mass and --threshold go with --for-all");
    if (options->best == given)
      throw InputError("recovery: give bounds (--angle, --residual, --far-mass) or --best");
    return recovery_claim(instance, options->delta1,
                          options->best ? best_recovery_bounds(instance, options->delta1) : options->bounds);
  };
}

ClaimMaker not_pl_options(CLI::App& command) {
  auto constant = std::make_shared<std::string>();
  command.add_option("--constant", *constant, "The constant c, an exact positive number")->required();
  return [constant](const Instance&, const Budget&) { return not_pl_claim(*constant); };
}

/// A direction or, where a student is zero or none is found, a chord.
Claim found_not_convex(const Instance& instance, const std::string& lambda) {
  if (instance.gram || !instance.student)
    throw InstanceError("not-convex: the instance needs the teachers' vectors and a student");
  if (!instance.is_point())
    throw UnsupportedError("not-convex: decided for points only, and the instance has boxes");
  if (!zero_student(instance)) {
    if (const auto direction = search::direction_of_negative_curvature(instance)) {
      Claim claim = negative_curvature_claim(instance, *direction);
      claim.notes.emplace_back("the direction is an approximate eigenvector of the Hessian");
      return claim;
    }
  }
  if (const auto end = search::violating_chord(instance)) {
    Claim claim = chord_claim(instance, *end, lambda);
    claim.notes.emplace_back(
        "no direction: the chord leads to the weights with students exchanged or reversed");
    return claim;
  }
  throw UndecidedError(
      "no direction of negative curvature was found, and no chord; name one with --direction "
      "or --chord");
}

/// An m x d matrix of exact numbers from a JSON file.
ExactMatrix read_rows(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw InputError(path + ": cannot be opened");
  const json::Value document = json::parse(in, path);
  std::size_t columns = 0;
  ExactMatrix rows;
  for (const json::Value& row : document.as_array()) {
    if (columns == 0) {
      columns = row.as_array().size();
      rows = ExactMatrix(columns);
    }
    if (columns == 0 || row.as_array().size() != columns)
      throw InputError(fmt::format("{}: rows of one and the same positive length are needed", path));
    for (const json::Value& entry : row.items) {
      if (entry.kind == json::Kind::number)
        rows.append(entry.as_double());
      else
        rows.append(parse_exact_point(entry.as_string()));
    }
  }
  return rows;
}

ClaimMaker not_convex_options(CLI::App& command) {
  struct Options {
    std::optional<std::string> direction;
    std::optional<std::string> chord;
    std::optional<std::string> lambda;
  };
  auto options = std::make_shared<Options>();
  auto* direction =
      command.add_option("--direction", options->direction, "JSON rows U (m x d): claim that U.H(W)U < 0")
          ->type_name("FILE");
  command
      .add_option("--chord", options->chord,
                  "JSON rows W_1 (m x d): claim that L exceeds the chord from W to W_1 at --lambda")
      ->type_name("FILE")
      ->excludes(direction);
  command.add_option("--lambda", options->lambda, "Where on the chord, between 0 and 1; default 1/2");
  return [options](const Instance& instance, const Budget&) {
    const std::string lambda = options->lambda.value_or("1/2");
    if (options->lambda && !options->chord) throw InputError("not-convex: --lambda goes with --chord");
    if (options->direction) return negative_curvature_claim(instance, read_rows(*options->direction));
    if (options->chord) return chord_claim(instance, read_rows(*options->chord), lambda);
    return found_not_convex(instance, lambda);
  };
}

ClaimMaker teacher_options(CLI::App& command) {
  auto mu = std::make_shared<std::pair<std::optional<std::string>, std::optional<std::string>>>();
  command.add_option("--mu-lo", mu->first, "Claim this lower bound of mu instead of what is found");
  command.add_option("--mu-hi", mu->second, "Claim this upper bound of mu instead of what is found");
  return [mu](const Instance& instance, const Budget& budget) {
    if (!mu->first && !mu->second) return teacher_enclosure_claim(instance, budget);
    if (!mu->first || !mu->second) throw InputError("teacher: --mu-lo and --mu-hi go together");
    return teacher_mu_claim(instance, *mu->first, *mu->second);
  };
}

ClaimMaker landscape_options(CLI::App& command) {
  struct Options {
    LandscapeConstants constants;
    bool best = false;
    std::string maximise = "kappa";
  };
  auto options = std::make_shared<Options>();
  command.add_option("--delta", options->constants.delta,
                     "Every student lies within this angle (radians) of a teacher");
  command.add_flag("--best", options->best, "Find a delta as well");
  command
      .add_option("--maximise", options->maximise,
                  "What the constants that are found aim at: the threshold or the slope")
      ->capture_default_str()
      ->check(CLI::IsMember({"eps0", "kappa"}));
  command.add_option("--s", options->constants.s,
                     "The free number s > 1 of the theorem, instead of one found");
  command.add_option("--eps0", options->constants.eps0, "Claim this threshold of the loss");
  command.add_option("--kappa", options->constants.kappa, "Claim this constant of the inequality");
  command.add_option("--kappa-1", options->constants.kappa_1,
                     "Claim this constant of the inequality with exponent 1");
  return [options](const Instance& instance, const Budget& budget) {
    if (options->best == options->constants.delta.has_value())
      throw InputError("landscape: give --delta X or --best");
    return landscape_claim(instance, options->constants,
                           options->maximise == "eps0" ? LocalAim::eps0 : LocalAim::kappa, budget);
  };
}

ClaimMaker threshold_options(CLI::App& command) {
  struct Options {
    ThresholdRequest request;
    std::string by = "G";
    std::string maximise = "eps0";
    std::string certificate = "best";
  };
  auto options = std::make_shared<Options>();
  command.add_option("--by", options->by, "The theorem that the proof uses")
      ->capture_default_str()
      ->check(CLI::IsMember({"G"}));
  command.add_option("--maximise", options->maximise, "What the search for constants aims at")
      ->capture_default_str()
      ->check(CLI::IsMember({"eps0", "kappa"}));
  command
      .add_option("--certificate", options->certificate,
                  "The dual certificate: the best that is found, or the closed form")
      ->capture_default_str()
      ->check(CLI::IsMember({"best", "product"}));
  command.add_option("--eps0", options->request.eps0, "Claim this threshold of the loss instead");
  command.add_option("--kappa", options->request.kappa, "Claim this constant of the inequality instead");
  return [options](const Instance& instance, const Budget&) {
    options->request.maximise_kappa = options->maximise == "kappa";
    options->request.product_only = options->certificate == "product";
    return threshold_claim(instance, options->request);
  };
}

}  // namespace

void add_prove(CLI::App& app, Result& result) {
  CLI::App* command =
      app.add_subcommand("prove", "Decide a claim about an instance and write its certificate");
  command->require_subcommand(1);
  add_claim(*command, result, "loss", "lo <= L(W) <= hi", loss_options,
            {"lojacert prove loss near.json --hi 0.01 -o loss.cert.json"});
  add_claim(*command, result, "gradient", "Enclosures of every partial derivative and of the gradient norm",
            gradient_options, {"lojacert prove gradient near.json --digits 10 -o gradient.cert.json"});
  add_claim(*command, result, "lojasiewicz", "||grad L(W)|| >= kappa L(W)^beta", lojasiewicz_options,
            {"lojacert prove lojasiewicz near.json --best -o near.cert.json",
             "lojacert prove lojasiewicz near.json --kappa 100 --embed -o one-file.cert.json",
             "lojacert prove lojasiewicz near.json --beta 3/4 --best"});
  add_claim(*command, result, "recovery",
            "Which teacher each student belongs to, and how well each is recovered", recovery_options,
            {"lojacert prove recovery near.json --best -o recovery.cert.json",
             "lojacert prove recovery teacher-orthonormal-2.json --for-all --loss 1e-10"});
  add_claim(*command, result, "not-pl", "0 < ||grad L(W)||^2 < 2 c L(W)", not_pl_options,
            {"lojacert prove not-pl pair.json --constant 1"});
  add_claim(*command, result, "not-convex", "U.H(W)U < 0, or a chord below the graph of L",
            not_convex_options, {"lojacert prove not-convex pair.json"});
  add_claim(*command, result, "teacher",
            "The teachers' angles, norms and tangent Gram matrix (students are ignored)", teacher_options,
            {"lojacert prove teacher teacher-orthonormal-2.json -o teacher.cert.json"});
  add_claim(*command, result, "landscape",
            "The inequality near the teachers, for every number of students (given ones are ignored)",
            landscape_options,
            {"lojacert prove landscape teacher-orthonormal-2.json --best -o landscape.cert.json"});
  add_claim(
      *command, result, "threshold",
      "The inequality below a threshold of the loss, for every number of students (given ones are ignored)",
      threshold_options, {"lojacert prove threshold teacher-orthonormal-2.json -o threshold.cert.json"});
  add_claim(*command, result, "convergence",
            "Descent or flow from the given weights goes to zero loss, how fast, and where to",
            convergence_options,
            {"lojacert prove convergence init-orthonormal-2-d2.json --step 1/20 --to 1e-14 -o "
             "convergence.cert.json",
             "lojacert prove convergence init-orthonormal-2-d2.json --flow"});
  add_claim(*command, result, "trajectory",
            "Recorded iterates are steps of descent up to a small error, and the loss falls",
            trajectory_options,
            {"lojacert train trajectory.json -o trained.json --trajectory run.jsonl",
             "lojacert prove trajectory trajectory-start.json --trajectory run.jsonl"});
  command->footer(examples({"lojacert prove lojasiewicz near.json --best -o near.cert.json",
                            "lojacert prove lojasiewicz --help"}));
}

}  // namespace lojacert::program
