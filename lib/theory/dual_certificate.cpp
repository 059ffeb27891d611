#include <lojacert/theory/dual_certificate.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/tangent_gram.hpp>

#include <algorithm>
#include <utility>

namespace lojacert {

namespace {

constexpr Bits bits{128};

Interval number(const Rational& x) { return Interval::from(x, bits); }

Rational rounded_up(const Interval& x, int digits) {
  return parse_exact_point(decimal_upper(x.sup(), digits));
}
Rational rounded_down(const Interval& x, int digits) {
  return parse_exact_point(decimal_lower(x.inf(), digits));
}

Interval exact_wedge_constant(std::size_t r, const Rational& mu) {
  const Interval count = Interval::exact(static_cast<long>(r), bits);
  return Interval::exact(4L, bits) / Interval::pi(bits) * sqrt_nonnegative(count / number(mu));
}

CertificateProof failed(std::string what) { return {.proved = false, .failure = std::move(what), .at = {}}; }

CertificateProof of(const Sweep& sweep) {
  return {sweep.proved, sweep.gave_up, sweep.failure, sweep.at, sweep.boxes};
}

bool is_sensible(const DualCertificate& c) {
  if (!double_rounding_is_sound())
    throw UndecidedError("this processor's doubles are not set to round to nearest");
  const Rational right_angle(3, 2);  // a little less
  return c.mu > 0 && c.sphere.delta1 > 0 && c.sphere.delta1 < right_angle && c.sphere.S > 0 &&
         c.sphere.Z > 0 && c.sphere.psi_far > 0 && c.delta_cap > 0 && c.delta_cap < right_angle && c.T > 0 &&
         c.e_prime >= 0 && c.gam >= 0;
}

bool same_terms(const DualPolynomial& a, const DualPolynomial& b) {
  return std::ranges::equal(a.terms, b.terms, [](const DualTerm& x, const DualTerm& y) {
    return x.exponents == y.exponents && x.coefficient == y.coefficient;
  });
}

/// Upper bounds of S and Z, a lower bound of psi_far for the product polynomial, by cells in theta.
struct ProductSuprema {
  Interval S, Z, psi_far;
};

ProductSuprema product_suprema(const TeacherGeometry& teacher, const Rational& mu, const Rational& delta1) {
  constexpr long cells = 600;
  const std::size_t r = teacher.count();
  const Interval one = Interval::exact(1L, bits);
  const Interval T0 = exact_wedge_constant(r, mu);
  Interval psi_far = one;
  const Interval square = sqr(sin(number(delta1)));
  for (std::size_t i = 0; i < r; ++i) psi_far *= square;
  ProductSuprema suprema{one / psi_far, Interval::zero(bits), psi_far};  // far: s <= 1
  for (std::size_t i = 0; i < r; ++i) {
    for (long cell = 0; cell < cells; ++cell) {
      const Interval left = number(delta1 * Rational(cell, cells));
      const Interval right = number(delta1 * Rational(cell + 1, cells));
      Interval product = one;  // of sin^2 theta_k, k != i: theta_k >= max(theta, theta_ik - theta)
      for (std::size_t k = 0; k < r; ++k) {
        if (k == i) continue;
        const Interval angle = larger(left, teacher.angle_of_lines(i, k, bits) - right).lower_end();
        product *= sqr(sin(angle)).lower_end();
      }
      const Interval versine_ratio = one / (one + cos(right));  // (1 - cos) / sin^2, increasing
      Interval ratio = T0 * versine_ratio;
      if (cell > 0) {
        const Interval wedge = (right - sin(right) * cos(right)) / Interval::pi(bits);  // increasing
        const Interval other = Interval::exact(2L, bits) * sqrt_nonnegative(wedge) / sqr(sin(left));
        if (certainly_less(other, ratio)) ratio = other;
      }
      suprema.S = larger(suprema.S, (ratio / product).upper_end()).upper_end();
      suprema.Z = larger(suprema.Z, (versine_ratio / product).upper_end()).upper_end();
    }
  }
  return suprema;
}

}  // namespace

CertificateProver::CertificateProver(const TeacherGeometry& teacher) : teacher_(teacher), sphere_(teacher) {}

CertificateProof CertificateProver::prove_polynomial(const DualCertificate& certificate,
                                                     std::size_t max_boxes) const {
  if (!is_sensible(certificate)) return failed("a constant is out of its range");
  if (certificate.is_product) {
    if (!same_terms(certificate.psi, product_polynomial(teacher_.gram())))
      return failed("psi is not the product polynomial");
    const ProductSuprema suprema = product_suprema(teacher_, certificate.mu, certificate.sphere.delta1);
    const bool holds = certainly_less_equal(suprema.S, number(certificate.sphere.S)) &&
                       certainly_less_equal(suprema.Z, number(certificate.sphere.Z)) &&
                       certainly_less_equal(number(certificate.sphere.psi_far), suprema.psi_far);
    return holds ? CertificateProof{.proved = true, .failure = {}, .at = {}}
                 : failed("S, Z or psi_far of the product polynomial is not proved");
  }
  if (!vanishes_at_teachers(certificate.psi, teacher_.gram()))
    return failed("psi does not vanish to second order at the teachers");
  return of(prove_on_sphere(sphere_, DirectionPolynomial(certificate.psi, teacher_), certificate.sphere,
                            max_boxes));
}

CertificateProof CertificateProver::prove_constants(const DualCertificate& certificate,
                                                    std::size_t max_boxes) const {
  if (!is_sensible(certificate)) return failed("a constant is out of its range");
  if (mu_is_at_least(teacher_, certificate.mu, Bits{256}).verdict != Verdict::proved)
    return failed("(C1): mu is not proved");
  const Interval tangent = sin(number(certificate.delta_cap)) / cos(number(certificate.delta_cap));
  const double e_prime = ridge_projection_bound(sphere_, DoubleInterval::from(tangent)).sup();
  if (!(e_prime < 1e300) || !(exact(e_prime) <= certificate.e_prime))
    return failed("(C5): e_prime is not proved");
  for (std::size_t i = 0; i < teacher_.count(); ++i) {
    const Interval supremum =
        gaussian_supremum(hermite_polynomial_at_teacher(certificate.psi, teacher_.gram(), i), bits) *
        number(Rational(1, 4));
    if (!certainly_less_equal(supremum, number(certificate.gam))) return failed("(C5): gam is not proved");
  }
  if (certainly_less_equal(exact_wedge_constant(teacher_.count(), certificate.mu), number(certificate.T)))
    return {.proved = true, .failure = {}, .at = {}};
  return of(prove_descent_bound(sphere_, certificate.delta_cap, certificate.T, max_boxes));
}

CertificateProof CertificateProver::prove(const DualCertificate& certificate, std::size_t max_boxes) const {
  CertificateProof constants = prove_constants(certificate, max_boxes);
  if (!constants.proved) return constants;
  CertificateProof polynomial = prove_polynomial(certificate, max_boxes);
  polynomial.boxes += constants.boxes;
  return polynomial;
}

CertificateConstants<Interval> CertificateProver::constants(const DualCertificate& c, Bits precision) const {
  const auto value = [&](const Rational& x) { return Interval::from(x, precision); };
  CertificateConstants<Interval> result{
      .r = teacher_.count(),
      .masses = {},
      .sines = {},
      .mu = value(c.mu),
      .N = sqrt_nonnegative(value(squared_dual_norm_over_pi(c.psi, teacher_.gram())) *
                            Interval::pi(precision)),
      .S = value(c.sphere.S),
      .Z = value(c.sphere.Z),
      .psi_far = value(c.sphere.psi_far),
      .T = value(c.T),
      .e_prime = value(c.e_prime),
      .gam = value(c.gam)};
  for (std::size_t i = 0; i < result.r; ++i) {
    result.masses.push_back(teacher_.mass(i, precision));
    std::vector<Interval> row;
    for (std::size_t k = 0; k < result.r; ++k)
      row.push_back(i == k ? Interval::exact(1L, precision) : teacher_.sine(i, k, precision));
    result.sines.push_back(std::move(row));
  }
  return result;
}

Rational CertificateProver::least_gam(const DualPolynomial& psi, int digits) const {
  Interval gam = Interval::zero(bits);
  for (std::size_t i = 0; i < teacher_.count(); ++i)
    gam = larger(gam, gaussian_supremum(hermite_polynomial_at_teacher(psi, teacher_.gram(), i), bits));
  return rounded_up(gam * number(Rational(1, 4)), digits);
}

Rational CertificateProver::least_e_prime(const Rational& delta_cap, int digits) const {
  const Interval tangent = sin(number(delta_cap)) / cos(number(delta_cap));
  return parse_exact_point(
      decimal_upper(exact(ridge_projection_bound(sphere_, DoubleInterval::from(tangent)).sup()), digits));
}

Rational CertificateProver::wedge_constant(const Rational& mu, int digits) const {
  return rounded_up(exact_wedge_constant(teacher_.count(), mu), digits);
}

SphereBounds CertificateProver::product_bounds(const Rational& mu, const Rational& delta1, int digits) const {
  const ProductSuprema suprema = product_suprema(teacher_, mu, delta1);
  return {delta1, rounded_up(suprema.S, digits), rounded_up(suprema.Z, digits),
          rounded_down(suprema.psi_far, digits)};
}

}  // namespace lojacert
