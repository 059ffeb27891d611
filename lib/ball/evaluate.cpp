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

/// Double-double gains at most so many bits on the pair sum in doubles.
constexpr double gained_bits = 48;

bool double_double_may_help(const BallEvaluation& best, const BallEvaluation& coarse) {
  const auto may_help = [](double now, double in_double) { return now > in_double - gained_bits; };
  if (may_help(log2_radius(best.loss.ball, best.loss.exponent),
               log2_radius(coarse.loss.ball, coarse.loss.exponent)))
    return true;
  return best.gradient && may_help(log2_radius(best.gradient->norm, best.gradient->exponent),
                                   log2_radius(coarse.gradient->norm, coarse.gradient->exponent));
}

}  // namespace

BallEvaluation coarse_evaluation(const DoubleNetwork& network, bool with_gradient) {
  return pair_sum(network, {with_gradient, thread_count(network)});
}

BallEvaluation refined_evaluation(const DoubleNetwork& network, const BallEvaluation& coarse,
                                  bool with_gradient) {
  BallEvaluation best = coarse;
  if (!network.is_exact || arithmetic_fault()) return best;
  if (const auto cluster = cluster_form(network, with_gradient)) take_narrower(best, *cluster);
  if (double_double_may_help(best, coarse)) take_narrower(best, double_double_sum(network, with_gradient));
  return best;
}

BallEvaluation evaluate(const DoubleNetwork& network, bool with_gradient, double relative_width) {
  const BallEvaluation coarse = coarse_evaluation(network, with_gradient);
  return is_narrow(coarse, relative_width) ? coarse : refined_evaluation(network, coarse, with_gradient);
}

}  // namespace lojacert::ball
