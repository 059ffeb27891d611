#include "support/instances.hpp"

#include <lojacert/exact/number.hpp>

#include <rapidcheck.h>

namespace lojacert::test {

namespace {

using Row = std::vector<Rational>;

Row fresh_row(std::size_t dimension) {
  Row row;
  for (std::size_t k = 0; k < dimension; ++k) row.emplace_back(*rc::gen::inRange<long>(-12, 13), 8);
  return row;
}

bool is_zero(const Row& row) {
  for (const Rational& entry : row) {
    if (entry != 0) return false;
  }
  return true;
}

Row times(Row row, const Rational& factor) {
  for (Rational& entry : row) entry *= factor;
  return row;
}

/// A new row, often in a special position to one that is already there.
Row any_row(const std::vector<Row>& earlier, std::size_t dimension, bool may_be_zero) {
  const int kind = *rc::gen::inRange(0, 10);
  if (!earlier.empty() && kind < 5) {
    const Row& other = earlier[*rc::gen::inRange<std::size_t>(0, earlier.size())];
    if (!is_zero(other)) {
      if (kind == 0) return other;
      if (kind == 1) return times(other, -1);
      if (kind == 2) return times(other, Rational(*rc::gen::inRange<long>(1, 9), 4));
      if (kind == 3) return times(other, Rational(-*rc::gen::inRange<long>(1, 9), 4));
      Row near = other;
      near[0] += Rational(1, Integer(1) << *rc::gen::inRange<unsigned>(10, 200));
      return near;
    }
  }
  if (may_be_zero && kind == 9) return Row(dimension, 0);
  Row row = fresh_row(dimension);
  if (is_zero(row)) row[0] = 1;
  return row;
}

ExactMatrix matrix(const std::vector<Row>& rows) {
  ExactMatrix result(rows.front().size());
  for (const Row& row : rows) {
    for (const Rational& entry : row) result.append(entry);
  }
  return result;
}

}  // namespace

std::vector<Forms> all_forms() {
  std::vector<Forms> result;
  for (const Activation activation : {Activation::abs, Activation::relu, Activation::relu_linear}) {
    for (const NeuronForm neuron : {NeuronForm::unit, NeuronForm::norm}) {
      for (const NeuronForm teacher : {NeuronForm::unit, NeuronForm::norm})
        result.push_back({activation, neuron, teacher});
    }
  }
  return result;
}

ExactMatrix matrix(const TextRows& rows) {
  ExactMatrix result(rows.front().size());
  for (const auto& row : rows) {
    for (const std::string& entry : row) result.append(parse_exact(entry));
  }
  return result;
}

Instance instance(const Forms& forms, const TextRows& teacher, const TextRows& student) {
  Instance result;
  result.activation = forms.activation;
  result.neuron = forms.neuron;
  result.teacher_neuron = forms.teacher_neuron;
  result.teacher = matrix(teacher);
  result.student = matrix(student);
  return result;
}

Instance teachers(const TextRows& rows, const Forms& forms) {
  Instance result;
  result.activation = forms.activation;
  result.neuron = forms.neuron;
  result.teacher_neuron = forms.teacher_neuron;
  result.teacher = matrix(rows);
  return result;
}

Instance gram(const TextRows& rows) {
  Instance result = teachers(rows);
  result.gram = true;
  return result;
}

Instance any_instance(std::size_t least_dimension, std::size_t most_dimension) {
  const std::vector<Forms> forms = all_forms();
  return any_instance(least_dimension, most_dimension,
                      forms[*rc::gen::inRange<std::size_t>(0, forms.size())]);
}

Instance any_instance(std::size_t least_dimension, std::size_t most_dimension, const Forms& forms) {
  const auto dimension = *rc::gen::inRange<std::size_t>(least_dimension, most_dimension + 1);
  const auto teachers = *rc::gen::inRange<std::size_t>(1, 4);
  const auto students = *rc::gen::inRange<std::size_t>(1, 6);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < teachers; ++i) rows.push_back(any_row(rows, dimension, true));
  for (std::size_t j = 0; j < students; ++j) {
    rows.push_back(any_row(rows, dimension, forms.neuron == NeuronForm::norm));
  }
  Instance result;
  result.activation = forms.activation;
  result.neuron = forms.neuron;
  result.teacher_neuron = forms.teacher_neuron;
  const auto split = rows.begin() + static_cast<std::ptrdiff_t>(teachers);
  result.teacher = matrix(std::vector<Row>(rows.begin(), split));
  result.student = matrix(std::vector<Row>(split, rows.end()));
  return result;
}

}  // namespace lojacert::test
