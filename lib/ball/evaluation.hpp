#pragma once
// Loss and gradient as balls: what every formula of rung 0 gives.

#include <lojacert/ball/ball.hpp>
#include <lojacert/ball/double_network.hpp>

#include <limits>
#include <optional>
#include <vector>

namespace lojacert::ball {

/// The gradient in the student's rows, everything times 2^exponent: row j of the true gradient is within
/// row_radii[j] of partials' row j in the 2-norm, so that each partial derivative is too; `norm` encloses the
/// Frobenius norm, more tightly than the rows do.
struct BallGradient {
  std::vector<double> partials;   ///< m x d, row by row
  std::vector<double> row_radii;  ///< m; infinite where nothing is known
  Ball norm;
  long exponent = 0;
};

struct BallEvaluation {
  ScaledBall loss;
  /// Absent where it was not asked for, and where it may be undefined: a zero student in unit form.
  std::optional<BallGradient> gradient;
};

/// A gradient of which nothing is known: infinite radii.
[[nodiscard]] inline BallGradient unknown_gradient(const DoubleNetwork& network) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return {std::vector<double>(network.student_count * network.dimension),
          std::vector<double>(network.student_count, infinity), Ball::everything(), 0};
}

}  // namespace lojacert::ball
