#pragma once
// The conditions of theorem G near a teacher, where psi, s and 1 - cos theta vanish together.
//
// Let u = cos eta a_i + sin eta e and t = -sin eta a_i + cos eta e for a unit vector e orthogonal to a_i.
// With S_k = sqrt(1 - <u, a_k>^2), a' = (a_k - <u, a_k> u) / S_k and x = <t, a'>,
//
//   X_k = (2/pi) ((1 - x^2) a' + 2 x t),   X_i = -(4/pi) t,
//   c_k(theta) = int_0^theta sin(theta - eta) X_k(eta) deta,   c'_k(theta) = int_0^theta sin(eta) X_k(eta)
//   deta
//
// for the c of s(b) and the c' of ||Pi E'_b||, b = cos theta a_i + sin theta e: both solve z'' + z = X in
// theta, or in the angle from b. Where psi(a_i) = 0 and its tangential gradient is 0, psi(theta) =
// int_0^theta sin(theta - eta) Y(eta) deta with Y = psi'' + psi = D^2 psi[t, t] - D psi[u] + psi; and 1 - cos
// theta has the integrand sin(theta - eta). So the conditions follow, for every theta up to the largest eta,
// from
//   S Y >= |W X|,  Y >= 0,  Z Y >= 1,    and  T >= |W X|    at every eta and e.

#include "sphere.hpp"

namespace lojaverify {

/// (C3), (C4) and psi >= 0 for every direction within the angle `cap` of the line of a_i.
[[nodiscard]] std::optional<Shortfall> check_cap(Setting& setting, const SphereBounds& bounds, std::size_t i,
                                                 double cap, std::size_t& cells, const Deadline& deadline);

/// (C5): ||Pi E'_b|| <= T (1 - cos theta) for every direction within the angle `cap` of the line of a_i.
[[nodiscard]] std::optional<Shortfall> check_wedges(Setting& setting, const Rational& t, std::size_t i,
                                                    double cap, std::size_t& cells, const Deadline& deadline);

}  // namespace lojaverify
