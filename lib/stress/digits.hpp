#pragma once
// Correct digits of a computed number, certified against an enclosure of the true one.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/stress/formulas.hpp>

#include <optional>
#include <string>

namespace lojacert::stress {

enum class Quantity { loss, gradient, ratio };
[[nodiscard]] const char* name_of(Quantity quantity);  ///< "loss", "gradient", "ratio"

/// `finite`: a number with an error; `exact`: the true value itself. `nan` and `infinite` say what was
/// computed instead of a number (a ratio of a computed loss <= 0 is `nan`); `undefined` that the quantity
/// does not exist.
enum class DigitState { finite, exact, nan, infinite, undefined };
[[nodiscard]] const char* name_of(DigitState state);

/// lo <= -log10(|x - y| / |y|) <= hi for the computed x and the true y, or <= -log10 |x - y| where y = 0
/// exactly (`is_absolute`). For vectors |.| is the Euclidean norm. Negative where the error is larger than
/// the value. Both are absent unless the state is `finite`, and where nothing is known (the enclosure of y
/// reaches 0); `hi` is absent also where the error cannot be told from 0 by the enclosure of y.
struct Digits {
  DigitState state = DigitState::finite;
  bool is_absolute = false;
  std::optional<double> lo;
  std::optional<double> hi;

  /// Whether at least so many digits are certainly right.
  [[nodiscard]] bool at_least(double wanted) const {
    return state == DigitState::exact || (lo && *lo >= wanted);
  }
};

/// The truth, as narrow as it was asked for.
struct Reference {
  Interval loss;
  std::optional<Gradient> gradient;  ///< absent where undefined
  std::optional<Interval> ratio;     ///< ||grad|| / L^beta; absent where L = 0 or the gradient is undefined
  Rational beta;
  bool loss_is_zero = false;  ///< by exact arithmetic
  Bits bits;
};

/// Encloses loss, gradient and ratio with relative widths of about 2^-`correct_bits`, so that the digits of
/// anything less accurate are known to a fraction of a digit. A gradient that cancels to nothing stays wide.
/// Throws InputError on boxes and where there is no student.
[[nodiscard]] Reference reference_for(const Instance& instance, const Rational& beta, long correct_bits);

/// The digits of one computed quantity. The ratio is formed exactly from the computed norm and loss.
[[nodiscard]] Digits correct_digits(Quantity quantity, const Computed& computed, const Reference& reference);

/// Digits from an enclosure of the error and of the size of the truth. Rigorous.
[[nodiscard]] Digits digits_from(const Interval& error, const Interval& size, bool is_absolute);

}  // namespace lojacert::stress
