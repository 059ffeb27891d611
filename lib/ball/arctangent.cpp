#include <lojacert/ball/arctangent.hpp>

#include <array>
#include <cmath>
#include <cstddef>

namespace lojacert::ball {

namespace {

constexpr DoubleInterval pi_half = DoubleInterval::between(0x1.921fb54442d18p0, 0x1.921fb54442d19p0);

/// arctan(k/8), k = 0, ..., 8.
constexpr std::array<DoubleInterval, 9> arctangents = {
    DoubleInterval(0),
    DoubleInterval::between(0x1.fd5ba9aac2f6dp-4, 0x1.fd5ba9aac2f6ep-4),
    DoubleInterval::between(0x1.f5b75f92c80ddp-3, 0x1.f5b75f92c80dep-3),
    DoubleInterval::between(0x1.6f61941e4def0p-2, 0x1.6f61941e4def1p-2),
    DoubleInterval::between(0x1.dac670561bb4fp-2, 0x1.dac670561bb50p-2),
    DoubleInterval::between(0x1.1e00babdefeb3p-1, 0x1.1e00babdefeb4p-1),
    DoubleInterval::between(0x1.4978fa3269ee1p-1, 0x1.4978fa3269ee2p-1),
    DoubleInterval::between(0x1.700a7c5784633p-1, 0x1.700a7c5784634p-1),
    DoubleInterval::between(0x1.921fb54442d18p-1, 0x1.921fb54442d19p-1)};

/// With |z| <= 1/4 the term z^2k is below 2^-56 for k = 14.
constexpr std::size_t most_terms = 14;

/// 1/(2k + 3), k = 0, ..., most_terms.
const std::array<DoubleInterval, most_terms + 1>& odd_reciprocals() {
  static const std::array<DoubleInterval, most_terms + 1> values = [] {
    std::array<DoubleInterval, most_terms + 1> result;
    for (std::size_t k = 0; k < result.size(); ++k)
      result[k] = DoubleInterval(1) / DoubleInterval(2 * static_cast<double>(k) + 3);
    return result;
  }();
  return values;
}

/// arctan(y / x) for x > 0 where y / x is about between 0 and 1: arctan(k/8) + arctan((y - x k/8) / (x + y
/// k/8)).
DoubleInterval arctangent_below_one(const DoubleInterval& y, const DoubleInterval& x) {
  const double ratio = y.midpoint() / x.midpoint();
  if (!(x.inf() > 0 && ratio > -1 && ratio < 2)) return DoubleInterval::whole_line();
  const double eighths = std::fmin(std::fmax(std::round(8 * ratio), 0), 8);
  const DoubleInterval node(eighths / 8);
  const DoubleInterval divisor = x + node * y;
  if (!(divisor.inf() > 0)) return DoubleInterval::whole_line();
  const DoubleInterval rest = (y - node * x) / divisor;
  return arctangents.at(static_cast<std::size_t>(eighths)) + (rest - arctangent_defect(rest));
}

}  // namespace

DoubleInterval arctangent_defect(const DoubleInterval& z) {
  if (!(z.magnitude() <= 0.25)) return DoubleInterval::whole_line();
  const DoubleInterval square = sqr(z);
  std::size_t terms = 1;
  for (double power = square.sup(); terms < most_terms && power > 0x1p-57; power *= square.sup()) ++terms;
  // The alternating series 1/(2n+3) - z^2/(2n+5) + ... lies between 0 and its first term.
  const auto& reciprocals = odd_reciprocals();
  DoubleInterval sum = hull(DoubleInterval(0), reciprocals[terms]);
  for (std::size_t k = terms; k-- > 0;) sum = reciprocals[k] - square * sum;
  return z * square * sum;
}

DoubleInterval arctangent_of_ratio(const DoubleInterval& y, const DoubleInterval& x) {
  if (!(x.inf() > 0)) return DoubleInterval::whole_line();
  if (y.midpoint() < 0) return -arctangent_of_ratio(-y, x);
  if (y.midpoint() <= x.midpoint()) return arctangent_below_one(y, x);
  return pi_half - arctangent_below_one(x, y);
}

}  // namespace lojacert::ball
