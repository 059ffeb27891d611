#include <lojacert/claims/convergence_plan.hpp>

#include <lojacert/claims/recovery_for_all.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/tangent_gram.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lojacert {

namespace {

Interval whole(long value, Bits bits) { return Interval::exact(value, bits); }

/// sqrt(2) for abs, sqrt(8) otherwise: e(t) in units of L^(1/2) becomes rho.
Interval residual_unit(Activation activation, Bits bits) {
  return residual_norm(whole(1L, bits), activation);
}

/// The exact parts of the distance of w_j from the line of teacher k: |w|^2 and its square.
struct LineDistance {
  Rational squared_norm;
  Rational squared;
};

LineDistance distance_from_line(const Instance& instance, std::size_t j, std::size_t k) {
  Rational norm = 0;
  Rational inner = 0;
  Rational teacher = 0;
  for (std::size_t c = 0; c < instance.dimension(); ++c) {
    const Rational w = instance.student->point(j, c);
    const Rational a = instance.teacher.point(k, c);
    norm += w * w;
    inner += w * a;
    teacher += a * a;
  }
  return {norm, Rational(norm - inner * inner / teacher)};
}

/// The path from W_0 is shorter than what separates w_j from 0 and from every other line.
Decision cannot_reach_another_line(const Instance& instance, const Interval& path, std::size_t j,
                                   std::size_t i, Bits bits) {
  const auto root = [&](const Rational& x) { return sqrt_nonnegative(Interval::from(x, bits)); };
  Decision decision =
      decide_less(path, root(distance_from_line(instance, j, i).squared_norm), "path < |w_j|");
  for (std::size_t k = 0; k < instance.teacher_count(); ++k) {
    if (k == i) continue;
    decision = both(decision, decide_less(path, root(distance_from_line(instance, j, k).squared),
                                          "path < distance from another line"));
  }
  return decision;
}

/// delta is smaller than the angle of teacher i's line and every other.
Decision stays_with_teacher(const TeacherGeometry& teacher, const Rational& delta, std::size_t i, Bits bits) {
  Decision decision = exactly(true);
  for (std::size_t k = 0; k < teacher.count(); ++k) {
    if (k == i) continue;
    decision = both(decision, decide_less(Interval::from(delta, bits), teacher.angle_of_lines(i, k, bits),
                                          "delta < angle of two teachers' lines"));
  }
  return decision;
}

void add_recovery_by_g(ConvergenceBounds& bounds, const ConvergenceSetting& setting,
                       const CitedThreshold& cited, Bits bits) {
  const Activation activation = setting.instance.activation;
  const RecoveryConstants constants = recovery_constants(setting.instance, cited.proof, bits);
  const Interval unit = residual_unit(activation, bits);
  for (const auto& [key, constant] : named_bounds(constants, activation))
    bounds.recovery.emplace_back(key, constant * unit);
  bounds.recovery.emplace_back("heavy", constants.heavy * unit);
  bounds.recovery.emplace_back("angle", constants.turn * unit);
}

void add_recovery_by_i(ConvergenceBounds& bounds, const InvarianceConstants& constants, Activation activation,
                       Bits bits) {
  const Interval unit = residual_unit(activation, bits);
  bounds.recovery = {{"misalignment", constants.B * unit},
                     {"residual", constants.residual * unit},
                     {"deficit", constants.residual * unit},
                     {"excess", (constants.residual + constants.B) * unit},
                     {"angle", constants.turn * unit}};
}

/// A condition on the first loss, or on the step, that Theorem G needs.
Decision needed_by_g(const Interval& loss, const CitedThreshold& cited, const DescentRate& rate, Bits bits) {
  const Decision small = decide_less_equal(loss, Interval::from(cited.eps0, bits), "L(W_0) <= eps0");
  const Decision step = decide_less(rate.step_product, whole(2L, bits), "step lbar < 2");
  return both(
      sufficient(small, fmt::format("L(W_0) = {:.3g} exceeds eps0 = {} of Theorem G by the factor {:.3g}",
                                    loss.approximate_mid(), decimal_lower(cited.eps0, 3),
                                    loss.approximate_mid() / static_cast<double>(cited.eps0))),
      sufficient(step, fmt::format("the step is too large: step * lbar = {:.3g} must be below 2",
                                   rate.step_product.approximate_mid())));
}

ConvergenceBounds by_theorem_g(const ConvergenceSetting& setting, const CitedThreshold& cited,
                               const Interval& loss, const DescentRate& rate, Bits bits) {
  const NeuronForm form = setting.instance.neuron;
  const Interval kappa = Interval::from(cited.kappa, bits);
  const Interval distance = path_factor(kappa, rate, form);
  ConvergenceBounds bounds{needed_by_g(loss, cited, rate, bits),
                           {envelope_line(loss, kappa, rate, form)},
                           {},
                           distance,
                           distance * path_power(loss, form),
                           {}};
  add_recovery_by_g(bounds, setting, cited, bits);
  return bounds;
}

ConvergenceBounds by_theorem_i(const ConvergenceSetting& setting, const ConvergencePlan& plan,
                               const Interval& loss, const DescentRate& rate, Bits bits) {
  const NeuronForm form = setting.instance.neuron;
  const InvarianceConstants found =
      invariance(setting.teacher, setting.instance, *plan.students, *plan.invariance, setting.dynamics, loss);
  const Interval zero = Interval::zero(bits);
  ConvergenceBounds bounds{found.hypotheses, {}, {}, zero, zero, {}};
  if (bounds.hypotheses.verdict != Verdict::proved) return bounds;
  const EnvelopeLine first = envelope_line(loss, found.kappa, rate, form);
  bounds.lines = {first};
  Interval kappa = found.kappa;
  if (plan.invariance->hand_over) {
    const Interval last = Interval::from(*plan.invariance->hand_over, bits);
    bounds.hypotheses =
        both(bounds.hypotheses, sufficient(exactly(*plan.invariance->hand_over <= plan.cited->eps0),
                                           "the loss of the hand-over exceeds eps0 of Theorem G"));
    const Interval kappa_after = Interval::from(plan.cited->kappa, bits);
    bounds.lines.push_back(line_after_hand_over(first, last, kappa_after, rate));
    kappa = -larger(-kappa, -kappa_after);
  } else {
    const Interval step =
        setting.dynamics.is_flow() ? whole(1L, bits) : Interval::from(*setting.dynamics.step, bits);
    bounds.linear_rate = whole(2L, bits) * found.descent_share * step / found.potential;
    add_recovery_by_i(bounds, found, setting.instance.activation, bits);
  }
  bounds.distance = path_factor(kappa, rate, form);
  bounds.path = bounds.distance * path_power(loss, form);
  return bounds;
}

/// Masses and angles of the students, approximately: they steer the search.
struct Alignment {
  std::vector<double> masses;
  std::vector<std::optional<std::size_t>> nearest;  ///< of a nonzero student
  std::vector<double> angles;                       ///< to the line of the nearest
  double largest_angle = 0;
};

Alignment alignment_of(const Instance& instance) {
  Alignment alignment;
  for (std::size_t j = 0; j < instance.student_count(); ++j) {
    alignment.nearest.emplace_back();
    alignment.angles.push_back(2);
    alignment.masses.push_back(0);
    for (std::size_t k = 0; k < instance.teacher_count(); ++k) {
      const LineDistance parts = distance_from_line(instance, j, k);
      alignment.masses[j] = static_cast<double>(parts.squared_norm);
      if (parts.squared_norm == 0) break;
      const auto squared_sine = static_cast<double>(Rational(parts.squared / parts.squared_norm));
      const double angle = std::asin(std::min(1.0, std::sqrt(squared_sine)));
      if (angle >= alignment.angles[j]) continue;
      alignment.angles[j] = angle;
      alignment.nearest[j] = k;
    }
    if (alignment.nearest[j])
      alignment.largest_angle = std::max(alignment.largest_angle, alignment.angles[j]);
  }
  return alignment;
}

/// The students within delta of a teacher and of a mass above `least` have its class.
std::vector<std::optional<std::size_t>> classes_within(const Alignment& alignment, const Rational& delta,
                                                       double least) {
  std::vector<std::optional<std::size_t>> classes = alignment.nearest;
  for (std::size_t j = 0; j < classes.size(); ++j) {
    if (alignment.masses[j] <= least || alignment.angles[j] > static_cast<double>(delta)) classes[j].reset();
  }
  return classes;
}

/// Masses below which students go to S: none, and with a hand-over the gaps between masses of different size.
std::vector<double> cuts(const Alignment& alignment, bool with_hand_over) {
  constexpr std::size_t most = 12;
  constexpr double gap = 10;
  std::vector<double> result{0};
  if (!with_hand_over) return result;
  std::vector<double> masses = alignment.masses;
  std::sort(masses.begin(), masses.end());
  for (std::size_t j = 0; j + 1 < masses.size() && result.size() < most; ++j) {
    if (masses[j] > 0 && masses[j + 1] > gap * masses[j]) result.push_back(masses[j]);
  }
  return result;
}

/// What the search tries for one delta: with a hand-over also a few chi, in vain where S has no mass.
std::vector<Rational> shares(bool with_hand_over, Activation activation) {
  if (!with_hand_over || activation == Activation::relu) return {0};
  return {0, Rational(1, 1000), Rational(1, 30), Rational(1, 3)};
}

}  // namespace

