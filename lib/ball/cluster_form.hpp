#pragma once
// Loss and gradient near convergence in plain double, with a small relative radius: the cluster form.

#include <lojacert/ball/ball.hpp>
#include <lojacert/ball/double_network.hpp>

#include <optional>
#include <vector>

namespace lojacert::ball {

/// The gradient in the students' rows, times 2^-exponent.
struct ClusterGradient {
  std::vector<double> partials;   ///< student_count x dimension, row by row
  std::vector<double> row_radii;  ///< every row of the gradient is so near to its partials in the 2-norm
  Ball norm;                      ///< of the whole gradient, Frobenius
  long exponent = 0;
};

struct ClusterEvaluation {
  ScaledBall loss;
  std::optional<ClusterGradient> gradient;  ///< present exactly where it was asked for
};

/// Enclosures of the loss and its gradient by the cluster form (docs/numerics/cluster-form.md): every neuron
/// belongs to the group of the teacher's line, or of a student's, that is near to it, and sums over groups
/// are taken of small terms. Rigorous wherever double_rounding_is_sound().
///
/// Empty where the form does not apply: the network is not exact, a teacher is zero, two groups are not far
/// apart compared with their angles, a student in unit form is zero and the gradient is asked for, or numbers
/// do not fit a double.
[[nodiscard]] std::optional<ClusterEvaluation> cluster_form(const DoubleNetwork& network, bool with_gradient);

}  // namespace lojacert::ball
