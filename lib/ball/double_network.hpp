#pragma once
// A point instance in doubles, as rung 0 of the precision ladder takes it.

#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace lojacert::ball {

/// Students, then teachers, as rows of finite doubles.
struct DoubleNetwork {
  Activation activation = Activation::abs;
  NeuronForm neuron = NeuronForm::norm;
  NeuronForm teacher_neuron = NeuronForm::unit;
  std::size_t dimension = 0;
  std::size_t student_count = 0;
  std::vector<double> vectors;  ///< count() x dimension, row by row
  /// True where every entry is the instance's. Otherwise an entry x stands for a number within 2^-52 |x| of
  /// it, and 2^-1074, which is below 2^-114 of the largest entry of its row.
  bool is_exact = true;

  [[nodiscard]] std::size_t count() const { return dimension == 0 ? 0 : vectors.size() / dimension; }
  [[nodiscard]] std::span<const double> row(std::size_t g) const {
    return std::span(vectors).subspan(g * dimension, dimension);
  }
  [[nodiscard]] NeuronForm form(std::size_t g) const { return g < student_count ? neuron : teacher_neuron; }
  [[nodiscard]] double sign(std::size_t g) const { return g < student_count ? 1 : -1; }
};

/// The instance in doubles; empty for boxes, without a student, where an entry's size is beyond a double, and
/// where rows are so long and few, or so many, that balls would not pay.
[[nodiscard]] std::optional<DoubleNetwork> in_doubles(const Instance& instance);

}  // namespace lojacert::ball
