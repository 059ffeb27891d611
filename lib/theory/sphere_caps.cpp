#include <lojacert/theory/sphere_caps.hpp>

#include <lojacert/theory/cube_cover.hpp>

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace lojacert {

namespace {

using Vector = SphereGeometry::Vector;

/// Boxes of directions e around a teacher, in coordinates of the complement: they cover the unit sphere of
/// R^count up to the sign of the last coordinate.
std::vector<CubeBox> cover(std::size_t count) {
  std::vector<CubeBox> boxes;
  for (std::size_t face = 0; face < count; ++face) {
    for (const double sign : {1.0, -1.0}) {
      if (face + 1 == count && sign < 0) continue;
      CubeBox box{std::vector<std::pair<double, double>>(count, {-1, 1})};
      box.ranges[count - 1] = {0, 1};
      box.ranges[face] = {sign, sign};
      boxes.push_back(std::move(box));
    }
  }
  return boxes;
}

/// The cap <b, a_i> >= cosine and what is known of its angles theta <= theta0.
struct Cap {
  const SphereGeometry& geometry;
  std::size_t i;
  DoubleInterval cosine;  ///< [cos theta0, 1]
  DoubleInterval sine;    ///< [0, sin theta0]
  DoubleInterval theta0;

  Cap(const SphereGeometry& g, std::size_t teacher, double least_cosine)
      : geometry(g), i(teacher), cosine(DoubleInterval::between(least_cosine, 1)) {
    const DoubleInterval least(least_cosine);
    sine = DoubleInterval::between(0, sqrt_nonnegative(DoubleInterval(1) - sqr(least)).sup());
    theta0 = (DoubleInterval(1) - two_over_pi_arcsin(least)) / g.two_over_pi;  // arccos = pi/2 - arcsin
  }

  /// The unit vector e of a box, in R^n.
  [[nodiscard]] Vector direction_of(const CubeBox& box) const {
    DoubleInterval squares;
    for (const auto& [lo, hi] : box.ranges) squares += sqr(DoubleInterval::between(lo, hi));
    const DoubleInterval length = sqrt_nonnegative(squares);
    Vector e(geometry.n);
    for (std::size_t l = 0; l < box.ranges.size(); ++l) {
      const DoubleInterval x = DoubleInterval::between(box.ranges[l].first, box.ranges[l].second) / length;
      const DoubleInterval part = common_part(x, DoubleInterval::between(-1, 1));
      for (std::size_t coordinate = 0; coordinate < geometry.n; ++coordinate)
        e[coordinate] += part * geometry.complements[i][l][coordinate];
    }
    return e;
  }

  /// c_{b,k} / theta^2 and c'_k / theta^2 for k != i, all theta <= theta0: docs/theory/sphere.md, the
  /// removable form. Its integrand depends on the point cos(eta) a_i + sin(eta) e, eta <= theta0.
  void removable_part(std::size_t k, const Vector& e, Vector& c) const {
    const std::span<const DoubleInterval> a_i = geometry.direction(i), a_k = geometry.direction(k);
    const DoubleInterval along_e = dot(a_k, e);
    const DoubleInterval y = cosine * geometry.cosines[i][k] + sine * along_e;
    const DoubleInterval distance = sqrt_nonnegative(DoubleInterval(1) - sqr(y));
    const DoubleInterval unit = DoubleInterval::between(-1, 1);
    const DoubleInterval x = common_part((cosine * along_e - sine * geometry.cosines[i][k]) / distance, unit);
    const DoubleInterval cube = cosine * cosine * cosine;
    const DoubleInterval scale =
        geometry.two_over_pi * DoubleInterval(0.5) * cube *
        DoubleInterval::between(1, (DoubleInterval(1) / DoubleInterval(cosine.inf())).sup());
    const DoubleInterval radial = DoubleInterval(1) - sqr(x);
    for (std::size_t l = 0; l < geometry.n; ++l) {
      const DoubleInterval u = cosine * a_i[l] + sine * e[l];
      const DoubleInterval forward = cosine * e[l] - sine * a_i[l];
      const DoubleInterval projected = common_part((a_k[l] - y * u) / distance, unit);
      c[k * geometry.n + l] = scale * (radial * projected + DoubleInterval(2) * x * forward);
    }
  }

  /// The blocks k != i of both, and block i as along a_i + across e.
  [[nodiscard]] Vector blocks(const Vector& e, const DoubleInterval& along,
                              const DoubleInterval& across) const {
    Vector c(geometry.r * geometry.n);
    for (std::size_t k = 0; k < geometry.r; ++k)
      if (k != i) removable_part(k, e, c);
    for (std::size_t l = 0; l < geometry.n; ++l)
      c[i * geometry.n + l] = along * geometry.direction(i)[l] + across * e[l];
    return c;
  }

  /// [lower bound of sin(theta)/theta, 1] on the cap: it decreases.
  [[nodiscard]] DoubleInterval sine_over_angle() const {
    const DoubleInterval largest_angle(theta0.sup());
    return DoubleInterval::between((DoubleInterval(1) - sqr(largest_angle) / DoubleInterval(6)).inf(), 1);
  }
};

/// The lowest value of d^2 psi/d theta^2 along the great circle towards e, up to theta0, by pieces.
DoubleInterval least_curvature(const Cap& cap, const DirectionPolynomial& psi, const Vector& e) {
  const int pieces = cap.theta0.sup() > 0.05 ? 8 : 2;
  const SphereGeometry& g = cap.geometry;
  DoubleInterval least;
  const double largest_sine = cap.sine.sup();
  for (int piece = 0; piece < pieces; ++piece) {
    // by pieces of the sine: cos = sqrt(1 - sin^2)
    const DoubleInterval sine =
        DoubleInterval::between(largest_sine * piece / pieces, largest_sine * (piece + 1) / pieces);
    const DoubleInterval cosine = sqrt_nonnegative(DoubleInterval(1) - sqr(sine));
    Vector w;
    Vector velocity;
    for (std::size_t l = 0; l + 1 < g.n; ++l) {
      w.push_back(cosine * g.direction(cap.i)[l] + sine * e[l]);
      velocity.push_back(cosine * e[l] - sine * g.direction(cap.i)[l]);
    }
    const DoubleInterval curvature = psi.second_derivative(w, velocity);
    if (piece == 0 || !(curvature.inf() >= least.inf())) least = curvature;
  }
  return least;
}

/// Halves boxes of directions until `holds` is true on each.
template <class Holds>
Sweep prove_for_directions(const Cap& cap, std::size_t max_boxes, const std::string& what,
                           const Holds& holds) {
  const Patience patience{max_boxes, 1000, 2, 1e-6};
  Sweep sweep;
  const auto unproved = subdivide(cover(cap.geometry.n - 1), patience, sweep.boxes, [&](const CubeBox& box) {
    return holds(cap.direction_of(box)) ? Answer::proved : Answer::open;
  });
  sweep.proved = !unproved;
  if (sweep.proved) return sweep;
  sweep.failure = fmt::format("{} within {:.3g} of teacher[{}]", what, cap.theta0.sup(), cap.i);
  const Vector e = cap.direction_of(unproved->box);
  for (std::size_t l = 0; l < cap.geometry.n; ++l) {
    sweep.at.push_back(cap.cosine.inf() * cap.geometry.direction(cap.i)[l].midpoint() +
                       cap.sine.sup() * e[l].midpoint());
  }
  return sweep;
}

}  // namespace

Sweep prove_on_cap(const SphereGeometry& geometry, const DirectionPolynomial& psi, std::size_t i,
                   double cosine, const SphereBounds& bounds, std::size_t max_boxes) {
  constexpr Bits bits{128};
  const Cap cap(geometry, i, cosine);
  const DoubleInterval S = DoubleInterval::from(Interval::from(bounds.S, bits));
  const DoubleInterval Z = DoubleInterval::from(Interval::from(bounds.Z, bits));
  // c_i / theta^2 = (2/pi) ([0, theta/3] a_i - (sin theta / theta) e)
  const DoubleInterval along =
      geometry.two_over_pi * DoubleInterval::between(0, (cap.theta0 / DoubleInterval(3)).sup());
  const DoubleInterval across = -(geometry.two_over_pi * cap.sine_over_angle());
  return prove_for_directions(cap, max_boxes, "(C3) or (C4) is not proved", [&](const Vector& e) {
    const DoubleInterval square = geometry.squared_projection(cap.blocks(e, along, across));
    if (!(square.sup() < std::numeric_limits<double>::infinity())) return false;
    const DoubleInterval curvature = least_curvature(cap, psi, e);
    if (!(curvature.inf() > 0)) return false;
    const DoubleInterval half(0.5 * curvature.inf());
    // 1 - cos theta <= theta^2/2 <= Z psi, and s <= theta^2 sqrt(c^T Q c) <= S psi
    if (!((Z * DoubleInterval(curvature.inf())).inf() >= 1)) return false;
    return (S * half - sqrt_nonnegative(square)).inf() >= 0;
  });
}

Sweep prove_descent_on_cap(const SphereGeometry& geometry, std::size_t i, double cosine,
                           const DoubleInterval& T, std::size_t max_boxes) {
  const Cap cap(geometry, i, cosine);
  // c'_i / theta^2 = (2/pi) ([0, 2 theta/3] a_i - (sin theta / theta)^2 e)
  const DoubleInterval along =
      geometry.two_over_pi *
      DoubleInterval::between(0, (DoubleInterval(2) * cap.theta0 / DoubleInterval(3)).sup());
  const DoubleInterval across = -(geometry.two_over_pi * sqr(cap.sine_over_angle()));
  // 1 - cos theta >= (theta^2/2) (1 - theta^2/12)
  const DoubleInterval largest_angle(cap.theta0.sup());
  const DoubleInterval share =
      DoubleInterval(0.5) * (DoubleInterval(1) - sqr(largest_angle) / DoubleInterval(12));
  const DoubleInterval allowed = T * share;
  return prove_for_directions(cap, max_boxes, "the bound T is not proved", [&](const Vector& e) {
    const DoubleInterval square = geometry.squared_projection(cap.blocks(e, along, across));
    return (allowed - sqrt_nonnegative(square)).inf() >= 0;
  });
}

Sweep prove_descent_bound(const SphereGeometry& geometry, const Rational& delta_cap, const Rational& T,
                          std::size_t max_boxes) {
  constexpr Bits bits{128};
  const DoubleInterval cosine = DoubleInterval::from(cos(Interval::from(delta_cap, bits)));
  const DoubleInterval bound = DoubleInterval::from(Interval::from(T, bits));
  Sweep all{.proved = true};
  for (std::size_t i = 0; i < geometry.r && all.proved; ++i) {
    const Sweep sweep = prove_descent_on_cap(geometry, i, cosine.inf(), bound, max_boxes);
    all = {sweep.proved, sweep.gave_up, all.boxes + sweep.boxes, sweep.failure, sweep.at};
  }
  return all;
}

}  // namespace lojacert
