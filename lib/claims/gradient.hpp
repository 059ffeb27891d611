#pragma once
// The claim `gradient`: an enclosure of every partial derivative of L and of ||grad L(W)||_F.

#include <lojacert/claims/claim.hpp>

#include <string>

namespace lojacert {

/// lo <= ||grad L(W)||_F <= hi with the given bounds (exact numbers as text). Throws InputError where a text
/// is no number or lo > hi.
[[nodiscard]] Claim gradient_norm_claim(const std::string& lo, const std::string& hi);

/// Enclosures of all partial derivatives and of the norm that the prover finds itself: the norm to `digits`
/// digits, the partial derivatives to as many relative to the norm; on boxes as narrow as they allow. Throws
/// UndecidedError where the gradient is undefined.
[[nodiscard]] Claim gradient_enclosure_claim(const Instance& instance, int digits, const Budget& budget);

}  // namespace lojacert
