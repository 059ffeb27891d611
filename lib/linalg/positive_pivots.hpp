#pragma once
// The smallest eigenvalue of a symmetric matrix of multiprecision intervals, by the signs of pivots: as
// narrow as the precision allows, and slow (docs/numerics/eigenvalues.md, section 6).

#include <lojacert/enclosure/interval.hpp>

#include <vector>

namespace lojacert {

/// Rows of a square matrix. Its members are symmetric; what is above the diagonal repeats what is below.
using IntervalMatrix = std::vector<std::vector<Interval>>;

/// Whether A - shift I = L D L^T has certainly positive pivots D: then every member is positive definite, so
/// that shift is less than its smallest eigenvalue. False says nothing.
[[nodiscard]] bool has_positive_pivots(const IntervalMatrix& a, const Interval& shift, Bits bits);

/// An enclosure of the smallest eigenvalue of every member of a, all positive semidefinite: from above by a
/// Rayleigh quotient, from below by positive pivots. About as narrow as the precision allows: the lower end
/// is 0 where it shows nothing.
[[nodiscard]] Interval smallest_eigenvalue(const IntervalMatrix& a, Bits bits);

}  // namespace lojacert
