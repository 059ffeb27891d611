// One step of gradient descent beside the paper's bounds on it.

#include <lojacert/audit/paper_rows.hpp>
#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/gradient_dynamics.hpp>

#include <fmt/format.h>

#include <utility>

namespace lojacert {

namespace {

/// The instance after the step, its weights enclosed in boxes.
Instance after_step(const Instance& instance, const Gradient& gradient, const Interval& step) {
  const std::size_t d = instance.dimension();
  ExactMatrix moved(d);
  for (std::size_t j = 0; j < instance.student_count(); ++j) {
    for (std::size_t k = 0; k < d; ++k) {
      const Interval entry = Interval::from(instance.student->point(j, k), step.precision()) -
                             step * gradient.partials[j * d + k];
      moved.append(RationalInterval{entry.inf(), entry.sup()});
    }
  }
  Instance result = instance;
  result.student = std::move(moved);
  return result;
}

/// The norm of J_(w+u) - J_w for J_w = |w| (I + w^ w^^T), over |u|: with a = |w+u| and b = |w| it is
/// (3 |a - b| + sqrt((a - b)^2 + 4 gap^2 / (a b))) / 2, gap^2 = |w|^2 |u|^2 - <w, u>^2.
Interval jacobian_change(std::span<const Interval> w, std::span<const Interval> u, Bits bits) {
  const Interval dot = inner_product(w, u, bits);
  const Interval squared_u = squared_length(u, bits);
  const Interval squared_w = squared_length(w, bits);
  const Interval before = sqrt_nonnegative(squared_w);
  const Interval after = sqrt_nonnegative(squared_w + dot + dot + squared_u);
  const Interval change = abs((dot + dot + squared_u) / (after + before));
  const Interval squared_gap = max_zero(squared_w * squared_u - sqr(dot));
  const Interval four = Interval::exact(4L, bits);
  const Interval root = sqrt_nonnegative(sqr(change) + four * squared_gap / (after * before));
  return (Interval::exact(3L, bits) * change + root) /
         (Interval::exact(2L, bits) * sqrt_nonnegative(squared_u));
}

std::optional<Interval> largest_jacobian_change(const ClassedNetwork& network, const Gradient& gradient,
                                                const Interval& step, Bits bits) {
  const Instance& instance = network.instance();
  const std::size_t d = instance.dimension();
  std::optional<Interval> largest;
  for (std::size_t j = 0; j < network.students(); ++j) {
    if (network.is_zero(j)) continue;
    const std::vector<Interval> w = interval_row(*instance.student, j, bits);
    std::vector<Interval> u;
    for (std::size_t k = 0; k < d; ++k) u.push_back(-step * gradient.partials[j * d + k]);
    const Interval ratio = jacobian_change(w, u, bits);
    if (!ratio.is_finite()) continue;  // this student does not move, or may not
    largest = largest ? larger(*largest, ratio) : ratio;
  }
  return largest;
}

}  // namespace

Rational allowed_step(const TeacherGeometry& teacher, const Interval& loss, Activation activation) {
  const Interval curvature = curvature_bound(teacher, loss, activation);
  return parse_exact_point(
      decimal_lower(Rational((Interval::exact(1L, curvature.precision()) / curvature).inf()), 2));
}

std::vector<AuditRow> step_rows(const ClassedNetwork& network, const ClassedResidual& residual,
                                const TeacherGeometry& teacher, const Rational& step) {
  const Bits bits = residual.bits();
  const PaperConstants paper = paper_constants(teacher, bits);
  const Gradient& gradient = *residual.gradient();
  const Interval& loss = residual.loss();
  const Interval eta = Interval::from(step, bits);
  const Interval next = Landscape(after_step(network.instance(), gradient, eta)).loss(bits);
  const Interval squared_gradient = sqr(gradient.norm);
  const Interval length = eta * gradient.norm;  // |U|
  const Interval size = paper.r * paper.greatest_mass;
  const std::string at = fmt::format("for the step U = -{} grad L", exact_text(step));

  std::vector<AuditRow> rows;
  AuditRow decrease{"theorem-5", "Theorem 5",
                    "L - L_+ >= (step kappa^2 / 4) L^2, kappa^2 = Theta(1/(r w_max))"};
  decrease.note = at;
  rows.push_back(row_with_constant(std::move(decrease), loss - next,
                                   ">=", eta * sqr(loss) / (Interval::exact(4L, bits) * size)));
  const Dynamics dynamics{step};
  const DescentRate rate = descent_rate(dynamics, curvature_bound(teacher, loss, Activation::abs));
  AuditRow descent{"theorem-d", "Theorem D", "L - L_+ >= step (1 - step lbar / 2) ||grad L||^2"};
  descent.note = at;
  if (certainly_less(rate.step_product, Interval::exact(2L, bits))) {
    rows.push_back(explicit_row(std::move(descent), loss - next, ">=", rate.decrease * squared_gradient));
  } else {
    descent.note += ", which is too long for the theorem: step lbar is not below 2";
    rows.push_back(std::move(descent));
  }
  AuditRow smoothness{
      "lemma-13", "Lemma 13",
      "L(W+U) - L - <grad L, U> <= O((r w_max)^(1/4) L^(1/2) |U|^(3/2) + r w_max |U|^2 + |U|^4)"};
  smoothness.note = at;
  rows.push_back(row_with_constant(std::move(smoothness), next - loss + eta * squared_gradient, "<=",
                                   pow_nonnegative(size, Rational(1, 4)) * sqrt_nonnegative(loss) *
                                           pow_nonnegative(length, Rational(3, 2)) +
                                       size * sqr(length) + sqr(sqr(length))));
  rows.push_back(row_with_constant({"lemma-14", "Lemma 14", "||grad L||^2 = O(r^3 w_max^3)"},
                                   squared_gradient, "<=", sqr(size) * size));
  AuditRow neuron{"lemma-d1", "Lemma D.1",
                  "w -> ||w|| w is (1 + sqrt 3)-smooth: its Jacobian's change over |U_j|"};
  neuron.note = at;
  if (const auto change = largest_jacobian_change(network, gradient, eta, bits)) {
    rows.push_back(explicit_row(std::move(neuron), *change, "<=",
                                Interval::exact(1L, bits) + sqrt_nonnegative(Interval::exact(3L, bits))));
  } else {
    neuron.note = "no student moves";
    rows.push_back(std::move(neuron));
  }
  return rows;
}

}  // namespace lojacert
