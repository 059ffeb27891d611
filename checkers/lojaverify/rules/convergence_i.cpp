// convergence by Theorem I (docs/theory/convergence.md, Theorems 16 and 18, Proposition 17). Students that
// start within delta of the teachers of their classes stay there, but for a set S of small mass:
//
//   FF = (1/4) sum_i (M_i - |p_i*| - |p_i*| log(Z_i / |p_i*|)) + (1/4) sum_S |p_j|,
//   M_i = sum over T_i of |p_j|,  Z_i = sum over T_i of |p_j| cos^4 theta_j,
//
// falls by at least 2 c' step L in every step, but for K step^2 |grad L|^2, of which there is at most
// K (step^2 / beta) L_0 altogether; |p_j| (1 - cos^4 theta_j) <= 4 FF; and no student moves farther than
// l0 = (4 step / (beta kappa)) L_0^(1/4). So theta_j < delta all along, and L_t <= FFbar / (2 c' step t).

#include "../theorem_i.hpp"
#include "convergence.hpp"
#include "embedded_threshold.hpp"

namespace lojaverify {

namespace {

/// From L_1 on Theorem G takes over.
struct HandOver {
  explicit HandOver(const Json& json)
      : loss(read_constant(json.at("loss")).value), threshold(json.at("threshold")) {
    json.allow_only({"loss", "threshold"});
  }
  Rational loss;  // L_1
  EmbeddedThreshold threshold;
};

/// What the students are at the start.
struct Placement {
  Real lyapunov;  // FF_0
  Real free;      // sum_S |p_j|
  bool all_zero;  // S has only zero students
};

class ByTheoremI final : public ConvergenceTheorem {
 public:
  ByTheoremI(const Json& evidence, const Shape& shape)
      : mu_(read_constant(evidence.at("mu")).value),
        delta_(read_constant(evidence.at("delta")).value),
        chi_(read_constant(evidence.at("chi")).value),
        classes_(read_classes(evidence.at("classes"), shape)) {
    evidence.allow_only({"precision_bits", "by", "mu", "delta", "chi", "classes", "hand_over"});
    if (const auto json = evidence.find("hand_over")) hand_over_.emplace(*json);
  }

  std::optional<std::string> misfit(const Instance& instance, const ConvergenceClaim& claim) const override {
    if (instance.neuron == Form::unit) return "Theorem I is about students in norm form";
    if (mu_.sign() <= 0) return "evidence.mu must be positive";
    if (delta_.sign() <= 0 || delta_ > Rational(1)) return "evidence.delta must lie in (0, 1]";
    if (chi_.sign() < 0) return "evidence.chi must not be negative";
    if (instance.activation == Activation::relu && chi_.sign() != 0) return "relu: evidence.chi must be 0";
    if (hand_over_ && hand_over_->loss.sign() <= 0) return "evidence.hand_over.loss must be positive";
    if (hand_over_ && claim.linear_rate) return "a hand-over gives no linear_rate";
    if (!claim.recovery) return {};
    if (claim.recovery->delta1) return "Theorem I gives no recovery with delta1";
    if (hand_over_) return "a hand-over gives no recovery with listed classes";
    if (*claim.recovery->classes != classes_) return "recovery: classes are not the evidence's";
    if (claim.recovery->delta->value != delta_) return "recovery: delta is not the evidence's";
    return {};
  }

  Course course(const Start& start, const ConvergenceClaim& /*claim*/,
                Conditions& conditions) const override {
    const Question& q = start.question;
    const TheoremI proved(start.frame, delta_, mu_, chi_, q.instance.activation, start.loss);
    Course course(start, proved.kappa);
    const Truth mu_is_bound = is_at_most_mu(mu_, start.frame);
    conditions.require("mu is at most the smallest eigenvalue", Finding{.truth = mu_is_bound});
    for (const auto& [name, value] : proved.conditions()) conditions.require_positive(name, value);
    if (!start.motion.is_flow)
      conditions.require_at_most("step lbar <= 1", start.motion.steep, proved.t.number(1));
    const std::optional<Placement> placement = place(start, conditions);
    if (!placement) return course;
    const Real budget = proved.budget(start.motion, placement->lyapunov, start.loss);
    conditions.detail("B = " + shown(proved.b_constant.ball()) + ", A = " + shown(proved.a_constant.ball()) +
                      ", c = " + shown(proved.c.ball()) + ", c' = " + shown(proved.c_prime.ball()) +
                      ", kappa = " + shown(proved.kappa.ball()) +
                      ", FF_0 = " + shown(placement->lyapunov.ball()) + ", FFbar = " + shown(budget.ball()));
    stay_near(start, proved, budget, course.distance * power(start.loss, 1, 4), conditions);
    course.classes = classes_;
    if (hand_over_) {
      course.classes.clear();
      show_hand_over(start, proved, *placement, course, conditions);
      return course;
    }
    conditions.require("without hand-over every student without a class is zero", placement->all_zero);
    course.linear_rate = 2 * (proved.c_prime * start.motion.step) / budget;
    course.ends_on_own_line = lines_apart(start, proved.delta);
    course.factors = RecoveryFactors{.misalignment = proved.b_constant,
                                     .residual = proved.residual,
                                     .excess = proved.eta,
                                     .turn = proved.turn(),
                                     .far_mass = {},
                                     .cap = {},
                                     .opposed = {}};
    return course;
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> list{
        "Theorem I (docs/theory/convergence.md, section 5): Step 1 of Theorem L, the Lyapunov function FF"};
    if (hand_over_) list.push_back(hand_over_->threshold.name());
    return list;
  }

