#include "split.hpp"

#include "random.hpp"
#include "real.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/exact/radical.hpp>

#include <cmath>
#include <optional>

namespace lojacert::search {

namespace {

std::optional<Rational> rational_root(const Rational& value) {
  Integer top;
  Integer bottom;
  if (!is_square(numerator(value), top) || !is_square(denominator(value), bottom)) return std::nullopt;
  return Rational(top, bottom);
}

/// A square root, exact where it is rational, else rounded to `bits` bits with `exact` set to false.
Rational root(const Rational& value, unsigned bits, bool& exact) {
  if (const auto found = rational_root(value)) return *found;
  exact = false;
  const WorkingBits precision(bits);
  return exact_value(Real(sqrt(nearest<Real>(value))));
}

/// The factor f with student row = f * teacher row, so that p_j = share * p_i*.
Rational share_factor(const Instance& instance, const Rational& share, const Rational& squared_norm,
                      unsigned bits, bool& exact) {
  const bool norm_student = instance.neuron == NeuronForm::norm;
  const bool norm_teacher = instance.teacher_neuron == NeuronForm::norm;
  if (norm_student == norm_teacher) return norm_student ? root(share, bits, exact) : share;
  if (squared_norm == 0) return Rational(0);
  if (!norm_student) return Rational(share * root(squared_norm, bits, exact));  // |w*| w*
  // f^2 |w*| = share: f = sqrt(share / |w*|)
  if (const auto length = rational_root(squared_norm)) return root(Rational(share / *length), bits, exact);
  exact = false;
  const WorkingBits precision(bits);
  return exact_value(Real(sqrt(Real(nearest<Real>(share) / sqrt(nearest<Real>(squared_norm))))));
}

void check(const Instance& instance, const std::vector<Rational>& shares) {
  if (instance.gram || !instance.teacher.is_point()) {
    throw InputError("teacher: a split needs the teacher's rows as points, not a Gram matrix or boxes");
  }
  Rational sum = 0;
  for (const Rational& share : shares) {
    if (share <= 0) throw InputError("shares: " + exact_text(share) + " is not positive");
    sum += share;
  }
  if (sum != 1)
    throw InputError("shares: they sum to " + exact_text(sum) +
                     "; they must sum to 1 exactly (as 1/2,1/3,1/6)");
}

}  // namespace

Split split_teacher(const Instance& instance, const std::vector<Rational>& shares, unsigned bits) {
  check(instance, shares);
  const ExactMatrix& teacher = instance.teacher;
  Split split{ExactMatrix(teacher.cols()), true};
  for (std::size_t i = 0; i < teacher.rows(); ++i) {
    Rational squared_norm = 0;
    for (std::size_t k = 0; k < teacher.cols(); ++k)
      squared_norm += teacher.point(i, k) * teacher.point(i, k);
    for (const Rational& share : shares) {
      const Rational factor = share_factor(instance, share, squared_norm, bits, split.exact);
      for (std::size_t k = 0; k < teacher.cols(); ++k)
        split.student.append(Rational(factor * teacher.point(i, k)));
    }
  }
  return split;
}

ExactMatrix perturbed(const ExactMatrix& rows, const Rational& size, std::uint64_t seed) {
  RandomStream random(seed);
  ExactMatrix result(rows.cols());
  const double root_dimension = std::sqrt(static_cast<double>(rows.cols()));
  for (std::size_t j = 0; j < rows.rows(); ++j) {
    double square = 0;
    for (std::size_t k = 0; k < rows.cols(); ++k) square += std::pow(nearest<double>(rows.point(j, k)), 2);
    for (std::size_t k = 0; k < rows.cols(); ++k) {
      const double step = std::sqrt(square) * random.normal() / root_dimension;
      result.append(Rational(rows.point(j, k) + size * lojacert::exact(step)));
    }
  }
  return result;
}

}  // namespace lojacert::search
