// near_convergence/ladder/eps and loss_gradient/ladder/d x m x r: rung 0 as a ladder, near convergence and on
// random networks.

#include "ball_enclosures.hpp"
#include "check.hpp"
#include "works.hpp"

#include <lojacert/ball/evaluate.hpp>

#include <limits>
#include <string>

namespace bench {

namespace {

using lojacert::ball::BallEvaluation;
using lojacert::ball::DoubleNetwork;

/// Width relative to what is certainly there; infinite where that is nothing.
double relative_width(const lojacert::ball::Ball& ball) {
  const double certain = ball.mid - ball.rad;
  return certain > 0 ? 2 * ball.rad / certain : std::numeric_limits<double>::infinity();
}

void time_ladder(const std::string& work, const std::string& size, const MakeNetwork& make) {
  time_evaluation(
      benchmark_name(work, "ladder", size), make,
      [](const DoubleNetwork& network) { benchmark::DoNotOptimize(lojacert::ball::evaluate(network, true)); },
      [](const DoubleNetwork& network, benchmark::UserCounters& counters) {
        const BallEvaluation evaluation = lojacert::ball::evaluate(network, true);
        counters["width_of_loss"] = relative_width(evaluation.loss.ball);
        counters["width_of_gradient"] = relative_width(evaluation.gradient->norm);
      });
}

bool register_ladder() {
  for (const double eps : distances) {
    time_ladder("near_convergence", name_of(eps), [eps] { return near_convergence(eps); });
  }
  for (const Size& size : gradient_sizes) {
    time_ladder("loss_gradient", size.name(), [size] { return random_network(size); });
  }
  return announce({"ladder", Trust::rigorous, [](const DoubleNetwork& network, bool with_gradient) {
                     const auto evaluation = lojacert::ball::evaluate(network, with_gradient);
                     return as_enclosures(evaluation, network.dimension);
                   }});
}

[[maybe_unused]] const bool registered = register_ladder();

}  // namespace

}  // namespace bench
