#include <lojacert/theory/cube_cover.hpp>
#include <lojacert/theory/sphere.hpp>
#include <lojacert/theory/sphere_caps.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace lojacert {

namespace {

using Vector = SphereGeometry::Vector;

constexpr Bits bits{128};

DoubleInterval rounded(const Rational& x) { return DoubleInterval::from(Interval::from(x, bits)); }

/// Boxes that cover the unit sphere of R^n up to b -> -b and to the sign of the last coordinate.
std::vector<CubeBox> cover(std::size_t n) {
  std::vector<CubeBox> boxes;
  for (std::size_t face = 0; face < n; ++face) {
    CubeBox box{std::vector<std::pair<double, double>>(n, {-1, 1})};
    box.ranges[n - 1] = {0, 1};
    if (face == n - 1) box.ranges[0] = {0, 1};
    box.ranges[face] = {1, 1};
    boxes.push_back(std::move(box));
  }
  return boxes;
}

struct Conditions {
  DoubleInterval squared_S;
  DoubleInterval Z;
  DoubleInterval psi_far;
  DoubleInterval cosine_of_class;   ///< cos delta1
  std::vector<double> cap_cosines;  ///< <b, a_i> >= this is proved apart
};

/// Everything about the directions b(v) of one box: the centre, the whole box, and the displacement D with
/// f(b) in f(b_0) + grad f(box).D for every differentiable f (docs/theory/sphere.md, the mean value form).
class Patch {
 public:
  Patch(const SphereGeometry& geometry, const DirectionPolynomial& psi, const CubeBox& box)
      : g_(geometry), n_(geometry.n), r_(geometry.r) {
    Vector centre(n_);
    Vector whole(n_);
    Vector delta(n_);
    for (std::size_t l = 0; l < n_; ++l) {
      const auto& [lo, hi] = box.ranges[l];
      centre[l] = DoubleInterval(0.5 * (lo + hi));
      whole[l] = DoubleInterval::between(lo, hi);
      delta[l] = whole[l] - centre[l];
    }
    b0_ = normalised(centre);
    b_ = normalised(whole);
    const DoubleInterval one_over_length = DoubleInterval(1) / length_of(whole);
    const DoubleInterval radial = dot(b_, delta);
    displacement_.resize(n_);
    for (std::size_t l = 0; l < n_; ++l) {
      displacement_[l] = one_over_length * (delta[l] - b_[l] * radial);
      b_[l] = common_part(b_[l], b0_[l] + displacement_[l]);
    }
    const DoubleInterval unit = DoubleInterval::between(-1, 1);
    for (std::size_t k = 0; k < r_; ++k) {
      const auto a = g_.direction(k);
      y0_.push_back(common_part(dot(a, b0_), unit));
      y_.push_back(common_part(common_part(dot(a, b_), y0_[k] + dot(a, displacement_)), unit));
    }
    psi0_ = psi.value(b0_);
    psi.gradient_on_box(b0_, b_, displacement_, psi_gradient_);
    psi_gradient_.resize(n_);  // psi does not depend on the extra coordinate
    psi_gradient_ = tangential(psi_gradient_);
    psi_ = psi0_ + dot(psi_gradient_, displacement_);
  }

  [[nodiscard]] const Vector& y() const { return y_; }
  [[nodiscard]] const DoubleInterval& psi() const { return psi_; }

  // Whether the centre belongs to a class: that decides whether a violation there is one, and no proof.
  [[nodiscard]] bool is_far_at_centre(const DoubleInterval& cosine_of_class) const {
    return std::ranges::all_of(
        y0_, [&](const DoubleInterval& y) { return y.magnitude() < cosine_of_class.inf(); });
  }
  [[nodiscard]] bool has_class_at_centre(std::size_t i, double sign,
                                         const DoubleInterval& cosine_of_class) const {
    return sign * y0_[i].midpoint() >= cosine_of_class.sup() &&
           std::ranges::all_of(y0_,
                               [&](const DoubleInterval& y) { return y.mignitude() <= y0_[i].magnitude(); });
  }

