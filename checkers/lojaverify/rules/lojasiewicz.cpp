// lojasiewicz: ||grad L(W)||_F >= kappa L(W)^beta. At L = 0 both sides are 0 and the claim holds.

#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

class LojasiewiczRule final : public WeightsRule {
 public:
  explicit LojasiewiczRule(const Json& claim)
      : kappa_(read_constant(claim.at("kappa"))), beta_(read_constant(claim.at("beta"))) {
    claim.allow_only({"kind", "quantifier", "negated", "statement", "kappa", "beta"});
    const Integer limit(1000);
    if (kappa_.value.sign() <= 0) claim.at("kappa").fail("must be positive");
    if (beta_.value.sign() <= 0 || beta_.value.numerator() > limit || beta_.value.denominator() > limit) {
      claim.at("beta").fail("must be a positive fraction with numerator and denominator at most 1000");
    }
  }

  std::string statement_body(bool negated) const override {
    return std::string("||grad L(W)||_F ") + (negated ? "<" : ">=") + ' ' + kappa_.text + " * L(W)^(" +
           beta_.text + ')';
  }

  std::optional<std::string> read_evidence(const Json& evidence) override {
    const auto by = evidence.find("by");
    if (!by || by->string() != "direct") return WeightsRule::read_evidence(evidence);
    evidence.allow_only({"precision_bits", "by", "witness"});
    return {};
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    return undefined_gradient(instance);
  }

  Finding decide(const Question& q) const override {
    const Landscape landscape = landscape_of(q.instance, q.bits, q.deadline);
    const Ball bound = mul(ball(kappa_.value, q.bits), power(landscape.loss, beta_.value, q.bits), q.bits);
    return q.negated ? less_than(landscape.gradient_norm(q.bits), bound, q.bits)
                     : at_most(bound, landscape.gradient_norm(q.bits), q.bits);
  }

  std::vector<std::string> assumptions() const override { return kernel_assumptions(); }

 private:
  Constant kappa_, beta_;
};

}  // namespace

std::unique_ptr<Rule> read_lojasiewicz(const Json& claim, const Shape& /*shape*/) {
  return std::make_unique<LojasiewiczRule>(claim);
}

}  // namespace lojaverify
