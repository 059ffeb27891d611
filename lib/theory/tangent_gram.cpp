#include <lojacert/theory/tangent_gram.hpp>

#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>

#include <fmt/format.h>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace lojacert {

namespace {

using Vector = std::vector<Interval>;
using Matrix = std::vector<Vector>;

Matrix zero_matrix(std::size_t size, Bits bits) { return Matrix(size, Vector(size, Interval::zero(bits))); }

/// 1 - 2 t / pi: G(a_i, a_k) on what is orthogonal to both.
Interval off_plane(const TeacherGeometry& teacher, std::size_t i, std::size_t k, Bits bits) {
  const Interval one = Interval::exact(1L, bits);
  if (i == k) return one;
  return one - Interval::exact(2L, bits) * teacher.angle(i, k, bits) / Interval::pi(bits);
}

/// The block G(a_i, a_k), i != k, on span(a), in the form without a division: with a_k = cos t a_i + sin t e,
/// (1 - 2t/pi) I + (2 sin t / pi) (cos t (a_i a_i^T - e e^T) + sin t (a_i e^T + e a_i^T)).
Matrix block(const TeacherGeometry& teacher, const Vector& a, std::size_t i, std::size_t k, Bits bits) {
  const Interval sine = teacher.sine(i, k, bits);
  const Interval scale = Interval::exact(2L, bits) * sine / Interval::pi(bits);
  const Interval along = scale * teacher.cosine(i, k, bits);
  const Interval across = scale * sine;
  const Interval off = off_plane(teacher, i, k, bits);
  const Vector e = teacher.side_direction(i, k, bits);
  Matrix result = zero_matrix(a.size(), bits);
  for (std::size_t c = 0; c < a.size(); ++c) {
    for (std::size_t d = 0; d <= c; ++d) {
      Interval entry = along * (a[c] * a[d] - e[c] * e[d]) + across * (a[c] * e[d] + e[c] * a[d]);
      if (c == d) entry += off;
      result[c][d] = entry;
      result[d][c] = std::move(entry);
    }
  }
  return result;
}

/// The tangent Gram matrix is the direct sum of its part on span(a) and of the matrix of arcsines on the
/// coordinate that is orthogonal to every teacher.
struct TangentBlocks {
  Matrix span;   ///< entry (i r' + c, k r' + c')
  Matrix cross;  ///< entry (i, k)
};

TangentBlocks tangent_blocks(const TeacherGeometry& teacher, Bits bits) {
  const std::size_t r = teacher.count();
  const std::size_t rank = teacher.rank();
  const Matrix a = teacher.directions(bits);
  TangentBlocks blocks{zero_matrix(r * rank, bits), zero_matrix(r, bits)};
  for (std::size_t i = 0; i < r; ++i) {
    for (std::size_t c = 0; c < rank; ++c)
      blocks.span[i * rank + c][i * rank + c] = Interval::exact(1L, bits);
    blocks.cross[i][i] = Interval::exact(1L, bits);
    for (std::size_t k = 0; k < i; ++k) {
      const Matrix part = block(teacher, a[i], i, k, bits);
      for (std::size_t c = 0; c < rank; ++c) {
        for (std::size_t d = 0; d < rank; ++d) {
          blocks.span[i * rank + c][k * rank + d] = part[c][d];
          blocks.span[k * rank + d][i * rank + c] = part[c][d];
        }
      }
      blocks.cross[i][k] = off_plane(teacher, i, k, bits);
      blocks.cross[k][i] = blocks.cross[i][k];
    }
  }
  return blocks;
}

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

/// The smallest eigenvalue of a positive definite matrix.
Interval smallest_eigenvalue(const Matrix& a, Bits bits) {
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

}  // namespace

std::vector<std::vector<Interval>> tangent_gram(const TeacherGeometry& teacher, Bits bits) {
  const std::size_t r = teacher.count();
  const std::size_t rank = teacher.rank();
  const TangentBlocks blocks = tangent_blocks(teacher, bits);
  Matrix result = zero_matrix(r * (rank + 1), bits);
  for (std::size_t i = 0; i < r; ++i) {
    for (std::size_t k = 0; k < r; ++k) {
      for (std::size_t c = 0; c < rank; ++c) {
        for (std::size_t d = 0; d < rank; ++d)
          result[i * (rank + 1) + c][k * (rank + 1) + d] = blocks.span[i * rank + c][k * rank + d];
      }
      result[i * (rank + 1) + rank][k * (rank + 1) + rank] = blocks.cross[i][k];
    }
  }
  return result;
}

Interval tangent_eigenvalue(const TeacherGeometry& teacher, Bits bits) {
  if (teacher.count() == 1) return Interval::exact(1L, bits);  // G(a, a) = I
  const TangentBlocks blocks = tangent_blocks(teacher, bits);
  const Interval both[] = {smallest_eigenvalue(blocks.span, bits), smallest_eigenvalue(blocks.cross, bits)};
  const Interval mu = smallest(both);
  // The diagonal is 1, so mu <= 1.
  return mu.is_finite() ? mu : hull(Interval::zero(bits), Interval::exact(1L, bits));
}

Decision mu_is_at_least(const TeacherGeometry& teacher, const Rational& bound, Bits bits) {
  if (teacher.count() == 1) return exactly(bound <= 1);
  const std::string what = "the bound <= the smallest eigenvalue mu of the tangent Gram matrix";
  const Interval shift = Interval::from(bound, bits);
  const TangentBlocks blocks = tangent_blocks(teacher, bits);
  const bool positive = factorise(blocks.span, shift, bits) && factorise(blocks.cross, shift, bits);
  Decision decision = decide_less_equal(shift, tangent_eigenvalue(teacher, bits), what);
  if (positive && decision.verdict == Verdict::undecided) {
    decision.verdict = Verdict::proved;
    decision.margin_bits = 0;
    decision.reason.clear();
  }
  return decision;
}

MuBounds mu_bounds(const TeacherGeometry& teacher, const Rational& relative_width, long max_bits) {
  if (teacher.count() == 1) return {1, 1};
  for (long bits = 96;; bits = std::min(2 * bits, max_bits)) {
    const Interval mu = tangent_eigenvalue(teacher, Bits{bits});
    if (mu.is_finite()) {
      const MuBounds bounds{mu.inf(), mu.sup()};
      if (bounds.lo > 0 && bounds.hi - bounds.lo <= relative_width * bounds.hi) return bounds;
    }
    if (bits >= max_bits) {
      throw UndecidedError(fmt::format(
          "{} bits do not enclose the smallest eigenvalue of the tangent Gram matrix as narrowly as asked",
          max_bits));
    }
  }
}

MuBounds mu_bounds(const TeacherGeometry& teacher) {
  constexpr long default_max_bits = 32768;
  return mu_bounds(teacher, Rational(1, Integer(1000000000000)), default_max_bits);
}

Rational mu_to_rest_on(const TeacherGeometry& teacher) {
  constexpr int digits = 10;
  const MuBounds found = mu_bounds(teacher);
  if (teacher.count() == 1) return found.lo;
  return parse_exact_point(decimal_lower(Rational(found.lo * (1 - Rational(1, 1000000000))), digits));
}

}  // namespace lojacert