  /// The angles of the teachers to b, needed only where a class or far is checked.
  void prepare() {
    const DoubleInterval unit = DoubleInterval::between(-1, 1);
    for (std::size_t k = 0; k < r_; ++k) {
      const auto a = g_.direction(k);
      const DoubleInterval sine0 = sqrt_nonnegative(DoubleInterval(1) - sqr(y0_[k]));
      const DoubleInterval sine = sqrt_nonnegative(DoubleInterval(1) - sqr(y_[k]));
      rho0_.push_back(two_over_pi_arcsin(y0_[k]));
      scaled_sine0_.push_back(g_.two_over_pi * sine0);
      Vector e(n_);
      for (std::size_t l = 0; l < n_; ++l)
        e[l] = common_part((b_[l] - y_[k] * a[l]) / sine, unit);  // b = cos t a + sin t e
      jacobians_.push_back(sign_gram(a, e, y_[k], sine, scaled_arcsin_on_box(k, sine)));
    }
  }

  /// Z psi >= 1 - cos theta for class i.
  [[nodiscard]] bool is_near_enough(std::size_t i, double sign, const DoubleInterval& Z) const {
    const auto a = g_.direction(i);
    const DoubleInterval sigma(sign);
    Vector gradient(n_);
    const Vector towards = tangential(a);
    for (std::size_t l = 0; l < n_; ++l) gradient[l] = Z * psi_gradient_[l] + sigma * towards[l];
    const DoubleInterval at_centre = Z * psi0_ - (DoubleInterval(1) - sigma * y0_[i]);
    return (at_centre + dot(gradient, displacement_)).inf() >= 0;
  }

  /// A lower bound of S^2 psi^2 - s^2 on the box, s that of class i with orientation `sign` (far: no i).
  /// `at_centre` becomes an enclosure of its value at the centre.
  [[nodiscard]] double margin(std::optional<std::size_t> i, double sign, const DoubleInterval& squared_S,
                              DoubleInterval& at_centre) const {
    const DoubleInterval sigma(i ? sign : 0);
    Vector c0(r_ * n_);
    for (std::size_t k = 0; k < r_; ++k) {
      const auto a = g_.direction(k);
      for (std::size_t l = 0; l < n_; ++l) {
        c0[k * n_ + l] = rho0_[k] * b0_[l] + scaled_sine0_[k] * a[l];
        if (i) c0[k * n_ + l] -= sigma * dot(block_row(*i, k, l), b0_);
      }
    }
    Vector q0(r_ * n_);
    const std::span<const DoubleInterval> inverse(g_.inverse);
    for (std::size_t row = 0; row < r_ * n_; ++row)
      q0[row] = dot(inverse.subspan(row * r_ * n_, r_ * n_), c0);
    const DoubleInterval square0 = dot(c0, q0);
    at_centre = squared_S * sqr(psi0_) - square0;
    // The derivative of c_k along the sphere is G(a_k, b) - sign G(a_i, a_k): small near a_i.
    Vector slope(n_);
    Vector derivative(r_ * n_ * n_);  // (k, l) by m
    for (std::size_t k = 0; k < r_; ++k) {
      for (std::size_t l = 0; l < n_; ++l) {
        for (std::size_t m = 0; m < n_; ++m) {
          DoubleInterval& entry = derivative[(k * n_ + l) * n_ + m];
          entry = jacobians_[k][l * n_ + m];
          if (i) entry -= sigma * g_.blocks[*i * r_ + k][l * n_ + m];
          slope[m] += entry * q0[k * n_ + l];
        }
      }
    }
    const DoubleInterval factor = squared_S * psi0_;
    DoubleInterval linear;
    for (std::size_t l = 0; l < n_; ++l) linear += (factor * psi_gradient_[l] - slope[l]) * displacement_[l];
    const DoubleInterval first_order = at_centre + linear + linear;
    if (first_order.inf() < 0) return first_order.inf();
    return (first_order - second_order(derivative)).inf();
  }

