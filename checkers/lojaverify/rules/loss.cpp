// loss: lo <= L(W) <= hi. Negated: L(W) < lo or L(W) > hi.

#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

class LossRule final : public WeightsRule {
 public:
  explicit LossRule(const Json& claim) {
    claim.allow_only({"kind", "quantifier", "negated", "statement", "lo", "hi"});
    if (const auto lo = claim.find("lo")) range_.lo = read_constant(*lo);
    if (const auto hi = claim.find("hi")) range_.hi = read_constant(*hi);
    if (!range_.lo && !range_.hi) claim.fail("a loss claim needs 'lo' or 'hi'");
    check_order(claim, range_);
  }

  std::string statement_body(bool negated) const override {
    const auto& [lo, hi] = range_;
    if (negated) {
      return (lo ? "L(W) < " + lo->text : "") + (lo && hi ? " or " : "") + (hi ? "L(W) > " + hi->text : "");
    }
    if (!lo) return "L(W) <= " + hi->text;
    return hi ? lo->text + " <= L(W) <= " + hi->text : "L(W) >= " + lo->text;
  }

  Finding decide(const Question& q) const override {
    const Landscape landscape = landscape_of(q.instance, q.bits, q.deadline);
    const Finding holds = lies_in(landscape.loss, range_, q.bits);
    return q.negated ? negation(holds) : holds;
  }

  std::vector<std::string> assumptions() const override { return kernel_assumptions(); }

 private:
  Range range_;
};

}  // namespace

std::unique_ptr<Rule> read_loss(const Json& claim, const Shape& /*shape*/) {
  return std::make_unique<LossRule>(claim);
}

}  // namespace lojaverify
