#pragma once
// The claim `threshold`: explicit eps0 and kappa for every number of students. Theorem G,
// docs/theory/theorem-g.md.

#include <lojacert/claims/claim.hpp>

#include <optional>
#include <string>

namespace lojacert {

/// What the search for the constants aims at, and constants that the user asks for instead of the best ones.
struct ThresholdRequest {
  bool maximise_kappa = false;  ///< else eps0
  std::optional<std::string> eps0;
  std::optional<std::string> kappa;
  bool product_only = false;  ///< use the closed-form certificate also where a better one could be searched
};

/// Finds a dual certificate for the teacher (by search up to rank 3, else the product certificate), proves
/// it, and claims the constants that it gives, or those asked for. The claim's notes say which certificate
/// was used and why. Throws InstanceError where the teacher is unsuitable, UnsupportedError where the theory
/// does not cover it, UndecidedError where no certificate could be proved.
[[nodiscard]] Claim threshold_claim(const Instance& instance, const ThresholdRequest& request);

}  // namespace lojacert
