#include <lojacert/claims/loss.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <fmt/format.h>

#include <memory>

namespace lojacert {

namespace {

struct Bounds {
  std::optional<Rational> lo;
  std::optional<Rational> hi;
};

Decision decide(const Interval& loss, const Bounds& bounds, Bits bits) {
  std::optional<Decision> lower;
  std::optional<Decision> upper;
  if (bounds.lo) lower = decide_less_equal(Interval::from(*bounds.lo, bits), loss, "lo <= L(W)");
  if (bounds.hi) upper = decide_less_equal(loss, Interval::from(*bounds.hi, bits), "L(W) <= hi");
  if (lower && upper) return both(*lower, *upper);
  return lower ? *lower : *upper;
}

}  // namespace

Claim loss_claim(const std::optional<std::string>& lo, const std::optional<std::string>& hi) {
  Bounds bounds;
  Claim claim;
  claim.kind = "loss";
  if (lo) {
    bounds.lo = parse_constant("lo", *lo);
    claim.constants.emplace_back("lo", json::string(*lo));
  }
  if (hi) {
    bounds.hi = parse_constant("hi", *hi);
    claim.constants.emplace_back("hi", json::string(*hi));
  }
  if (!lo && !hi) throw InputError("loss: give a lower bound, an upper bound or both");
  if (lo && hi) {
    if (*bounds.lo > *bounds.hi)
      throw InputError(fmt::format("loss: lo = {} is larger than hi = {}", *lo, *hi));
    claim.body = fmt::format("{} <= L(W) <= {}", *lo, *hi);
    claim.negated_body = fmt::format("L(W) < {} or L(W) > {}", *lo, *hi);
  } else if (lo) {
    claim.body = fmt::format("L(W) >= {}", *lo);
    claim.negated_body = fmt::format("L(W) < {}", *lo);
  } else {
    claim.body = fmt::format("L(W) <= {}", *hi);
    claim.negated_body = fmt::format("L(W) > {}", *hi);
  }
  claim.attempt_for = [bounds](const Instance& instance) -> Attempt {
    return [landscape = std::make_shared<const Landscape>(instance), bounds](Bits bits) {
      return decide(landscape->loss(bits), bounds, bits);
    };
  };
  return claim;
}

Claim loss_enclosure_claim(const Instance& instance, const Budget& budget) {
  constexpr int digits = 17;
  const Landscape landscape(instance);
  const Interval loss = narrow_loss(landscape, 1e-15, budget.max_bits, budget.first_rung).loss;
  FoundBounds found = found_bounds(loss, digits, instance);
  if (found.lo.starts_with('-')) found.lo = "0";  // L >= 0
  return loss_claim(found.lo, found.hi);
}

}  // namespace lojacert
