#include <lojacert/landscape/adaptive.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lojacert {

namespace {

constexpr long first_bits = 64;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// log2(width / magnitude): how narrow an enclosure is relative to what it encloses; -infinity for a point.
double approximate_log2_relative_width(const Interval& x, double log2_scale) {
  const double width = x.approximate_log2_width();
  if (width == -infinity) return -infinity;
  return x.is_finite() ? width - log2_scale : infinity;
}

double approximate_log2_relative_width(const Interval& x) {
  return approximate_log2_relative_width(x, x.approximate_log2_mag());
}

/// The excess bits of width over what is asked; <= 0 when narrow. Boxes have a width that no precision removes.
double loss_excess(const Interval& loss, double log2_asked) {
  return approximate_log2_relative_width(loss) - log2_asked;
}

double gradient_excess(const Gradient& gradient, double log2_asked) {
  const double scale = gradient.norm.approximate_log2_mag();
  double excess = approximate_log2_relative_width(gradient.norm) - log2_asked;
  for (const Interval& partial : gradient.partials) {
    excess = std::max(excess, approximate_log2_relative_width(partial, scale) - log2_asked);
  }
  return excess;
}

/// An enclosure whose relative width is below 1/4 shows its size: then the missing bits are known, otherwise double.
long next_precision(long bits, double excess, double log2_asked) {
  const bool size_is_known = excess + log2_asked < -2;
  const double step = size_is_known ? excess + 4 : static_cast<double>(bits);
  return bits + std::max(8L, static_cast<long>(std::ceil(step)));
}

}  // namespace

NarrowLoss narrow_loss(const Landscape& landscape, double relative_width, long max_bits) {
  const double log2_asked = std::log2(relative_width) - 1;  // the estimates below are good to one unit
  double before = infinity;
  for (long bits = std::min(first_bits, max_bits);;) {
    NarrowLoss result{landscape.loss(Bits{bits}), bits, false};
    const double excess = loss_excess(result.loss, log2_asked);
    result.is_narrow = excess <= 0;
    const bool is_stuck = !landscape.is_point() && bits > 2 * first_bits && excess > before - 0.1;
    if (result.is_narrow || is_stuck || bits >= max_bits) return result;
    before = excess;
    bits = std::min(next_precision(bits, excess, log2_asked), max_bits);
  }
}

NarrowEvaluation narrow_evaluation(const Landscape& landscape, double relative_width, long max_bits) {
  const double log2_asked = std::log2(relative_width) - 1;
  long gradient_limit = max_bits;  // lowered once the loss is narrow
  double before = infinity;
  for (long bits = std::min(first_bits, max_bits);;) {
    NarrowEvaluation result{landscape.evaluate(Bits{bits}), bits, false, false};
    const double of_loss = loss_excess(result.evaluation.loss, log2_asked);
    const double of_gradient =
        result.evaluation.gradient ? gradient_excess(*result.evaluation.gradient, log2_asked) : -infinity;
    result.loss_is_narrow = of_loss <= 0;
    result.gradient_is_narrow = of_gradient <= 0;
    if (result.loss_is_narrow && gradient_limit == max_bits) gradient_limit = std::min(max_bits, 2 * bits + 256);
    const double excess = std::max(of_loss, of_gradient);
    const bool is_stuck = !landscape.is_point() && bits > 2 * first_bits && excess > before - 0.1;
    if (excess <= 0 || is_stuck || bits >= (result.loss_is_narrow ? gradient_limit : max_bits)) return result;
    before = excess;
    bits = std::min(next_precision(bits, excess, log2_asked), result.loss_is_narrow ? gradient_limit : max_bits);
  }
}

}  // namespace lojacert
