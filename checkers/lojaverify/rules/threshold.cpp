// threshold: for every number of students and every choice W of their weights, L(W) <= eps0 implies
// ||grad L(W)||_F >= kappa L(W)^beta and >= kappa_1 L(W).

#include "threshold.hpp"

#include <algorithm>
#include <array>

#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

/// The theorems by their names in evidence.by; each has its file threshold_*.cpp.
struct TheoremEntry {
  std::string_view by;
  std::unique_ptr<ThresholdTheorem> (*read)(const Json& evidence);
};
constexpr std::array<TheoremEntry, 1> theorems{{{"G", read_theorem_g}}};

class ThresholdRule final : public ThresholdClaim {
 public:
  explicit ThresholdRule(const Json& claim)
      : eps0_(read_positive(claim.at("eps0"))),
        kappa_(read_positive(claim.at("kappa"))),
        kappa_1_(read_positive(claim.at("kappa_1"))),
        beta_(claim.at("beta").string()) {
    claim.allow_only({"kind", "quantifier", "negated", "statement", "eps0", "kappa", "beta", "kappa_1"});
    if (claim.at("negated").boolean()) claim.at("negated").fail("must be false: the claim has no negation");
    if (beta_ != "3/4" && beta_ != "2/3") claim.at("beta").fail("must be \"3/4\" or \"2/3\"");
  }

  std::optional<std::string> read_evidence(const Json& evidence) override {
    const std::string_view by = evidence.at("by").string();
    const auto entry = std::ranges::find(theorems, by, &TheoremEntry::by);
    if (entry == theorems.end()) throw Unsupported("theorem '" + printable(by) + "'");
    theorem_ = entry->read(evidence);
    return {};
  }

  std::string statement(const Instance& instance, bool /*negated*/) const override {
    const std::string grad = "||grad L(W)||_F >= ";
    return every_student_prefix(instance) + " with L(W) <= " + eps0_.text + ": " + grad + kappa_.text +
           " * L(W)^(" + beta_ + ") and " + grad + kappa_1_.text + " * L(W).";
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    if (beta_ != (instance.neuron == Form::norm ? "3/4" : "2/3"))
      return "beta is not that of the students' form";
    return Teacher(instance).misfit;
  }

  Finding decide(const Question& q) const override {
    if (const auto misfit = theorem_->misfit(q.instance)) return not_given(*misfit);
    const auto reaches = [&](const Proved& proved) { return claim_follows(proved, q.bits); };
    const Proved proved = theorem_->prove(q.instance, reaches, q.bits, q.deadline);
    if (proved.shortfall) return not_given(proved.shortfall->text);
    Finding finding = Finding::certain(true);
    finding.notes = proved.details;
    return finding;
  }

  std::vector<std::string> assumptions() const override {
    std::vector<std::string> list = teacher_assumptions();
    list.emplace_back("FLINT/Arb: exp, dot products, Cholesky factors and triangular systems of balls");
    list.push_back(theorem_->name());
    return list;
  }

  const Constant& eps0() const override { return eps0_; }
  const Constant& kappa() const override { return kappa_; }
  const ThresholdTheorem& theorem() const override { return *theorem_; }

 private:
  static Finding not_given(const std::string& reason) { return {.notes = {reason}}; }

  /// Nothing where eps0, kappa and kappa_1 of the claim are at most those of the theorem, the last kappa
  /// eps0^(beta - 1).
  std::optional<Shortfall> claim_follows(const Proved& proved, slong bits) const {
    const Ball eps0 = ball(eps0_.value, bits);
    const Rational rest(Integer(1), Integer(beta_ == "3/4" ? 4 : 3));
    const Ball kappa_1 = div(proved.kappa, power(eps0, rest, bits), bits);
    const auto exceeds = [&](const Constant& claimed, const Ball& given) {
      return at_most(ball(claimed.value, bits), given, bits).truth != Truth::yes;
    };
    const std::string only = "the theorem with these constants gives only ";
    if (exceeds(eps0_, proved.eps0)) return Shortfall{false, only + "eps0 = " + shown(proved.eps0)};
    if (exceeds(kappa_, proved.kappa)) return Shortfall{false, only + "kappa = " + shown(proved.kappa)};
    if (exceeds(kappa_1_, kappa_1)) return Shortfall{false, only + "kappa_1 = " + shown(kappa_1)};
    return {};
  }

  Constant eps0_, kappa_, kappa_1_;
  std::string beta_;
  std::unique_ptr<ThresholdTheorem> theorem_;
};

}  // namespace

std::unique_ptr<Rule> read_threshold(const Json& claim, const Shape& /*shape*/) {
  return std::make_unique<ThresholdRule>(claim);
}

}  // namespace lojaverify
