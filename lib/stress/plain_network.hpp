#pragma once
// The instance in the numbers of one arithmetic, and the steps that every formula shares.

#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert::stress {

/// What one formula computes: plain numbers of one arithmetic, in its own rounding.
template <class T>
struct PlainValue {
  T loss;
  std::vector<T> gradient;  ///< m x d, in row order
  T gradient_norm;
};

/// A point instance with every entry rounded to the arithmetic of A, and its effective vectors p = w or |w| w
/// formed in it: the m students, then the r teachers.
template <class A>
struct PlainNetwork {
  using T = typename A::Number;

  Activation activation = Activation::abs;
  NeuronForm neuron = NeuronForm::unit;
  std::size_t dimension = 0;
  std::size_t student_count = 0;
  std::vector<T> rows;       ///< the weights of all neurons
  std::vector<T> lengths;    ///< |w|
  std::vector<T> effective;  ///< p
  std::vector<bool> is_zero;

  PlainNetwork(const Instance& instance, const A& arithmetic)
      : activation(instance.activation),
        neuron(instance.neuron),
        dimension(instance.dimension()),
        student_count(instance.student_count()) {
    append(*instance.student, instance.neuron, arithmetic);
    append(instance.teacher, instance.teacher_neuron, arithmetic);
  }

  [[nodiscard]] std::size_t count() const { return lengths.size(); }
  [[nodiscard]] bool is_student(std::size_t q) const { return q < student_count; }
  [[nodiscard]] std::span<const T> vector(std::size_t q) const {
    return std::span<const T>(effective).subspan(q * dimension, dimension);
  }

 private:
  void append(const ExactMatrix& matrix, NeuronForm form, const A& arithmetic);
};

template <class A>
[[nodiscard]] typename A::Number plain_dot(std::span<const typename A::Number> u,
                                           std::span<const typename A::Number> v, const A& arithmetic) {
  typename A::Number sum = arithmetic.number(0);
  for (std::size_t k = 0; k < u.size(); ++k) sum += u[k] * v[k];
  return sum;
}

template <class A>
void PlainNetwork<A>::append(const ExactMatrix& matrix, NeuronForm form, const A& arithmetic) {
  for (std::size_t j = 0; j < matrix.rows(); ++j) {
    bool zero = true;
    std::vector<T> w;
    for (std::size_t k = 0; k < dimension; ++k) {
      const Rational entry = matrix.point(j, k);
      zero = zero && entry == 0;
      w.push_back(arithmetic.nearest(entry));
    }
    const T length = arithmetic.sqrt(plain_dot<A>(w, w, arithmetic));
    for (const T& entry : w) {
      rows.push_back(entry);
      effective.push_back(form == NeuronForm::norm ? T(length * entry) : entry);
    }
    lengths.push_back(length);
    is_zero.push_back(zero);
  }
}

/// Loss and gradient from 2 L_abs and the gradients gamma of L_abs in the students' effective vectors (m x
/// d): the rules of the activation and the chain rule of the neuron form (docs/theory/landscape.md, even and
/// odd parts and neuron forms). The row of a zero student in norm form is 0.
template <class A>
[[nodiscard]] PlainValue<typename A::Number> finish(const PlainNetwork<A>& network,
                                                    const typename A::Number& twice_loss,
                                                    std::vector<typename A::Number> gamma,
                                                    const A& arithmetic) {
  using T = typename A::Number;
  const std::size_t d = network.dimension;
  std::vector<T> excess(d, arithmetic.number(0));
  if (network.activation == Activation::relu) {
    for (std::size_t q = 0; q < network.count(); ++q)
      for (std::size_t k = 0; k < d; ++k) {
        if (network.is_student(q))
          excess[k] += network.vector(q)[k];
        else
          excess[k] -= network.vector(q)[k];
      }
  }
  T loss = twice_loss / arithmetic.number(2);
  const bool is_abs = network.activation == Activation::abs;
  if (!is_abs) {
    loss = loss / arithmetic.number(4) + plain_dot<A>(excess, excess, arithmetic) / arithmetic.number(8);
  }
  T squared_norm = arithmetic.number(0);
  for (std::size_t j = 0; j < network.student_count; ++j) {
    const std::span<T> row = std::span<T>(gamma).subspan(j * d, d);
    const std::span<const T> w = std::span<const T>(network.rows).subspan(j * d, d);
    if (network.is_zero[j]) {
      for (T& entry : row) entry = arithmetic.number(0);
      continue;
    }
    if (!is_abs) {
      for (std::size_t k = 0; k < d; ++k) row[k] = (row[k] + excess[k]) / arithmetic.number(4);
    }
    if (network.neuron == NeuronForm::norm) {
      const T along = plain_dot<A>(row, w, arithmetic) / network.lengths[j];
      for (std::size_t k = 0; k < d; ++k) row[k] = network.lengths[j] * row[k] + along * w[k];
    }
    squared_norm += plain_dot<A>(row, row, arithmetic);
  }
  return {loss, std::move(gamma), arithmetic.sqrt(squared_norm)};
}

}  // namespace lojacert::stress
