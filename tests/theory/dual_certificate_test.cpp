// Dual polynomials, their proof on the sphere, and the constants of Theorem G: known values, sharp values,
// and the nearest false ones.

#include <lojacert/exact/number.hpp>
#include <lojacert/theory/dual_certificate.hpp>
#include <lojacert/theory/sphere_caps.hpp>
#include <lojacert/theory/tangent_gram.hpp>

#include <catch2/catch.hpp>

#include <cmath>

using namespace lojacert;

namespace {

constexpr std::size_t many = 2'000'000;
constexpr Bits working{192};

Rational rational(const char* text) { return parse_exact_point(text); }

Instance teachers(const std::vector<std::vector<const char*>>& rows, bool gram = false) {
  Instance instance;
  instance.neuron = NeuronForm::norm;
  instance.gram = gram;
  instance.teacher = ExactMatrix(rows.front().size());
  for (const auto& row : rows)
    for (const char* text : row) instance.teacher.append(rational(text));
  return instance;
}

TeacherGeometry orthonormal_pair() { return TeacherGeometry(teachers({{"1", "0"}, {"0", "1"}})); }

/// A certificate with simple decimals for two orthonormal teachers (docs/theory/theorem-g.md).
DualPolynomial simple_pair() {
  return {{{{0, 0}, rational("1.06")},
           {{2, 0}, rational("-0.69")},
           {{0, 2}, rational("-0.69")},
           {{4, 0}, rational("-0.37")},
           {{0, 4}, rational("-0.37")},
           {{2, 2}, rational("1.48")}}};
}

SphereBounds simple_bounds() {
  return {rational("1.2"), rational("1.01"), rational("0.72"), rational("0.89")};
}

bool holds(const TeacherGeometry& teacher, const DualPolynomial& psi, const SphereBounds& bounds) {
  return prove_on_sphere(SphereGeometry(teacher), DirectionPolynomial(psi, teacher), bounds, many).proved;
}

double dual_norm(const DualPolynomial& psi, const TeacherGeometry& teacher) {
  return std::sqrt(static_cast<double>(squared_dual_norm_over_pi(psi, teacher.gram())) * std::acos(-1.0));
}

}  // namespace

TEST_CASE("N of known certificates") {
  const TeacherGeometry pair = orthonormal_pair();
  CHECK(squared_dual_norm_over_pi(product_polynomial(pair.gram()), pair.gram()) == Rational(9, 2));
  CHECK(dual_norm(simple_pair(), pair) == Approx(5.3703889).epsilon(1e-8));
  // oblique teachers: the formula for orthonormal coordinates would give 3.76
  const TeacherGeometry oblique(teachers({{"1", "1/2"}, {"1/2", "1"}}, true));
  CHECK(dual_norm(product_polynomial(oblique.gram()), oblique) == Approx(4.731).epsilon(2e-4));
  // psi, N and all that follows do not depend on the teachers' lengths
  const TeacherGeometry scaled(teachers({{"4", "5"}, {"5", "25"}}, true));
  CHECK(dual_norm(product_polynomial(scaled.gram()), scaled) == Approx(4.731).epsilon(2e-4));
}

TEST_CASE("zeros of psi at the teachers are exact or none") {
  const TeacherGeometry pair = orthonormal_pair();
  CHECK(vanishes_at_teachers(simple_pair(), pair.gram()));
  for (std::size_t n = 0; n < 5; ++n) {  // the last term vanishes at both teachers with its gradient
    DualPolynomial moved = simple_pair();
    moved.terms[n].coefficient += Rational(1, pow(Integer(10), 30));
    CHECK_FALSE(vanishes_at_teachers(moved, pair.gram()));
  }
  const TeacherGeometry lines(
      teachers({{"1", "1/2", "-1/2"}, {"1/2", "1", "1/2"}, {"-1/2", "1/2", "1"}}, true));
  CHECK(vanishes_at_teachers(product_polynomial(lines.gram()), lines.gram()));
}

