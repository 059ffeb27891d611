#pragma once
// The claim `lojasiewicz`: ||grad L(W)||_F >= kappa L(W)^beta.

#include <lojacert/claims/claim.hpp>

#include <optional>
#include <string>

namespace lojacert {

/// The exponent beta = p/q > 0 with p and q at most 1000. Throws InputError where it is not.
[[nodiscard]] Rational parse_exponent(const std::string& text);

/// The claim with the given constants (exact numbers as text, both positive). Throws InputError where one is
/// not.
[[nodiscard]] Claim lojasiewicz_claim(const std::string& kappa, const std::string& beta);

/// How the inequality is proved: by enclosures of both sides, by Theorem A (docs/theory/theorem-a.md), or by
/// whichever gives the larger kappa (on points always the first).
enum class LojasiewiczRoute { direct, theorem_a, better };

struct LojasiewiczRequest {
  std::optional<std::string> kappa;  ///< absent: the largest of 5 digits
  std::string beta = "1";
  LojasiewiczRoute route = LojasiewiczRoute::better;
};

/// The claim with the evidence of its route. Theorem A proves and never refutes. Throws UndecidedError where
/// no kappa is given and none is found.
[[nodiscard]] Claim lojasiewicz_claim_by(const Instance& instance, const LojasiewiczRequest& request,
                                         const Budget& budget);

/// The largest kappa of 5 digits that the enclosures prove: on a point instance within 0.1% of ||grad L|| /
/// L^beta. Throws UndecidedError where there is none: L = 0 (every kappa holds), a gradient that may be 0, or
/// one that is undefined.
[[nodiscard]] std::string best_kappa(const Instance& instance, const std::string& beta, const Budget& budget);

/// ||grad L(W)|| / L(W)^beta from enclosures of both.
[[nodiscard]] Interval lojasiewicz_ratio(const Interval& gradient_norm, const Interval& loss,
                                         const Rational& beta);

}  // namespace lojacert
