#pragma once
// The polynomial of arcsin(y) = y (1 + z q(z)), z = y^2, 0 <= y <= 1/2 (docs/numerics/balls.md, section 4).

#include <array>

namespace lojacert::ball {

/// q's coefficients, constant term first, as sollya/arcsine.sollya prints them. The relative error of y (1 +
/// z q(z)) is below 3.12e-18, certified there.
inline constexpr std::array<double, 13> arcsine_coefficients = {
    0x1.5555555555556p-3, 0x1.3333333332da2p-4, 0x1.6db6db6e48604p-5, 0x1.f1c71c11deda8p-6,
    0x1.6e8bb37524ad5p-6, 0x1.1c4d112c9d28dp-6, 0x1.c9d30acdfd5dep-7, 0x1.780101b5d863ep-7,
    0x1.532a9420fd2d1p-7, 0x1.5e28fc65111c3p-8, 0x1.220553ea50ee9p-6, -0x1.f58c91a096b0ap-7,
    0x1.dc1831b167afdp-6};

}  // namespace lojacert::ball
