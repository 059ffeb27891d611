#pragma once
// The result of lojacert stress as JSON: lojacert-stress/1 (docs/reference/lojacert.md).

#include "text.hpp"

#include <lojacert/stress/stress.hpp>

#include <optional>
#include <string>
#include <vector>

namespace lojacert::program {

/// What was tested, and the result.
struct Tested {
  Instance instance;
  std::string beta;
  int wanted_digits = 0;
  long max_bits = 0;
  std::optional<stress::StressReport> report;  ///< present once the test has run
  std::vector<stress::IterateRow> iterates;    ///< of a trajectory
};

[[nodiscard]] json::Value stress_value(const Tested& tested, const Stopwatch& stopwatch);

}  // namespace lojacert::program
