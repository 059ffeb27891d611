#include <lojacert/claims/gradient.hpp>

#include <lojacert/ball/double_network.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

namespace lojacert {

namespace {

/// Exact bounds of the partial derivatives in row order (empty where not claimed) and of the norm.
struct Bounds {
  std::vector<RationalInterval> partials;
  RationalInterval norm;
};

Decision decide_inside(const Interval& value, const RationalInterval& bounds, Bits bits,
                       const std::string& what) {
  return both(decide_less_equal(Interval::from(bounds.lo, bits), value, "lo <= " + what),
              decide_less_equal(value, Interval::from(bounds.hi, bits), what + " <= hi"));
}

Decision decide(const Landscape& landscape, const Bounds& bounds, Bits bits) {
  if (const auto student = landscape.undefined_at()) return never(undefined_gradient_reason(*student));
  const Gradient gradient = *landscape.evaluate(bits).gradient;
  Decision decision = decide_inside(gradient.norm, bounds.norm, bits, "||grad L(W)||_F");
  for (std::size_t e = 0; e < bounds.partials.size(); ++e) {
    const std::string what = fmt::format("partial derivative number {} (in row order)", e);
    decision = both(decision, decide_inside(gradient.partials[e], bounds.partials[e], bits, what));
  }
  return decision;
}

std::function<Attempt(const Instance&)> decider(Bounds bounds) {
  return [shared = std::make_shared<const Bounds>(std::move(bounds))](const Instance& instance) -> Attempt {
    return [landscape = std::make_shared<const Landscape>(instance), shared](Bits bits) {
      return decide(*landscape, *shared, bits);
    };
  };
}

/// For each coordinate: whether another arithmetic finds a partial derivative that is exactly 0 to be so.
/// Where every number is a double, parallel vectors cancel without rounding; where no vector has that entry,
/// there is nothing to round.
std::vector<bool> zeros_shown_by_any_arithmetic(const Instance& instance) {
  const auto network = ball::in_doubles(instance);
  std::vector<bool> shown(instance.dimension(), true);
  if (network && network->is_exact) return shown;
  for (const ExactMatrix* rows : {&*instance.student, &instance.teacher}) {
    for (std::size_t i = 0; i < rows->rows(); ++i) {
      for (std::size_t k = 0; k < shown.size(); ++k) {
        const RationalInterval entry = rows->at(i, k);
        shown[k] = shown[k] && entry.lo == 0 && entry.hi == 0;
      }
    }
  }
  return shown;
}

/// The bounds of a partial derivative; about an exact 0 that another arithmetic may only see rounded, a
/// little relative to the norm.
FoundBounds bounds_of_partial(const Interval& partial, const Interval& norm, bool zero_is_shown, int digits,
                              const Instance& instance) {
  FoundBounds found = found_bounds(partial, digits, instance);
  const bool is_zero = partial.is_point() && partial.contains_zero();
  if (!is_zero || zero_is_shown || norm.inf() == 0) return found;
  const Rational little = norm.inf() / Rational(pow(Integer(10), static_cast<unsigned>(digits)));
  return {decimal_lower(Rational(-little), 2), decimal_upper(little, 2)};
}

RationalInterval parsed(const FoundBounds& bounds) {
  return {parse_exact_point(bounds.lo), parse_exact_point(bounds.hi)};
}

}  // namespace

Claim gradient_norm_claim(const std::string& lo, const std::string& hi) {
  const RationalInterval norm{parse_constant("norm-lo", lo), parse_constant("norm-hi", hi)};
  if (norm.lo > norm.hi)
    throw InputError(fmt::format("gradient norm: lo = {} is larger than hi = {}", lo, hi));
  Claim claim;
  claim.kind = "gradient";
  claim.constants = {{"gradient_norm", bounds_value(lo, hi)}};
  claim.body = fmt::format("{} <= ||grad L(W)||_F <= {}", lo, hi);
  claim.negated_body = fmt::format("||grad L(W)||_F < {} or ||grad L(W)||_F > {}", lo, hi);
  claim.attempt_for = decider({{}, norm});
  return claim;
}

Claim gradient_enclosure_claim(const Instance& instance, int digits, const Budget& budget) {
  const Landscape landscape(instance);
  if (const auto student = landscape.undefined_at())
    throw UndecidedError(undefined_gradient_reason(*student));
  const NarrowEvaluation narrow =
      narrow_evaluation(landscape, std::pow(10.0, -digits), budget.max_bits, budget.first_rung);
  const Gradient& gradient = *narrow.evaluation.gradient;
  const int printed = digits + 2;

  Bounds bounds;
  const std::vector<bool> zero_is_shown = zeros_shown_by_any_arithmetic(instance);
  json::Value rows = json::array();
  for (std::size_t j = 0; j < instance.student_count(); ++j) {
    json::Value row = json::array();
    for (std::size_t k = 0; k < instance.dimension(); ++k) {
      const FoundBounds text = bounds_of_partial(gradient.partials[j * instance.dimension() + k],
                                                 gradient.norm, zero_is_shown[k], printed, instance);
      bounds.partials.push_back(parsed(text));
      row.items.push_back(bounds_value(text.lo, text.hi));
    }
    rows.items.push_back(std::move(row));
  }
  const FoundBounds norm = found_bounds(gradient.norm, printed, instance);
  bounds.norm = parsed(norm);

  Claim claim;
  claim.kind = "gradient";
  claim.constants = {{"gradient", std::move(rows)}, {"gradient_norm", bounds_value(norm.lo, norm.hi)}};
  claim.body = "every partial derivative of L and ||grad L(W)||_F lie in the listed intervals";
  claim.negated_body = "a partial derivative of L or ||grad L(W)||_F lies outside its listed interval";
  claim.attempt_for = decider(std::move(bounds));
  return claim;
}

}  // namespace lojacert
