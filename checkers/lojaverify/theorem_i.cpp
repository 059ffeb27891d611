#include "theorem_i.hpp"

namespace lojaverify {

TheoremI::TheoremI(const Frame& frame, const Rational& delta_value, const Rational& mu_value,
                   const Rational& chi_value, Activation activation, const Real& loss)
    : NearTeachers(frame, delta_value, mu_value, chi_value),
      rho0(root((activation == Activation::abs ? 2 : 8) * loss)),
      smallest_mass(frame.smallest_mass, frame.bits),
      slack(root(mu) * smallest_mass - a_constant * rho0),
      deep_slack(smallest_mass - (residual + 3 * b_constant) * rho0),
      s(1 / (1 - a_constant * rho0 / (root(mu) * smallest_mass))),
      s_tilde(1 / (1 - (residual + 3 * b_constant) * rho0 / smallest_mass)),
      c(1 - wedge * a_constant * b_constant * s),
      c_prime(1 - s_tilde * b_constant *
                      ((activation == Activation::relu ? root(mu.number(2)) : mu.number(1)) +
                       wedge * a_constant)),
      kappa(c * power(mu.number(2), activation == Activation::abs ? 3 : 1, 4) /
            root(norm_form_cost(frame, s, rho0) + chi / 4)),
      kappa_of_abs(activation == Activation::relu_linear ? kappa * root(mu.number(2)) : kappa),
      k((1 + 5 * s_tilde) / 4) {}

std::vector<TheoremI::Positive> TheoremI::conditions() const {
  return {{"I_low > 0", ridge.low},
          {"8 I_low - e T0 > 0", denominator},
          {"A rho_0 < sqrt(mu) p_min", slack},
          {"(A / sqrt(mu) + 3 B) rho_0 < p_min", deep_slack},
          {"c > 0", c},
          {"c' > 0", c_prime}};
}

Real TheoremI::budget(const Motion& motion, const Real& at_start, const Real& loss) const {
  return motion.is_flow ? at_start : at_start + k * motion.step * motion.stretch * loss;
}

}  // namespace lojaverify
