#include <lojacert/stress/digits.hpp>

#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace lojacert::stress {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A double below (above) the value of a finite rational.
double double_below(const Rational& value) { return std::nextafter(value.convert_to<double>(), -infinity); }
double double_above(const Rational& value) { return std::nextafter(value.convert_to<double>(), infinity); }

/// -log10 of a positive point, enclosed.
Interval minus_log10(const Interval& x) {
  const Bits bits = x.precision();
  return -(log(x) / log(Interval::exact(10L, bits)));
}

Digits without_a_number(const ComputedNumber& number) {
  return {number.is_nan ? DigitState::nan : DigitState::infinite, false, std::nullopt, std::nullopt};
}

Digits digits_of_number(const ComputedNumber& number, const Interval& truth, bool is_zero) {
  if (!number.value) return without_a_number(number);
  const Interval error = abs(Interval::from(*number.value, truth.precision()) - truth);
  return digits_from(error, abs(truth), is_zero);
}

bool is_exactly_zero(const Interval& x) { return x.is_point() && x.contains_zero(); }

Digits digits_of_gradient(const Computed& computed, const Gradient& truth) {
  std::vector<Interval> errors;
  for (std::size_t e = 0; e < truth.partials.size(); ++e) {
    const ComputedNumber& entry = computed.gradient[e];
    if (!entry.value) return without_a_number(entry);
    errors.push_back(Interval::from(*entry.value, truth.norm.precision()) - truth.partials[e]);
  }
  return digits_from(sqrt_nonnegative(squared_length(errors, truth.norm.precision())), truth.norm,
                     is_exactly_zero(truth.norm));
}

Digits digits_of_ratio(const Computed& computed, const Reference& reference) {
  if (!computed.gradient_norm.value) return without_a_number(computed.gradient_norm);
  if (!computed.loss.value) return without_a_number(computed.loss);
  if (*computed.loss.value <= 0) return {DigitState::nan, false, std::nullopt, std::nullopt};
  const Bits bits = reference.bits;
  const Interval ratio = lojasiewicz_ratio(Interval::from(*computed.gradient_norm.value, bits),
                                           Interval::from(*computed.loss.value, bits), reference.beta);
  return digits_from(abs(ratio - *reference.ratio), *reference.ratio, is_exactly_zero(*reference.ratio));
}

}  // namespace

const char* name_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::loss:
      return "loss";
    case Quantity::gradient:
      return "gradient";
    case Quantity::ratio:
      return "ratio";
  }
  throw std::logic_error("unknown quantity");
}

const char* name_of(DigitState state) {
  switch (state) {
    case DigitState::finite:
      return "finite";
    case DigitState::exact:
      return "exact";
    case DigitState::nan:
      return "nan";
    case DigitState::infinite:
      return "infinite";
    case DigitState::undefined:
      return "undefined";
  }
  throw std::logic_error("unknown state");
}

Digits digits_from(const Interval& error, const Interval& size, bool is_absolute) {
  Digits digits{DigitState::finite, is_absolute, std::nullopt, std::nullopt};
  const Interval share = is_absolute ? error : error / size;
  if (!share.is_finite()) return digits;  // the truth may be 0: nothing is known
  const Interval zero = Interval::zero(share.precision());
  if (!certainly_less(zero, share.upper_end())) {
    digits.state = DigitState::exact;
    return digits;
  }
  digits.lo = double_below(minus_log10(share.upper_end()).inf());
  if (certainly_less(zero, share.lower_end())) digits.hi = double_above(minus_log10(share.lower_end()).sup());
  return digits;
}

Reference reference_for(const Instance& instance, const Rational& beta, long correct_bits) {
  if (!instance.is_point()) {
    throw InstanceError(
        "has boxes, and digits are those of a number; choose numbers in the boxes, for example their "
        "middles");
  }
  const Landscape landscape(instance);
  constexpr double first_width = 0x1p-32;
  constexpr long most_bits = 1'000'000;
  const NarrowEvaluation narrow = narrow_evaluation(landscape, first_width, most_bits, Rung::intervals);
  const Bits bits{narrow.bits + correct_bits};
  Evaluation evaluation = landscape.evaluate(bits);
  Reference reference{evaluation.loss,
                      std::move(evaluation.gradient),
                      std::nullopt,
                      beta,
                      landscape.loss_is_exactly_zero(),
                      bits};
  if (reference.gradient && !reference.loss_is_zero)
    reference.ratio = lojasiewicz_ratio(reference.gradient->norm, reference.loss, beta);
  return reference;
}

Digits correct_digits(Quantity quantity, const Computed& computed, const Reference& reference) {
  const Digits undefined{DigitState::undefined, false, std::nullopt, std::nullopt};
  switch (quantity) {
    case Quantity::loss:
      return digits_of_number(computed.loss, reference.loss, reference.loss_is_zero);
    case Quantity::gradient:
      return reference.gradient ? digits_of_gradient(computed, *reference.gradient) : undefined;
    case Quantity::ratio:
      return reference.ratio ? digits_of_ratio(computed, reference) : undefined;
  }
  throw std::logic_error("unknown quantity");
}

}  // namespace lojacert::stress
