#include <lojacert/claims/lojasiewicz.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/search/descent_weights.hpp>
#include <lojacert/theory/theorem_a.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace lojacert {

namespace {

Decision decide(const Landscape& landscape, const Rational& kappa, const Rational& beta, Bits bits) {
  if (const auto student = landscape.undefined_at()) return never(undefined_gradient_reason(*student));
  if (landscape.loss_is_exactly_zero()) return exactly(true);  // both sides are 0
  const Evaluation evaluation = landscape.evaluate(bits);
  const Interval right_side = Interval::from(kappa, bits) * pow_nonnegative(evaluation.loss, beta);
  return decide_less_equal(right_side, evaluation.gradient->norm, "||grad L(W)||_F >= kappa L(W)^beta");
}

using search::DescentWeights;

/// What Theorem A compares, at one precision: ||grad L|| length >= 2L - deficit.
struct TheoremASides {
  Interval loss;
  Interval deficit;  ///< P, at least 0
  Interval length;
};

/// Nothing where the theorem does not apply, or the loss may be 0.
std::optional<TheoremASides> theorem_a_sides(const Instance& instance, const Landscape& landscape,
                                             const DescentWeights& choice, Bits bits) {
  const std::optional<DescentBound> bound = descent_bound(instance, choice.assignment, choice.weights, bits);
  if (!bound || !bound->deficit.is_finite() || !bound->length.is_finite()) return std::nullopt;
  const Interval loss = landscape.loss(bits);
  if (!loss.is_finite() || !certainly_less(Interval::zero(bits), loss)) return std::nullopt;
  return TheoremASides{loss, max_zero(bound->deficit), bound->length};
}

Decision compare_sides(const TheoremASides& sides, const Interval& loss, const Rational& kappa,
                       const Rational& beta, Bits bits) {
  const Interval left = Interval::from(kappa, bits) * pow_nonnegative(loss, beta) * sides.length;
  const Interval right = Interval::exact(2L, bits) * loss - sides.deficit;
  return decide_less_equal(left, right, "kappa L^beta |D| <= 2L - P of Theorem A");
}

/// Proved or undecided: the theorem refutes nothing.
Decision decide_by_theorem_a(const Instance& instance, const Landscape& landscape,
                             const DescentWeights& choice, const Rational& kappa, const Rational& beta,
                             Bits bits) {
  if (const auto student = landscape.undefined_at()) return never(undefined_gradient_reason(*student));
  if (landscape.loss_is_exactly_zero()) return exactly(true);  // both sides are 0
  const auto sides = theorem_a_sides(instance, landscape, choice, bits);
  if (!sides) {
    Decision open = never("Theorem A's numbers are not known well enough");
    open.resolved_bits = 0;  // more bits may help
    return open;
  }
  const Decision whole = compare_sides(*sides, sides->loss, kappa, beta, bits);
  if (whole.verdict == Verdict::proved) return whole;
  if (whole.verdict == Verdict::disproved)
    return never("Theorem A does not give this kappa: its bound is smaller (which refutes nothing)");
  // (2L - P) / L^beta rises with L for beta <= 1: the lower end of the loss decides for all.
  if (beta > 1) return whole;
  const Decision at_lower_end = compare_sides(*sides, sides->loss.lower_end(), kappa, beta, bits);
  return at_lower_end.verdict == Verdict::proved ? at_lower_end : whole;
}

json::Value assignment_value(const DescentWeights& choice) {
  json::Value value = json::array();
  for (const auto& teacher : choice.assignment)
    value.items.push_back(teacher ? json::number(static_cast<long long>(*teacher)) : json::Value{});
  return value;
}

json::Value weights_value(const DescentWeights& choice) {
  json::Value value = json::array();
  for (const Rational& weight : choice.weights) value.items.push_back(json::string(exact_text(weight)));
  return value;
}

std::optional<DescentWeights> weights_for_theorem_a(const Instance& instance) {
  if (instance.gram || !instance.student) return std::nullopt;
  return search::descent_weights(instance);
}

Claim claim_by_theorem_a(const std::string& kappa, const std::string& beta, const DescentWeights& choice) {
  Claim claim = lojasiewicz_claim(kappa, beta);
  const Rational kappa_value = parse_positive_constant("kappa", kappa);
  const Rational beta_value = parse_exponent(beta);
  claim.evidence = {{"by", json::string("theoremA")},
                    {"assignment", assignment_value(choice)},
                    {"weights", weights_value(choice)}};
  claim.attempt_for = [choice, kappa_value, beta_value](const Instance& instance) -> Attempt {
    return [instance, landscape = std::make_shared<const Landscape>(instance), choice, kappa_value,
            beta_value](Bits bits) {
      return decide_by_theorem_a(instance, *landscape, choice, kappa_value, beta_value, bits);
    };
  };
  return claim;
}

/// The largest kappa of 5 digits that Theorem A gives, or nothing.
std::optional<Rational> kappa_of_theorem_a(const Instance& instance, const DescentWeights& choice,
                                           const Rational& beta, long max_bits) {
  constexpr int digits = 5;
  const Landscape landscape(instance);
  if (landscape.undefined_at() || landscape.loss_is_exactly_zero()) return std::nullopt;
  const Bits bits{
      std::min(max_bits, std::max(256L, 2 * narrow_loss(landscape, 1e-7, max_bits, Rung::intervals).bits))};
  const auto sides = theorem_a_sides(instance, landscape, choice, bits);
  if (!sides) return std::nullopt;
  const Interval loss = beta <= 1 ? sides->loss.lower_end() : sides->loss;
  const Interval excess = Interval::exact(2L, bits) * loss - sides->deficit;
  const Interval kappa = excess / (pow_nonnegative(loss, beta) * sides->length);
  if (!kappa.is_finite() || kappa.inf() <= 0) return std::nullopt;
  // A margin, so that another arithmetic can verify it: more on boxes, whose widths it may see differently.
  const Rational share = instance.is_point() ? Rational(999999, 1000000) : Rational(99, 100);
  return parse_exact_point(decimal_lower(Rational(kappa.inf() * share), digits));
}

Claim no_theorem_a() {
  throw UndecidedError(
      "Theorem A says nothing here: it needs nonzero teachers, a student near each of them, and 2L > P");
}

}  // namespace

