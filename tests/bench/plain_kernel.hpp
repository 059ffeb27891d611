#pragma once
// sqrt(1 - c^2) and arcsin c for cosines c of a whole vector register, to a few units in the last place.

#include <hwy/highway.h>

#include <array>
#include <cstddef>

namespace bench {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<double>;
using Vector = hn::Vec<Lanes>;

inline constexpr Lanes lanes;

/// (arcsin(x) / x - 1) / x^2 on x^2 <= 1/4 as a polynomial in x^2, lowest power first (near-best fit,
/// relative error of the arcsine 6e-17).
inline constexpr std::array<double, 12> arcsine_coefficients = {
    0x1.555555555554fp-3, 0x1.3333333336da5p-4, 0x1.6db6db684b6a1p-5,  0x1.f1c71f95269afp-6,
    0x1.6e8b2b3b10be4p-6, 0x1.1c593c7b1d958p-6, 0x1.c87265d47ef49p-7,  0x1.8522ddffa6208p-7,
    0x1.ff5fc4d14c735p-8, 0x1.06b9d26d10838p-6, -0x1.603991d6060e0p-7, 0x1.cd864394d2ff2p-6};

/// arcsin x for |x| <= 1/2, z = x^2: Estrin's scheme, which has the shortest chain.
HWY_INLINE Vector arcsine_of_small(Vector x, Vector z) {
  const auto pair = [&](std::size_t k) {
    return hn::MulAdd(hn::Set(lanes, arcsine_coefficients[k + 1]), z,
                      hn::Set(lanes, arcsine_coefficients[k]));
  };
  const Vector z2 = z * z;
  const Vector z4 = z2 * z2;
  const Vector low = hn::MulAdd(pair(2), z2, pair(0));
  const Vector middle = hn::MulAdd(pair(6), z2, pair(4));
  const Vector high = hn::MulAdd(pair(10), z2, pair(8));
  const Vector polynomial = hn::MulAdd(hn::MulAdd(high, z4, middle), z4, low);
  return hn::MulAdd(polynomial * z, x, x);
}

struct SineAndArcsine {
  Vector sine;     ///< sqrt(1 - c^2)
  Vector arcsine;  ///< arcsin c, of 1 where c is slightly above 1
};

/// The general case: arcsin c = pi/2 - 2 arcsin sqrt((1 - c) / 2) above 1/2.
HWY_INLINE SineAndArcsine sine_and_arcsine_of_any(Vector c) {
  const Vector one = hn::Set(lanes, 1.0);
  const Vector half = hn::Set(lanes, 0.5);
  const Vector size = hn::Min(hn::Abs(c), one);
  const Vector sine = hn::Sqrt((one - size) * (one + size));
  const auto is_large = size > half;
  const Vector z = hn::IfThenElse(is_large, (one - size) * half, size * size);
  const Vector x = hn::IfThenElse(is_large, hn::Sqrt(z), size);
  const Vector small = arcsine_of_small(x, z);
  const Vector large = hn::NegMulAdd(hn::Set(lanes, 2.0), small, hn::Set(lanes, 1.5707963267948966));
  return {sine, hn::CopySign(hn::IfThenElse(is_large, large, small), c)};
}

/// Most cosines of vectors in many dimensions are small: then one square root less and no choices.
HWY_INLINE SineAndArcsine sine_and_arcsine(Vector c) {
  const Vector z = c * c;
  if (HWY_LIKELY(hn::AllTrue(lanes, z <= hn::Set(lanes, 0.25)))) {
    return {hn::Sqrt(hn::Set(lanes, 1.0) - z), arcsine_of_small(c, z)};
  }
  return sine_and_arcsine_of_any(c);
}

}  // namespace bench
