#include <lojacert/theory/teacher_geometry.hpp>

#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace lojacert {

namespace {

using boost::multiprecision::denominator;
using boost::multiprecision::numerator;

/// A row as an integer vector over one denominator.
struct ScaledRow {
  std::vector<Integer> entries;
  Integer denominator = 1;
};

ScaledRow scaled_row(const ExactMatrix& rows, std::size_t i) {
  ScaledRow row;
  std::vector<Rational> entries;
  for (std::size_t k = 0; k < rows.cols(); ++k) {
    entries.push_back(rows.point(i, k));
    row.denominator = lcm(row.denominator, denominator(entries.back()));
  }
  for (const Rational& entry : entries)
    row.entries.push_back(numerator(entry) * (row.denominator / denominator(entry)));
  return row;
}

std::vector<std::vector<Rational>> inner_products(const ExactMatrix& rows) {
  std::vector<ScaledRow> scaled;
  for (std::size_t i = 0; i < rows.rows(); ++i) scaled.push_back(scaled_row(rows, i));
  std::vector<std::vector<Rational>> gram(rows.rows(), std::vector<Rational>(rows.rows()));
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t k = 0; k <= i; ++k) {
      Integer sum = 0;
      for (std::size_t c = 0; c < rows.cols(); ++c) sum += scaled[i].entries[c] * scaled[k].entries[c];
      gram[i][k] = Rational(sum, Integer(scaled[i].denominator * scaled[k].denominator));
      gram[k][i] = gram[i][k];
    }
  }
  return gram;
}

std::vector<std::vector<Rational>> given_gram(const ExactMatrix& rows) {
  std::vector<std::vector<Rational>> gram(rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t k = 0; k < rows.cols(); ++k) gram[i].push_back(rows.point(i, k));
  }
  return gram;
}

/// sign(factor) sqrt(factor^2 * square), rounded once.
Interval times_root(const Rational& factor, const Rational& square, Bits bits) {
  const Interval size = sqrt_nonnegative(Interval::from(Rational(factor * factor * square), bits));
  return factor < 0 ? -size : size;
}

}  // namespace

TeacherGeometry::TeacherGeometry(const Instance& instance) : form_(instance.teacher_neuron) {
  if (!instance.teacher.is_point())
    throw InstanceError("teacher: has boxes; a claim about a teacher needs exact teachers");
  gram_ = instance.gram ? given_gram(instance.teacher) : inner_products(instance.teacher);
  for (std::size_t i = 0; i < count(); ++i) {
    if (gram_[i][i].is_zero())
      throw InstanceError(fmt::format("teacher[{}]: is zero and has no direction; remove it", i));
  }
  factorise(instance.gram);
  for (std::size_t i = 0; i < count(); ++i) {
    for (std::size_t k = 0; k < i; ++k) refuse_common_line(k, i, instance.activation);
  }
}

void TeacherGeometry::refuse_common_line(std::size_t i, std::size_t k, Activation activation) const {
  if (!squared_gap(i, k).is_zero()) return;
  const bool parallel = gram_[i][k] > 0;
  const char* cure = parallel || activation != Activation::relu
                         ? "merge them into one teacher"
                         : "relu does not let them be merged, and the theory does not cover them";
  throw InstanceError(fmt::format("teacher[{}] and teacher[{}]: are {}; {}", i, k,
                                  parallel ? "parallel" : "antiparallel", cure));
}

