// loss_gradient/ball/d x m x r and loss/ball/d x m x r: rung 0's pair sum; huge/ball_T/d x m x r: many
// neurons, T threads, with the peak memory of the process, which is why each of these is run alone.

#include "ball_enclosures.hpp"
#include "check.hpp"
#include "works.hpp"

#include <lojacert/ball/pair_sum.hpp>

#include <fstream>
#include <limits>
#include <string>

namespace bench {

namespace {

using lojacert::ball::DoubleNetwork;

/// The most memory that the process has had, in MiB.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void time_ball(const std::string& work, const Size& size, bool with_gradient) {
  time_evaluation(
      benchmark_name(work, "ball", size.name()), [size] { return random_network(size); },
      [with_gradient](const DoubleNetwork& network) {
        benchmark::DoNotOptimize(lojacert::ball::pair_sum(network, {.with_gradient = with_gradient}));
      });
}

void time_huge(const Size& size, unsigned threads) {
  time_evaluation(
      benchmark_name("huge", "ball_" + std::to_string(threads), size.name()),
      [size] { return random_network(size); },
      [threads](const DoubleNetwork& network) {
        benchmark::DoNotOptimize(
            lojacert::ball::pair_sum(network, {.with_gradient = true, .threads = threads}));
      },
      [](const DoubleNetwork&, benchmark::UserCounters& counters) { counters["peak_MiB"] = peak_memory(); });
}

bool register_ball() {
  for (const Size& size : gradient_sizes) time_ball("loss_gradient", size, true);
  for (const Size& size : loss_sizes) time_ball("loss", size, false);
  for (const Size& size : huge_sizes) {
    for (const unsigned threads : {1U, 2U}) time_huge(size, threads);
  }
  return announce({"ball", Trust::rigorous, [](const DoubleNetwork& network, bool with_gradient) {
                     const auto evaluation =
                         lojacert::ball::pair_sum(network, {.with_gradient = with_gradient});
                     return as_enclosures(evaluation, network.dimension);
                   }});
}

const bool registered = register_ball();

}  // namespace

}  // namespace bench