ConvergenceSetting::ConvergenceSetting(const Instance& given, const Dynamics& how)
    : instance(given), teacher(given), landscape(given), dynamics(how) {}

const Interval& ConvergenceSetting::loss(Bits bits) const {
  if (!loss_ || loss_bits_ != bits.value) {
    loss_ = landscape.loss(bits);
    loss_bits_ = bits.value;
  }
  return *loss_;
}

ConvergenceBounds bounds_of(const ConvergenceSetting& setting, const ConvergencePlan& plan, Bits bits) {
  const Interval loss = setting.loss(bits);
  // For the flow, and so for unit form, the curvature does not matter.
  const DescentRate rate =
      descent_rate(setting.dynamics, curvature_bound(setting.teacher, loss, setting.instance.activation));
  return plan.invariance ? by_theorem_i(setting, plan, loss, rate, bits)
                         : by_theorem_g(setting, *plan.cited, loss, rate, bits);
}

Decision limit_is(const ConvergenceSetting& setting, const ConvergencePlan& plan,
                  const ConvergenceBounds& bounds, std::size_t j, std::size_t i, Bits bits) {
  const Decision by_path = cannot_reach_another_line(setting.instance, bounds.path, j, i, bits);
  if (by_path.verdict == Verdict::proved || !plan.invariance || plan.invariance->hand_over ||
      plan.invariance->classes[j] != i)
    return by_path;
  return stays_with_teacher(setting.teacher, plan.invariance->delta, i, bits);
}

