#pragma once
// The claim `not-convex`: a negative value of the Hessian at the given weights, or a chord that lies below
// the graph of L.

#include <lojacert/claims/claim.hpp>

#include <string>

namespace lojacert {

/// U.H(W)U < 0 for the m x d direction U. Throws UnsupportedError on boxes, UndecidedError where a student is
/// zero, InputError where the shapes differ.
[[nodiscard]] Claim negative_curvature_claim(const Instance& instance, const ExactMatrix& direction);

/// L((1 - lambda) W + lambda W_1) > (1 - lambda) L(W) + lambda L(W_1) for the m x d students W_1 and 0 <
/// lambda < 1. Throws UnsupportedError on boxes, InputError where the shapes differ or lambda is out of
/// range.
[[nodiscard]] Claim chord_claim(const Instance& instance, const ExactMatrix& end, const std::string& lambda);

}  // namespace lojacert
