#pragma once
// The constants of theorem G (docs/theory/theorem-g.md) and its conditions (C6), from a certificate whose
// conditions (C1) to (C5) are shown elsewhere.

#include "ridge.hpp"

namespace lojaverify {

/// What the certificate states.
struct CertificateG {
  Rational mu, delta1, s, z, psi_far, delta_cap, t, e_prime, gam, q, c, h_prime;
  std::optional<Rational> delta_prime;  // for relu
};

/// The formulas in the order of the page. None means anything unless `conditions` is `yes`.
struct TheoremG {
  TheoremG(const Frame& frame, const CertificateG& stated, const Rational& n_squared_over_pi,
           Activation activation);

  /// I_low > 0, (*), (**), and for relu the condition on delta_prime, each by the words that --explain uses.
  struct Condition {
    std::string text;
    Finding holds;
  };
  [[nodiscard]] std::vector<Condition> conditions() const;

  [[nodiscard]] Real eps0() const;
  [[nodiscard]] Real kappa(Form students) const;

  slong r;
  Activation activation;
  Real mu, s, z, psi_far, delta_cap, big_t, e_prime, gam, q, c, h_prime;  // as stated
  Real t;                                                                 // tan delta_cap
  Ridge ridge;
  Real n, a, b0, om, kap, nu, lambda, b_cap;
  Real turn;                    // b
  Real xi, largest;             // max Theta(u) and max u Theta(u) over u in [0, 1]
  Real mass_share;              // sqrt(r/mu) A + Z N
  std::optional<Real> gap;      // for relu: s_A / sqrt(r) - 2 sin(delta_prime / 2)
  std::optional<Real> opposed;  // for relu: nu_-
  Real h, rho0, q_norm, q_unit;

 private:
  [[nodiscard]] Real cross_terms(const Frame& frame) const;
  void maximise_theta();
  [[nodiscard]] Real negative_share(const CertificateG& stated) const;
  [[nodiscard]] Real unit_form_cost(const Frame& frame) const;
};

}  // namespace lojaverify
