// convergence by Theorem G: where L(W_0) is at most the eps0 of a threshold, the whole course has
// ||grad L|| >= kappa L^beta, and (C1) to (C5) bound the students at every W_t.

#include "convergence.hpp"
#include "embedded_threshold.hpp"

namespace lojaverify {

namespace {

class ByTheoremG final : public ConvergenceTheorem {
 public:
  explicit ByTheoremG(const Json& evidence) : threshold_(evidence.at("threshold")) {
    evidence.allow_only({"precision_bits", "by", "threshold"});
  }

  std::optional<std::string> misfit(const Instance& instance, const ConvergenceClaim& claim) const override {
    if (instance.neuron == Form::unit && claim.step)
      return "students in unit form: Theorem G is about the flow only";
    if (claim.linear_rate) return "Theorem G gives no linear_rate";
    if (claim.recovery && claim.recovery->classes) return "Theorem G gives no recovery with listed classes";
    return {};
  }

  Course course(const Start& start, const ConvergenceClaim& claim, Conditions& conditions) const override {
    const Question& q = start.question;
    if (const auto reason = threshold_.shortfall(q)) {
      conditions.require(*reason, false);
      return {start, start.real(Rational(1))};
    }
    const Real kappa = start.real(threshold_.kappa().value);
    conditions.require_at_most("L(W) <= eps0 of the threshold", start.loss,
                               start.real(threshold_.eps0().value));
    if (!start.motion.is_flow) conditions.require_less("step lbar < 2", start.motion.steep, kappa.number(2));
    Course course(start, kappa);
    conditions.detail("kappa = " + shown(kappa.ball()) +
                      " by the threshold certificate within, which is verified");
    if (claim.recovery && claim.recovery->delta1) {
      conditions.require("recovery: delta1 is the certificate's",
                         claim.recovery->delta1->value == threshold_.delta1());
      course.factors = threshold_.factors(q.instance, q.bits);
    }
    return course;
  }

  std::vector<std::string> names() const override {
    return {threshold_.name(),
            "recovery at every W (docs/theory/convergence.md, Theorem 10): the dual certificate and ridge "
            "lemmas"};
  }

 private:
  EmbeddedThreshold threshold_;
};

}  // namespace

std::unique_ptr<ConvergenceTheorem> read_convergence_by_g(const Json& evidence, const Shape& /*shape*/) {
  return std::make_unique<ByTheoremG>(evidence);
}

}  // namespace lojaverify
