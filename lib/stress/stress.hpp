#pragma once
// The whole stress test of one instance, and digits along a recorded descent.

#include <lojacert/network/trajectory_file.hpp>
#include <lojacert/stress/advice.hpp>
#include <lojacert/stress/breakdown.hpp>
#include <lojacert/stress/frontier.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lojacert::stress {

struct StressOptions {
  std::string beta;  ///< p/q; see usual_beta
  int wanted_digits = 6;
  long max_bits = 4096;
};

/// The sharp exponent of the students' form: 3/4 in norm form, 2/3 in unit form (docs/theory/landscape.md,
/// exponents).
[[nodiscard]] std::string usual_beta(NeuronForm form);

struct FormulaNote {
  Formula formula = Formula::acos;
  std::optional<std::string> reason;  ///< why it does not apply to the instance
};

struct DigitRow {
  Quantity quantity = Quantity::loss;
  Formula formula = Formula::acos;
  Precision precision;
  Digits digits;
  std::optional<Rational> value;  ///< the computed loss or gradient norm
};

struct StressReport {
  Reference reference;
  std::vector<FormulaNote> formulas;
  std::vector<Precision> precisions;
  std::vector<DigitRow> digits;
  std::vector<FrontierRow> frontier;
  std::vector<BreakdownRow> breakdown;  ///< in float32 and double
  Advice advice;
};

/// Throws InstanceError on boxes and without a student, InputError on a bad exponent.
[[nodiscard]] StressReport stress(const Instance& instance, const StressOptions& options);

/// One tested iterate of a descent: the digits of every formula in the machine's types and double-double.
struct IterateRow {
  long long iteration = 0;
  Reference reference;
  std::vector<DigitRow> digits;
};

/// At most `count` >= 2 iterates, evenly spread, the first and the last among them.
[[nodiscard]] std::vector<IterateRow> stress_along(const RecordedDescent& descent, const std::string& beta,
                                                   std::size_t count);

}  // namespace lojacert::stress
