// lojasiewicz: ||grad L(W)||_F >= kappa L(W)^beta. At L = 0 both sides are 0 and the claim holds. By
// enclosures of both sides, or by Theorem A where the evidence has its classes and weights.

#include "common.hpp"
#include "rules.hpp"
#include "theorem_a.hpp"

namespace lojaverify {

namespace {

class LojasiewiczRule final : public WeightsRule {
 public:
  LojasiewiczRule(const Json& claim, const Shape& shape)
      : shape_(shape), kappa_(read_constant(claim.at("kappa"))), beta_(read_constant(claim.at("beta"))) {
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
    if (by && by->string() == "theoremA") {
      evidence.allow_only({"precision_bits", "by", "assignment", "weights"});
      theorem_a_.emplace(evidence, shape_);
      return theorem_a_->misfit();
    }
    if (!by || by->string() != "direct") return WeightsRule::read_evidence(evidence);
    evidence.allow_only({"precision_bits", "by", "witness"});
    return {};
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    return undefined_gradient(instance);
  }

  Finding decide(const Question& q) const override {
    if (theorem_a_ && q.negated) return {.notes = {"Theorem A refutes nothing"}};
    if (theorem_a_) return theorem_a_->gives(q, kappa_.value, beta_.value);
    const Landscape landscape = landscape_of(q.instance, q.bits, q.deadline);
    const Ball bound = mul(ball(kappa_.value, q.bits), power(landscape.loss, beta_.value, q.bits), q.bits);
    return q.negated ? less_than(landscape.gradient_norm(q.bits), bound, q.bits)
                     : at_most(bound, landscape.gradient_norm(q.bits), q.bits);
  }

  std::vector<std::string> assumptions() const override {
    std::vector<std::string> result = kernel_assumptions();
    if (theorem_a_) result.emplace_back("Theorem A (docs/theory/theorem-a.md)");
    return result;
  }

 private:
  Shape shape_;
  std::optional<TheoremA> theorem_a_;
  Constant kappa_, beta_;
};

}  // namespace

std::unique_ptr<Rule> read_lojasiewicz(const Json& claim, const Shape& shape) {
  return std::make_unique<LojasiewiczRule>(claim, shape);
}

}  // namespace lojaverify
