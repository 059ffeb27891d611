#include <lojacert/theory/gradient_dynamics.hpp>

namespace lojacert {

namespace {

Interval whole(long value, Bits bits) { return Interval::exact(value, bits); }

/// The exponent p of the envelope q^(-p), times 1/p.
Rational inverse_power(NeuronForm students) { return {1, students == NeuronForm::norm ? 2 : 3}; }

}  // namespace

Interval curvature_bound(const TeacherGeometry& teacher, const Interval& loss, Activation activation) {
  const Bits bits = loss.precision();
  Interval mass = Interval::zero(bits);  // M*
  for (std::size_t i = 0; i < teacher.count(); ++i) mass += teacher.mass(i, bits);
  const Interval two = whole(2L, bits);
  const Interval pi = Interval::pi(bits);
  const Interval residual = residual_norm(loss, activation);
  if (activation == Activation::relu) {
    const Interval slope = two * sqrt_nonnegative(two * pi) + sqrt_nonnegative(two);
    return two * mass + slope * residual / two;  // slope * sqrt(2L)
  }
  const Interval bound =
      whole(4L, bits) * mass + (whole(4L, bits) * sqrt_nonnegative(pi / two) + two) * residual;
  return activation == Activation::abs ? bound : bound / whole(4L, bits);
}

DescentRate descent_rate(const Dynamics& dynamics, const Interval& curvature) {
  const Bits bits = curvature.precision();
  const Interval one = whole(1L, bits);
  if (dynamics.is_flow()) return {one, one, Interval::zero(bits)};
  const Interval step = Interval::from(*dynamics.step, bits);
  const Interval product = step * curvature;
  const Interval share = one - product / whole(2L, bits);
  return {step * share, one / share, product};
}

EnvelopeLine envelope_line(const Interval& loss, const Interval& kappa, const DescentRate& rate,
                           NeuronForm students) {
  const Bits bits = loss.precision();
  const Rational power = inverse_power(students);
  return {whole(1L, bits) / pow_nonnegative(loss, power),
          rate.decrease * sqr(kappa) * Interval::from(power, bits)};
}

Interval path_factor(const Interval& kappa, const DescentRate& rate, NeuronForm students) {
  const Bits bits = kappa.precision();
  return whole(students == NeuronForm::norm ? 4L : 3L, bits) * rate.step_share / kappa;
}

Interval path_power(const Interval& loss, NeuronForm students) {
  return pow_nonnegative(loss, Rational(1, students == NeuronForm::norm ? 4 : 3));
}

Interval residual_norm(const Interval& loss, Activation activation) {
  return sqrt_nonnegative(loss * whole(activation == Activation::abs ? 2L : 8L, loss.precision()));
}

EnvelopeLine line_after_hand_over(const EnvelopeLine& first, const Interval& loss, const Interval& kappa,
                                  const DescentRate& rate) {
  const EnvelopeLine after = envelope_line(loss, kappa, rate, NeuronForm::norm);
  const Interval time = (after.a - first.a) / first.c;
  return {after.a - after.c * time, after.c};
}

}  // namespace lojacert