TEST_CASE("an approximate polynomial is rounded to one with exact zeros near it") {
  const TeacherGeometry oblique(teachers({{"1", "1/2"}, {"1/2", "1"}}, true));
  // 1 - w_1^2 - ..., wrong in the 6th digit: prod (1 - <w, a_i>^2) in orthonormal coordinates
  const double s = std::sqrt(3.0) / 2;
  std::vector<OrthonormalTerm> terms = {{{0, 0}, 1.000001},  {{2, 0}, -1.25}, {{1, 1}, -s},
                                        {{0, 2}, -0.75},     {{4, 0}, 0.25},  {{3, 1}, s},
                                        {{2, 2}, 0.75000001}};
  const DualPolynomial psi = exact_certificate_near(terms, {{1, 0}, {0.5, s}}, oblique.gram(), 40);
  CHECK(vanishes_at_teachers(psi, oblique.gram()));
  CHECK(dual_norm(psi, oblique) == Approx(4.731).epsilon(1e-3));
}

TEST_CASE("gam is the supremum of the Gaussian-weighted Hermite polynomial") {
  const TeacherGeometry pair = orthonormal_pair();
  const std::vector<Rational> p = hermite_polynomial_at_teacher(simple_pair(), pair.gram(), 0);
  const std::vector<Rational> wanted = {rational("2.86"), 0, rational("-2.91"), 0, rational("0.37")};
  CHECK(p == wanted);
  const Interval supremum = gaussian_supremum(p, working);
  CHECK(supremum.sup() >= rational("2.86"));
  CHECK(supremum.sup() <= rational("2.8605"));
  CHECK(gaussian_supremum({-1, 0, 1}, working).sup() >= rational("0.4462"));  // 2 exp(-3/2) at s^2 = 3
  CHECK(gaussian_supremum({-1, 0, 1}, working).sup() <= rational("0.4464"));
  CHECK(gaussian_supremum({-1}, working).sup() <= rational("1e-30"));
}

TEST_CASE("the conditions on the sphere hold, and the nearest false ones are not proved") {
  const TeacherGeometry pair = orthonormal_pair();
  CHECK(holds(pair, simple_pair(), simple_bounds()));
  // the suprema are 1.00528, 0.71512 and the infimum is 0.89156
  SphereBounds moved = simple_bounds();
  moved.S = rational("1.0055");
  CHECK(holds(pair, simple_pair(), moved));
  moved.S = rational("1.005");
  CHECK_FALSE(holds(pair, simple_pair(), moved));
  moved = simple_bounds();
  moved.Z = rational("0.7154");
  CHECK(holds(pair, simple_pair(), moved));
  moved.Z = rational("0.7149");
  CHECK_FALSE(holds(pair, simple_pair(), moved));
  moved = simple_bounds();
  moved.psi_far = rational("0.8915");
  CHECK(holds(pair, simple_pair(), moved));
  moved.psi_far = rational("0.8917");
  CHECK_FALSE(holds(pair, simple_pair(), moved));
  moved = simple_bounds();
  moved.delta1 = rational("1.0");  // more directions are far: psi is smaller there
  CHECK_FALSE(holds(pair, simple_pair(), moved));
}

TEST_CASE("near a teacher (C3) is sharp: s ~ (2/pi) theta^2 for one teacher") {
  const TeacherGeometry one(teachers({{"1"}}));
  const SphereGeometry geometry(one);
  const auto holds_with = [&](const char* size) {
    const DualPolynomial psi{{{{0}, rational(size)}, {{2}, -rational(size)}}};
    const SphereBounds bounds{rational("1.2"), 1, 10, rational("0.01")};
    return prove_on_cap(geometry, DirectionPolynomial(psi, one), 0, std::cos(0.001), bounds, many).proved;
  };
  CHECK(holds_with("0.6367"));
  CHECK_FALSE(holds_with("0.6366"));  // 2/pi = 0.63662
}

TEST_CASE("T is sharp: known suprema as theta -> 0") {
  const Rational cap = rational("0.0002");
  const auto proved = [&](const Instance& instance, const char* T) {
    return prove_descent_bound(SphereGeometry(TeacherGeometry(instance)), cap, rational(T), many).proved;
  };
  const Instance pair = teachers({{"1", "0"}, {"0", "1"}});
  CHECK(proved(pair, "2.337"));
  CHECK_FALSE(proved(pair, "2.334"));  // 2.33491
  const Instance oblique = teachers({{"1", "1/2"}, {"1/2", "1"}}, true);
  CHECK(proved(oblique, "3.008"));
  CHECK_FALSE(proved(oblique, "3.003"));  // 3.00404
  const Instance one = teachers({{"1"}});
  CHECK(proved(one, "1.2734"));
  CHECK_FALSE(proved(one, "1.2731"));  // 4/pi = 1.27324
}

