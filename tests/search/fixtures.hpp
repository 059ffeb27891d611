#pragma once
// Small instances for the tests of the search.

#include <lojacert/exact/number.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/search/random.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace lojacert::test {

/// A matrix from texts of the number grammar.
inline ExactMatrix rows(std::initializer_list<std::initializer_list<const char*>> texts) {
  ExactMatrix matrix(texts.begin()->size());
  for (const auto& row : texts)
    for (const char* text : row) matrix.append(parse_exact(text));
  return matrix;
}

inline ExactMatrix random_matrix(search::RandomStream& random, std::size_t count, std::size_t d) {
  ExactMatrix matrix(d);
  for (const double entry : random.normal_rows(count, d, 0.7)) matrix.append(entry);
  return matrix;
}

inline Instance random_instance(std::uint64_t seed, Activation activation, NeuronForm neuron,
                                NeuronForm teacher_neuron, std::size_t d = 3, std::size_t m = 4,
                                std::size_t r = 2) {
  search::RandomStream random(seed);
  Instance instance;
  instance.activation = activation;
  instance.neuron = neuron;
  instance.teacher_neuron = teacher_neuron;
  instance.teacher = random_matrix(random, r, d);
  instance.student = random_matrix(random, m, d);
  return instance;
}

inline constexpr Activation all_activations[] = {Activation::abs, Activation::relu, Activation::relu_linear};
inline constexpr NeuronForm both_forms[] = {NeuronForm::unit, NeuronForm::norm};

}  // namespace lojacert::test
