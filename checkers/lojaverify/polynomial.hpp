#pragma once
// Dual polynomials psi of theorem G: a polynomial of even degrees in y_i = <w, P_i>, its exact values and
// tangential gradients at the teachers, its norm N, and its derivatives in balls.
//
// Lemma 3: with T_2k the symmetric tensor of the part of degree 2k and s_2k the Hermite coefficients of |.|,
// g = sum_k (T_2k / s_2k) . He_2k / sqrt((2k)!) has E g(x) |w.x| = |w| psi(w/|w|) and
//   ||g||^2 = N^2 = sum_k |T_2k|^2 / s_2k^2,   s_0^2 = 2/pi,   s_2k^2 = (2/pi) ((2k-3)!!)^2 / (2k)!.

#include <map>
#include <string>

#include "teacher.hpp"

namespace lojaverify {

using Exponents = std::vector<unsigned>;

/// A polynomial with rational coefficients.
using Polynomial = std::map<Exponents, Rational>;

[[nodiscard]] unsigned degree(const Exponents& exponents);

/// More coefficients than this, in all coordinates of the span up to the degree, are refused.
constexpr std::size_t max_coefficients = 50000;
[[nodiscard]] bool is_too_large(std::size_t variables, unsigned degree);

// From here on polynomials are in the coordinates v_j = sqrt(pivot_j) <w, e_j> of the teacher's
// factorisation, in which y_i = sum_j factor_ij v_j; their coefficients are rational too.

[[nodiscard]] Polynomial in_coordinates(const Polynomial& in_y, const Teacher& teacher);

/// psi(w) = prod_i (1 - y_i^2 / |P_i|^2).
[[nodiscard]] Polynomial product_polynomial(const Teacher& teacher);

/// A teacher at which psi or its gradient along the sphere is not 0, if there is one.
[[nodiscard]] std::optional<std::size_t> teacher_without_zero(const Polynomial& psi, const Teacher& teacher);

/// The values at a_i of the parts of degree 0, 2, 4, ...
[[nodiscard]] std::vector<Rational> parts_at(const Polynomial& psi, const Teacher& teacher, std::size_t i);

/// N^2 / pi
[[nodiscard]] Rational squared_norm_over_pi(const Polynomial& psi, const Teacher& teacher);

/// (2k - 3)!!, which is 1 at k = 1 and is taken as 1 at k = 0.
[[nodiscard]] Integer odd_factorial(unsigned k);

/// psi and its derivatives up to the third order as functions of orthonormal coordinates of R^(r').
class Derivatives {
 public:
  Derivatives(const Polynomial& psi, const Teacher& teacher, slong bits);

  /// What `evaluate` found at a point, or over a box, up to the order asked for.
  struct Jet {
    Ball value;
    Vector gradient;        // [j]
    Vector hessian, third;  // [j][k] and [j][k][l], all of them
  };
  void evaluate(std::span<const Ball> point, unsigned order, Jet& jet);

 private:
  /// A derivative by the variables `by` (ascending), as coefficients of the monomials.
  struct Partial {
    std::vector<std::size_t> by;
    Vector coefficients;
  };

  std::size_t variables_;
  slong bits_;
  std::vector<std::pair<std::size_t, std::size_t>>
      products_;                                // monomial i > 0 is monomial `first` times variable `second`
  std::vector<std::vector<Partial>> partials_;  // by order
  Vector monomials_;                            // at the point evaluated last
};

}  // namespace lojaverify