 private:
  static DoubleInterval length_of(const Vector& v) {
    DoubleInterval squares;
    for (const DoubleInterval& x : v) squares += sqr(x);
    return sqrt_nonnegative(squares);
  }
  static Vector normalised(const Vector& v) {
    const DoubleInterval length = length_of(v);
    Vector result;
    for (const DoubleInterval& x : v)
      result.push_back(common_part(x / length, DoubleInterval::between(-1, 1)));
    return result;
  }
  /// D^T (J^T Q J) D from above, J the derivative of c: what the square of the change of c can bring.
  [[nodiscard]] DoubleInterval second_order(const Vector& derivative) const {
    const std::size_t size = r_ * n_;
    DoubleInterval sum;
    Vector column(size);
    for (std::size_t m = 0; m < n_; ++m) {
      for (std::size_t row = 0; row < size; ++row) {
        DoubleInterval inner;
        for (std::size_t l = 0; l < size; ++l) inner += g_.inverse[row * size + l] * derivative[l * n_ + m];
        column[row] = inner;
      }
      for (std::size_t p = 0; p <= m; ++p) {
        DoubleInterval entry;
        for (std::size_t row = 0; row < size; ++row) entry += derivative[row * n_ + p] * column[row];
        const DoubleInterval product =
            p == m ? entry * sqr(displacement_[m])
                   : DoubleInterval(2) * entry * (displacement_[p] * displacement_[m]);
        sum += product;
      }
    }
    return DoubleInterval(std::max(sum.sup(), 0.0));
  }

  /// v less its part along b: all that matters of a gradient along the sphere.
  [[nodiscard]] Vector tangential(std::span<const DoubleInterval> v) const {
    const DoubleInterval radial = dot(v, b_);
    Vector result(n_);
    for (std::size_t l = 0; l < n_; ++l) result[l] = v[l] - radial * b_[l];
    return result;
  }

  /// G(a, b) for b = cos t a + sin t e, without a division: docs/theory/teacher.md.
  [[nodiscard]] Vector sign_gram(std::span<const DoubleInterval> a, const Vector& e,
                                 const DoubleInterval& cosine, const DoubleInterval& sine,
                                 const DoubleInterval& rho) const {
    const DoubleInterval scale = g_.two_over_pi * sine;
    Vector result(n_ * n_);
    for (std::size_t l = 0; l < n_; ++l) {
      for (std::size_t m = 0; m <= l; ++m) {
        const DoubleInterval along = a[l] * a[m] - (l == m ? sqr(e[l]) : e[l] * e[m]);
        DoubleInterval entry = scale * (cosine * along + sine * (a[l] * e[m] + e[l] * a[m]));
        if (l == m) entry += rho;
        result[l * n_ + m] = result[m * n_ + l] = entry;
      }
    }
    return result;
  }

  /// (2/pi) arcsin(y_k) on the box, by its value at the centre and its slope (2/pi) / sin t.
  [[nodiscard]] DoubleInterval scaled_arcsin_on_box(std::size_t k, const DoubleInterval& sine) const {
    if (!(sine.inf() > 0.02)) return two_over_pi_arcsin(y_[k]);
    return rho0_[k] + g_.two_over_pi / sine * (y_[k] - y0_[k]);
  }

  [[nodiscard]] std::span<const DoubleInterval> block_row(std::size_t i, std::size_t k, std::size_t l) const {
    return std::span(g_.blocks[i * r_ + k]).subspan(l * n_, n_);
  }

  const SphereGeometry& g_;
  std::size_t n_;
  std::size_t r_;
  Vector b0_, b_, displacement_;
  Vector y0_, y_;
  Vector rho0_, scaled_sine0_;
  std::vector<Vector> jacobians_;  // G(a_k, b) on the box
  DoubleInterval psi0_, psi_;
  Vector psi_gradient_;
};

/// Checks one box for every class that is possible in it.
class Check {
 public:
  Check(const SphereGeometry& geometry, const DirectionPolynomial& psi, const Conditions& conditions)
      : g_(geometry), psi_(psi), conditions_(conditions) {}

  [[nodiscard]] Answer operator()(const CubeBox& box) const {
    Patch patch(g_, psi_, box);
    const Vector& y = patch.y();
    double nearest = 0;  // a lower bound of max |<b, a_k>| on the box
    for (std::size_t k = 0; k < g_.r; ++k) {
      nearest = std::max(nearest, y[k].mignitude());
      if (y[k].mignitude() >= conditions_.cap_cosines[k]) return Answer::proved;
    }
    if (!(patch.psi().inf() > 0)) return Answer::open;
    patch.prepare();
    Answer answer = Answer::proved;
    const bool may_be_far = !(nearest >= conditions_.cosine_of_class.sup());
    if (may_be_far) {
      if (!(patch.psi().inf() >= conditions_.psi_far.sup())) return Answer::open;
      answer = worst(answer, check_projection(patch, std::nullopt, 1));
      if (answer == Answer::violated && !patch.is_far_at_centre(conditions_.cosine_of_class))
        answer = Answer::open;
    }
    for (std::size_t k = 0; k < g_.r && answer == Answer::proved; ++k) {
      if (y[k].magnitude() < nearest || y[k].magnitude() < conditions_.cosine_of_class.inf()) continue;
      for (const double sign : {1.0, -1.0}) {
        if ((sign > 0 ? y[k].sup() : -y[k].inf()) < 0) continue;  // not oriented so anywhere in the box
        if (!patch.is_near_enough(k, sign, conditions_.Z)) return Answer::open;
        answer = worst(answer, check_projection(patch, k, sign));
        if (answer == Answer::violated && !patch.has_class_at_centre(k, sign, conditions_.cosine_of_class))
          answer = Answer::open;
      }
    }
    return answer;
  }

