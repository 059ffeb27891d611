#pragma once
// The tangent Gram matrix of a teacher and its smallest eigenvalue mu (docs/theory/teacher.md).

#include <lojacert/proof/verdict.hpp>
#include <lojacert/theory/teacher_geometry.hpp>

#include <vector>

namespace lojacert {

/// The blocks G(a_i, a_k) = E[sign(a_i.x) sign(a_k.x) x x^T] in orthonormal coordinates of R^(r'+1), whose
/// last coordinate is orthogonal to every teacher. Entry (i (r'+1) + c, k (r'+1) + c') is the block's (c,
/// c').
[[nodiscard]] std::vector<std::vector<Interval>> tangent_gram(const TeacherGeometry& teacher, Bits bits);

/// An enclosure of mu, the smallest eigenvalue of the tangent Gram matrix: from above by a Rayleigh quotient,
/// from below by positive pivots. About as narrow as the precision allows: the lower end is
/// 0 where it shows nothing.
[[nodiscard]] Interval tangent_eigenvalue(const TeacherGeometry& teacher, Bits bits);

/// Whether `bound` <= mu. Proved by Cholesky in doubles or, where that leaves it open, by positive pivots of
/// the matrix less bound I in intervals of `bits` bits.
[[nodiscard]] Decision mu_is_at_least(const TeacherGeometry& teacher, const Rational& bound, Bits bits);

/// lo <= mu <= hi.
struct MuBounds {
  Rational lo;
  Rational hi;
};

/// Bounds with hi - lo <= relative_width * hi; both are 1 for a single teacher. Throws UndecidedError where
/// max_bits do not suffice.
[[nodiscard]] MuBounds mu_bounds(const TeacherGeometry& teacher, const Rational& relative_width,
                                 long max_bits);
[[nodiscard]] MuBounds mu_bounds(const TeacherGeometry& teacher);  ///< relative width 1e-12

/// A lower bound of mu of 10 digits, so far below it that another arithmetic can show it; 1 for a single
/// teacher. Throws as mu_bounds.
[[nodiscard]] Rational mu_to_rest_on(const TeacherGeometry& teacher);

}  // namespace lojacert
