#pragma once
// The polynomial psi of a dual certificate, exactly: docs/theory/lemmas.md (Lemma 3) and
// docs/theory/sphere.md.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/rational.hpp>

#include <cstddef>
#include <vector>

namespace lojacert {

/// The inner products <P_i, P_k> of the given teacher vectors.
using GramMatrix = std::vector<std::vector<Rational>>;

/// coefficient * y_1^exponents[0] ... y_r^exponents[r-1] with y_i = <w, P_i>.
struct DualTerm {
  std::vector<int> exponents;
  Rational coefficient;
};

/// psi(w), a sum of terms of even degree. What it says does not depend on an orthonormal basis: everything
/// below uses the Gram matrix of the P_i alone, and the P_i may be dependent.
struct DualPolynomial {
  std::vector<DualTerm> terms;

  [[nodiscard]] int degree() const;  ///< 2K, the largest sum of exponents
};

/// prod_i (1 - y_i^2 / |P_i|^2), the certificate that every teacher has.
[[nodiscard]] DualPolynomial product_polynomial(const GramMatrix& gram);

/// psi(a_i) for the direction a_i of teacher i, and the derivatives of psi there along all P_l, up to the
/// common factor |P_i|, less their radial part: psi vanishes to second order on the sphere at a_i exactly if
/// all are 0.
[[nodiscard]] std::vector<Rational> residues_at_teacher(const DualPolynomial& psi, const GramMatrix& gram,
                                                        std::size_t i);
[[nodiscard]] bool vanishes_at_teachers(const DualPolynomial& psi, const GramMatrix& gram);

/// An approximate polynomial in orthonormal coordinates of the span, coefficient * w^exponents.
struct OrthonormalTerm {
  std::vector<int> exponents;
  double coefficient = 0;
};

/// The polynomial near an approximate one that vanishes to second order at every teacher, exactly:
/// coefficients are rounded to `bits` bits, and a few of them solve the conditions.
/// `lengths_times_directions` are the approximate coordinates of the P_k; psi is written in a maximal
/// independent set of the y_k. Throws UndecidedError where that is impossible.
[[nodiscard]] DualPolynomial exact_certificate_near(
    const std::vector<OrthonormalTerm>& terms,
    const std::vector<std::vector<double>>& lengths_times_directions, const GramMatrix& gram, int bits);

/// N^2 / pi = sum over k of |T_2k|^2 / (pi s_2k^2), rational: N is the norm of the dual function g of
/// Lemma 3.
[[nodiscard]] Rational squared_dual_norm_over_pi(const DualPolynomial& psi, const GramMatrix& gram);

/// The coefficients of P_i(s) = sqrt(2/pi) sum over k of <T_2k, a_i^{2k}> h_2k(s) / s_2k, by increasing
/// power.
[[nodiscard]] std::vector<Rational> hermite_polynomial_at_teacher(const DualPolynomial& psi,
                                                                  const GramMatrix& gram, std::size_t i);

/// An upper bound of sup over s >= 0 of exp(-s^2/2) max(P(s), 0).
[[nodiscard]] Interval gaussian_supremum(const std::vector<Rational>& polynomial, Bits bits);

}  // namespace lojacert