std::optional<ConvergencePlan> plan_by_invariance(const ConvergenceSetting& setting,
                                                  const std::optional<CitedThreshold>& cited, Bits bits,
                                                  std::string& missing) {
  const Interval loss = setting.loss(bits);
  const Alignment alignment = alignment_of(setting.instance);
  const Rational mu = mu_to_rest_on(setting.teacher);
  // The hand-over: at eps0, or where the loss is not above that, three decades on.
  Rational last = 0;
  if (cited) {
    last = loss.inf() > cited->eps0 ? cited->eps0
                                    : parse_exact_point(decimal_lower(Rational(loss.inf() / 1000), 5));
  }
  std::optional<ConvergencePlan> best;
  double best_kappa = 0;
  int most_shown = -1;
  constexpr double least_with_hand_over = 1e-5;
  constexpr double shrink = 0.8;
  const double least = cited ? least_with_hand_over : std::max(1.001 * alignment.largest_angle, 1e-9);
  for (double angle = 1; angle >= least; angle *= shrink) {
    const Rational delta = parse_exact_point(decimal_lower(exact(angle), 4));
    for (const double cut : cuts(alignment, cited.has_value())) {
      for (const Rational& chi : shares(cited.has_value(), setting.instance.activation)) {
        ConvergencePlan plan;
        plan.invariance = InvarianceChoice{classes_within(alignment, delta, cut), mu, delta, chi, {}};
        if (cited) plan.invariance->hand_over = last;
        plan.students = classed_students(setting.instance, plan.invariance->classes);
        const InvarianceConstants found = invariance(setting.teacher, setting.instance, *plan.students,
                                                     *plan.invariance, setting.dynamics, loss);
        if (found.hypotheses.verdict != Verdict::proved) {
          if (found.shown > most_shown) missing = found.hypotheses.reason;
          most_shown = std::max(most_shown, found.shown);
          continue;
        }
        const double kappa = found.kappa.approximate_mid();
        if (kappa <= best_kappa) continue;
        best_kappa = kappa;
        best = std::move(plan);
      }
    }
  }
  if (best) best->cited = cited;
  return best;
}

}  // namespace lojacert