void TeacherGeometry::factorise(bool from_gram) {
  const auto refuse = [&](std::size_t j) {
    throw InstanceError(
        fmt::format("teacher.gram: is not positive semidefinite (row {}), so no vectors have these inner "
                    "products{}",
                    j, from_gram ? "" : "; this is an error in the program"));
  };
  std::vector<std::vector<Rational>> rest = gram_;
  factor_.assign(count(), {});
  for (std::size_t j = 0; j < count(); ++j) {
    const Rational pivot = rest[j][j];
    if (pivot < 0) refuse(j);
    std::vector<Rational> column;
    for (std::size_t i = 0; i < count(); ++i) column.push_back(i < j ? Rational(0) : rest[i][j]);
    if (pivot.is_zero()) {
      for (const Rational& entry : column) {
        if (!entry.is_zero()) refuse(j);
      }
      continue;
    }
    for (std::size_t i = 0; i < count(); ++i) factor_[i].push_back(column[i] / pivot);
    pivots_.push_back(pivot);
    for (std::size_t i = j + 1; i < count(); ++i) {
      if (column[i].is_zero()) continue;
      for (std::size_t k = j + 1; k <= i; ++k) {
        rest[i][k] -= factor_[i].back() * column[k];
        rest[k][i] = rest[i][k];
      }
    }
  }
}

Rational TeacherGeometry::squared_gap(std::size_t i, std::size_t k) const {
  return gram_[i][i] * gram_[k][k] - gram_[i][k] * gram_[i][k];
}

Interval TeacherGeometry::mass(std::size_t i, Bits bits) const {
  const Interval square = Interval::from(gram_[i][i], bits);
  return form_ == NeuronForm::norm ? square : sqrt_nonnegative(square);
}

Interval TeacherGeometry::cosine(std::size_t i, std::size_t k, Bits bits) const {
  if (i == k) return Interval::exact(1L, bits);
  return times_root(gram_[i][k], Rational(1 / (gram_[i][i] * gram_[k][k])), bits);
}

Interval TeacherGeometry::sine(std::size_t i, std::size_t k, Bits bits) const {
  return sqrt_nonnegative(Interval::from(Rational(squared_gap(i, k) / (gram_[i][i] * gram_[k][k])), bits));
}

Interval TeacherGeometry::angle(std::size_t i, std::size_t k, Bits bits) const {
  if (i == k) return Interval::zero(bits);
  return angle_of(sqrt_nonnegative(Interval::from(squared_gap(i, k), bits)),
                  Interval::from(gram_[i][k], bits));
}

Interval TeacherGeometry::angle_of_lines(std::size_t i, std::size_t k, Bits bits) const {
  if (i == k) return Interval::zero(bits);
  return angle_of(sqrt_nonnegative(Interval::from(squared_gap(i, k), bits)),
                  Interval::from(Rational(abs(gram_[i][k])), bits));
}

Interval TeacherGeometry::separation(Bits bits) const {
  if (count() < 2) throw std::logic_error("TeacherGeometry::separation: a single teacher has none");
  std::vector<Interval> angles;
  for (std::size_t i = 0; i < count(); ++i) {
    for (std::size_t k = 0; k < i; ++k) angles.push_back(angle_of_lines(i, k, bits));
  }
  return smallest(angles);
}

std::vector<std::vector<Interval>> TeacherGeometry::directions(Bits bits) const {
  std::vector<std::vector<Interval>> rows(count());
  for (std::size_t i = 0; i < count(); ++i) {
    for (std::size_t j = 0; j < rank(); ++j)
      rows[i].push_back(times_root(factor_[i][j], Rational(pivots_[j] / gram_[i][i]), bits));
  }
  return rows;
}

std::vector<Interval> TeacherGeometry::side_direction(std::size_t i, std::size_t k, Bits bits) const {
  // a_k - cos a_i has the coordinates (factor_kj - (G_ik / G_ii) factor_ij) sqrt(pivot_j / G_kk).
  const Rational share = gram_[i][k] / gram_[i][i];
  const Rational square = gram_[i][i] / squared_gap(i, k);
  std::vector<Interval> coordinates;
  for (std::size_t j = 0; j < rank(); ++j) {
    coordinates.push_back(
        times_root(Rational(factor_[k][j] - share * factor_[i][j]), Rational(pivots_[j] * square), bits));
  }
  return coordinates;
}

}  // namespace lojacert
