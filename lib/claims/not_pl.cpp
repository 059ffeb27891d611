#include <lojacert/claims/not_pl.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <fmt/format.h>

#include <memory>

namespace lojacert {

namespace {

Decision decide(const Landscape& landscape, const Rational& constant, Bits bits) {
  if (const auto student = landscape.undefined_at()) return never(undefined_gradient_reason(*student));
  if (landscape.loss_is_exactly_zero()) return exactly(false);  // the gradient is 0 too
  const Evaluation evaluation = landscape.evaluate(bits);
  const Interval squared_norm = sqr(evaluation.gradient->norm);
  const Interval right_side = Interval::from(Rational(2 * constant), bits) * evaluation.loss;
  Decision is_positive = decide_less(Interval::zero(bits), squared_norm, "0 < ||grad L(W)||_F^2");
  // The two conditions share one scale: a gradient that vanishes to 256 bits relative to 2 c L stays open.
  const Decision is_small = decide_less(squared_norm, right_side, "||grad L(W)||_F^2 < 2 c L(W)");
  if (is_positive.verdict == Verdict::undecided) is_positive.resolved_bits = is_small.resolved_bits;
  return both(is_positive, is_small);
}

}  // namespace

Claim not_pl_claim(const std::string& constant) {
  const Rational value = parse_constant("constant", constant);
  if (value <= 0) throw InputError(fmt::format("constant = {} must be positive", constant));
  Claim claim;
  claim.kind = "not-pl";
  claim.constants = {{"constant", json::string(constant)}};
  claim.body = fmt::format("0 < ||grad L(W)||_F^2 < 2 * {} * L(W)", constant);
  claim.negated_body = fmt::format("||grad L(W)||_F = 0 or ||grad L(W)||_F^2 >= 2 * {} * L(W)", constant);
  claim.attempt_for = [value](const Instance& instance) -> Attempt {
    return [landscape = std::make_shared<const Landscape>(instance), value](Bits bits) {
      return decide(*landscape, value, bits);
    };
  };
  return claim;
}

}  // namespace lojacert
