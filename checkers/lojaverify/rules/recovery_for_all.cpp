// recovery-for-all: what L(W) <= loss alone says about every student, by the constants (C1) to (C5) of
// Theorem G (docs/theory/convergence.md, section 4): with rho = sqrt(2 L) for abs and sqrt(8 L) otherwise, at
// every W
//
//   sum |p_j| (1 - cos theta_j) <= Z sum |p_j| psi(b_j) <= Z N rho,   far mass <= N rho / psi_far,
//   (sum |v_i|^2)^(1/2) <= ||V|| / sqrt(mu) <= A rho / sqrt(mu),
//   Mass_i >= |p_i* + v_i|,   Mass_i = <a_i, p_i* + v_i> + sum over T_i of |p_j| (1 - cos theta_j).
//
// A student with |p_j| >= mass > N rho / psi_far is not far, so mass u_j^2 / 2 <= Z N rho with
// u_j = 2 sin(theta_j / 2); and as the mass of {T_i: u_j >= u} is at most b rho u^(-3/2) for u <= u_cap,
// mass > b rho u_cap^(-3/2) gives u_j < u_cap and then mass <= b rho u_j^(-3/2).

#include "common.hpp"
#include "embedded_threshold.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

class RecoveryForAllRule final : public Rule {
 public:
  explicit RecoveryForAllRule(const Json& claim)
      : loss_(read_positive(claim.at("loss"))), delta1_(read_positive(claim.at("delta1"))), bounds_(claim) {
    claim.allow_only({"kind", "quantifier", "negated", "statement", "loss", "delta1", "misalignment",
                      "far_mass", "residual", "deficit", "excess", "opposed", "mass", "angle"});
    if (claim.at("negated").boolean()) claim.at("negated").fail("must be false: the claim has no negation");
    const Ball twice = ball(delta1_.value * Rational(2), 128);
    if (lojaverify::less_than(twice, made<Ball>(arb_const_pi, 128), 128).truth != Truth::yes)
      claim.at("delta1").fail("must lie in (0, pi/2)");
    if (const auto mass = claim.find("mass")) mass_ = read_positive(*mass);
    if (const auto angle = claim.find("angle")) {
      angle_ = read_positive(*angle);
      if (angle_->value > parse_number("1.5707")) angle->fail("must be at most 1.5707");
    }
    if (mass_.has_value() != angle_.has_value()) claim.fail("'mass' and 'angle' belong together");
    if (bounds_.is_empty() && !mass_) claim.fail("a claim recovery-for-all needs a bound");
  }

  std::optional<std::string> read_evidence(const Json& evidence) override {
    if (evidence.at("by").string() != "G")
      throw Unsupported("theorem '" + printable(evidence.at("by").string()) + "'");
    evidence.allow_only({"precision_bits", "by", "threshold"});
    threshold_ = std::make_unique<EmbeddedThreshold>(evidence.at("threshold"));
    return {};
  }

  std::string statement(const Instance& instance, bool /*negated*/) const override {
    std::string bounds = bounds_.sentences("");
    if (mass_) {
      bounds = joined(bounds, "every student of mass at least " + mass_->text + " lies within " +
                                  angle_->text + " radians of a teacher's line");
    }
    return every_student_prefix(instance) + " with L(W) <= " + loss_.text +
           ", classes by the nearest line within " + delta1_.text + " radians: " + bounds + '.';
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    if (bounds_.opposed() && instance.activation != Activation::relu) return "opposed is for relu";
    return Teacher(instance).misfit;
  }

  Finding decide(const Question& q) const override {
    if (const auto shortfall = threshold_->shortfall(q)) return {.notes = {*shortfall}};
    if (threshold_->delta1() != delta1_.value) return {.notes = {"delta1 is not the certificate's"}};
    const RecoveryFactors given = threshold_->factors(q.instance, q.bits);
    const Real loss(loss_.value, q.bits), rho = unit_rho(q.instance, loss) * root(loss);
    Conditions conditions;
    bounds_.follow(given, rho, conditions);
    if (mass_) compare_heavy(given, rho, conditions);
    return conditions.finding();
  }

  std::vector<std::string> assumptions() const override {
    std::vector<std::string> list = teacher_assumptions();
    list.push_back(threshold_->name());
    list.emplace_back(
        "recovery at every W (docs/theory/convergence.md, Theorem 10): the dual certificate and ridge "
        "lemmas");
    return list;
  }

 private:
  void compare_heavy(const RecoveryFactors& given, const Real& rho, Conditions& conditions) const {
    const Real mass(mass_->value, rho.bits()), angle(angle_->value, rho.bits());
    conditions.require_less("mass, the far mass and the claim's", *given.far_mass * rho, mass);
    const Real chord = 2 * sine(angle / 2);
    const Finding by_ridges = both(less_than(given.turn * rho / power(*given.cap, 3, 2), mass),
                                   at_most(power(given.turn * rho / mass, 2, 3), chord));
    const Finding by_misalignment = at_most(root(2 * given.misalignment * rho / mass), chord);
    const Finding by_class = Finding::certain(angle_->value >= delta1_.value);
    conditions.require("angle: none of the three bounds gives it for this mass",
                       either(either(by_ridges, by_misalignment), by_class));
  }

  Constant loss_, delta1_;
  RecoveryBounds bounds_;
  std::optional<Constant> mass_, angle_;
  std::unique_ptr<EmbeddedThreshold> threshold_;
};

}  // namespace

std::unique_ptr<Rule> read_recovery_for_all(const Json& claim, const Shape& /*shape*/) {
  return std::make_unique<RecoveryForAllRule>(claim);
}

}  // namespace lojaverify
