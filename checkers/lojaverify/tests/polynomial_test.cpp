// Dual polynomials: norms known by hand, zeros at the teachers, derivatives against differences.

#include "polynomial.hpp"

#include "support.hpp"

using namespace lojaverify;
using test::network;

namespace {

Teacher teacher_of(const std::string& rows) {
  return Teacher(network("abs", "norm", "unit", rows, "[[1, 0]]"));
}

Polynomial polynomial(const std::vector<std::pair<Exponents, std::string>>& terms) {
  Polynomial result;
  for (const auto& [exponents, text] : terms) result.emplace(exponents, parse_number(text));
  return result;
}

double middle(const Ball& x) { return arf_get_d(arb_midref(x.get()), ARF_RND_NEAR); }

}  // namespace

TEST_CASE("N of certificates known by hand") {
  const Teacher orthonormal = teacher_of("[[1, 0], [0, 1]]");
  const Polynomial product = product_polynomial(orthonormal);
  CHECK(product.size() == 4);
  CHECK(squared_norm_over_pi(product, orthonormal) == parse_number("9/2"));
  CHECK_FALSE(teacher_without_zero(product, orthonormal));

  Polynomial psi = polynomial({{{0, 0}, "1.06"},
                               {{2, 0}, "-0.69"},
                               {{0, 2}, "-0.69"},
                               {{4, 0}, "-0.37"},
                               {{0, 4}, "-0.37"},
                               {{2, 2}, "1.48"}});
  const Rational n2 = squared_norm_over_pi(psi, orthonormal);
  const double n = std::sqrt(middle(ball(n2, 64)) * 3.14159265358979323846);
  CHECK(n == Approx(5.3703889).epsilon(1e-8));
  CHECK_FALSE(teacher_without_zero(psi, orthonormal));
  CHECK(parts_at(psi, orthonormal, 1) ==
        std::vector<Rational>{parse_number("1.06"), parse_number("-0.69"), parse_number("-0.37")});
  psi[{1, 1}] = parse_number("1e-30");  // tilts the gradient at both
  CHECK(teacher_without_zero(psi, orthonormal));
  psi.erase({1, 1});
  psi[{0, 0}] = parse_number("1.0600000000000000000000000001");
  CHECK(teacher_without_zero(psi, orthonormal) == std::optional<std::size_t>(0));
}

TEST_CASE("N does not depend on the lengths, nor psi on how it is written") {
  const Teacher sixty(
      test::instance_of(R"({"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm",
                                            "teacher": {"gram": [["1", "1/2"], ["1/2", "1"]]}})"));
  const Rational n2 = squared_norm_over_pi(product_polynomial(sixty), sixty);
  CHECK(std::sqrt(middle(ball(n2, 64)) * 3.14159265358979323846) == Approx(4.731).epsilon(2e-4));
  const Teacher scaled(
      test::instance_of(R"({"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm",
                                             "teacher": {"gram": [["4", "-3"], ["-3", "9"]]}})"));
  CHECK(squared_norm_over_pi(product_polynomial(scaled), scaled) == n2);
  CHECK_FALSE(teacher_without_zero(product_polynomial(scaled), scaled));

  const Teacher three = teacher_of("[[1, 0], [0, 1], [3, 4]]");  // rank 2
  const Polynomial product = product_polynomial(three);
  CHECK_FALSE(teacher_without_zero(product, three));
  // (1 - y_0^2) (1 - y_1^2) (1 - y_2^2 / 25), with one more y_2 = 3 y_0 + 4 y_1 in three ways.
  Polynomial in_y;
  for (unsigned bits = 0; bits < 8; ++bits) {
    Exponents a{0, 0, 0};
    Rational x(1);
    for (unsigned i = 0; i < 3; ++i) {
      if ((bits >> i) % 2 == 0) continue;
      a[i] = 2;
      x = x * parse_number(i == 2 ? "-1/25" : "-1");
    }
    in_y.emplace(a, x);
  }
  CHECK(in_coordinates(in_y, three) == product);
  Polynomial rewritten;
  for (const auto& [a, x] : in_y) {
    if (a[2] == 0) {
      rewritten[a] = rewritten[a] + x;
      continue;
    }
    rewritten[{a[0] + 1, a[1], 1}] = rewritten[{a[0] + 1, a[1], 1}] + x * Rational(3);
    rewritten[{a[0], a[1] + 1, 1}] = rewritten[{a[0], a[1] + 1, 1}] + x * Rational(4);
  }
  CHECK(in_coordinates(rewritten, three) == product);
}

TEST_CASE("double factorials and sizes") {
  const std::vector<slong> expected{1, 1, 1, 3, 15, 105, 945};
  for (unsigned k = 0; k < expected.size(); ++k) CHECK(odd_factorial(k) == Integer(expected[k]));
  CHECK_FALSE(is_too_large(3, 12));
  CHECK(is_too_large(12, 24));
}

TEST_CASE("derivatives are the limits of differences") {
  const Teacher teacher = teacher_of("[[2, 1], [-1, 1], [3, 4]]");
  const Polynomial psi = product_polynomial(teacher);
  Derivatives derivatives(psi, teacher, 64);
  const Frame frame(teacher, 64);
  const auto at = [&](double x, double y) {
    Vector point(2);
    arb_set_d(point[0].get(), x);
    arb_set_d(point[1].get(), y);
    Derivatives::Jet jet;
    derivatives.evaluate(point, 3, jet);
    return jet;
  };
  const double x = 0.3, y = -0.4, h = 1e-5;
  const Derivatives::Jet jet = at(x, y);
  double expected = 1;
  for (const Vector& a : frame.directions) {
    const double c = middle(a[0]) * x + middle(a[1]) * y;
    expected *= 1 - c * c;
  }
  CHECK(middle(jet.value) == Approx(expected));
  for (std::size_t j = 0; j < 2; ++j) {
    const Derivatives::Jet up = at(x + (j == 0 ? h : 0), y + (j == 1 ? h : 0));
    const Derivatives::Jet down = at(x - (j == 0 ? h : 0), y - (j == 1 ? h : 0));
    const auto slope = [&](const Ball& a, const Ball& b) { return (middle(a) - middle(b)) / (2 * h); };
    CHECK(middle(jet.gradient[j]) == Approx(slope(up.value, down.value)).margin(1e-8));
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(middle(jet.hessian[2 * j + k]) == Approx(slope(up.gradient[k], down.gradient[k])).margin(1e-8));
      for (std::size_t l = 0; l < 2; ++l) {
        CHECK(middle(jet.third[4 * j + 2 * k + l]) ==
              Approx(slope(up.hessian[2 * k + l], down.hessian[2 * k + l])).margin(1e-8));
      }
    }
  }
}
