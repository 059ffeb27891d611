// gradient: every partial derivative of L in the entries of the student, and ||grad L(W)||_F, lie in the
// stated intervals.

#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

class GradientRule final : public WeightsRule {
 public:
  GradientRule(const Json& claim, const Shape& shape) {
    claim.allow_only({"kind", "quantifier", "negated", "statement", "gradient", "gradient_norm"});
    if (const auto norm = claim.find("gradient_norm")) norm_ = read_range(*norm);
    if (const auto rows = claim.find("gradient")) {
      for (const Json row : rows->elements()) {
        std::vector<Range>& ranges = entries_.emplace_back();
        for (const Json entry : row.elements()) ranges.push_back(read_range(entry));
        if (static_cast<std::int64_t>(ranges.size()) != shape.d) row.fail("must have d entries");
      }
      if (entries_.empty() || static_cast<std::int64_t>(entries_.size()) != shape.m)
        rows->fail("must have m rows");
    }
    if (entries_.empty() && !norm_) claim.fail("a gradient claim needs 'gradient' or 'gradient_norm'");
  }

  std::string statement_body(bool negated) const override {
    if (entries_.empty()) {
      const std::string norm = "||grad L(W)||_F";
      return negated ? norm + " < " + norm_->lo->text + " or " + norm + " > " + norm_->hi->text
                     : norm_->lo->text + " <= " + norm + " <= " + norm_->hi->text;
    }
    if (norm_) {
      return negated ? "a partial derivative of L or ||grad L(W)||_F lies outside its listed interval"
                     : "every partial derivative of L and ||grad L(W)||_F lie in the listed intervals";
    }
    return negated ? "a partial derivative of L lies outside its listed interval"
                   : "every partial derivative of L lies in its listed interval";
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    return undefined_gradient(instance);
  }

  Finding decide(const Question& q) const override {
    const Landscape landscape = landscape_of(q.instance, q.bits, q.deadline);
    Finding holds = Finding::certain(true);
    for (std::size_t j = 0; j < entries_.size(); ++j) {
      for (std::size_t k = 0; k < entries_[j].size(); ++k) {
        holds = both(holds, lies_in(landscape.gradient[j][k], entries_[j][k], q.bits));
      }
    }
    if (norm_) holds = both(holds, lies_in(landscape.gradient_norm(q.bits), *norm_, q.bits));
    return q.negated ? negation(holds) : holds;
  }

  std::vector<std::string> assumptions() const override { return kernel_assumptions(); }

 private:
  std::vector<std::vector<Range>> entries_;  // m x d, or empty
  std::optional<Range> norm_;
};

}  // namespace

std::unique_ptr<Rule> read_gradient(const Json& claim, const Shape& shape) {
  return std::make_unique<GradientRule>(claim, shape);
}

}  // namespace lojaverify
