#pragma once
// The inequalities of a dual certificate on the whole sphere, by subdivision: docs/theory/sphere.md.

#include <lojacert/enclosure/double_interval.hpp>
#include <lojacert/theory/direction_polynomial.hpp>
#include <lojacert/theory/dual_polynomial.hpp>
#include <lojacert/theory/teacher_geometry.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace lojacert {

/// Conditions (C3) and (C4) of Theorem G: s(b) <= S psi(b) for every unit b of R^(r'+1); 1 - cos theta(b) <=
/// Z psi(b) for every b with a class; psi(b) >= psi_far for every far b. A direction belongs to the nearest
/// teacher line if its angle is at most delta1.
struct SphereBounds {
  Rational delta1;
  Rational S;
  Rational Z;
  Rational psi_far;
};

/// How a sweep ended.
struct Sweep {
  bool proved = false;
  bool gave_up = false;  ///< too many boxes; nothing speaks against the bound
  std::size_t boxes = 0;
  std::string failure = {};  ///< what was not proved, empty where proved
  /// Where a condition fails or could not be proved, in the coordinates of TeacherGeometry::directions and
  /// the extra one: a hint for a search, no more.
  std::vector<double> at = {};
};

/// The directions of a teacher in R^n, n = r'+1, with all that bounds on the sphere need, in double
/// intervals.
class SphereGeometry {
 public:
  /// Throws UndecidedError where the tangent Gram matrix is too nearly singular to be inverted.
  explicit SphereGeometry(const TeacherGeometry& geometry);

  using Vector = std::vector<DoubleInterval>;

  std::size_t r = 0;
  std::size_t n = 0;
  Vector directions;           ///< r x n; the last coordinate is 0
  std::vector<Vector> blocks;  ///< blocks[i r + k] = G(a_i, a_k), n x n
  Vector inverse;              ///< an enclosure of the inverse of the tangent Gram matrix, rn x rn
  DoubleInterval two_over_pi;
  std::vector<std::vector<Vector>>
      complements;              ///< an orthonormal basis of each a_i^perp, the extra coordinate last
  std::vector<Vector> cosines;  ///< <a_i, a_k>
  std::vector<Vector> sines;    ///< of the angles between a_i and a_k

  [[nodiscard]] std::span<const DoubleInterval> direction(std::size_t k) const {
    return std::span(directions).subspan(k * n, n);
  }
  /// c^T GG^-1 c for c in R^(rn): the square of the norm of the projection that c describes (1.2).
  [[nodiscard]] DoubleInterval squared_projection(const Vector& c) const;
};

/// Proves (C3) and (C4). psi must vanish to second order at the teachers, which the caller has checked
/// exactly. Gives up after `max_boxes` boxes.
[[nodiscard]] Sweep prove_on_sphere(const SphereGeometry& geometry, const DirectionPolynomial& psi,
                                    const SphereBounds& bounds, std::size_t max_boxes);

/// Proves ||Pi E'_b|| <= T (1 - cos theta) for every b with theta <= delta_cap: condition (C5).
[[nodiscard]] Sweep prove_descent_bound(const SphereGeometry& geometry, const Rational& delta_cap,
                                        const Rational& T, std::size_t max_boxes);

/// An upper bound of sup ||Pi F_i|| / tan(delta) over all i and delta <= delta_cap: docs/theory/lemmas.md,
/// Lemma 2. The argument is an upper bound of tan(delta_cap).
[[nodiscard]] DoubleInterval ridge_projection_bound(const SphereGeometry& geometry,
                                                    const DoubleInterval& tangent_of_cap);

}  // namespace lojacert
