#include <lojacert/linalg/positive_pivots.hpp>

#include <lojacert/enclosure/vector.hpp>

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace lojacert {

namespace {

using Vector = std::vector<Interval>;
using Matrix = IntervalMatrix;

/// A - shift I = L D L^T, where every pivot is certainly positive: then A - shift I is positive definite.
struct Factorisation {
  Matrix lower;  ///< below the diagonal L, on it D
};

std::optional<Factorisation> factorise(Matrix a, const Interval& shift, Bits bits) {
  const Interval zero = Interval::zero(bits);
  for (std::size_t j = 0; j < a.size(); ++j) a[j][j] -= shift;
  for (std::size_t j = 0; j < a.size(); ++j) {
    if (!certainly_less(zero, a[j][j]) || !a[j][j].is_finite()) return std::nullopt;
    Vector column;
    for (std::size_t i = j + 1; i < a.size(); ++i) column.push_back(a[i][j]);
    for (std::size_t i = j + 1; i < a.size(); ++i) {
      a[i][j] /= a[j][j];
      add_multiple(std::span(a[i]).subspan(j + 1, i - j), -a[i][j], std::span(column).first(i - j));
    }
  }
  return Factorisation{std::move(a)};
}

Vector midpoints(const Vector& x) {
  Vector result;
  for (const Interval& entry : x) result.push_back(entry.midpoint());
  return result;
}

bool is_finite(const Vector& x) {
  return std::all_of(x.begin(), x.end(), [](const Interval& entry) { return entry.is_finite(); });
}

/// About (A - shift I)^-1 x, scaled to length 1: one step of inverse iteration.
Vector approximate_step(const Factorisation& factors, const Vector& x, Bits bits) {
  const Matrix& l = factors.lower;
  Vector y = x;
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) y[i] -= l[i][j] * y[j];
    y[i] = y[i].midpoint();
  }
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = (y[i] / l[i][i]).midpoint();
  for (std::size_t i = y.size(); i-- > 0;) {
    for (std::size_t j = i + 1; j < y.size(); ++j) y[i] -= l[j][i] * y[j];
    y[i] = y[i].midpoint();
  }
  const Interval length = sqrt_nonnegative(squared_length(y, bits)).midpoint();
  for (Interval& entry : y) entry /= length;
  return midpoints(y);
}

/// The eigenvector of the smallest eigenvalue, to the accuracy of doubles.
Vector approximate_eigenvector(const Matrix& a, Bits bits) {
  const auto size = static_cast<Eigen::Index>(a.size());
  Eigen::MatrixXd rounded(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index k = 0; k < size; ++k)
      rounded(i, k) = a[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)].approximate_mid();
  }
  // NaN and infinities would lead the solver out of its arrays; any other vector is a candidate, too.
  if (!rounded.allFinite()) rounded.setIdentity();
  const Eigen::VectorXd smallest =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(rounded).eigenvectors().col(0);
  Vector x;
  for (const double entry : smallest) x.push_back(Interval::exact(entry, bits));
  return x;
}

/// x^T A x / x^T x for a vector of points: an upper bound of the smallest eigenvalue.
Interval rayleigh_quotient(const Matrix& a, const Vector& x, Bits bits) {
  Vector image;
  for (const Vector& row : a) image.push_back(inner_product(row, x, bits));
  return inner_product(image, x, bits) / squared_length(x, bits);
}

/// value (1 - 2^-shift)
Interval a_little_less(const Interval& value, long shift, Bits bits) {
  return (value * (Interval::exact(1L, bits) -
                   Interval::from(Rational(1, Integer(1) << static_cast<unsigned>(shift)), bits)))
      .lower_end();
}

}  // namespace

bool has_positive_pivots(const IntervalMatrix& a, const Interval& shift, Bits bits) {
  return factorise(a, shift, bits).has_value();
}

Interval smallest_eigenvalue(const IntervalMatrix& a, Bits bits) {
  constexpr int most_steps = 40;
  Vector x = approximate_eigenvector(a, bits);
  Interval above = rayleigh_quotient(a, x, bits);
  Interval below = Interval::zero(bits);
  std::optional<Factorisation> factors = factorise(a, below, bits);
  if (!factors) return hull(below, above.upper_end());
  // Inverse iteration, with the shift close below the quotient as soon as the pivots allow it.
  bool shifted = false;
  for (int step = 0; step < most_steps; ++step) {
    const Interval shift = a_little_less(above, 12, bits);
    if (!shifted && certainly_less(below, shift)) {
      if (auto closer = factorise(a, shift, bits)) {
        factors = std::move(closer);
        below = shift;
        shifted = true;
      }
    }
    Vector next = approximate_step(*factors, x, bits);
    if (!is_finite(next)) break;
    const Interval quotient = rayleigh_quotient(a, next, bits);
    const bool better = certainly_less(quotient.upper_end(), above.upper_end());
    const double gained = (above.upper_end() - quotient.upper_end()).approximate_log2_mag();
    const double size = above.approximate_log2_mag();
    if (better) {
      above = quotient;
      x = std::move(next);
    }
    if (shifted && (!better || gained < size - static_cast<double>(bits.value))) break;
  }
  for (long digits = bits.value - 4; digits > 12; digits -= std::max(4L, bits.value / 8)) {
    const Interval shift = a_little_less(above, digits, bits);
    if (!certainly_less(below, shift) || !factorise(a, shift, bits)) continue;
    below = shift;
    break;
  }
  return hull(below, above.upper_end());
}

}  // namespace lojacert