 private:
  /// FF_0, with theta_j <= delta off S and Z_i > 0; in relu the students of classes are on their teachers'
  /// side.
  [[nodiscard]] std::optional<Placement> place(const Start& start, Conditions& conditions) const {
    const std::size_t r = start.frame.size();
    const Real none = start.real(Rational()), near = square(cosine(start.real(delta_)));
    Placement placement{none, none, true};
    std::vector<Real> lost(r, none), kept(r, none);  // M_i - Z_i, Z_i
    for (std::size_t j = 0; j < classes_.size(); ++j) {
      const Rational& mass = start.squares[j];
      if (!classes_[j]) {
        placement.free = placement.free + start.real(mass);
        if (mass.sign() != 0) placement.all_zero = false;
        continue;
      }
      const std::size_t i = *classes_[j];
      const std::string name = "student " + std::to_string(j);
      conditions.require("a zero student has no class: " + name, mass.sign() != 0);
      if (!conditions.hold()) return {};
      const Rational square = start.cosine_squared(j, i), fourth = square * square;
      const bool opposed = !start.question.instance.is_even() && start.inner[j][i].sign() <= 0;
      conditions.require("relu: on its teacher's side is " + name, !opposed);
      conditions.require_at_most(name + " lies within delta, cos^2", near, start.real(square));
      lost[i] = lost[i] + start.real(mass * (Rational(1) - fourth));
      kept[i] = kept[i] + start.real(mass * fourth);
    }
    Real sum = placement.free;
    for (std::size_t i = 0; i < r; ++i) {
      conditions.require_positive("Z_i > 0 for teacher " + std::to_string(i), kept[i]);
      const Real mass(start.frame.masses[i], start.frame.bits), rest = (kept[i] - mass) / mass;
      sum = sum + lost[i] + mass * (rest - log_of_one_plus(rest));
    }
    placement.lyapunov = sum / 4;
    if (!conditions.hold()) return {};
    return placement;
  }

  /// (i): no student of a class moves farther than `path`, and FFbar lets none turn to delta.
  void stay_near(const Start& start, const TheoremI& proved, const Real& budget, const Real& path,
                 Conditions& conditions) const {
    const Real turned = 1 - square(square(cosine(proved.delta)));
    for (std::size_t j = 0; j < classes_.size() && conditions.hold(); ++j) {
      if (!classes_[j]) continue;
      const std::string name = " for student " + std::to_string(j);
      const Real rest = start.length(j) - path;
      conditions.require_positive("|w_j| - l0 > 0" + name, rest);
      conditions.require_less("4 FFbar < (|w_j| - l0)^2 (1 - cos^4 delta)" + name, 4 * budget,
                              square(rest) * turned);
    }
  }

  /// (ii): sum_S |p_j| grows at most by (L_0 / L)^(4 sqrt(2) step / (beta kappa^2)), kappa that of abs, and
  /// keeps below chi rho until L_1. There the second line begins.
  void show_hand_over(const Start& start, const TheoremI& proved, const Placement& placement, Course& course,
                      Conditions& conditions) const {
    const EmbeddedThreshold& threshold = hand_over_->threshold;
    if (const auto reason = threshold.shortfall(start.question)) return conditions.require(*reason, false);
    conditions.require("L_1 <= eps0 of the threshold", hand_over_->loss <= threshold.eps0().value);
    const Real loss = start.real(hand_over_->loss), kappa = start.real(threshold.kappa().value);
    conditions.require_less("L_1 < L(W)", loss, start.loss);
    if (!placement.all_zero) {
      const Real exponent = 4 * root(loss.number(2)) * start.motion.stretch / square(proved.kappa_of_abs);
      conditions.require_at_most("sum_S |p_j| (L_0 / L_1)^(4 sqrt(2) step / (beta kappa^2)) <= chi rho_1",
                                 placement.free * power(start.loss / loss, exponent),
                                 proved.chi * unit_rho(start.question.instance, loss) * root(loss));
    }
    if (!conditions.hold()) return;
    const auto& [a, c] = course.lines.front();
    const Real later = start.motion.beta * square(kappa) / 2, level = 1 / root(loss);
    course.lines.push_back({level - later * ((level - a) / c), later});
    const Real other = 4 * start.motion.stretch / kappa;
    course.distance = {made<Ball>(arb_max, course.distance.ball(), other.ball(), other.bits()), other.bits()};
  }

  /// For each teacher whether its line is farther than delta from every other. There the students of its
  /// class end on it.
  static std::vector<Finding> lines_apart(const Start& start, const Real& delta) {
    const std::size_t r = start.frame.size();
    std::vector<Finding> apart(r, Finding::certain(true));
    for (std::size_t i = 0; i < r; ++i) {
      for (std::size_t k = 0; k < r; ++k) {
        if (k == i) continue;
        const Real angle(start.frame.line_angle(i, k), start.frame.bits);
        apart[i] = both(apart[i], less_than(delta, angle));
      }
    }
    return apart;
  }

  Rational mu_, delta_, chi_;
  Classes classes_;
  std::optional<HandOver> hand_over_;
};

}  // namespace

std::unique_ptr<ConvergenceTheorem> read_convergence_by_i(const Json& evidence, const Shape& shape) {
  return std::make_unique<ByTheoremI>(evidence, shape);
}

}  // namespace lojaverify
