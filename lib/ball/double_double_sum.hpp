#pragma once
// Loss and gradient by the plain sum over pairs in double-double arithmetic, with a proved radius.

#include <lojacert/ball/ball.hpp>
#include <lojacert/ball/double_network.hpp>

#include <optional>
#include <vector>

namespace lojacert::ball {

/// The gradient in the student's rows, everything times 2^exponent.
struct DoubleDoubleGradient {
  std::vector<double> partials;   ///< m x d, row by row
  std::vector<double> row_radii;  ///< row j differs from the true one by at most row_radii[j] in the 2-norm
  Ball norm;                      ///< Frobenius norm
  long exponent = 0;
};

struct DoubleDoubleEvaluation {
  ScaledBall loss;
  std::optional<DoubleDoubleGradient> gradient;  ///< absent where undefined or not asked for
};

/// Encloses L(W) and its gradient (docs/theory/landscape.md). The radius of the loss is about 75 2^-104 (sum
/// of masses)^2, that of a gradient's row about 105 2^-104 (sum of masses) plus the rounding of the row to
/// doubles (docs/numerics/double-double.md). A student in unit form that is 0 has no gradient. Where the
/// network is not exact the radii are infinite. Needs rounding to nearest, and subnormal numbers not flushed.
[[nodiscard]] DoubleDoubleEvaluation double_double_sum(const DoubleNetwork& network, bool with_gradient);

}  // namespace lojacert::ball
