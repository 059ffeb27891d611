// not-pl: 0 < ||grad L(W)||_F^2 < 2 c L(W), so the Polyak-Lojasiewicz inequality with constant c fails at W.
// Negated: ||grad L(W)||_F = 0 or ||grad L(W)||_F^2 >= 2 c L(W).

#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

class NotPlRule final : public WeightsRule {
 public:
  explicit NotPlRule(const Json& claim) : constant_(read_constant(claim.at("constant"))) {
    claim.allow_only({"kind", "quantifier", "negated", "statement", "constant"});
    if (constant_.value.sign() <= 0) claim.at("constant").fail("must be positive");
  }

  std::string statement_body(bool negated) const override {
    const std::string square = "||grad L(W)||_F^2";
    return negated ? "||grad L(W)||_F = 0 or " + square + " >= 2 * " + constant_.text + " * L(W)"
                   : "0 < " + square + " < 2 * " + constant_.text + " * L(W)";
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    return undefined_gradient(instance);
  }

  Finding decide(const Question& q) const override {
    const Landscape landscape = landscape_of(q.instance, q.bits, q.deadline);
    const Ball slope = square(landscape.gradient_norm(q.bits), q.bits);
    const Ball bound = mul(ball(Rational(2) * constant_.value, q.bits), landscape.loss, q.bits);
    const Finding holds = both(less_than(Ball(), slope, q.bits), less_than(slope, bound, q.bits));
    return q.negated ? negation(holds) : holds;
  }

  std::vector<std::string> assumptions() const override { return kernel_assumptions(); }

 private:
  Constant constant_;
};

}  // namespace

std::unique_ptr<Rule> read_not_pl(const Json& claim, const Shape& /*shape*/) {
  return std::make_unique<NotPlRule>(claim);
}

}  // namespace lojaverify
