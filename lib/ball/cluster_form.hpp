#pragma once
// Loss and gradient near convergence in plain double, with a small relative radius: the cluster form.

#include <lojacert/ball/double_network.hpp>
#include <lojacert/ball/evaluation.hpp>

#include <optional>

namespace lojacert::ball {

/// Enclosures of the loss and its gradient by the cluster form (docs/numerics/cluster-form.md): every neuron
/// belongs to the group of the teacher's line, or of a student's, that is near to it, and sums over groups
/// are taken of small terms. Rigorous wherever double_rounding_is_sound().
///
/// Empty where the form does not apply: the network is not exact, a teacher is zero, two groups are not far
/// apart compared with their angles, a student in unit form is zero and the gradient is asked for, or numbers
/// do not fit a double.
[[nodiscard]] std::optional<BallEvaluation> cluster_form(const DoubleNetwork& network, bool with_gradient);

}  // namespace lojacert::ball
