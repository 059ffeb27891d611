#pragma once
// The constants of Theorem I (docs/theory/convergence.md, section 5): students in norm form that start within
// delta of the teachers of their classes, but for a set S of small mass, stay there.
//
// The page speaks of abs. For relu+linear, L = L_abs / 4: descent with a step on L is descent with a quarter
// of it on L_abs, and the flow passes L_abs four times as fast. Written in L, step and t, everything below
// and beta, the path, and 2 c' step sum L are the same, with sqrt(8 L_0) for rho_0 and kappa of abs times
// 2^(-1/2). For relu, varrho = sqrt(8 L) bounds ||R|| and the length of z = sum p_j - sum p_i*, and
//   sum <grad_{p_j} L, D_j> >= (varrho^2 - s~ X (||R|| + |z| + T0 ||V||)) / 4,   ||R|| + |z| <= sqrt(2)
//   varrho.

#include "dynamics.hpp"
#include "theorem_l.hpp"

namespace lojaverify {

struct TheoremI : NearTeachers {
  /// `loss` is L_0. relu wants chi = 0.
  TheoremI(const Frame& frame, const Rational& delta_value, const Rational& mu_value,
           const Rational& chi_value, Activation activation, const Real& loss);

  /// The conditions, in the order in which each gives the following a meaning, each as a number that must be
  /// positive.
  struct Positive {
    std::string name;
    Real value;
  };
  [[nodiscard]] std::vector<Positive> conditions() const;

  /// FF_0 + K (step^2 / beta) L_0; FF_0 for the flow.
  [[nodiscard]] Real budget(const Motion& motion, const Real& at_start, const Real& loss) const;

  Real rho0, smallest_mass;
  Real slack;       // sqrt(mu) p_min - A rho_0
  Real deep_slack;  // p_min - (A / sqrt(mu) + 3 B) rho_0
  Real s, s_tilde;  // |p_i*| <= s |T_i| and |p_i*| <= s~ Z_i, Z_i = sum |p_j| cos^4 theta_j over T_i
  Real c;           // ||grad L|| >= kappa L^(3/4)
  Real c_prime;     // sum <grad_{p_j} L, D_j> >= 2 c' L
  Real kappa;       // in L
  Real kappa_of_abs;
  Real k;  // K of one step of descent
};

}  // namespace lojaverify
