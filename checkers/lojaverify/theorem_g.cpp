#include "theorem_g.hpp"

#include <cmath>

namespace lojaverify {

namespace {

constexpr slong theta_cells = 1000;

Real maximum(const Real& a, const Real& b) {
  return {made<Ball>(arb_max, a.ball(), b.ball(), a.bits()), a.bits()};
}

double approximate(const Real& x) { return arf_get_d(arb_midref(x.ball().get()), ARF_RND_NEAR); }

/// sqrt of a lower bound, near to it, of the smallest eigenvalue of the Gram matrix of the unit teachers.
Real independence(const Frame& frame) {
  Rational below(0), above(1);
  for (int step = 0; step < 100; ++step) {
    // By halves until something is below, then to 30 bits of it.
    const Rational middle = (below + above) / Rational(2);
    if (below.sign() > 0 && (above - below) * Rational(1L << 30) < above) break;
    (eigenvalues_exceed(frame.cosine, middle, frame.bits) ? below : above) = middle;
  }
  return root(Real(below, frame.bits));
}

}  // namespace

TheoremG::TheoremG(const Frame& frame, const CertificateG& stated, const Rational& n_squared_over_pi,
                   Activation activation_of)
    : r(static_cast<slong>(frame.size())),
      activation(activation_of),
      mu(stated.mu, frame.bits),
      s(stated.s, frame.bits),
      z(stated.z, frame.bits),
      psi_far(stated.psi_far, frame.bits),
      delta_cap(stated.delta_cap, frame.bits),
      big_t(stated.t, frame.bits),
      e_prime(stated.e_prime, frame.bits),
      gam(stated.gam, frame.bits),
      q(stated.q, frame.bits),
      c(stated.c, frame.bits),
      h_prime(stated.h_prime, frame.bits),
      t(sine(delta_cap) / cosine(delta_cap)),
      ridge(t),
      n(root(Real(n_squared_over_pi, frame.bits) * t.pi())),
      a(root(1 + square(s * n))),
      b0(1 / root(32 * ridge.low)),
      om((1 - cosine(delta_cap)) / square(t)),
      kap(e_prime * a / (8 * ridge.low)),
      nu(root(mu.number(r)) * (t * (e_prime + s * gam)) / (a * root(2 * (t * ridge.low))) +
         cross_terms(frame)),
      lambda(root(1 + nu)),
      b_cap((root(2 * (t * ridge.high)) + a * e_prime * t) / (8 * ridge.low)),
      turn(2 * b_cap / root(2 * sine(delta_cap / 2))),
      xi(t.number(0)),
      largest(t.number(0)),
      mass_share(root(mu.number(r) / mu) * a + z * n),
      h(h_prime + a / root(mu)),
      rho0(h),
      q_norm(h),
      q_unit(h) {
  maximise_theta();
  if (activation == Activation::relu) {
    const Real turn = 2 * sine(Real(*stated.delta_prime, frame.bits) / 2);
    gap = independence(frame) / root(mu.number(r)) - turn;
    opposed = negative_share(stated);
    h = h + *opposed;
  }
  rho0 = (1 - q) * Real(frame.smallest_mass, frame.bits) / h;
  q_norm = (r * h + mass_share) / 4 + r * (h * (1 - q)) / (2 * q) + 2 * (xi / square(q)) + n / (4 * psi_far);
  q_unit = unit_form_cost(frame);
}

/// max over i of sum over k != i of t / (16 pi I sin theta_ik)
Real TheoremG::cross_terms(const Frame& frame) const {
  Real most = t.number(0);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    Real sum = t.number(0);
    for (std::size_t k = 0; k < frame.size(); ++k) {
      if (k != i) sum = sum + t / (16 * (t.pi() * ridge.low * Real(frame.sine(i, k), frame.bits)));
    }
    most = maximum(most, sum);
  }
  return most;
}

