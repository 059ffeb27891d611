#pragma once
// The claim `recovery`: every student lies near its teacher, and every teacher is recovered, within stated
// bounds.

#include <lojacert/claims/claim.hpp>

#include <optional>
#include <string>

namespace lojacert {

/// Bounds of certificates/README.md, section 4.4, as exact text; those absent are not claimed.
struct RecoveryBounds {
  std::optional<std::string> angle;
  std::optional<std::string> residual;
  std::optional<std::string> far_mass;
};

/// The claim with the prover's own assignment (each student to its nearest teacher within delta1, else far).
/// Throws InputError where a text is no number, a bound is negative, none is given, or delta1 is not in
/// [0, 1.5707].
[[nodiscard]] Claim recovery_claim(const Instance& instance, const std::string& delta1,
                                   const RecoveryBounds& bounds);

/// The smallest bounds of 6 digits that the enclosures prove. Throws UndecidedError where an enclosure is
/// unbounded.
[[nodiscard]] RecoveryBounds best_recovery_bounds(const Instance& instance, const std::string& delta1);

}  // namespace lojacert
