#pragma once
// The ridge functions F_i(x) = J(|a_i.x| / tan delta), J(u) = phi(u) - u P(z > u), of Lemma 2, and the
// conditions of theorem G on them.

#include "real.hpp"
#include "sphere.hpp"

namespace lojaverify {

/// Integrals over u >= 0: J2 of J^2, J2' of u^2 J^2; bounds of I(delta), the integral of phi(u tan delta)
/// J(u)^2.
struct Ridge {
  explicit Ridge(const Real& t);  // t = tan delta

  Real phi0, j2, j2_prime;  // phi0 = phi(0)
  Real low, high;           // low <= I <= high at every angle up to delta
};

/// ||Pi F_i|| <= e' tan delta for every i and every delta with tan delta <= t. With phi the angle of a_k and
/// a_i and a'_k the unit projection of a_k on the complement of a_i, the component k != i of E[F_i
/// sign(a_k.x) x] is
///   (t / (2 pi)) [1 - t^2 / (4 sin^2 phi), 1] a'_k + (t^3 / (4 pi)) [0, 1] cot(phi) a_i,
/// and the component i is (t^2 / (3 pi)) [0, 1] a_i.
[[nodiscard]] std::optional<Shortfall> check_ridges(const Setting& setting, const Rational& e_prime,
                                                    const Ball& t);

/// E[g F_i] <= gam tan delta for every i and delta. As E[g | a_i.x = s] = sqrt(pi/2) R(s^2) with a rational
/// polynomial R, this follows from R(v) <= 4 gam e^(v/2) for every v >= 0. `parts` are those of psi at a_i.
[[nodiscard]] std::optional<Shortfall> check_correlation(const std::vector<Rational>& parts,
                                                         const Rational& gam, slong bits,
                                                         const Deadline& deadline);

}  // namespace lojaverify
