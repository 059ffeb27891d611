#pragma once
// The claim `threshold`: explicit eps0 and kappa for every number of students. Theorem G,
// docs/theory/theorem-g.md.

#include <lojacert/claims/claim.hpp>
#include <lojacert/claims/threshold_proof.hpp>

namespace lojacert {

/// Finds a dual certificate for the teacher (by search up to rank 3, else the product certificate), proves
/// it, and claims the constants that it gives, or those asked for. The claim's notes say which certificate
/// was used and why. Throws InstanceError where the teacher is unsuitable, UnsupportedError where the theory
/// does not cover it, UndecidedError where no certificate could be proved.
[[nodiscard]] Claim threshold_claim(const Instance& instance, const ThresholdRequest& request);

/// The claim that a proof gives, or the constants asked for.
[[nodiscard]] Claim threshold_claim(const Instance& instance, const ThresholdProof& proof,
                                    const ThresholdRequest& request);

}  // namespace lojacert
