#pragma once
// Instances for tests: written by hand, or random with a bias to the corners of the theory.

#include <lojacert/network/instance.hpp>

#include <string>
#include <vector>

namespace lojacert::test {

using TextRows = std::vector<std::vector<std::string>>;

struct Forms {
  Activation activation = Activation::abs;
  NeuronForm neuron = NeuronForm::unit;
  NeuronForm teacher_neuron = NeuronForm::unit;
};

/// Every combination of activation and neuron forms.
[[nodiscard]] std::vector<Forms> all_forms();

[[nodiscard]] ExactMatrix matrix(const TextRows& rows);
[[nodiscard]] Instance instance(const Forms& forms, const TextRows& teacher, const TextRows& student);

/// A teacher without students: its rows, or their Gram matrix.
[[nodiscard]] Instance teachers(const TextRows& rows, const Forms& forms = {});
[[nodiscard]] Instance gram(const TextRows& rows);

/// A random point instance (inside a RapidCheck property): d in the given range, few neurons, with exactly
/// parallel, antiparallel, equal, nearly parallel and (norm form, teachers) zero vectors more often than
/// chance would give them.
[[nodiscard]] Instance any_instance(std::size_t least_dimension, std::size_t most_dimension);
[[nodiscard]] Instance any_instance(std::size_t least_dimension, std::size_t most_dimension,
                                    const Forms& forms);

}  // namespace lojacert::test
