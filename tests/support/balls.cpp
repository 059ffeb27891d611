#include "support/balls.hpp"

#include <lojacert/ball/pair_sum.hpp>

#include <hwy/targets.h>

#include <cmath>
#include <limits>

namespace lojacert::test {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Rational power_of_two(long exponent) {
  const Integer power = Integer(1) << static_cast<unsigned>(std::labs(exponent));
  return exponent < 0 ? Rational(1, power) : Rational(power);
}

/// error / radius, where 0 / 0 is 0.
double share(const Rational& error, const Rational& radius) {
  if (error == 0) return 0;
  return radius == 0 ? infinity : Rational(error / radius).convert_to<double>();
}

Rational largest_distance(const Rational& from, const Interval& truth) {
  const Rational below = abs(Rational(from - truth.inf()));
  const Rational above = abs(Rational(from - truth.sup()));
  return below < above ? above : below;
}

double share(const ball::Ball& ball, long exponent, const Interval& truth) {
  if (!ball.is_finite()) return 0;
  const Rational scale = power_of_two(exponent);
  return share(largest_distance(Rational(ball.mid) * scale, truth), Rational(ball.rad) * scale);
}

}  // namespace

double ShareOfRadius::largest() const { return std::max(loss, std::max(rows, norm)); }

ShareOfRadius share_of_radius(const ball::BallEvaluation& balls, const Evaluation& truth,
                              std::size_t dimension) {
  ShareOfRadius shares;
  shares.loss = share(balls.loss.ball, balls.loss.exponent, truth.loss);
  if (!balls.gradient) return shares;
  if (!truth.gradient) return {infinity, infinity, infinity};
  const ball::BallGradient& gradient = *balls.gradient;
  shares.norm = share(gradient.norm, gradient.exponent, truth.gradient->norm);
  const Rational scale = power_of_two(gradient.exponent);
  for (std::size_t j = 0; j < gradient.row_radii.size(); ++j) {
    if (!std::isfinite(gradient.row_radii[j])) continue;
    Rational squared = 0;
    for (std::size_t k = j * dimension; k < (j + 1) * dimension; ++k) {
      const Rational error =
          largest_distance(Rational(gradient.partials[k]) * scale, truth.gradient->partials[k]);
      squared += error * error;
    }
    const Rational radius = Rational(gradient.row_radii[j]) * scale;
    shares.rows = std::max(shares.rows, std::sqrt(share(squared, radius * radius)));
  }
  return shares;
}

std::vector<std::int64_t> instruction_sets() {
  std::vector<std::int64_t> sets;
  for (std::int64_t rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
    const std::int64_t set = rest & -rest;
    hwy::SetSupportedTargetsForTest(set);
    // Of a set that was left out at compile time a lesser one takes the place.
    if (ball::instruction_set() == hwy::TargetName(set)) sets.push_back(set);
  }
  hwy::SetSupportedTargetsForTest(0);
  return sets;
}

double relative_radius(const ball::Ball& ball) {
  return ball.is_finite() && ball.mid != 0 ? ball.rad / std::fabs(ball.mid) : infinity;
}

}  // namespace lojacert::test
