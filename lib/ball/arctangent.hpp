#pragma once
// The arctangent on intervals of doubles, by its series: no function of the C library is trusted.

#include <lojacert/enclosure/double_interval.hpp>

namespace lojacert::ball {

/// z - arctan z = z^3/3 - z^5/5 + ..., without the cancellation; the whole line unless |z| <= 1/4
/// (docs/numerics/cluster-form.md, section 6).
[[nodiscard]] DoubleInterval arctangent_defect(const DoubleInterval& z);

/// arctan(y / x), in (-pi/2, pi/2), for x > 0; the whole line where x may be 0 or an argument is not narrow.
[[nodiscard]] DoubleInterval arctangent_of_ratio(const DoubleInterval& y, const DoubleInterval& x);

/// 2/pi.
[[nodiscard]] constexpr DoubleInterval two_over_pi() {
  return DoubleInterval::between(0x1.45f306dc9c882p-1, 0x1.45f306dc9c883p-1);
}

}  // namespace lojacert::ball