TEST_CASE("the projection of the ridge is bounded tightly") {
  const double t = 1e-4;
  const double found = ridge_projection_bound(SphereGeometry(orthonormal_pair()), DoubleInterval(t)).sup();
  // (1/2pi) sqrt(a'^T GG^-1 a') with a' = e_2 in the block of teacher 2: GG = [1, 2/pi; 2/pi, 1] couples it
  const double coupled = 1 / (2 * std::acos(-1.0)) / std::sqrt(1 - 4 / (std::acos(-1.0) * std::acos(-1.0)));
  CHECK(found >= coupled * (1 - 1e-7));
  CHECK(found <= coupled * (1 + 1e-3));
}

TEST_CASE("the product certificate has one-dimensional bounds, and they are needed") {
  const CertificateProver prover(orthonormal_pair());
  const Rational mu = rational("0.36338");
  DualCertificate certificate;
  certificate.psi = product_polynomial(prover.teacher().gram());
  certificate.is_product = true;
  certificate.mu = mu;
  certificate.sphere = prover.product_bounds(mu, rational("1"), 8);
  certificate.delta_cap = rational("0.01");
  certificate.T = prover.wedge_constant(mu, 8);
  certificate.e_prime = prover.least_e_prime(certificate.delta_cap, 8);
  certificate.gam = prover.least_gam(certificate.psi, 8);
  CHECK(prover.prove(certificate, many).proved);
  // what the one-dimensional bounds say is true on the sphere
  // (psi_far and Z are attained at the rim of the classes: a sweep needs room)
  SphereBounds roomy = certificate.sphere;
  roomy.psi_far *= rational("0.99");
  roomy.Z *= rational("1.01");
  CHECK(holds(prover.teacher(), certificate.psi, roomy));
  const auto refused = [&](auto change) {
    DualCertificate moved = certificate;
    change(moved);
    return !prover.prove(moved, many).proved;
  };
  const Rational less = rational("0.99");
  CHECK(refused([&](DualCertificate& c) { c.sphere.S *= less; }));
  CHECK(refused([&](DualCertificate& c) { c.sphere.Z *= less; }));
  CHECK(refused([&](DualCertificate& c) { c.sphere.psi_far *= rational("1.01"); }));
  CHECK(refused([&](DualCertificate& c) { c.mu = rational("0.36339"); }));
  CHECK(refused([&](DualCertificate& c) { c.T = rational("2.33"); }));
  CHECK(refused([&](DualCertificate& c) { c.e_prime *= less; }));
  CHECK(refused([&](DualCertificate& c) { c.gam *= less; }));
  CHECK(refused([&](DualCertificate& c) { c.gam = -c.gam; }));
  CHECK(refused([&](DualCertificate& c) { c.psi.terms.back().coefficient *= less; }));
}

namespace {

CertificateConstants<Interval> constants_of(const TeacherGeometry& teacher, const DualPolynomial& psi,
                                            const SphereBounds& sphere, const char* mu, const char* delta_cap,
                                            const char* gam) {
  DualCertificate certificate;
  certificate.psi = psi;
  certificate.mu = rational(mu);
  certificate.sphere = sphere;
  certificate.delta_cap = rational(delta_cap);
  certificate.gam = rational(gam);
  CertificateConstants<Interval> k = CertificateProver(teacher).constants(certificate, working);
  const auto number = [](long p, long q = 1) { return Interval::from(Rational(p, q), working); };
  const Interval r = number(static_cast<long>(teacher.count()));
  const Interval pi = Interval::pi(working);
  const Interval delta = Interval::from(certificate.delta_cap, working);
  const Interval t2 = sqr(sin(delta) / cos(delta));
  k.T = number(4) / pi * sqrt_nonnegative(r / k.mu);
  k.e_prime = sqrt_nonnegative(((r - number(1)) * (number(1) + number(4, 9) * t2) / (number(4) * sqr(pi)) +
                                t2 / (number(9) * sqr(pi))) /
                               k.mu);  // e'_0 of (1.3)
  return k;
}

bool near(const Interval& x, double wanted, double relative) {
  return x.is_finite() && std::fabs(x.approximate_mid() - wanted) <= relative * wanted;
}

}  // namespace

