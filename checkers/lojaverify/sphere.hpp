#pragma once
// The conditions of theorem G over all directions b of S^(r'): (C3) s(b) <= S psi(b), (C4) and psi >= 0.
//
// With y_k = <b, a_k>, S_k = sqrt(1 - y_k^2), rho_k = (2/pi) asin y_k and g_k = rho_k b + (2/pi) S_k a_k, a
// direction of class i with sign(y_i) = sigma has s = |W c|, c_k = g_k - sigma G(a_i, a_k) b; a far one has
// c_k = g_k (and s <= 1, the norm of |b.x|). W^T W is the inverse of the tangent Gram matrix. In a patch
// around b0,
//
//   S^2 psi^2 - s^2 >= S^2 psi0^2 - s0^2 + 2 int (S^2 psi0 dpsi - <W c0, W dc>) - sup |W dc|^2,
//
// the integral along the segment from the patch's centre, on which dg_k = rho_k db + (2/pi) e_k <a_k, db>
// with the unit vector e_k = (b - y_k a_k) / S_k.

#include "cover.hpp"
#include "polynomial.hpp"

namespace lojaverify {

/// A teacher and a dual polynomial, prepared for the conditions over directions.
struct Setting {
  Setting(const Teacher& teacher, const Polynomial& psi, const Rational& mu_bound, const Rational& delta_1,
          slong working_bits);

  [[nodiscard]] std::size_t size() const { return frame.size(); }
  void whiten(const Vector& x, Vector& result) const;  // W x

  slong bits;
  Frame frame;
  Matrix whitening;            // W
  std::vector<Matrix> blocks;  // for each i the r n x n matrix of the G(a_k, a_i)
  Derivatives psi;
  Rational mu, delta1;  // mu is a lower bound of the smallest eigenvalue
  Ball two_pi;          // 2 / pi
};

struct SphereBounds {
  Rational s, z, psi_far;  // S, Z, psi_far
};

/// (C3), (C4) and psi >= 0 for every direction farther than caps[i] from the line of a_i, for every i.
[[nodiscard]] std::optional<Shortfall> check_sphere(Setting& setting, const SphereBounds& bounds,
                                                    const std::vector<double>& caps, std::size_t& cells,
                                                    const Deadline& deadline);

}  // namespace lojaverify
