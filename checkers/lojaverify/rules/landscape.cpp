// landscape: Theorem L. For every number of students that all lie near a teacher, L(W) <= eps0 implies
// ||grad L(W)||_F >= kappa L(W)^beta and >= kappa_1 L(W).

#include "../theorem_l.hpp"
#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

class LandscapeRule final : public Rule {
 public:
  explicit LandscapeRule(const Json& claim)
      : delta_(read_constant(claim.at("delta"))),
        eps0_(read_positive(claim.at("eps0"))),
        kappa_(read_positive(claim.at("kappa"))),
        kappa_1_(read_positive(claim.at("kappa_1"))),
        beta_(claim.at("beta").string()) {
    claim.allow_only(
        {"kind", "quantifier", "negated", "statement", "delta", "eps0", "kappa", "beta", "kappa_1"});
    if (claim.at("negated").boolean()) claim.at("negated").fail("must be false: the claim has no negation");
    if (delta_.value.sign() <= 0 || delta_.value > Rational(Integer(3), Integer(2)))
      claim.at("delta").fail("must lie in (0, 3/2]");
    if (beta_ != "3/4" && beta_ != "2/3") claim.at("beta").fail("must be \"3/4\" or \"2/3\"");
  }

  std::optional<std::string> read_evidence(const Json& evidence) override {
    evidence.allow_only({"precision_bits", "by", "mu", "s"});
    mu_ = read_constant(evidence.at("mu")).value;
    s_ = read_constant(evidence.at("s")).value;
    if (const auto by = evidence.find("by"); by && by->string() != "L") return "evidence.by must be \"L\"";
    if (mu_.sign() <= 0) return "evidence.mu must be positive";
    if (s_ <= Rational(1)) return "evidence.s must exceed 1";
    return {};
  }

  std::string statement(const Instance& instance, bool /*negated*/) const override {
    const std::string grad = "||grad L(W)||_F >= ";
    return every_student_prefix(instance) + " in which every " +
           (instance.neuron == Form::unit ? "student" : "nonzero student") + " lies within " + delta_.text +
           " radians of a teacher's " + (instance.is_even() ? "line" : "direction") +
           " and L(W) <= " + eps0_.text + ": " + grad + kappa_.text + " * L(W)^(" + beta_ + ") and " + grad +
           kappa_1_.text + " * L(W).";
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    if (beta_ != (instance.neuron == Form::norm ? "3/4" : "2/3"))
      return "beta is not that of the students' form";
    return Teacher(instance).misfit;
  }

  Finding decide(const Question& q) const override {
    Finding finding = follows(q);
    if (finding.truth == Truth::no) finding.notes = {"the evidence does not give the claim"};
    return finding;
  }

  std::vector<std::string> assumptions() const override {
    std::vector<std::string> list = teacher_assumptions();
    list.emplace_back(
        "Theorem L (docs/theory/theorem-l.md): the descent identity, the wedge and ridge lemmas, "
        "the dyadic lemma");
    return list;
  }

 private:
  /// The claim follows from Theorem L with the constants of the evidence.
  Finding follows(const Question& q) const {
    const Frame frame(Teacher(q.instance), q.bits);
    const Truth mu_is_bound = is_at_most_mu(mu_, frame);
    if (mu_is_bound != Truth::yes) return Finding{.truth = mu_is_bound};
    const Form students = q.instance.neuron;
    const TheoremL proved(frame, delta_.value, s_, mu_, students);
    // Negative denominators could make the other constants look fine.
    const Finding conditions =
        both(less_than(proved.t.number(0), proved.denominator), less_than(proved.t.number(0), proved.c));
    if (conditions.truth != Truth::yes) return conditions;
    const Real eps0(eps0_.value, q.bits);
    Real kappa = proved.kappa;
    // relu and relu+linear: L of the same students is at least, resp. exactly, a quarter of that of abs.
    const bool quarter = q.instance.activation != Activation::abs;
    if (quarter)
      kappa = students == Form::norm ? kappa / root(kappa.number(2)) : kappa / power(kappa.number(4), 1, 3);
    const Real threshold = square(proved.rho0) / (quarter ? 8 : 2);
    const Real steepened = students == Form::norm ? kappa / power(eps0, 1, 4) : kappa / power(eps0, 1, 3);
    return both(both(at_most(eps0, threshold), at_most(Real(kappa_.value, q.bits), kappa)),
                at_most(Real(kappa_1_.value, q.bits), steepened));
  }

  Constant delta_, eps0_, kappa_, kappa_1_;
  std::string beta_;
  Rational mu_, s_;
};

}  // namespace

std::unique_ptr<Rule> read_landscape(const Json& claim, const Shape& /*shape*/) {
  return std::make_unique<LandscapeRule>(claim);
}

}  // namespace lojaverify
