// Instances as floats, and floats as exact rows.

#include "approximate_landscape.hpp"
#include "real.hpp"

#include <lojacert/exact/error.hpp>

#include <cmath>

namespace lojacert::search {

namespace {

template <class S>
std::vector<S> midpoints(const ExactMatrix& matrix) {
  std::vector<S> result;
  result.reserve(matrix.rows() * matrix.cols());
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    for (std::size_t k = 0; k < matrix.cols(); ++k) {
      const RationalInterval entry = matrix.at(i, k);
      result.push_back(nearest<S>(entry.is_point() ? entry.lo : Rational((entry.lo + entry.hi) / 2)));
    }
  }
  return result;
}

template <class S>
S length_of(const S* row, std::size_t dimension) {
  using std::sqrt;
  S square(0);
  for (std::size_t k = 0; k < dimension; ++k) square += row[k] * row[k];
  return sqrt(square);
}

}  // namespace

template <class S>
std::vector<S> effective_rows(std::span<const S> rows, std::size_t dimension, NeuronForm form) {
  std::vector<S> result(rows.begin(), rows.end());
  if (form == NeuronForm::unit) return result;
  for (std::size_t start = 0; start < result.size(); start += dimension) {
    const S length = length_of(&rows[start], dimension);
    for (std::size_t k = 0; k < dimension; ++k) result[start + k] *= length;
  }
  return result;
}

template <class S>
std::vector<S> rows_of_effective(std::span<const S> effective, std::size_t dimension, NeuronForm form) {
  using std::sqrt;
  std::vector<S> result(effective.begin(), effective.end());
  if (form == NeuronForm::unit) return result;
  for (std::size_t start = 0; start < result.size(); start += dimension) {
    const S root = sqrt(length_of(&effective[start], dimension));
    if (!(root > S(0))) continue;
    for (std::size_t k = 0; k < dimension; ++k) result[start + k] /= root;
  }
  return result;
}

template <class S>
ApproximateNetwork<S> approximate_network(const Instance& instance) {
  if (instance.gram)
    throw InputError("teacher: a Gram matrix has no vectors to work with; give the teacher's rows");
  ApproximateNetwork<S> network{instance.activation, instance.neuron, instance.dimension(), {}, {}};
  const std::vector<S> teacher = midpoints<S>(instance.teacher);
  network.teacher = effective_rows<S>(teacher, network.dimension, instance.teacher_neuron);
  if (instance.student) network.student = midpoints<S>(*instance.student);
  return network;
}

template <class S>
ExactMatrix exact_rows(std::span<const S> rows, std::size_t dimension, unsigned bits) {
  ExactMatrix result(dimension);
  for (const S& entry : rows) {
    const Rational value = exact_value(entry);
    result.append(bits == 0 ? value : rounded_to_bits(value, bits));
  }
  return result;
}

template ApproximateNetwork<double> approximate_network(const Instance&);
template ApproximateNetwork<long double> approximate_network(const Instance&);
template ApproximateNetwork<Real> approximate_network(const Instance&);
template ExactMatrix exact_rows(std::span<const double>, std::size_t, unsigned);
template ExactMatrix exact_rows(std::span<const long double>, std::size_t, unsigned);
template ExactMatrix exact_rows(std::span<const Real>, std::size_t, unsigned);
template std::vector<double> effective_rows(std::span<const double>, std::size_t, NeuronForm);
template std::vector<long double> effective_rows(std::span<const long double>, std::size_t, NeuronForm);
template std::vector<Real> effective_rows(std::span<const Real>, std::size_t, NeuronForm);
template std::vector<double> rows_of_effective(std::span<const double>, std::size_t, NeuronForm);
template std::vector<long double> rows_of_effective(std::span<const long double>, std::size_t, NeuronForm);
template std::vector<Real> rows_of_effective(std::span<const Real>, std::size_t, NeuronForm);

}  // namespace lojacert::search
