#pragma once
// Near a teacher's direction: b = cos(theta) a_i + sin(theta) e, where both sides of (C3) vanish like
// theta^2. docs/theory/sphere.md.

#include <lojacert/theory/sphere.hpp>

namespace lojacert {

/// Proves (C3) and the class part of (C4) for every b with <b, a_i> >= cosine, a number close below 1.
[[nodiscard]] Sweep prove_on_cap(const SphereGeometry& geometry, const DirectionPolynomial& psi,
                                 std::size_t i, double cosine, const SphereBounds& bounds,
                                 std::size_t max_boxes);

/// Proves ||Pi E'_b|| <= T (1 - cos theta) for every b with <b, a_i> >= cosine.
[[nodiscard]] Sweep prove_descent_on_cap(const SphereGeometry& geometry, std::size_t i, double cosine,
                                         const DoubleInterval& T, std::size_t max_boxes);

}  // namespace lojacert
