#include <lojacert/claims/lojasiewicz.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <fmt/format.h>

#include <memory>

namespace lojacert {

namespace {

Rational positive(const std::string& text, const char* name) {
  const Rational value = parse_constant(name, text);
  if (value <= 0) throw InputError(fmt::format("{} = {} must be positive", name, text));
  return value;
}

Rational exponent(const std::string& text) {
  const Rational beta = positive(text, "beta");
  if (numerator(beta) > 1000 || denominator(beta) > 1000) {
    throw InputError(fmt::format("beta = {} must be p/q with p and q at most 1000", text));
  }
  return beta;
}

Decision decide(const Landscape& landscape, const Rational& kappa, const Rational& beta, Bits bits) {
  if (const auto student = landscape.undefined_at()) return never(undefined_gradient_reason(*student));
  if (landscape.loss_is_exactly_zero()) return exactly(true);  // both sides are 0
  const Evaluation evaluation = landscape.evaluate(bits);
  const Interval right_side = Interval::from(kappa, bits) * pow_nonnegative(evaluation.loss, beta);
  return decide_less_equal(right_side, evaluation.gradient->norm, "||grad L(W)||_F >= kappa L(W)^beta");
}

}  // namespace

Interval lojasiewicz_ratio(const Interval& gradient_norm, const Interval& loss, const Rational& beta) {
  return gradient_norm / pow_nonnegative(loss, beta);
}

Claim lojasiewicz_claim(const std::string& kappa, const std::string& beta) {
  const Rational kappa_value = positive(kappa, "kappa");
  const Rational beta_value = exponent(beta);
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
  const Rational beta_value = exponent(beta);
  const Landscape landscape(instance);
  if (const auto student = landscape.undefined_at())
    throw UndecidedError(undefined_gradient_reason(*student));
  if (landscape.loss_is_exactly_zero()) {
    throw UndecidedError(
        "L(W) = 0 exactly, so every kappa holds and there is no best one; name one with --kappa");
  }
  const NarrowEvaluation narrow = narrow_evaluation(landscape, 1e-7, budget.max_bits);
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
