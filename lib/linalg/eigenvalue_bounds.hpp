#pragma once
// Certified bounds of the smallest eigenvalue of a symmetric matrix of doubles with radii
// (docs/numerics/eigenvalues.md).

#include <lojacert/linalg/positive_pivots.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace lojacert {

/// All symmetric real matrices within `rad` of `mid`, entry by entry. Both hold size * size entries, row by
/// row or column by column alike, and are symmetric; an empty `rad` stands for radii 0. Where an entry is not
/// finite or a radius is negative nothing is known of the members.
struct SymmetricBalls {
  std::size_t size = 0;
  std::vector<double> mid;
  std::vector<double> rad;
};

/// The symmetric members of a square matrix of enclosures, of which the entries on and below the diagonal are
/// read.
[[nodiscard]] SymmetricBalls symmetric_balls(const IntervalMatrix& a);

/// lower <= lambda_min(B) <= upper for every member B; infinite where nothing is known, and for a matrix of
/// size 0.
struct EigenvalueBounds {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

/// A lower bound of the smallest eigenvalue of every member, a little below `shift`, if a Cholesky
/// factorisation of mid - shift I in doubles runs to completion; nothing otherwise. Rigorous: it contains the
/// rounding errors of the factorisation, by an a-priori bound, and the radii. Nothing where
/// double_rounding_is_sound() says no. Throws std::invalid_argument where the shape is wrong or the matrices
/// are not symmetric.
[[nodiscard]] std::optional<double> smallest_eigenvalue_lower(const SymmetricBalls& matrix, double shift);

/// An upper bound of the smallest eigenvalue of every member: the Rayleigh quotient of x, plus |x|^T rad |x|
/// / x^T x. Rigorous for every x; infinite where x is 0 or not finite or double_rounding_is_sound() says no.
/// Throws as smallest_eigenvalue_lower, and where x has another length.
[[nodiscard]] double smallest_eigenvalue_upper(const SymmetricBalls& matrix, std::span<const double> x);

/// Both bounds, as near to each other as the a-priori bound and the radii allow: about n u times the norm of
/// the matrix of absolute values. By multiprecision intervals where double_rounding_is_sound() says no.
/// Throws as smallest_eigenvalue_lower.
[[nodiscard]] EigenvalueBounds smallest_eigenvalue_bounds(const SymmetricBalls& matrix);

}  // namespace lojacert
