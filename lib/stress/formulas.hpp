#pragma once
// The formulas and the precisions that a stress test tries, and what each computes, exactly.

#include <lojacert/network/instance.hpp>

#include <optional>
#include <string>
#include <vector>

namespace lojacert::stress {

/// acos of a clipped cosine with plain sums; the same from one matrix product; the same summed pairwise;
/// atan2 of S = sqrt(|u|^2 |v|^2 - <u,v>^2); the angle from |u - v| and |u + v|; the cluster form.
enum class Formula { acos, gram, pairwise, atan2, difference, cluster };

[[nodiscard]] const std::vector<Formula>& all_formulas();
[[nodiscard]] const char* name_of(Formula formula);   ///< "acos", ...
[[nodiscard]] const char* title_of(Formula formula);  ///< one line for the reader

enum class NumberType { float16, bfloat16, float32, float64, extended, double_double, binary };

/// A number type; `bits` says how many for `binary`, and is its significand's length otherwise.
struct Precision {
  NumberType type = NumberType::float64;
  long bits = 53;
  friend bool operator==(const Precision&, const Precision&) = default;
};

[[nodiscard]] Precision precision_of(NumberType type);  ///< of a type with a fixed number of bits
[[nodiscard]] Precision binary_precision(long bits);
[[nodiscard]] std::string name_of(const Precision& precision);  ///< "float16", ..., "256 bits"
/// The number types of the machine with double-double, then binary floats of 53, 64, 113, 256, ... bits up to
/// `max_bits`.
[[nodiscard]] std::vector<Precision> all_precisions(long max_bits);

/// A matrix product of Eigen needs a type of the machine; the cluster form has no use beyond double-double.
[[nodiscard]] bool is_tried(Formula formula, const Precision& precision);

/// Why the formula does not apply to this point instance, or nothing: the cluster form needs nonzero teachers
/// on different lines.
[[nodiscard]] std::optional<std::string> obstacle(Formula formula, const Instance& instance);

/// A computed number: its exact value, or that it is no number.
struct ComputedNumber {
  std::optional<Rational> value;
  bool is_nan = false;  ///< where there is no value: NaN, or an infinity
};

/// What a formula returns, as exact numbers.
struct Computed {
  ComputedNumber loss;
  std::vector<ComputedNumber> gradient;  ///< m x d
  ComputedNumber gradient_norm;
};

/// Evaluates a point instance with a student by one formula in one arithmetic: the weights are rounded to it
/// first, and every operation is rounded. A measurement, never a proof. There must be no
/// obstacle; a unit-form zero student has no gradient, and its row is 0 by convention.
[[nodiscard]] Computed compute(const Instance& instance, Formula formula, const Precision& precision);

}  // namespace lojacert::stress