TEST_CASE("Theorem G gives the constants computed by hand") {
  const TeacherGeometry pair = orthonormal_pair();
  const auto k = constants_of(pair, simple_pair(), simple_bounds(), "0.363380", "0.0057", "0.715");
  FreeConstants<Rational> free{rational("0.6"), rational("0.1"), 10475, rational("0.0057")};
  const auto prove = [&](const FreeConstants<Rational>& f, NeuronForm students) {
    return prove_theorem_g(k, f, Activation::abs, students, nullptr, working);
  };
  const ProvedThreshold norm = prove(free, NeuronForm::norm);
  REQUIRE(norm.conditions_hold);
  CHECK(near(norm.constants.star, 0.8948, 1e-3));  // 0.8934 in the limit of many cells
  CHECK(near(norm.constants.double_star, 8448.9, 1e-4));
  CHECK(near(norm.constants.eps0, 7.278e-10, 1e-3));
  CHECK(near(norm.constants.kappa, 1.5202e-3, 1e-3));
  CHECK(near(norm.constants.kappa_1, 0.29269, 1e-3));
  const ProvedThreshold unit = prove(free, NeuronForm::unit);
  CHECK(near(unit.constants.kappa, 1.1237e-4, 1e-3));
  CHECK(near(unit.constants.kappa_1, 0.12492, 1e-3));
  free.c = rational("0.1075");
  CHECK_FALSE(prove(free, NeuronForm::norm).conditions_hold);  // (*): 0.8934 > 1 - c
  free.c = rational("0.1");
  free.h_prime = 8448;
  CHECK_FALSE(prove(free, NeuronForm::norm).conditions_hold);  // (**)
  free.h_prime = 10475;
  free.q = 1;
  CHECK_FALSE(prove(free, NeuronForm::norm).conditions_hold);
}

TEST_CASE("Theorem G for one teacher, and what the other activations change") {
  const TeacherGeometry one(teachers({{"1"}}));
  const SphereBounds sphere{rational("1.35"), rational("1.0505"), rational("0.8204"), rational("0.9519")};
  const auto k = constants_of(one, product_polynomial(one.gram()), sphere, "1", "0.1558", "0.6657");
  const FreeConstants<Rational> free{rational("0.6"), rational("0.1"), rational("44.35"), rational("0.1558")};
  const auto prove = [&](Activation activation, NeuronForm students, const ReluData* relu) {
    const ProvedThreshold proved = prove_theorem_g(k, free, activation, students, relu, working);
    REQUIRE(proved.conditions_hold);
    return proved.constants;
  };
  const auto abs = prove(Activation::abs, NeuronForm::norm, nullptr);
  CHECK(near(abs.eps0, 3.6463e-5, 1e-3));
  CHECK(near(abs.kappa, 0.03041, 1e-3));
  CHECK(near(prove(Activation::abs, NeuronForm::unit, nullptr).kappa, 0.00761, 2e-3));
  const auto halved = prove(Activation::relu_linear, NeuronForm::norm, nullptr);
  CHECK(near(halved.eps0, abs.eps0.approximate_mid() / 4, 1e-12));
  CHECK(near(halved.kappa, abs.kappa.approximate_mid() / std::sqrt(2), 1e-12));
  CHECK(near(halved.kappa_1, abs.kappa_1.approximate_mid(), 1e-12));
  const ReluData data{Interval::exact(1L, working), rational("0.4")};
  const auto relu = prove(Activation::relu, NeuronForm::norm, &data);
  CHECK(certainly_less(relu.eps0, halved.eps0));  // h is larger by nu_-
  CHECK_FALSE(prove_theorem_g(k, free, Activation::relu, NeuronForm::norm, nullptr, working).conditions_hold);
  const ReluData too_wide{Interval::exact(1L, working), rational("1.1")};  // 2 sin(0.55) > 1
  CHECK_FALSE(
      prove_theorem_g(k, free, Activation::relu, NeuronForm::norm, &too_wide, working).conditions_hold);
}
