#pragma once
// The claim `not-pl`: 0 < ||grad L(W)||_F^2 < 2 c L(W), so the Polyak-Łojasiewicz inequality with constant c
// fails at W.

#include <lojacert/claims/claim.hpp>

#include <string>

namespace lojacert {

/// The claim for the given constant c (an exact positive number as text). Throws InputError where it is not.
[[nodiscard]] Claim not_pl_claim(const std::string& constant);

}  // namespace lojacert
