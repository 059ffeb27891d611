#include "product.hpp"

namespace lojaverify {

namespace {

Ball cosine_of(const Ball& x, slong bits) { return made<Ball>(arb_cos, x, bits); }
Ball sine_of(const Ball& x, slong bits) { return made<Ball>(arb_sin, x, bits); }

/// (C3) and (C4) for the class of teacher i where theta lies in the cell, a part of [0, 3/2].
Outcome check_angles(const Setting& setting, const SphereBounds& bounds, std::size_t i, const Cell& cell,
                     std::string& text) {
  const slong bits = setting.bits;
  Ball least, largest;
  arb_set_d(least.get(), cell.lo[0]);
  arb_set_d(largest.get(), cell.hi[0]);
  Ball others(1);  // a lower bound of the product over k != i of sin^2; all angles lie in [0, pi/2]
  for (std::size_t k = 0; k < setting.size(); ++k) {
    if (k == i) continue;
    const Ball apart = sub(setting.frame.line_angle(i, k), largest, bits);
    others = mul(others, square(sine_of(made<Ball>(arb_max, least, apart, bits), bits), bits), bits);
  }
  const Ball z_part =
      mul(mul(ball(bounds.z, bits), others, bits), add(Ball(1), cosine_of(largest, bits), bits), bits);
  if (at_most(Ball(1), z_part, bits).truth != Truth::yes) {
    text = "(C4) Z psi >= 1 - cos theta in the class of teacher " + std::to_string(i) +
           " near theta = " + shown(least);
    return Outcome::open;
  }
  const Ball s_part = mul(ball(bounds.s, bits), others, bits);
  const Ball by_wedge = div(wedge_bound(setting), add(Ball(1), cosine_of(largest, bits), bits), bits);
  if (at_most(by_wedge, s_part, bits).truth == Truth::yes) return Outcome::holds;
  if (cell.lo[0] > 0) {
    const Ball area = sub(largest, mul(sine_of(largest, bits), cosine_of(largest, bits), bits), bits);
    const Ball norm = root(mul(mul(area, setting.two_pi, bits), 2, bits), bits);
    if (at_most(div(norm, square(sine_of(least, bits), bits), bits), s_part, bits).truth == Truth::yes)
      return Outcome::holds;
  }
  text = "(C3) S psi >= s in the class of teacher " + std::to_string(i) + " near theta = " + shown(least);
  return Outcome::open;
}

}  // namespace

Ball wedge_bound(const Setting& setting) {
  const Ball ratio =
      div(Ball(static_cast<slong>(setting.size())), ball(setting.mu, setting.bits), setting.bits);
  return mul(mul(setting.two_pi, 2, setting.bits), root(ratio, setting.bits), setting.bits);
}

double at_least(const Rational& x) {
  const Ball end = upper(ball(x, 64), 64);
  return arf_get_d(arb_midref(end.get()), ARF_RND_CEIL);
}

std::optional<Shortfall> check_product(const Setting& setting, const SphereBounds& bounds, std::size_t& cells,
                                       const Deadline& deadline) {
  if (setting.delta1 > Rational(Integer(3), Integer(2))) return Shortfall{false, "delta1 is above 3/2"};
  const slong bits = setting.bits;
  const Ball sine = sine_of(ball(setting.delta1, bits), bits);
  const Ball psi_far = made<Ball>(arb_pow_ui, sine, ulong{2 * setting.size()}, bits);
  if (at_most(ball(bounds.psi_far, bits), psi_far, bits).truth != Truth::yes)
    return Shortfall{false, "(C4) psi >= psi_far: sin(delta1)^(2r) = " + shown(psi_far)};
  if (at_most(Ball(1), mul(ball(bounds.s, bits), psi_far, bits), bits).truth != Truth::yes)
    return Shortfall{false, "(C3) S psi >= s for far directions: S sin(delta1)^(2r) < 1"};
  for (std::size_t i = 0; i < setting.size(); ++i) {
    const auto check = [&](const Cell& cell, std::string& text) {
      return check_angles(setting, bounds, i, cell, text);
    };
    if (auto shortfall = cover({{{0}, {at_least(setting.delta1)}}}, check, cells, deadline)) return shortfall;
  }
  return {};
}

}  // namespace lojaverify