Rational parse_exponent(const std::string& text) {
  const Rational beta = parse_positive_constant("beta", text);
  if (numerator(beta) > 1000 || denominator(beta) > 1000) {
    throw InputError(fmt::format("beta = {} must be p/q with p and q at most 1000", text));
  }
  return beta;
}

Claim lojasiewicz_claim_by(const Instance& instance, const LojasiewiczRequest& request,
                           const Budget& budget) {
  constexpr int digits = 5;
  const Rational beta = parse_exponent(request.beta);
  const auto direct = [&] {
    return lojasiewicz_claim(request.kappa ? *request.kappa : best_kappa(instance, request.beta, budget),
                             request.beta);
  };
  if (request.route == LojasiewiczRoute::direct) return direct();
  const bool better = request.route == LojasiewiczRoute::better;
  if (better && instance.is_point()) return direct();
  if (!better && request.kappa && !instance.gram && instance.student &&
      Landscape(instance).loss_is_exactly_zero())
    throw UndecidedError("L(W) = 0 exactly, where Theorem A is not needed; use --by direct");

  const std::optional<DescentWeights> choice = weights_for_theorem_a(instance);
  if (!better) {
    if (!choice) return no_theorem_a();
    if (request.kappa) return claim_by_theorem_a(*request.kappa, request.beta, *choice);
    const auto kappa = kappa_of_theorem_a(instance, *choice, beta, budget.max_bits);
    if (!kappa) return no_theorem_a();
    return claim_by_theorem_a(decimal_lower(*kappa, digits), request.beta, *choice);
  }
  const std::optional<Rational> by_theorem =
      choice ? kappa_of_theorem_a(instance, *choice, beta, budget.max_bits) : std::nullopt;
  std::optional<std::string> by_value;
  std::string why_not;
  try {
    by_value = best_kappa(instance, request.beta, budget);
  } catch (const UndecidedError& error) {
    why_not = error.what();
  }
  const bool use_theorem = by_theorem && (!by_value || parse_exact_point(*by_value) < *by_theorem);
  if (!by_value && !by_theorem && !request.kappa) throw UndecidedError(why_not);
  // A kappa that is asked for, and that Theorem A does not give, may still be refuted by a witness.
  if (!use_theorem || (request.kappa && parse_exact_point(*request.kappa) > *by_theorem)) {
    Claim claim = lojasiewicz_claim(request.kappa ? *request.kappa : *by_value, request.beta);
    claim.notes.push_back(by_theorem ? fmt::format("direct evaluation; Theorem A gives kappa = {} only",
                                                   decimal_lower(*by_theorem, digits))
                                     : "direct evaluation; Theorem A gives nothing");
    return claim;
  }
  Claim claim =
      claim_by_theorem_a(request.kappa.value_or(decimal_lower(*by_theorem, digits)), request.beta, *choice);
  claim.notes.push_back(fmt::format("by Theorem A; direct evaluation gives {}",
                                    by_value ? "kappa = " + *by_value + " only" : "nothing"));
  return claim;
}

