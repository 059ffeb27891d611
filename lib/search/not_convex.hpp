#pragma once
// Directions of negative curvature, chords that violate convexity, and weights near a minimum that have both.

#include <lojacert/network/instance.hpp>

#include <optional>

namespace lojacert::search {

/// A direction (m x d) along which L curves downwards at the given nonzero students, to all appearances: the
/// eigenvector of the smallest eigenvalue of the approximate Hessian, rounded. Nothing where that eigenvalue
/// is not negative.
[[nodiscard]] std::optional<ExactMatrix> direction_of_negative_curvature(const Instance& instance);

/// Students W_1 (m x d) such that L halfway between W and W_1 exceeds the mean of L(W) and L(W_1), to all
/// appearances: W with two students exchanged or, where L is even, one reversed. Nothing where none of these
/// does.
[[nodiscard]] std::optional<ExactMatrix> violating_chord(const Instance& instance);

/// The students of docs/theory/not-convex.md, Section 3: two equal halves of the first teacher, turned by an
/// angle so small that L <= loss, and one student for each other teacher. Entries are rounded to `bits` bits.
/// Throws InputError where the teacher is not a matrix of points with a nonzero first row and d >= 2.
[[nodiscard]] ExactMatrix tilted_halves(const Instance& instance, const Rational& loss, unsigned bits);

}  // namespace lojacert::search
