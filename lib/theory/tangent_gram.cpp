#include <lojacert/theory/tangent_gram.hpp>

#include <lojacert/enclosure/double_interval.hpp>
#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/linalg/eigenvalue_bounds.hpp>
#include <lojacert/linalg/positive_pivots.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace lojacert {

namespace {

using Vector = std::vector<Interval>;
using Matrix = IntervalMatrix;

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

/// mu by doubles: as narrow as most who ask need, at a small part of the time of multiprecision.
std::optional<MuBounds> mu_in_doubles(const TeacherGeometry& teacher) {
  constexpr Bits bits{96};
  const TangentBlocks blocks = tangent_blocks(teacher, bits);
  const EigenvalueBounds span = smallest_eigenvalue_bounds(symmetric_balls(blocks.span));
  const EigenvalueBounds cross = smallest_eigenvalue_bounds(symmetric_balls(blocks.cross));
  const double lo = std::min(span.lower, cross.lower);
  const double hi = std::min(span.upper, cross.upper);
  if (!std::isfinite(lo) || !std::isfinite(hi)) return std::nullopt;
  return MuBounds{exact(lo), exact(hi)};
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
  if (double_rounding_is_sound()) {
    if (const auto mu = mu_in_doubles(teacher)) {
      const Interval enclosure = Interval::from(RationalInterval{mu->lo, mu->hi}, bits);
      const Decision decision = decide_less_equal(shift, enclosure, what);
      if (decision.verdict != Verdict::undecided) return decision;
    }
  }
  const TangentBlocks blocks = tangent_blocks(teacher, bits);
  const bool positive =
      has_positive_pivots(blocks.span, shift, bits) && has_positive_pivots(blocks.cross, shift, bits);
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
  const auto narrow = [&](const MuBounds& bounds) {
    return bounds.lo > 0 && bounds.hi - bounds.lo <= relative_width * bounds.hi;
  };
  const Rational narrowest_of_doubles(1, Integer(1) << 50U);
  if (relative_width > narrowest_of_doubles && double_rounding_is_sound()) {
    if (const auto bounds = mu_in_doubles(teacher); bounds && narrow(*bounds)) return *bounds;
  }
  for (long bits = 96;; bits = std::min(2 * bits, max_bits)) {
    const Interval mu = tangent_eigenvalue(teacher, Bits{bits});
    if (mu.is_finite()) {
      const MuBounds bounds{mu.inf(), mu.sup()};
      if (narrow(bounds)) return bounds;
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
  if (teacher.count() == 1) return 1;
  constexpr long default_max_bits = 32768;
  // Doubles are as narrow for most teachers. hi (1 - 1e-10) <= lo, so the middle less 1e-9 of it is below lo.
  const MuBounds found = mu_bounds(teacher, Rational(1, Integer(10000000000)), default_max_bits);
  const Rational middle = (found.lo + found.hi) / 2;
  return parse_exact_point(decimal_lower(Rational(middle * (1 - Rational(1, 1000000000))), digits));
}

}  // namespace lojacert
