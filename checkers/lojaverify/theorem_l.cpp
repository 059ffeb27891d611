#include "theorem_l.hpp"

namespace lojaverify {

namespace {

/// sum over ordered pairs i != k of 1 / (8 pi sin theta_ik)
Real inverse_sines(const Frame& frame, const Real& any) {
  Real sum = any.number(0);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    for (std::size_t k = 0; k < frame.size(); ++k) {
      if (i != k) sum = sum + 1 / (8 * any.pi() * Real(frame.sine(i, k), frame.bits));
    }
  }
  return sum;
}

}  // namespace

NearTeachers::NearTeachers(const Frame& frame, const Rational& delta_value, const Rational& mu_value,
                           const Rational& chi_value)
    : r(static_cast<slong>(frame.size())),
      delta(delta_value, frame.bits),
      mu(mu_value, frame.bits),
      chi(chi_value, frame.bits),
      t(sine(delta) / cosine(delta)),
      ridge(t),
      f(root(2 * r * (t * ridge.high) + square(t) * inverse_sines(frame, t))),
      e_prime(
          root(((r - 1) * (1 + 4 * square(t) / 9) / (4 * square(t.pi())) + square(t) / (9 * square(t.pi()))) /
               mu)),
      e(r * (e_prime * t)),
      wedge(4 * root(mu.number(r) / mu) / t.pi()),
      denominator(8 * ridge.low - e * wedge),
      free(1 + chi * root(mu.number(r) / mu)),
      b_constant((f + e * free) / denominator),
      a_constant(free + wedge * b_constant),
      residual(a_constant / root(mu)),
      eta(residual + b_constant) {}

Real NearTeachers::turn() const { return 2 * b_constant / root(2 * sine(delta / 2)); }

Real NearTeachers::norm_form_cost(const Frame& frame, const Real& s, const Real& rho0) const {
  Real inverse_masses = t.number(0);
  for (const Ball& mass : frame.masses) inverse_masses = inverse_masses + 1 / Real(mass, frame.bits);
  return s * square(eta) * rho0 * inverse_masses / 2 + 2 * (square(s) * b_constant);
}

TheoremL::TheoremL(const Frame& frame, const Rational& delta_value, const Rational& s_value,
                   const Rational& mu_value, Form students)
    : NearTeachers(frame, delta_value, mu_value, Rational()),
      s(s_value, frame.bits),
      c(1 - wedge * a_constant * b_constant * s),
      rho0(Real(frame.smallest_mass, frame.bits) * (1 - 1 / s) * root(mu) / a_constant),
      kappa(students == Form::norm ? c * power(t.number(2), 3, 4) / root(norm_form_cost(frame, s, rho0))
                                   : c * power(t.number(2), 2, 3) / root(unit_form_cost(frame))) {}

Real TheoremL::unit_form_cost(const Frame& frame) const {
  Real masses = t.number(0);
  for (const Ball& mass : frame.masses) masses = masses + power(Real(mass, frame.bits) + eta * rho0, 2, 3);
  return r * (square(eta) * power(rho0, 2, 3)) +
         3 * (power(t.number(3, 4), 2, 3) * s * power(turn(), 4, 3) * masses);
}

}  // namespace lojaverify
