#include <lojacert/theory/theorem_l.hpp>

#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/number.hpp>

#include <cmath>

namespace lojacert {

namespace {

Interval whole(long value, Bits bits) { return Interval::exact(value, bits); }
Interval whole(std::size_t value, Bits bits) { return Interval::exact(static_cast<long>(value), bits); }
Interval ratio(long p, long q, Bits bits) { return Interval::from(Rational(p, q), bits); }
Interval tangent(const Interval& delta) { return sin(delta) / cos(delta); }

/// phi0 = 1 / sqrt(2 pi)
Interval density_at_zero(Bits bits) {
  return whole(1L, bits) / sqrt_nonnegative(whole(2L, bits) * Interval::pi(bits));
}

/// J2 = (1 - 1/sqrt 2) / (3 sqrt pi)
Interval second_moment(Bits bits) {
  return (whole(1L, bits) - whole(1L, bits) / sqrt_nonnegative(whole(2L, bits))) /
         (whole(3L, bits) * sqrt_nonnegative(Interval::pi(bits)));
}

/// J2' = (3 - 2 sqrt 2) / (10 sqrt pi)
Interval fourth_moment(Bits bits) {
  return (whole(3L, bits) - whole(2L, bits) * sqrt_nonnegative(whole(2L, bits))) /
         (whole(10L, bits) * sqrt_nonnegative(Interval::pi(bits)));
}

/// The powers of 2 by which L and grad L differ between the activations: eps0 is rho0^2 times the first,
/// kappa is c Q^(-1/2) times 2 to the second.
struct Scaling {
  Rational eps0;
  Rational kappa_exponent;
};

Scaling scaling(Activation activation, NeuronForm students) {
  const bool norm = students == NeuronForm::norm;
  if (activation == Activation::abs) return {Rational(1, 2), norm ? Rational(3, 4) : Rational(2, 3)};
  // relu+linear is abs with L / 4 and grad L / 4; for relu see Theorem L_relu.
  return {Rational(1, 8), norm ? Rational(1, 4) : Rational(0)};
}

Interval power_of_two(const Rational& exponent, Bits bits) {
  return exponent.is_zero() ? whole(1L, bits) : pow_nonnegative(whole(2L, bits), exponent);
}

}  // namespace

Interval ridge_upper(Bits bits) { return density_at_zero(bits) * second_moment(bits); }

Interval ridge_lower(const Interval& t) {
  const Bits bits = t.precision();
  return density_at_zero(bits) * (second_moment(bits) - sqr(t) * fourth_moment(bits) / whole(2L, bits));
}

TeacherConstants teacher_constants(const TeacherGeometry& teacher, const Rational& mu, Bits bits) {
  TeacherConstants constants{teacher.count(), Interval::from(mu, bits), {}, Interval::zero(bits)};
  for (std::size_t i = 0; i < teacher.count(); ++i) {
    constants.masses.push_back(teacher.mass(i, bits));
    for (std::size_t k = 0; k < teacher.count(); ++k) {
      if (i == k) continue;
      constants.inverse_sines +=
          whole(1L, bits) / (whole(8L, bits) * Interval::pi(bits) * teacher.sine(i, k, bits));
    }
  }
  return constants;
}

Interval wedge_constant(const TeacherConstants& teacher) {
  const Bits bits = teacher.mu.precision();
  return whole(4L, bits) / Interval::pi(bits) * sqrt_nonnegative(whole(teacher.r, bits) / teacher.mu);
}

Interval ridge_projection(const TeacherConstants& teacher, const Interval& t) {
  const Bits bits = t.precision();
  const Interval squared_pi = sqr(Interval::pi(bits));
  const Interval others = whole(teacher.r - 1, bits) * (whole(1L, bits) + ratio(4, 9, bits) * sqr(t)) /
                          (whole(4L, bits) * squared_pi);
  const Interval own = sqr(t) / (whole(9L, bits) * squared_pi);
  return sqrt_nonnegative((others + own) / teacher.mu);
}

Interval ridge_norm(const TeacherConstants& teacher, const Interval& t) {
  const Bits bits = t.precision();
  return sqrt_nonnegative(whole(2L, bits) * whole(teacher.r, bits) * t * ridge_upper(bits) +
                          sqr(t) * teacher.inverse_sines);
}

bool LocalConstants::conditions_hold() const {
  const Interval zero = Interval::zero(c.precision());
  return certainly_less(zero, denominator) && certainly_less(zero, c) && certainly_less(zero, rho0) &&
         c.is_finite() && eps0.is_finite() && kappa.is_finite();
}

LocalConstants local_constants(const TeacherConstants& teacher, const Interval& delta, const Interval& s,
                               Activation activation, NeuronForm students) {
  const Bits bits = delta.precision();
  const Interval one = whole(1L, bits);
  const Interval t = tangent(delta);
  const Interval e = whole(teacher.r, bits) * ridge_projection(teacher, t) * t;
  const Interval wedge = wedge_constant(teacher);
  const Interval root_of_mu = sqrt_nonnegative(teacher.mu);
  LocalConstants k{one, one, one, one, one, one, one, one};
  k.denominator = whole(8L, bits) * ridge_lower(t) - e * wedge;
  k.B = (ridge_norm(teacher, t) + e) / k.denominator;
  k.A = one + wedge * k.B;
  k.c = one - wedge * k.A * k.B * s;
  k.rho0 = smallest(teacher.masses) * (one - one / s) * root_of_mu / k.A;
  k.eta = k.A / root_of_mu + k.B;
  const Scaling scale = scaling(activation, students);
  k.eps0 = Interval::from(scale.eps0, bits) * sqr(k.rho0);
  const Interval cost =
      students == NeuronForm::norm ? norm_form_cost(teacher, k, s) : unit_form_cost(teacher, k, delta, s);
  k.kappa = k.c * power_of_two(scale.kappa_exponent, bits) / sqrt_nonnegative(cost);
  return k;
}

Interval norm_form_cost(const TeacherConstants& teacher, const LocalConstants& k, const Interval& s) {
  const Bits bits = s.precision();
  Interval inverse_masses = Interval::zero(bits);
  for (const Interval& mass : teacher.masses) inverse_masses += whole(1L, bits) / mass;
  return ratio(1, 2, bits) * s * sqr(k.eta) * k.rho0 * inverse_masses + whole(2L, bits) * sqr(s) * k.B;
}

Interval unit_form_cost(const TeacherConstants& teacher, const LocalConstants& k, const Interval& delta,
                        const Interval& s) {
  const Bits bits = s.precision();
  const Interval chord = whole(2L, bits) * sin(delta / whole(2L, bits));
  const Interval b = whole(2L, bits) * k.B / sqrt_nonnegative(chord);
  Interval masses = Interval::zero(bits);
  for (const Interval& mass : teacher.masses)
    masses += pow_nonnegative(mass + k.eta * k.rho0, Rational(2, 3));
  return whole(teacher.r, bits) * sqr(k.eta) * pow_nonnegative(k.rho0, Rational(2, 3)) +
         whole(3L, bits) * pow_nonnegative(ratio(3, 4, bits), Rational(2, 3)) * s *
             pow_nonnegative(b, Rational(4, 3)) * masses;
}

Rational local_exponent(NeuronForm students) {
  return students == NeuronForm::norm ? Rational(3, 4) : Rational(2, 3);
}

Interval linear_constant(const Interval& kappa, const Rational& eps0, NeuronForm students) {
  return kappa / pow_nonnegative(Interval::from(eps0, kappa.precision()), 1 - local_exponent(students));
}

namespace {

constexpr Bits search_bits{64};
constexpr int search_digits = 4;
constexpr double least_c_for_eps0 = 0.05;
constexpr double least_c_for_kappa = 0.5;

struct Searched {
  bool valid = false;
  double c = 0;
  double rim = 0;  ///< kappa eps0^beta
};

Searched approximate_constants(const TeacherConstants& teacher, const Rational& delta, double s,
                               Activation activation, NeuronForm students) {
  const LocalConstants k = local_constants(teacher, Interval::from(delta, search_bits),
                                           Interval::exact(s, search_bits), activation, students);
  if (!k.conditions_hold()) return {};
  const double beta = local_exponent(students) == Rational(3, 4) ? 0.75 : 2.0 / 3;
  return {true, k.c.approximate_mid(), k.kappa.approximate_mid() * std::pow(k.eps0.approximate_mid(), beta)};
}

/// The largest x in [low, high] that is accepted, if those accepted are the small ones; low if none is.
template <class Accept>
double approximate_largest(double low, double high, const Accept& accept) {
  if (accept(high)) return high;
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high);
    (accept(middle) ? low : high) = middle;
  }
  return low;
}

