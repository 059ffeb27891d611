#include <lojacert/stress/advice.hpp>

#include <lojacert/stress/frontier.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace lojacert::stress {

namespace {

/// Whether the gradient's enclosure reaches 0 without being 0: then nothing can be said of its digits.
bool gradient_may_vanish(const Reference& reference) {
  return reference.gradient && reference.gradient->norm.contains_zero() &&
         !reference.gradient->norm.is_point();
}

/// Whether the formula has the wanted digits of everything that has digits.
bool suffices(const Instance& instance, const Reference& reference, Formula formula,
              const Precision& precision, int wanted) {
  const Computed computed = compute(instance, formula, precision);
  for (const Quantity quantity : {Quantity::loss, Quantity::gradient, Quantity::ratio}) {
    if (quantity != Quantity::loss && gradient_may_vanish(reference)) continue;
    const Digits digits = correct_digits(quantity, computed, reference);
    if (digits.state != DigitState::undefined && !digits.at_least(wanted)) return false;
  }
  return true;
}

}  // namespace

const char* name_of(Recommendation recommendation) {
  switch (recommendation) {
    case Recommendation::safe_in_double:
      return "safe in double";
    case Recommendation::use_differences:
      return "use the angle from differences";
    case Recommendation::use_cluster_form:
      return "use the cluster form";
    case Recommendation::needs_bits:
      return "needs bits";
    case Recommendation::zero_loss:
      return "zero loss";
    case Recommendation::beyond_max_bits:
      return "beyond max-bits";
  }
  throw std::logic_error("unknown recommendation");
}

Advice advise(const Instance& instance, const Reference& reference, int wanted_digits, long max_bits) {
  const char* rest = !reference.gradient              ? " (there is no gradient)"
                     : gradient_may_vanish(reference) ? " (the gradient may be 0)"
                                                      : ", the gradient and their ratio";
  const std::string what = fmt::format("{} digits of the loss{}", wanted_digits, rest);
  if (reference.loss_is_zero) {
    return {Recommendation::zero_loss, std::nullopt,
            "L(W) = 0 exactly: no precision shows that, exact arithmetic does (lojacert eval)"};
  }
  const Precision in_double = precision_of(NumberType::float64);
  const auto is_enough = [&](Formula formula) {
    return suffices(instance, reference, formula, in_double, wanted_digits);
  };
  const auto are_by_acos_enough_in = [&](NumberType type) {
    const std::array formulas{Formula::acos, Formula::gram, Formula::pairwise};
    return std::all_of(formulas.begin(), formulas.end(), [&](Formula formula) {
      return suffices(instance, reference, formula, precision_of(type), wanted_digits);
    });
  };
  if (are_by_acos_enough_in(NumberType::float64)) {
    const bool already_in_float32 = are_by_acos_enough_in(NumberType::float32);
    return {Recommendation::safe_in_double, std::nullopt,
            fmt::format("safe in double{}: every usual formula has {}",
                        already_in_float32 ? ", even in float32" : "", what)};
  }
  if (is_enough(Formula::difference)) {
    return {Recommendation::use_differences, std::nullopt,
            "use the angle from differences: in double the formula `difference` has " + what +
                ", the formulas by acos do not"};
  }
  if (!obstacle(Formula::cluster, instance) && is_enough(Formula::cluster)) {
    return {Recommendation::use_cluster_form, std::nullopt,
            "use the cluster form: in double it has " + what + ", no sum over pairs does"};
  }
  const auto bits = least_bits(
      [&](long tried) {
        return suffices(instance, reference, Formula::difference, binary_precision(tried), wanted_digits);
      },
      2L * in_double.bits, max_bits);
  if (bits) {
    return {Recommendation::needs_bits, bits,
            fmt::format("needs {} bits: then the formula `difference` has {}", *bits, what)};
  }
  return {Recommendation::beyond_max_bits, std::nullopt,
          fmt::format("{} bits do not give {}; raise --max-bits", max_bits, what)};
}

}  // namespace lojacert::stress
