#pragma once
// The claim `loss`: lo <= L(W) <= hi.

#include <lojacert/claims/claim.hpp>

#include <optional>
#include <string>

namespace lojacert {

/// The claim with the given bounds (exact numbers as text; at least one). Throws InputError where a text is
/// no number or lo > hi.
[[nodiscard]] Claim loss_claim(const std::optional<std::string>& lo, const std::optional<std::string>& hi);

/// Bounds of about 16 digits that the prover finds itself: on a point instance 1e-15 wide relative to L, on
/// boxes as narrow as they allow; "0" and "0" where L is exactly 0.
[[nodiscard]] Claim loss_enclosure_claim(const Instance& instance, const Budget& budget);

}  // namespace lojacert
