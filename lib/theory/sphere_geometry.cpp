#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/theory/sphere.hpp>
#include <lojacert/theory/tangent_gram.hpp>

#include <optional>
#include <utility>

namespace lojacert {

namespace {

constexpr Bits bits{256};  // thin data, rounded to doubles once

using Row = std::vector<Interval>;
using Matrix = std::vector<Row>;

/// The inverse of a symmetric positive definite matrix by Gauss-Jordan elimination in intervals; nothing
/// where a pivot is not certainly positive.
std::optional<Matrix> inverse_of(Matrix a) {
  const std::size_t n = a.size();
  Matrix inverse(n, Row(n, Interval::zero(bits)));
  for (std::size_t k = 0; k < n; ++k) inverse[k][k] = Interval::exact(1L, bits);
  for (std::size_t k = 0; k < n; ++k) {
    if (!certainly_less(Interval::zero(bits), a[k][k])) return std::nullopt;
    const Interval pivot = a[k][k];
    for (std::size_t l = 0; l < n; ++l) {
      a[k][l] /= pivot;
      inverse[k][l] /= pivot;
    }
    for (std::size_t row = 0; row < n; ++row) {
      if (row == k) continue;
      const Interval factor = -a[row][k];
      add_multiple(a[row], factor, a[k]);
      add_multiple(inverse[row], factor, inverse[k]);
    }
  }
  return inverse;
}

/// Gram and Schmidt: an orthonormal basis of the complement of the unit vector a in R^n, whose last
/// coordinate vector is orthogonal to a and stays the last of the basis. In each step the coordinate vector
/// that is farthest from what is there already.
Matrix complement_of(const Row& a) {
  const std::size_t n = a.size();
  Matrix found = {a};
  std::vector<bool> used(n, false);
  used[n - 1] = true;
  while (found.size() + 1 < n) {
    std::size_t best = n;
    double largest = 0;
    Row chosen;
    for (std::size_t l = 0; l + 1 < n; ++l) {
      if (used[l]) continue;
      Row v(n, Interval::zero(bits));
      v[l] = Interval::exact(1L, bits);
      for (const Row& u : found) add_multiple(v, -inner_product(u, v, bits), u);
      const double size = squared_length(v, bits).approximate_mid();
      if (best < n && size <= largest) continue;
      best = l;
      largest = size;
      chosen = std::move(v);
    }
    used[best] = true;
    const Interval length = sqrt_nonnegative(squared_length(chosen, bits));
    for (Interval& x : chosen) x /= length;
    found.push_back(std::move(chosen));
  }
  found.erase(found.begin());
  Row last(n, Interval::zero(bits));
  last[n - 1] = Interval::exact(1L, bits);
  found.push_back(std::move(last));
  return found;
}

SphereGeometry::Vector rounded(const Row& row) {
  SphereGeometry::Vector result;
  for (const Interval& x : row) result.push_back(DoubleInterval::from(x));
  return result;
}

}  // namespace

SphereGeometry::SphereGeometry(const TeacherGeometry& geometry)
    : r(geometry.count()),
      n(geometry.rank() + 1),
      two_over_pi(DoubleInterval::from(Interval::exact(2L, bits) / Interval::pi(bits))) {
  const Matrix gram = tangent_gram(geometry, bits);
  const std::optional<Matrix> exact_inverse = inverse_of(gram);
  if (!exact_inverse)
    throw UndecidedError(
        "the tangent Gram matrix of the teacher is too nearly singular: two teachers are nearly parallel");
  for (const Row& row : *exact_inverse)
    for (const Interval& x : row) inverse.push_back(DoubleInterval::from(x));
  Matrix rows = geometry.directions(bits);
  for (Row& row : rows) {
    row.push_back(Interval::zero(bits));
    for (const Interval& x : row) directions.push_back(DoubleInterval::from(x));
    complements.emplace_back();
    for (const Row& v : complement_of(row)) complements.back().push_back(rounded(v));
  }
  for (std::size_t i = 0; i < r; ++i) {
    cosines.emplace_back();
    sines.emplace_back();
    for (std::size_t k = 0; k < r; ++k) {
      cosines.back().push_back(i == k ? DoubleInterval(1)
                                      : DoubleInterval::from(geometry.cosine(i, k, bits)));
      sines.back().push_back(i == k ? DoubleInterval() : DoubleInterval::from(geometry.sine(i, k, bits)));
      Vector block;
      for (std::size_t row = 0; row < n; ++row)
        for (std::size_t l = 0; l < n; ++l)
          block.push_back(DoubleInterval::from(gram[i * n + row][k * n + l]));
      blocks.push_back(std::move(block));
    }
  }
}

DoubleInterval SphereGeometry::squared_projection(const Vector& c) const {
  const std::size_t size = r * n;
  DoubleInterval sum;
  for (std::size_t row = 0; row < size; ++row) {
    DoubleInterval inner;
    for (std::size_t l = 0; l < row; ++l) inner += inverse[row * size + l] * c[l];
    sum += c[row] * (inner + inner) + inverse[row * size + row] * sqr(c[row]);
  }
  return DoubleInterval::between(std::max(sum.inf(), 0.0), std::max(sum.sup(), 0.0));
}

DoubleInterval ridge_projection_bound(const SphereGeometry& g, const DoubleInterval& tangent_of_cap) {
  const DoubleInterval one_over_pi = g.two_over_pi * DoubleInterval(0.5);
  const DoubleInterval t(tangent_of_cap.sup());
  DoubleInterval largest;
  for (std::size_t i = 0; i < g.r; ++i) {
    SphereGeometry::Vector c(g.r * g.n);
    for (std::size_t k = 0; k < g.r; ++k) {
      DoubleInterval across;  // along the unit projection of a_k on a_i^perp, whose length is sin phi
      DoubleInterval along;   // along a_i
      if (k == i) {
        along = DoubleInterval::between(0, (t * one_over_pi / DoubleInterval(3)).sup());
      } else {
        const DoubleInterval deficit = sqr(t / g.sines[i][k]) * DoubleInterval(0.25);
        across = one_over_pi * DoubleInterval(0.5) *
                 DoubleInterval::between((DoubleInterval(1) - deficit).inf(), 1) / g.sines[i][k];
        const DoubleInterval cotangent = g.cosines[i][k] / g.sines[i][k];
        along = sqr(t) * one_over_pi * DoubleInterval(0.25) * cotangent * DoubleInterval::between(0, 1) -
                across * g.cosines[i][k];  // a'_k = (a_k - cos phi a_i) / sin phi
      }
      for (std::size_t l = 0; l < g.n; ++l)
        c[k * g.n + l] = along * g.direction(i)[l] + (k == i ? DoubleInterval() : across * g.direction(k)[l]);
    }
    const DoubleInterval norm = sqrt_nonnegative(g.squared_projection(c));
    if (!(norm.sup() <= largest.sup())) largest = norm;
  }
  return largest;
}

}  // namespace lojacert
