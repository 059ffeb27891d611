#pragma once
// The fewest bits at which lojacert's own attempts decide each claim about an instance.

#include <lojacert/claims/claim.hpp>
#include <lojacert/stress/digits.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lojacert::stress {

/// The least number of bits in [2, max_bits] found at which `succeeds` holds: from `guess` in growing steps
/// up or down until a failure and a success enclose the change, bisection, then a scan of `scanned_below`
/// bits below, again from every success found there, as success need not be monotone. Nothing where max_bits
/// is reached without success.
inline constexpr long scanned_below = 6;
[[nodiscard]] std::optional<long> least_bits(const std::function<bool(long)>& succeeds, long guess,
                                             long max_bits);

/// A true claim near equality about an instance.
struct FrontierClaim {
  std::string kind;
  std::vector<std::pair<std::string, std::string>> constants;
  std::string margin;  ///< how near to equality, for the reader
  Claim claim;
};

/// What is asked of an instance with the given truth: `loss` within 2^-40 on both sides, `gradient` (the
/// norm) likewise, `lojasiewicz` with 0.999 of the largest kappa, `not-pl` with 1.001 of the least constant;
/// those that have a meaning there (no loss of 0, a gradient that exists and is not 0).
[[nodiscard]] std::vector<FrontierClaim> frontier_claims(const Reference& reference);

/// The precision that a claim takes.
struct FrontierRow {
  std::string kind;
  std::vector<std::pair<std::string, std::string>> constants;
  std::string margin;
  std::optional<long> least_bits;  ///< absent: not decided with max_bits
  long predicted_bits = 0;         ///< see prediction.hpp
};

/// Runs the attempts. The claims are those that the provers decide, by the same code.
[[nodiscard]] std::vector<FrontierRow> frontier(const Instance& instance, const Reference& reference,
                                                long max_bits);

}  // namespace lojacert::stress
