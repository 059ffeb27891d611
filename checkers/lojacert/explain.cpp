// lojacert explain: which claims are in reach of an instance, and what blocks the others.

#include "explain_convergence.hpp"
#include "program.hpp"
#include "text.hpp"

#include <lojacert/claims/claim.hpp>
#include <lojacert/claims/landscape.hpp>
#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/claims/recovery.hpp>
#include <lojacert/claims/threshold.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/theory/clusters.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace lojacert::program {

namespace {

/// One claim: in reach with what, or blocked by what.
struct Reach {
  std::string claim;
  bool in_reach = false;
  std::string detail;
};

constexpr int digits = 6;

Reach loss_reach(const Evaluation& evaluation, bool exactly_zero) {
  if (exactly_zero) return {"loss", true, "L(W) = 0 exactly"};
  if (!evaluation.loss.is_finite()) return {"loss", false, "no bounded enclosure; make the boxes smaller"};
  return {"loss", true, "L(W) in " + enclosure_text(evaluation.loss, digits)};
}

Reach gradient_reach(const Evaluation& evaluation) {
  if (evaluation.undefined_at)
    return {"gradient", false, undefined_gradient_reason(*evaluation.undefined_at)};
  return {"gradient", true, "||grad L(W)|| in " + enclosure_text(evaluation.gradient->norm, digits)};
}

Reach lojasiewicz_reach(const Instance& instance, const char* beta, bool exactly_zero,
                        bool gradient_is_defined, const Budget& budget) {
  const std::string name = fmt::format("lojasiewicz --beta {}", beta);
  if (exactly_zero && gradient_is_defined) return {name, true, "every kappa, since L(W) = 0"};
  try {
    return {name, true, "kappa up to " + best_kappa(instance, beta, budget)};
  } catch (const UndecidedError& error) {
    return {name, false, error.what()};
  }
}

/// What Theorem A gives at these weights, from masses, angles and residuals alone.
Reach theorem_a_reach(const Instance& instance, const Budget& budget) {
  const std::string name = "lojasiewicz --by theoremA";
  try {
    const Claim claim =
        lojasiewicz_claim_by(instance, {std::nullopt, "1", LojasiewiczRoute::theorem_a}, budget);
    for (const auto& [key, value] : claim.constants)
      if (key == "kappa") return {name, true, "kappa up to " + value.as_string() + " (--beta 1)"};
  } catch (const std::runtime_error& error) {
    return {name, false, error.what()};
  }
  return {name, false, "Theorem A gives nothing"};
}

Reach recovery_reach(const Instance& instance) {
  try {
    const RecoveryBounds best = best_recovery_bounds(instance, "0.5");
    return {"recovery", true,
            fmt::format("angle {}, residual {}, far mass {} (--delta1 0.5)", *best.angle, *best.residual,
                        *best.far_mass)};
  } catch (const InputError& error) {
    return {"recovery", false, error.what()};
  } catch (const UndecidedError& error) {
    return {"recovery", false, error.what()};
  }
}

Reach not_pl_reach(const Evaluation& evaluation, bool exactly_zero) {
  if (evaluation.undefined_at) return {"not-pl", false, undefined_gradient_reason(*evaluation.undefined_at)};
  if (exactly_zero) return {"not-pl", false, "L(W) = 0, where the inequality holds with every constant"};
  const Interval ratio = sqr(evaluation.gradient->norm) / (evaluation.loss + evaluation.loss);
  if (!ratio.is_finite() || evaluation.gradient->norm.contains_zero()) {
    return {"not-pl", false, "the gradient norm or the loss may be 0"};
  }
  return {"not-pl", true, "every constant above " + ratio.decimal_sup(digits)};
}

/// The claim of a theorem about every student, and how far this student's loss is from its threshold.
template <class MakeClaim>
Reach theorem_reach(const char* name, const std::optional<Interval>& loss, const std::string& also,
                    const MakeClaim& make) {
  try {
    const Claim claim = make();
    std::string constants;
    Rational eps0 = 0;
    for (const auto& [key, value] : claim.constants) {
      if (key == "eps0") eps0 = parse_exact_point(value.as_string());
      constants += fmt::format("{}{} {}", constants.empty() ? "" : ", ", key, value.as_string());
    }
    const std::string all = fmt::format("every student{}: {}", also, constants);
    if (!loss) return {name, true, all};
    if (!loss->is_finite()) return {name, false, all + "; L(W) has no bounded enclosure"};
    if (loss->sup() <= eps0) return {name, true, all + "; L(W) is below eps0"};
    const Interval factor = *loss / Interval::from(eps0, loss->precision());
    return {name, false, fmt::format("{}; L(W) is {} x eps0", all, factor.decimal_sup(3))};
  } catch (const std::runtime_error& error) {  // an unsuitable teacher, or one that no theorem covers
    return {name, false, error.what()};
  }
}

Reach landscape_reach(const Instance& instance, const std::optional<Interval>& loss, const Budget& budget) {
  std::optional<Rational> delta;
  Reach reach = theorem_reach("landscape", loss, " within delta of a teacher", [&] {
    Claim claim = landscape_claim(instance, {}, LocalAim::eps0, budget);
    for (const auto& [key, value] : claim.constants)
      if (key == "delta") delta = parse_exact_point(value.as_string());
    return claim;
  });
  if (!delta || !loss) return reach;
  const Assignment assignment = Clusters(instance).propose(*delta);
  const auto far = std::ranges::count_if(assignment, [](const auto& teacher) { return !teacher; });
  if (far > 0) {
    reach.in_reach = false;
    reach.detail +=
        fmt::format("; {} of {} students lie further than delta from every teacher", far, assignment.size());
  }
  return reach;
}

/// With the closed-form certificate where the search for a better one takes longer than a look at an
/// instance.
Reach threshold_reach(const Instance& instance, const std::optional<Interval>& loss) {
  constexpr std::size_t quick = 2;
  const bool product = instance.teacher_count() > quick;
  return theorem_reach("threshold", loss, product ? " (closed form; prove threshold looks further)" : "",
                       [&] {
                         ThresholdRequest request;
                         request.product_only = product;
                         return threshold_claim(instance, request);
                       });
}

std::string as_json(const std::vector<Reach>& rows) {
  json::Value claims = json::array();
  for (const Reach& row : rows) {
    claims.items.push_back(json::object({{"claim", json::string(row.claim)},
                                         {"in_reach", json::boolean(row.in_reach)},
                                         {"detail", json::string(row.detail)}}));
  }
  return json::dump(json::object(
      {{"claims", std::move(claims)}, {"status", json::string(status_word(Status::evaluated))}}));
}

std::vector<Reach> rows_about(const Instance& instance, const Landscape& landscape, const Budget& budget) {
  const Evaluation evaluation =
      narrow_evaluation(landscape, 1e-8, budget.max_bits, budget.first_rung).evaluation;
  const bool exactly_zero = landscape.loss_is_exactly_zero();
  std::vector<Reach> rows = {loss_reach(evaluation, exactly_zero), gradient_reach(evaluation)};
  for (const char* beta : {"1", "3/4", "2/3"})
    rows.push_back(lojasiewicz_reach(instance, beta, exactly_zero, !evaluation.undefined_at, budget));
  rows.push_back(theorem_a_reach(instance, budget));
  rows.push_back(recovery_reach(instance));
  rows.push_back(not_pl_reach(evaluation, exactly_zero));
  rows.push_back(landscape_reach(instance, evaluation.loss, budget));
  rows.push_back(threshold_reach(instance, evaluation.loss));
  const bool below_threshold = rows.back().in_reach && !exactly_zero;
  ConvergenceReach reach = convergence_reach(instance, evaluation.loss, budget);
  if (!reach.in_reach && below_threshold && instance.is_point())
    reach = {true, "by Theorem G, since L(W) is below eps0; " + reach.detail};
  rows.push_back({"convergence", reach.in_reach, reach.detail});
  return rows;
}

Outcome run(const InstanceOptions& options, const Budget& budget, bool json) {
  const Instance instance = options.load();
  // Without students only the claims about the teacher have a meaning.
  const std::vector<Reach> rows =
      instance.student ? rows_about(instance, options.about([&] { return Landscape(instance); }), budget)
                       : std::vector{landscape_reach(instance, std::nullopt, budget),
                                     threshold_reach(instance, std::nullopt)};
  if (json) return {Status::evaluated, false, as_json(rows)};
  comment(fmt::format("network: {}{}", instance_text(instance), instance.is_point() ? "" : ", boxes"));
  for (const Reach& row : rows) {
    comment(fmt::format("{:<25} {:<9} {}", row.claim, row.in_reach ? "in reach" : "blocked", row.detail));
  }
  return {Status::evaluated};
}

}  // namespace

void add_explain(CLI::App& app, Result& result) {
  auto options = std::make_shared<InstanceOptions>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("explain", "Say which claims are in reach and what blocks the others");
  options->add_to(*command);
  command->add_flag("--json", *json, "Print one JSON object");
  auto budget = std::make_shared<Budget>();
  add_precision(*command, *budget);
  command->footer(examples({"lojacert explain near.json --time-limit 60"}));
  command->callback([=, &result] { result = {true, run(*options, *budget, *json)}; });
}

}  // namespace lojacert::program
