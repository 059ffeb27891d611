#pragma once
// Balls of doubles against enclosures in many bits.

#include <lojacert/ball/evaluation.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

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

/// The instruction sets of this machine that the library was compiled for, as Highway numbers them.
[[nodiscard]] std::vector<std::int64_t> instruction_sets();

/// rad / |mid|; infinite where unbounded.
[[nodiscard]] double relative_radius(const ball::Ball& ball);

}  // namespace lojacert::test
