#pragma once
// Balls of doubles against enclosures in many bits.

#include <lojacert/ball/evaluation.hpp>
#include <lojacert/landscape/evaluation.hpp>

namespace lojacert::test {

/// The largest share of a radius that the true error takes: <= 1 where every ball contains the truth, and 0
/// where the radius is infinite. The truth is an Evaluation whose own width is negligible, or is counted
/// against the ball.
struct ShareOfRadius {
  double loss = 0;
  double rows = 0;  ///< the largest over the rows of the gradient, in the 2-norm
  double norm = 0;
  [[nodiscard]] double largest() const;
};
[[nodiscard]] ShareOfRadius share_of_radius(const ball::BallEvaluation& balls, const Evaluation& truth,
                                            std::size_t dimension);

/// rad / |mid|; infinite where unbounded.
[[nodiscard]] double relative_radius(const ball::Ball& ball);

}  // namespace lojacert::test
