#pragma once
// Loss and gradient by the plain sum over pairs in double-double arithmetic, with a proved radius.

#include <lojacert/ball/double_network.hpp>
#include <lojacert/ball/evaluation.hpp>

namespace lojacert::ball {

/// Encloses L(W) and its gradient (docs/theory/landscape.md). The radius of the loss is about 75 2^-104 (sum
/// of masses)^2, that of a gradient's row about 105 2^-104 (sum of masses) plus the rounding of the row to
/// doubles (docs/numerics/double-double.md). A student in unit form that is 0 has no gradient. Where the
/// network is not exact the radii are infinite. Needs rounding to nearest, and subnormal numbers not flushed.
[[nodiscard]] BallEvaluation double_double_sum(const DoubleNetwork& network, bool with_gradient);

}  // namespace lojacert::ball
