#pragma once
// The Gaussian kernel of the absolute value, E|u.x||v.x| for x ~ N(0, I): one formula, generic over the
// enclosure.

#include <utility>

namespace lojacert {

/// What the kernel needs to know of two vectors u, v: their inner product, S = sqrt(|u|^2 |v|^2 - <u,v>^2) >=
/// 0 and the angle t = atan2(S, <u,v>) in [0, pi] between them. |u||v| cos t = dot and |u||v| sin t = gap.
template <class E>
struct PairGeometry {
  E dot;
  E gap;
  E angle;
};

/// pi and its relatives at the working precision.
template <class E>
struct CircleConstants {
  E half_pi;
  E two_over_pi;
};

/// K(u, v) = E|u.x||v.x| = (2/pi) (S + (pi/2 - t) <u,v>). Source: docs/theory/landscape.md, the kernel.
template <class E>
[[nodiscard]] E abs_kernel(const PairGeometry<E>& pair, const CircleConstants<E>& constants) {
  return constants.two_over_pi * (pair.gap + (constants.half_pi - pair.angle) * pair.dot);
}

/// E[sign(u.x) |v.x| x] = along_v v + along_u u, the gradient of K(u, v) in u, with
/// along_v = 1 - 2t/pi and along_u = (2/pi) S / |u|^2. Source: docs/theory/landscape.md, the gradient.
template <class E>
struct KernelGradient {
  E along_v;
  E along_u;
};

template <class E>
[[nodiscard]] KernelGradient<E> abs_kernel_gradient(const PairGeometry<E>& pair, const E& squared_norm_of_u,
                                                    const CircleConstants<E>& constants) {
  return {constants.two_over_pi * (constants.half_pi - pair.angle),
          constants.two_over_pi * pair.gap / squared_norm_of_u};
}

}  // namespace lojacert
