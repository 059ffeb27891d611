#pragma once
// The pair sum in balls of doubles, at the speed of plain double (docs/numerics/balls.md).

#include <lojacert/ball/double_network.hpp>
#include <lojacert/ball/evaluation.hpp>

#include <string>

namespace lojacert::ball {

struct PairSumOptions {
  bool with_gradient = true;
  unsigned threads = 1;  ///< the radii hold for any number; the midpoints depend on it in their last bits
};

/// Encloses L(W) and its gradient by the sum over all pairs of neurons. Rigorous for every network of finite
/// doubles, whatever the norms: radii are a-priori bounds of at most about (d + 100) 2^-53 (sum of
/// masses)^2 for 2 L and (d + 400) 2^-53 (sum of masses) for a row of the gradient in effective vectors. So
/// the enclosure is narrow relative to L except near convergence. Memory grows as m d. Infinite where the
/// arithmetic of the machine is not what the proof assumes (arithmetic_fault). Source:
/// docs/numerics/balls.md.
[[nodiscard]] BallEvaluation pair_sum(const DoubleNetwork& network, const PairSumOptions& options = {});

/// The instructions in use: "AVX3", "AVX2", "SSE2", ...
[[nodiscard]] std::string instruction_set();

}  // namespace lojacert::ball
