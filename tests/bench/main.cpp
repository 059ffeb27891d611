// The benchmark program. Ends with code 1, and times nothing, if the peers do not agree on what they compute.

#include "check.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const std::vector<std::string> faults = bench::faults_of_peers();
  for (const std::string& fault : faults) std::fprintf(stderr, "bench: %s\n", fault.c_str());
  if (!faults.empty()) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
