#include <lojacert/proof/verdict.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace lojacert {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Decision compare(const Interval& a, const Interval& b, bool holds, bool fails, const std::string& what) {
  Decision decision;
  const Interval difference = b - a;
  const double log2_width = difference.approximate_log2_width();
  if (!difference.is_finite()) {
    decision.margin_bits = -infinity;
    decision.resolved_bits = -infinity;
  } else if (log2_width == -infinity) {
    decision.margin_bits = infinity;
    decision.resolved_bits = infinity;
  } else {
    decision.margin_bits = difference.midpoint().approximate_log2_mag() - (log2_width - 1);
    decision.resolved_bits = std::max(a.approximate_log2_mag(), b.approximate_log2_mag()) - (log2_width - 1);
  }
  if (holds) {
    decision.verdict = Verdict::proved;
  } else if (fails) {
    decision.verdict = Verdict::disproved;
  } else {
    decision.reason = "the enclosures of the two sides of " + what + " overlap";
  }
  return decision;
}

}  // namespace

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved:
      return "PROVED";
    case Verdict::disproved:
      return "DISPROVED";
    case Verdict::undecided:
      return "UNDECIDED";
  }
  throw std::logic_error("unknown verdict");
}

Decision decide_less_equal(const Interval& a, const Interval& b, const std::string& what) {
  return compare(a, b, certainly_less_equal(a, b), certainly_less(b, a), what);
}

Decision decide_less(const Interval& a, const Interval& b, const std::string& what) {
  return compare(a, b, certainly_less(a, b), certainly_less_equal(b, a), what);
}

Decision both(const Decision& first, const Decision& second) {
  if (first.verdict == Verdict::disproved) return first;
  if (second.verdict == Verdict::disproved) return second;
  if (first.verdict != second.verdict) return first.verdict == Verdict::undecided ? first : second;
  return first.margin_bits <= second.margin_bits ? first : second;
}

Decision negation(const Decision& decision) {
  Decision result = decision;
  if (decision.verdict == Verdict::proved) result.verdict = Verdict::disproved;
  if (decision.verdict == Verdict::disproved) result.verdict = Verdict::proved;
  return result;
}

Decision exactly(bool holds) {
  return {holds ? Verdict::proved : Verdict::disproved, infinity, infinity, ""};
}

Decision never(std::string reason) { return {Verdict::undecided, -infinity, infinity, std::move(reason)}; }

Decision sufficient(Decision decision, const std::string& reason) {
  return decision.verdict == Verdict::disproved ? never(reason) : std::move(decision);
}

}  // namespace lojacert
