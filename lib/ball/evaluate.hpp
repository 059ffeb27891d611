#pragma once
// The ladder within rung 0: the pair sum in double, then the formulas that stay narrow near convergence.

#include <lojacert/ball/double_network.hpp>
#include <lojacert/ball/evaluation.hpp>

namespace lojacert::ball {

/// The pair sum, with threads where the network is large.
[[nodiscard]] BallEvaluation coarse_evaluation(const DoubleNetwork& network, bool with_gradient);

/// The narrowest of the pair sum (`coarse`), the cluster form and the sum in double-double, quantity by
/// quantity.
[[nodiscard]] BallEvaluation refined_evaluation(const DoubleNetwork& network, const BallEvaluation& coarse,
                                                bool with_gradient);

/// Both: refined unless the pair sum has the relative width that is asked for.
[[nodiscard]] BallEvaluation evaluate(const DoubleNetwork& network, bool with_gradient,
                                      double relative_width = 1e-6);

}  // namespace lojacert::ball
