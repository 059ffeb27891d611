#include <lojacert/ball/evaluate.hpp>

#include <lojacert/ball/arithmetic.hpp>
#include <lojacert/ball/cluster_form.hpp>
#include <lojacert/ball/double_double_sum.hpp>
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
  if (useful <= 1) return 1;  // to ask how many there are takes microseconds
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

/// log2 of the radius; infinite where nothing is known.
double log2_radius(const Ball& ball, long exponent) {
  return std::log2(ball.rad) + static_cast<double>(exponent);
}

void take_narrower(ScaledBall& best, const ScaledBall& other) {
  if (log2_radius(other.ball, other.exponent) < log2_radius(best.ball, best.exponent)) best = other;
}

void take_narrower(BallEvaluation& best, const BallEvaluation& other) {
  take_narrower(best.loss, other.loss);
  if (!best.gradient || !other.gradient) return;
  if (log2_radius(other.gradient->norm, other.gradient->exponent) <
      log2_radius(best.gradient->norm, best.gradient->exponent))
    best.gradient = other.gradient;
}

/// Whether the pair sum shows the size of the gradient. Then L is not so small that double-double would not
/// see it, and double-double costs less than the cluster form of a network of moderate size; otherwise only
/// the cluster form may.
bool gradient_is_seen(const BallEvaluation& coarse) {
  return coarse.gradient ? is_narrow(coarse.gradient->norm, 1) : is_narrow(coarse.loss.ball, 1);
}

}  // namespace

BallEvaluation coarse_evaluation(const DoubleNetwork& network, bool with_gradient) {
  return pair_sum(network, {with_gradient, thread_count(network)});
}

BallEvaluation refined_evaluation(const DoubleNetwork& network, const BallEvaluation& coarse,
                                  bool with_gradient, double relative_width) {
  BallEvaluation best = coarse;
  if (!network.is_exact || arithmetic_fault()) return best;
  const auto by_clusters = [&] {
    if (const auto cluster = cluster_form(network, with_gradient)) take_narrower(best, *cluster);
  };
  const auto in_double_double = [&] { take_narrower(best, double_double_sum(network, with_gradient)); };
  const bool double_double_first = gradient_is_seen(coarse);
  double_double_first ? in_double_double() : by_clusters();
  if (!is_narrow(best, relative_width)) double_double_first ? by_clusters() : in_double_double();
  return best;
}

BallEvaluation evaluate(const DoubleNetwork& network, bool with_gradient, double relative_width) {
  const BallEvaluation coarse = coarse_evaluation(network, with_gradient);
  return is_narrow(coarse, relative_width)
             ? coarse
             : refined_evaluation(network, coarse, with_gradient, relative_width);
}

}  // namespace lojacert::ball
