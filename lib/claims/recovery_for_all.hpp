#pragma once
// The claim `recovery-for-all`: what L(W) <= loss says about every student. docs/theory/convergence.md,
// Section 4.

#include <lojacert/claims/cited_threshold.hpp>
#include <lojacert/claims/claim.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lojacert {

struct RecoveryForAllRequest {
  std::string loss;
  std::optional<std::string> mass;  ///< also the angle of every student of at least this mass
};

/// All bounds that the constants give, 5 digits each, rounded up.
[[nodiscard]] Claim recovery_for_all_claim(const Instance& instance, const CitedThreshold& cited,
                                           const RecoveryForAllRequest& request);

/// A bound by its key of certificates/README.md, section 4.10, and its constant in units of rho.
using NamedBound = std::pair<std::string, Interval>;

/// misalignment, far_mass, residual, deficit, excess, and for relu opposed.
[[nodiscard]] std::vector<NamedBound> named_bounds(const RecoveryConstants& constants, Activation activation);

/// The sentence of one of these bounds: "the misalignment is at most 0.1".
[[nodiscard]] std::string sentence_of_bound(const std::string& key, const std::string& value);

}  // namespace lojacert
