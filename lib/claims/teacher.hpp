#pragma once
// The claim `teacher`: how far apart the teachers are, how large, and how well their tangent spaces are
// conditioned.

#include <lojacert/claims/claim.hpp>

#include <string>

namespace lojacert {

/// lo <= mu <= hi with the given bounds (exact numbers as text), mu the smallest eigenvalue of the tangent
/// Gram matrix. Throws InputError where a text is no number or lo > hi.
[[nodiscard]] Claim teacher_mu_claim(const Instance& instance, const std::string& lo, const std::string& hi);

/// Separation, norms and mu within bounds of about 15 digits that the prover finds itself.
[[nodiscard]] Claim teacher_enclosure_claim(const Instance& instance, const Budget& budget);

}  // namespace lojacert
