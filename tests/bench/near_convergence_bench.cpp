// near_convergence/ladder/eps and loss_gradient/ladder/d x m x r: rung 0 as a ladder, near convergence and on
// random networks.

#include "works.hpp"

#include <lojacert/ball/evaluate.hpp>

#include <string>

namespace bench {

namespace {

using lojacert::ball::BallEvaluation;
using lojacert::ball::DoubleNetwork;

/// Radius relative to what is certainly there; the table asks for at most 1e-6 / 2 of both.
double relative_radius(const lojacert::ball::Ball& ball) { return ball.rad / (ball.mid - ball.rad); }

void time_ladder(const std::string& work, const std::string& size, const MakeNetwork& make) {
  time_evaluation(
      benchmark_name(work, "ladder", size), make,
      [](const DoubleNetwork& network) {
        benchmark::DoNotOptimize(lojacert::ball::evaluate(network, true));
      },
      [](const DoubleNetwork& network, benchmark::UserCounters& counters) {
        const BallEvaluation evaluation = lojacert::ball::evaluate(network, true);
        counters["width_of_loss"] = 2 * relative_radius(evaluation.loss.ball);
        counters["width_of_gradient"] = 2 * relative_radius(evaluation.gradient->norm);
      });
}

bool register_ladder() {
  for (const double eps : distances) {
    time_ladder("near_convergence", name_of(eps), [eps] { return near_convergence(eps); });
  }
  for (const Size& size : gradient_sizes) {
    time_ladder("loss_gradient", size.name(), [size] { return random_network(size); });
  }
  return true;
}

[[maybe_unused]] const bool registered = register_ladder();

}  // namespace

}  // namespace bench