Rational rounded_down(double value) { return parse_exact_point(decimal_lower(exact(value), search_digits)); }

}  // namespace

Rational approximate_best_s(const TeacherConstants& teacher, const Rational& delta, Activation activation,
                            NeuronForm students, LocalAim aim) {
  constexpr double most = 10;
  const auto at = [&](double s) { return approximate_constants(teacher, delta, s, activation, students); };
  if (aim == LocalAim::eps0) {
    const double s = approximate_largest(1, most, [&](double x) { return at(x).c >= least_c_for_eps0; });
    return rounded_down(s);
  }
  const double end = approximate_largest(1, most, [&](double x) { return at(x).valid; });
  double best = 1;
  double best_rim = 0;
  constexpr int steps = 400;
  for (int step = 1; step <= steps; ++step) {
    const double s = 1 + (end - 1) * step / steps;
    const double rim = at(s).rim;
    if (rim > best_rim) {
      best = s;
      best_rim = rim;
    }
  }
  return rounded_down(best);
}

Rational approximate_best_delta(const TeacherConstants& teacher, LocalAim aim) {
  const double least = aim == LocalAim::eps0 ? least_c_for_eps0 : least_c_for_kappa;
  const auto accept = [&](double exponent) {
    return approximate_constants(teacher, exact(std::exp(exponent)), 1.5, Activation::abs, NeuronForm::norm)
               .c >= least;
  };
  return rounded_down(std::exp(approximate_largest(-700, 0.4, accept)));
}

}  // namespace lojacert
