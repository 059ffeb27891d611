#include "dynamics.hpp"

namespace lojaverify {

Real curvature_bound(Activation activation, const Frame& frame, const Real& loss) {
  const Real one = loss.number(1), pi = one.pi();
  Real masses = one.number(0);  // M*
  for (const Ball& mass : frame.masses) masses = masses + Real(mass, frame.bits);
  if (activation == Activation::relu) {
    return 2 * masses + (2 * root(2 * pi) + root(one.number(2))) * root(2 * loss);
  }
  const Real share = 2 + 4 * root(pi / 2);
  if (activation == Activation::abs) return 4 * masses + share * root(2 * loss);
  return (4 * masses + share * root(8 * loss)) / 4;
}

Motion::Motion(const Real& curvature, const std::optional<Rational>& step_value)
    : is_flow(!step_value),
      step(step_value ? Real(*step_value, curvature.bits()) : curvature.number(1)),
      steep(step_value ? step * curvature : curvature.number(0)),
      beta(step * (1 - steep / 2)),
      stretch(1 / (1 - steep / 2)) {}

}  // namespace lojaverify
