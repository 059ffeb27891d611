// Rung 1 alone and as a ladder. near_convergence/landscape/eps: one evaluation at the fewest bits, in steps
// of 8, that give loss and norm of the gradient to 1e-6; near_convergence/narrow/eps: narrow_evaluation,
// which has to find its bits. The same on random networks, and loss_gradient/landscape/10x20x10 beside Arb.

#include "works.hpp"

#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <map>
#include <string>

namespace bench {

namespace {

using lojacert::Bits;
using lojacert::Evaluation;
using lojacert::Interval;
using lojacert::Landscape;
using lojacert::ball::DoubleNetwork;

constexpr double wanted_width = 1e-6;
constexpr long most_bits = 4096;

bool is_narrow(const Interval& x) {
  return x.is_finite() && x.sup() - x.inf() <= lojacert::Rational(wanted_width) * x.inf();
}

bool is_narrow(const Evaluation& evaluation) {
  return is_narrow(evaluation.loss) && is_narrow(evaluation.gradient->norm);
}

/// By the name of the network, which is asked for again and again.
long least_bits(const std::string& name, const DoubleNetwork& network) {
  static std::map<std::string, long> found;
  const auto [place, is_new] = found.try_emplace(name, 32);
  long& bits = place->second;
  if (!is_new) return bits;
  const Landscape landscape(as_instance(network));
  while (!is_narrow(landscape.evaluate(Bits{bits}))) bits += 8;
  return bits;
}

void time_rungs(const std::string& work, const std::string& size, const MakeNetwork& make) {
  time_evaluation(
      benchmark_name(work, "landscape", size), make,
      [size](const DoubleNetwork& network) {
        const Bits bits{least_bits(size, network)};
        benchmark::DoNotOptimize(Landscape(as_instance(network)).evaluate(bits));
      },
      [size](const DoubleNetwork& network, benchmark::UserCounters& counters) {
        counters["bits"] = static_cast<double>(least_bits(size, network));
      });
  time_evaluation(benchmark_name(work, "narrow", size), make, [](const DoubleNetwork& network) {
    const Landscape landscape(as_instance(network));
    benchmark::DoNotOptimize(
        lojacert::narrow_evaluation(landscape, wanted_width, most_bits, lojacert::Rung::balls));
  });
}

bool register_landscape() {
  for (const double eps : distances) {
    time_rungs("near_convergence", name_of(eps), [eps] { return near_convergence(eps); });
  }
  for (const Size& size : {Size{10, 20, 10}, Size{50, 100, 50}}) {
    time_rungs("loss_gradient", size.name(), [size] { return random_network(size); });
  }
  return true;
}

[[maybe_unused]] const bool registered = register_landscape();

}  // namespace

}  // namespace bench
