#include <lojacert/landscape/adaptive.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace lojacert {

namespace {

constexpr long least_bits = 64;
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

/// The excess bits of width over what is asked; <= 0 when narrow. Boxes have a width that no precision
/// removes.
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

/// An enclosure whose relative width is below 1/4 shows its size: then the missing bits are known, otherwise
/// double.
long next_precision(long bits, double excess, double log2_asked) {
  const bool size_is_known = excess + log2_asked < -2;
  const double step = size_is_known ? excess + 4 : static_cast<double>(bits);
  return bits + std::max(8L, static_cast<long>(std::ceil(step)));
}

/// What a sum without cancellation needs: the bits asked for, and the rounding of its terms.
long first_precision(const Landscape& landscape, double log2_asked, long max_bits) {
  const double guard = std::log2(static_cast<double>(landscape.term_count() + 1)) + 6;
  return std::min(std::max(least_bits, static_cast<long>(std::ceil(guard - log2_asked))), max_bits);
}

/// On boxes: whether more precision has stopped helping.
bool is_stuck(const Landscape& landscape, long bits, double before, double now) {
  return !landscape.is_point() && bits > 2 * least_bits && now > before - 0.1;
}

/// The rungs of balls from `first` on that may be used.
std::vector<Rung> ball_rungs(const Landscape& landscape, Rung first, long max_bits) {
  if (!landscape.has_balls() || max_bits < double_bits(first).value || first == Rung::intervals) return {};
  if (first == Rung::refined_balls) return {first};
  return {Rung::balls, Rung::refined_balls};
}

/// Where intervals begin: the bits at which the pair sum shows L as asked, where its size is known from
/// balls.
long first_precision(const Landscape& landscape, const std::optional<Interval>& loss_in_balls,
                     double log2_asked, long max_bits) {
  const long least = first_precision(landscape, log2_asked, max_bits);
  if (!loss_in_balls || loss_in_balls->contains_zero()) return least;
  const double cancelled = 2 * static_cast<double>(landscape.approximate_log2_largest_mass()) -
                           loss_in_balls->approximate_log2_mag();
  return std::min(least + std::max(0L, std::lround(cancelled)), max_bits);
}

NarrowLoss narrow_loss_in_intervals(const Landscape& landscape, double log2_asked, long first_bits,
                                    long max_bits) {
  double before = infinity;
  for (long bits = first_bits;;) {
    NarrowLoss result{landscape.loss(Bits{bits}), bits, Rung::intervals, false};
    const double excess = loss_excess(result.loss, log2_asked);
    result.is_narrow = excess <= 0;
    if (result.is_narrow || bits >= max_bits || is_stuck(landscape, bits, before, excess)) return result;
    before = excess;
    bits = std::min(next_precision(bits, excess, log2_asked), max_bits);
  }
}

}  // namespace

NarrowLoss narrow_loss(const Landscape& landscape, double relative_width, long max_bits, Rung first) {
  const double log2_asked = std::log2(relative_width) - 1;  // the estimates are good to one unit
  std::optional<Interval> in_balls;
  for (const Rung rung : ball_rungs(landscape, first, max_bits)) {
    const Bits bits = double_bits(rung);
    in_balls = landscape.loss(bits);
    if (loss_excess(*in_balls, log2_asked) <= 0) return {std::move(*in_balls), bits.value, rung, true};
  }
  return narrow_loss_in_intervals(landscape, log2_asked,
                                  first_precision(landscape, in_balls, log2_asked, max_bits), max_bits);
}

long interval_bits(const Landscape& landscape, const Interval& loss, double relative_width, long max_bits) {
  return first_precision(landscape, loss, std::log2(relative_width) - 1, max_bits);
}

NarrowEvaluation narrow_evaluation(const Landscape& landscape, double relative_width, long max_bits,
                                   Rung first) {
  const double log2_asked = std::log2(relative_width) - 1;
  const auto excess_of = [&](const Evaluation& evaluation) {
    return evaluation.gradient ? gradient_excess(*evaluation.gradient, log2_asked) : -infinity;
  };
  std::optional<Interval> in_balls;
  for (const Rung rung : ball_rungs(landscape, first, max_bits)) {
    NarrowEvaluation result{landscape.evaluate(double_bits(rung)), double_bits(rung).value, rung, true, true};
    in_balls = result.evaluation.loss;
    if (loss_excess(*in_balls, log2_asked) <= 0 && excess_of(result.evaluation) <= 0) return result;
  }
  const long predicted = first_precision(landscape, in_balls, log2_asked, max_bits);
  // Where balls have not shown L, the loss alone finds the precision at half the price; the gradient cancels
  // less.
  const bool is_predicted = in_balls && !in_balls->contains_zero();
  const long first_bits =
      is_predicted ? predicted : narrow_loss_in_intervals(landscape, log2_asked, predicted, max_bits).bits;
  std::optional<long> limit;  // once the loss is narrow: a gradient that cancels to nothing never is
  double before = infinity;
  for (long bits = first_bits;;) {
    NarrowEvaluation result{landscape.evaluate(Bits{bits}), bits, Rung::intervals, false, false};
    const double of_loss = loss_excess(result.evaluation.loss, log2_asked);
    const double of_gradient = excess_of(result.evaluation);
    result.loss_is_narrow = of_loss <= 0;
    result.gradient_is_narrow = of_gradient <= 0;
    const double excess = std::max(of_loss, of_gradient);
    if (result.loss_is_narrow && !limit)
      limit = std::min(max_bits, 2 * bits + 256 + landscape.approximate_log2_mass_ratio());
    if (excess <= 0 || bits >= limit.value_or(max_bits) || is_stuck(landscape, bits, before, excess))
      return result;
    before = excess;
    bits = std::min(next_precision(bits, excess, log2_asked), limit.value_or(max_bits));
  }
}

}  // namespace lojacert
