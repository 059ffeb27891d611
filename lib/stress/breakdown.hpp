#pragma once
// Where the digits go: the formula by acos with one stage rounded and everything else exact to many bits.

#include <lojacert/stress/digits.hpp>

#include <vector>

namespace lojacert::stress {

/// The stages of the sum over pairs, in the order of the computation: the entries and |w| w; <u,v>; |u||v|;
/// the clipped quotient c; t = acos c; s = sqrt(1 - c^2); |u||v| (2/pi) (s + (pi/2 - t) c) and its like in
/// the gradient; the running sums.
enum class Stage { weights, dot, norms, cosine, angle, sine, kernel, sum };

[[nodiscard]] const std::vector<Stage>& all_stages();
[[nodiscard]] const char* name_of(Stage stage);  ///< "weights", ...

struct BreakdownRow {
  Precision precision;
  Stage stage = Stage::weights;
  /// log10 of the sum over the stage's results y of |y dL/dy| / L: by how much the stage magnifies relative
  /// errors. An estimate. Absent where it is 0.
  std::optional<double> approximate_log10_condition;
  Digits loss;
  Digits gradient;
};

/// The rows of one precision. Zero vectors are left out. Nothing where L = 0 exactly: an absolute error has
/// no condition number.
[[nodiscard]] std::vector<BreakdownRow> breakdown(const Instance& instance, const Reference& reference,
                                                  const Precision& precision);

}  // namespace lojacert::stress
