#include "ball_enclosures.hpp"

#include <cmath>
#include <limits>

namespace bench {

namespace {

Enclosure around(double mid, double rad, long exponent) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto scaled = [&](double x) { return std::ldexp(x, static_cast<int>(exponent)); };
  return {scaled(std::nextafter(mid - rad, -infinity)), scaled(std::nextafter(mid + rad, infinity))};
}

}  // namespace

Enclosures as_enclosures(const lojacert::ball::BallEvaluation& evaluation, std::size_t dimension) {
  const auto& [ball, exponent] = evaluation.loss;
  Enclosures result{around(ball.mid, ball.rad, exponent), {}, {}};
  if (!evaluation.gradient) return result;
  const auto& gradient = *evaluation.gradient;
  for (std::size_t n = 0; n < gradient.partials.size(); ++n) {
    const double rad = gradient.row_radii[n / dimension];
    result.partials.push_back(around(gradient.partials[n], rad, gradient.exponent));
  }
  result.gradient_norm = around(gradient.norm.mid, gradient.norm.rad, gradient.exponent);
  return result;
}

}  // namespace bench
