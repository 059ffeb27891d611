#pragma once
// Theorem L: the constants eps0 and kappa for students that all lie near a teacher. docs/theory/theorem-l.md.

#include <lojacert/network/instance.hpp>
#include <lojacert/theory/teacher_geometry.hpp>

#include <string>
#include <vector>

namespace lojacert {

// The displayed formulas, one function each. t = tan(delta); mu is a lower bound of the smallest eigenvalue
// of the tangent Gram matrix.

[[nodiscard]] Interval ridge_upper(Bits bits);          ///< I_high = phi0 J2 >= I(delta), Lemma 2(e)
[[nodiscard]] Interval ridge_lower(const Interval& t);  ///< I_low = phi0 (J2 - t^2 J2'/2) <= I(delta)

/// What Theorem L uses of a teacher.
struct TeacherConstants {
  std::size_t r = 0;
  Interval mu;
  std::vector<Interval> masses;  ///< |p_i*|
  Interval inverse_sines;        ///< sum over ordered pairs i != k of 1 / (8 pi sin theta_ik)
};
[[nodiscard]] TeacherConstants teacher_constants(const TeacherGeometry& teacher, const Rational& mu,
                                                 Bits bits);

[[nodiscard]] Interval wedge_constant(const TeacherConstants& teacher);  ///< T0 = (4/pi) sqrt(r/mu), (1.1)
[[nodiscard]] Interval ridge_projection(const TeacherConstants& teacher, const Interval& t);  ///< e'_0, (1.3)
[[nodiscard]] Interval ridge_norm(const TeacherConstants& teacher, const Interval& t);        ///< f

/// The constants of Theorem L for one delta and one s > 1.
struct LocalConstants {
  Interval denominator;  ///< 8 I_low - e T0, which must be positive
  Interval B;
  Interval A;
  Interval c;  ///< must be positive
  Interval rho0;
  Interval eta;
  Interval eps0;
  Interval kappa;  ///< goes with L^(3/4) for students in norm form, with L^(2/3) in unit form

  /// Whether both conditions certainly hold: then eps0 and kappa are those of the theorem.
  [[nodiscard]] bool conditions_hold() const;
};
[[nodiscard]] LocalConstants local_constants(const TeacherConstants& teacher, const Interval& delta,
                                             const Interval& s, Activation activation, NeuronForm students);

/// Q_N and Q_U: sum |D_j|^2 <= Q rho resp. Q rho^(4/3).
[[nodiscard]] Interval norm_form_cost(const TeacherConstants& teacher, const LocalConstants& constants,
                                      const Interval& s);
[[nodiscard]] Interval unit_form_cost(const TeacherConstants& teacher, const LocalConstants& constants,
                                      const Interval& delta, const Interval& s);

[[nodiscard]] Rational local_exponent(NeuronForm students);  ///< 3/4 for norm form, 2/3 for unit form

/// kappa eps0^(beta - 1): kappa L^beta >= kappa_1 L wherever L <= eps0.
[[nodiscard]] Interval linear_constant(const Interval& kappa, const Rational& eps0, NeuronForm students);

/// What the choice of delta and s aims at.
enum class LocalAim { eps0, kappa };

/// A choice of s > 1 with c > 0 for a given delta: for eps0 the largest up to 10 with c >= 1/20, for kappa
/// the one with the largest kappa eps0^beta, the bound of the gradient at the rim. Without c > 0 for any
/// s, 1. A proposal.
[[nodiscard]] Rational approximate_best_s(const TeacherConstants& teacher, const Rational& delta,
                                          Activation activation, NeuronForm students, LocalAim aim);

/// The largest delta with c >= 1/20 (eps0) or c >= 1/2 (kappa) for s = 3/2, to 4 digits. A proposal.
[[nodiscard]] Rational approximate_best_delta(const TeacherConstants& teacher, LocalAim aim);

}  // namespace lojacert
