#pragma once
// The sizes that several files time, and how a benchmark is registered: its name is work/peer/size.

#include "networks.hpp"

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// Loss and gradient.
inline const std::vector<Size> gradient_sizes = {{50, 100, 50}, {100, 1000, 100}, {10, 20, 10}};
/// The loss alone.
inline const std::vector<Size> loss_sizes = {{50, 1000, 50}, {50, 5000, 50}};
/// Loss and gradient of many neurons, each run in a process of its own.
inline const std::vector<Size> huge_sizes = {{100, 12500, 100}, {100, 50000, 100}};

inline std::string benchmark_name(std::string_view work, std::string_view peer, std::string_view size) {
  return std::string(work) + "/" + std::string(peer) + "/" + std::string(size);
}

using MakeNetwork = std::function<lojacert::ball::DoubleNetwork()>;
using Evaluate = std::function<void(const lojacert::ball::DoubleNetwork&)>;
/// Numbers that go with the time, such as the precision that was used.
using Count = std::function<void(const lojacert::ball::DoubleNetwork&, benchmark::UserCounters&)>;

/// Times `evaluate`, one call an iteration; the network is made, and counted, outside the timing.
inline void time_evaluation(const std::string& name, MakeNetwork make, Evaluate evaluate, Count count = {}) {
  const auto run = [make = std::move(make), evaluate = std::move(evaluate),
                    count = std::move(count)](benchmark::State& state) {
    const lojacert::ball::DoubleNetwork network = make();
    for ([[maybe_unused]] const auto _ : state) evaluate(network);
    if (count) count(network, state.counters);
  };
  benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMicrosecond);
}

}  // namespace bench
