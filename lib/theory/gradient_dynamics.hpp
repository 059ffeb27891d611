#pragma once
// Gradient descent and gradient flow below a threshold of the loss: the step that descent allows, the
// envelope of the loss and the length of the path. docs/theory/convergence.md, Sections 2 and 3.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/theory/teacher_geometry.hpp>

#include <optional>

namespace lojacert {

/// W_(t+1) = W_t - step grad L(W_t), or without a step the flow W' = -grad L(W).
struct Dynamics {
  std::optional<Rational> step;

  [[nodiscard]] bool is_flow() const { return !step; }
};

/// lbar: the largest eigenvalue of the Hessian is at most this wherever L <= loss (students in norm form).
[[nodiscard]] Interval curvature_bound(const TeacherGeometry& teacher, const Interval& loss,
                                       Activation activation);

/// How fast the loss falls: L_(t+1) <= L_t - decrease |grad L(W_t)|^2, for the flow L' = -|grad L|^2.
struct DescentRate {
  Interval decrease;      ///< beta = step (1 - step lbar / 2); for the flow 1
  Interval step_share;    ///< step / beta; for the flow 1
  Interval step_product;  ///< step lbar: beta needs it below 2; for the flow 0
};
[[nodiscard]] DescentRate descent_rate(const Dynamics& dynamics, const Interval& curvature);

/// q(t) = a + c t with L(W_t) <= q(t)^(-2), in unit form q(t)^(-3).
struct EnvelopeLine {
  Interval a;
  Interval c;
};

/// The envelope from ||grad L|| >= kappa L^(3/4), in unit form kappa L^(2/3), wherever L <= loss.
[[nodiscard]] EnvelopeLine envelope_line(const Interval& loss, const Interval& kappa, const DescentRate& rate,
                                         NeuronForm students);

/// The path from W_t on is at most this times L(W_t)^(1/4), in unit form L(W_t)^(1/3).
[[nodiscard]] Interval path_factor(const Interval& kappa, const DescentRate& rate, NeuronForm students);
[[nodiscard]] Interval path_power(const Interval& loss, NeuronForm students);  ///< L^(1/4), L^(1/3)

/// rho = sqrt(2L) for abs, sqrt(8L) otherwise: the norm of the residual of the absolute values is at most
/// this.
[[nodiscard]] Interval residual_norm(const Interval& loss, Activation activation);

/// The second of two lines: from the first one until L falls below `loss`, then with the rate of `kappa`.
[[nodiscard]] EnvelopeLine line_after_hand_over(const EnvelopeLine& first, const Interval& loss,
                                                const Interval& kappa, const DescentRate& rate);

}  // namespace lojacert
