#include <lojacert/ball/evaluate.hpp>

#include <lojacert/ball/pair_sum.hpp>

#include <algorithm>
#include <cmath>
#include <thread>

namespace lojacert::ball {

namespace {

/// A thread for every so many neurons: below, starting it costs more than it saves.
constexpr std::size_t neurons_per_thread = 1000;

unsigned thread_count(const DoubleNetwork& network) {
  const std::size_t useful = network.count() / neurons_per_thread;
  return static_cast<unsigned>(
      std::clamp<std::size_t>(useful, 1, std::max(1U, std::thread::hardware_concurrency())));
}

bool is_narrow(const Ball& ball, double relative_width) {
  return 2 * ball.rad <= relative_width * std::fabs(ball.mid);
}

bool is_narrow(const BallEvaluation& evaluation, double relative_width) {
  return is_narrow(evaluation.loss.ball, relative_width) &&
         (!evaluation.gradient || is_narrow(evaluation.gradient->norm, relative_width));
}

}  // namespace

BallEvaluation coarse_evaluation(const DoubleNetwork& network, bool with_gradient) {
  return pair_sum(network, {with_gradient, thread_count(network)});
}

BallEvaluation refined_evaluation(const DoubleNetwork& network, const BallEvaluation& coarse,
                                  bool with_gradient) {
  static_cast<void>(network);
  static_cast<void>(with_gradient);
  return coarse;
}

BallEvaluation evaluate(const DoubleNetwork& network, bool with_gradient, double relative_width) {
  const BallEvaluation coarse = coarse_evaluation(network, with_gradient);
  return is_narrow(coarse, relative_width) ? coarse : refined_evaluation(network, coarse, with_gradient);
}

}  // namespace lojacert::ball
