#include <lojacert/proof/escalation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace lojacert {

namespace {

constexpr long first_bits = 64;
constexpr double least_gain_on_box = 0.1;

long next_precision(long bits, const Decision& decision) {
  const double missing =
      std::isfinite(decision.margin_bits) ? -decision.margin_bits : static_cast<double>(bits);
  // Nothing is known before the sides show some bits: double. Afterwards the margin says what is missing.
  const double step = decision.resolved_bits < 4 ? static_cast<double>(bits)
                                                 : std::clamp(missing + 8, 0.5 * static_cast<double>(bits),
                                                              static_cast<double>(bits));
  return bits + static_cast<long>(step);
}

bool more_precision_helps(const Decision& before, const Decision& now) {
  return now.resolved_bits > before.resolved_bits + least_gain_on_box;
}

/// The attempts in balls, which have one precision; empty where none of them decides.
std::optional<Escalated> climb_in_balls(const std::function<Decision(Bits)>& decide, const Budget& budget) {
  for (const Rung rung : {Rung::balls, Rung::refined_balls}) {
    const Bits bits = double_bits(rung);
    if (rung < budget.first_rung || budget.max_bits < bits.value) continue;
    Escalated attempt{decide(bits), bits.value, rung};
    if (budget.on_attempt) budget.on_attempt(bits.value, attempt.decision);
    if (attempt.decision.verdict != Verdict::undecided) return attempt;
  }
  return std::nullopt;
}

Escalated climb(const std::function<Decision(Bits)>& decide, const Budget& budget, bool on_box) {
  Escalated result;
  Decision before{Verdict::undecided, 0, -std::numeric_limits<double>::infinity(), ""};
  bool first = true;
  for (long bits = std::min(first_bits, budget.max_bits);; first = false) {
    result.bits = bits;
    result.decision = decide(Bits{bits});
    if (budget.on_attempt) budget.on_attempt(bits, result.decision);
    if (result.decision.verdict != Verdict::undecided) return result;
    if (result.decision.resolved_bits >= static_cast<double>(budget.equality_bits)) {
      if (std::isfinite(result.decision.resolved_bits)) {
        result.decision.reason += ": they agree to " +
                                  std::to_string(std::lround(result.decision.resolved_bits)) +
                                  " bits, so perhaps they are equal, which no precision can show";
      }
      return result;
    }
    if (on_box && !first && bits > 2 * first_bits && !more_precision_helps(before, result.decision)) {
      result.decision.reason +=
          ": the boxes are too wide, and more precision does not help; make them smaller";
      return result;
    }
    if (bits >= budget.max_bits) {
      result.hit_max_bits = true;
      result.decision.reason += " at " + std::to_string(bits) + " bits, the most allowed; raise --max-bits";
      return result;
    }
    before = result.decision;
    bits = std::min(next_precision(bits, result.decision), budget.max_bits);
  }
}

}  // namespace

const char* to_string(Rung rung) {
  switch (rung) {
    case Rung::balls:
      return "balls";
    case Rung::refined_balls:
      return "refined balls";
    case Rung::intervals:
      break;
  }
  return "intervals";
}

Escalated escalate(const std::function<Decision(Bits)>& decide, const Budget& budget) {
  if (auto decided = climb_in_balls(decide, budget)) return *decided;
  return climb(decide, budget, false);
}

Escalated escalate_on_box(const std::function<Decision(Bits)>& decide, const Budget& budget) {
  return climb(decide, budget, true);
}

}  // namespace lojacert