/// Theta(u) = min over alpha of P(u) alpha^(-1/3) + R(u) / (1 - alpha). P falls and R grows with u: on each
/// cell P at the left end and R at the right with one alpha bound Theta from above.
void TheoremG::maximise_theta() {
  const Real p_factor =
      3 * (power(b0, 4, 3) * power(b0.number(r), 1, 3)) / (4 * power(4 * (h_prime * om), 1, 3));
  const Real r_factor = r * square(kap) / (4 * (h_prime * om));
  for (slong cell = 0; cell < theta_cells; ++cell) {
    const Real left = t.number(cell, theta_cells), right = t.number(cell + 1, theta_cells);
    const Real p = p_factor * power(square(lambda) - square(left), 2, 3), rest = r_factor * square(right);
    double low = 1e-6, high = 1 - 1e-6;
    const double p0 = approximate(p), r0 = approximate(rest);
    for (int step = 0; step < 50; ++step) {  // where the derivative by alpha changes sign
      const double alpha = (low + high) / 2;
      (p0 / 3 * std::pow(alpha, -4.0 / 3) > r0 / ((1 - alpha) * (1 - alpha)) ? low : high) = alpha;
    }
    const Real alpha(Rational::exact(low), t.bits());
    const Real theta = p / power(alpha, 1, 3) + rest / (1 - alpha);
    xi = maximum(xi, theta);
    largest = maximum(largest, right * theta);
  }
}

/// nu_-: the mass of the students that point away from their teachers, in units of varrho = sqrt(8 L).
Real TheoremG::negative_share(const CertificateG& stated) const {
  const Real parts = (root(mu.number(r) / mu) * a + n / psi_far + n.number(1)) / 2;
  const Real turned = root(n.number(2)) * z * n / (1 - cosine(Real(*stated.delta_prime, t.bits())));
  return (parts + turned) / *gap;
}

Real TheoremG::unit_form_cost(const Frame& frame) const {
  const Real share = 2 * (r * h) + mass_share + n / psi_far;  // R_U
  Real masses = t.number(0);
  for (const Ball& mass : frame.masses)
    masses = masses + power(Real(mass, frame.bits) + (a / root(mu) + z * n) * rho0, 2, 3);
  return square(share) * power(rho0, 2, 3) +
         3 * (power(t.number(3, 4), 2, 3) * power(turn, 4, 3) * masses) / q;
}

std::vector<TheoremG::Condition> TheoremG::conditions() const {
  std::vector<Condition> list;
  const Real zero = t.number(0);
  const auto add = [&](const std::string& name, const std::string& relation, const Real& left,
                       const Real& right, const Finding& holds) {
    list.push_back({name + shown(left.ball()) + relation + shown(right.ball()), holds});
  };
  add("I_low > 0: ", " > ", ridge.low, zero, less_than(zero, ridge.low));
  const Real star = big_t * a * largest / q, rest = 1 - c;
  add("(*) (T A / q) max u Theta <= 1 - c: ", " <= ", star, rest, at_most(star, rest));
  const Real needed = b_cap / (1 - cosine(delta_cap));
  add("(**) h_prime > Bcap / (1 - cos delta_cap): ", " > ", h_prime, needed, less_than(needed, h_prime));
  if (gap) add("2 sin(delta_prime / 2) < s_A / sqrt(r): the gap ", " > ", *gap, zero, less_than(zero, *gap));
  return list;
}

Real TheoremG::eps0() const { return square(rho0) / (activation == Activation::abs ? 2 : 8); }

/// In terms of varrho = sqrt(2 L) for abs and sqrt(8 L) otherwise, the gradient is at least c varrho^2 (a
/// quarter of that otherwise) over (Q_N varrho)^(1/2) or Q_U^(1/2) varrho^(2/3).
Real TheoremG::kappa(Form students) const {
  const bool quarter = activation != Activation::abs;
  if (students == Form::norm) return c * power(c.number(2), quarter ? 1 : 3, 4) / root(q_norm);
  return quarter ? c / root(q_unit) : c * power(c.number(2), 2, 3) / root(q_unit);
}

}  // namespace lojaverify