 private:
  static Answer worst(Answer a, Answer b) { return std::max(a, b); }

  [[nodiscard]] Answer check_projection(const Patch& patch, std::optional<std::size_t> i, double sign) const {
    DoubleInterval at_centre;
    if (patch.margin(i, sign, conditions_.squared_S, at_centre) >= 0) return Answer::proved;
    return at_centre.sup() < 0 ? Answer::violated : Answer::open;
  }

  const SphereGeometry& g_;
  const DirectionPolynomial& psi_;
  const Conditions& conditions_;
};

/// The direction at the middle of a box, roughly.
std::vector<double> approximate_centre(const CubeBox& box) {
  std::vector<double> b;
  double squares = 0;
  for (const auto& [lo, hi] : box.ranges) {
    b.push_back(0.5 * (lo + hi));
    squares += b.back() * b.back();
  }
  for (double& x : b) x /= std::sqrt(squares);
  return b;
}

/// The caps, each as large as it can be proved: half the class's angle at first, then smaller.
Sweep prove_caps(const SphereGeometry& g, const DirectionPolynomial& psi, const SphereBounds& bounds,
                 std::vector<double>& cosines) {
  constexpr std::size_t boxes_a_cap = 12000;
  constexpr int smallest = 6;
  Sweep all{.proved = true};
  const double delta1 = static_cast<double>(bounds.delta1);
  for (std::size_t i = 0; i < g.r && all.proved; ++i) {
    double angle = std::min(0.1, delta1 / 2);
    for (std::size_t k = 0; k < g.r; ++k)
      if (k != i)
        angle = std::min(angle,
                         0.25 * std::atan2(g.sines[i][k].midpoint(), std::fabs(g.cosines[i][k].midpoint())));
    Sweep sweep;
    for (int attempt = 0; attempt < smallest && !sweep.proved; ++attempt, angle /= 2.2) {
      cosines[i] = std::cos(angle);
      sweep = prove_on_cap(g, psi, i, cosines[i], bounds, boxes_a_cap);
    }
    all = {sweep.proved, sweep.gave_up, all.boxes + sweep.boxes, sweep.failure, sweep.at};
  }
  return all;
}

}  // namespace

Sweep prove_on_sphere(const SphereGeometry& geometry, const DirectionPolynomial& psi,
                      const SphereBounds& bounds, std::size_t max_boxes) {
  Conditions conditions;
  conditions.squared_S = sqr(DoubleInterval(rounded(bounds.S).inf()));
  conditions.Z = DoubleInterval(rounded(bounds.Z).inf());
  conditions.psi_far = rounded(bounds.psi_far);
  conditions.cosine_of_class = DoubleInterval::from(cos(Interval::from(bounds.delta1, bits)));
  conditions.cap_cosines.assign(geometry.r, 2);
  Sweep sweep = prove_caps(geometry, psi, bounds, conditions.cap_cosines);
  if (!sweep.proved) return sweep;
  const Check check(geometry, psi, conditions);
  const auto unproved = subdivide(cover(geometry.n), {max_boxes, 50'000, 1, 1e-5}, sweep.boxes, check);
  sweep.proved = !unproved;
  if (sweep.proved) return sweep;
  sweep.at = approximate_centre(unproved->box);
  sweep.gave_up = unproved->gave_up;
  sweep.failure = fmt::format("(C3) or (C4) {} near b = ({:.4g})",
                              unproved->answer == Answer::violated ? "fails" : "is not proved",
                              fmt::join(sweep.at, ", "));
  return sweep;
}

}  // namespace lojacert
