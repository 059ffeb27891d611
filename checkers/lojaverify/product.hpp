#pragma once
// The conditions of theorem G over directions for psi = prod_i (1 - <w, a_i>^2), by bounds in the angle theta
// of a direction to its nearest line alone; they need no sweep of the sphere, in any dimension.
//
// The angle to another line k is at least max(theta, theta_ik - theta), theta_ik that of the lines i and k.
// In a class s <= min(T0 (1 - cos theta), 2 sqrt((theta - sin theta cos theta) / pi)), T0 = (4/pi)
// sqrt(r/mu); for a far direction s <= 1 and psi >= sin(delta1)^(2r).

#include "sphere.hpp"

namespace lojaverify {

[[nodiscard]] std::optional<Shortfall> check_product(const Setting& setting, const SphereBounds& bounds,
                                                     std::size_t& cells, const Deadline& deadline);

/// T0, which bounds ||Pi C_b|| and ||Pi E'_b|| by T0 (1 - cos theta).
[[nodiscard]] Ball wedge_bound(const Setting& setting);

/// A double that is at least x.
[[nodiscard]] double at_least(const Rational& x);

}  // namespace lojaverify
