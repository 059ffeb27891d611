#pragma once
// Gradient descent and the gradient flow on L: docs/theory/convergence.md, section 2 (Theorem D).

#include "real.hpp"
#include "teacher.hpp"

namespace lojaverify {

/// lbar: in norm form U.H(W)U <= lbar |U|^2 wherever L(W) <= L_0. With M = sum |p_j|, M* = sum |p_i*|,
/// ||R|| <= sqrt(2 L_0):
///   abs: 4 M + 2 ||R||, M <= M* + sqrt(pi/2) ||R||;    relu: 2 M + sqrt(2) ||R||, M <= M* + sqrt(2 pi)
///   ||R||; relu+linear: a quarter of the former, at the loss 4 L of abs.
[[nodiscard]] Real curvature_bound(Activation activation, const Frame& frame, const Real& loss);

/// Gradient descent with a step, or the flow. Along both L falls, by beta |grad L|^2 in every step.
struct Motion {
  /// Descent where there is a step; it wants 0 < step lbar < 2.
  Motion(const Real& curvature, const std::optional<Rational>& step_value);

  bool is_flow;
  Real step;     // 1 for the flow
  Real steep;    // step lbar; 0 for the flow
  Real beta;     // step (1 - step lbar / 2); 1 for the flow
  Real stretch;  // step / beta: the path is at most this times the integral of -dL / |grad L|
};

}  // namespace lojaverify