Interval lojasiewicz_ratio(const Interval& gradient_norm, const Interval& loss, const Rational& beta) {
  return gradient_norm / pow_nonnegative(loss, beta);
}

Claim lojasiewicz_claim(const std::string& kappa, const std::string& beta) {
  const Rational kappa_value = parse_positive_constant("kappa", kappa);
  const Rational beta_value = parse_exponent(beta);
  Claim claim;
  claim.kind = "lojasiewicz";
  claim.constants = {{"kappa", json::string(kappa)}, {"beta", json::string(beta)}};
  claim.body = fmt::format("||grad L(W)||_F >= {} * L(W)^({})", kappa, beta);
  claim.negated_body = fmt::format("||grad L(W)||_F < {} * L(W)^({})", kappa, beta);
  claim.evidence = {{"by", json::string("direct")}};
  claim.attempt_for = [kappa_value, beta_value](const Instance& instance) -> Attempt {
    return [landscape = std::make_shared<const Landscape>(instance), kappa_value, beta_value](Bits bits) {
      return decide(*landscape, kappa_value, beta_value, bits);
    };
  };
  return claim;
}

std::string best_kappa(const Instance& instance, const std::string& beta, const Budget& budget) {
  constexpr int digits = 5;
  const Rational beta_value = parse_exponent(beta);
  const Landscape landscape(instance);
  if (const auto student = landscape.undefined_at())
    throw UndecidedError(undefined_gradient_reason(*student));
  if (landscape.loss_is_exactly_zero()) {
    throw UndecidedError(
        "L(W) = 0 exactly, so every kappa holds and there is no best one; name one with --kappa");
  }
  const NarrowEvaluation narrow = narrow_evaluation(landscape, 1e-7, budget.max_bits, budget.first_rung);
  const Interval ratio =
      lojasiewicz_ratio(narrow.evaluation.gradient->norm, narrow.evaluation.loss, beta_value);
  if (!ratio.is_finite() || ratio.contains_zero()) {
    throw UndecidedError(
        "no positive kappa can be proved: the enclosure of the gradient norm or of the loss reaches 0" +
        std::string(instance.is_point() ? "" : "; make the boxes smaller"));
  }
  const Rational lower = parse_exact_point(found_bounds(ratio, digits + 2, instance).lo);
  // On wide boxes the slack may reach 0: half of what is proved is still a claim.
  return decimal_lower(lower > 0 ? lower : Rational(ratio.inf() / 2), digits);
}

}  // namespace lojacert
