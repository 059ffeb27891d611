#pragma once
// Three-valued answers, and how far an enclosure is from giving one.

#include <lojacert/enclosure/interval.hpp>

#include <string>

namespace lojacert {

/// There is no fourth, and no tolerance.
enum class Verdict { proved, disproved, undecided };

[[nodiscard]] const char* to_string(Verdict verdict);  // "PROVED", "DISPROVED", "UNDECIDED"

/// A verdict with its margin.
/// `margin_bits` = log2(distance of the midpoints / sum of the radii) of the closest comparison behind the
/// verdict: bits to spare where positive (+infinity: exact), bits missing where negative. `resolved_bits` =
/// log2(magnitude / sum of the radii): how many bits of the compared quantities are known. Both steer and
/// inform; they decide nothing.
struct Decision {
  Verdict verdict = Verdict::undecided;
  double margin_bits = 0;
  double resolved_bits = 0;
  std::string reason;  ///< for undecided: what was compared
};

/// a <= b and a < b for the numbers that a and b enclose. `what` names the comparison in reasons.
[[nodiscard]] Decision decide_less_equal(const Interval& a, const Interval& b, const std::string& what);
[[nodiscard]] Decision decide_less(const Interval& a, const Interval& b, const std::string& what);

/// The decision of "both": disproved if one is, proved if both are.
[[nodiscard]] Decision both(const Decision& first, const Decision& second);
/// The decision of the negation.
[[nodiscard]] Decision negation(const Decision& decision);
/// A decision settled by exact arithmetic.
[[nodiscard]] Decision exactly(bool holds);
/// A decision that no precision brings, with its reason.
[[nodiscard]] Decision never(std::string reason);

/// The decision of a claim for which what was decided is sufficient, not necessary: where that is disproved
/// nothing is known, for this reason.
[[nodiscard]] Decision sufficient(Decision decision, const std::string& reason);

}  // namespace lojacert
