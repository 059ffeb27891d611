#pragma once
// The constants of Theorem L (docs/theory/theorem-l.md), and those of its Step 1 where some students may be
// far, from which Theorem I continues.

#include "ridge.hpp"

namespace lojaverify {

/// Step 1 of Theorem L in the order of the page. Every student lies within delta of its teacher, but for far
/// ones of mass at most chi rho. X = sum |p_j| (1 - cos theta_j) over the former is at most B rho and
/// ||V|| <= A rho, where I_low and 8 I - e T0 are positive:
///   8 I X <= E[C F] <= f rho + e ||V||   and   ||V|| <= rho + T0 X + sqrt(r/mu) chi rho.
struct NearTeachers {
  NearTeachers(const Frame& frame, const Rational& delta_value, const Rational& mu_value,
               const Rational& chi_value);

  /// b: the students with theta_j >= x have a mass of at most b rho u^(-3/2), u = 2 sin(x/2), for 0 < x <=
  /// delta.
  [[nodiscard]] Real turn() const;

  /// (1/2) s eta^2 rho0 sum_i 1/|p_i*| + 2 s^2 B: Q_N, but for far students.
  [[nodiscard]] Real norm_form_cost(const Frame& frame, const Real& s, const Real& rho0) const;

  slong r;
  Real delta, mu, chi, t;  // t = tan delta
  Ridge ridge;
  Real f, e_prime, e;           // f >= ||sum F_i||, e >= sum ||Pi F_i||
  Real wedge;                   // T0
  Real denominator;             // 8 I - e T0
  Real free;                    // 1 + chi sqrt(r/mu)
  Real b_constant, a_constant;  // B, A
  Real residual, eta;           // A / sqrt(mu) and that plus B: |v_i| and | |T_i| - |p_i*| | in units of rho
};

/// The theorem for abs.
struct TheoremL : NearTeachers {
  TheoremL(const Frame& frame, const Rational& delta_value, const Rational& s_value, const Rational& mu_value,
           Form students);

  [[nodiscard]] Real unit_form_cost(const Frame& frame) const;  // Q_U

  Real s, c, rho0, kappa;
};

}  // namespace lojaverify
