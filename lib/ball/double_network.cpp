#include <lojacert/ball/double_network.hpp>

#include <cmath>

namespace lojacert::ball {

namespace {

/// Appends the rows; false where an entry does not fit a double.
bool append(const ExactMatrix& rows, DoubleNetwork& network) {
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t k = 0; k < rows.cols(); ++k) {
      if (const auto exact = rows.as_double(i, k)) {
        network.vectors.push_back(*exact);
        continue;
      }
      const double nearest = rows.point(i, k).convert_to<double>();
      if (!std::isfinite(nearest)) return false;
      network.vectors.push_back(nearest);
      network.is_exact = false;
    }
  }
  return true;
}

/// Where balls would cost more than they save: rows are padded to a few dozen, so that a handful of very long
/// ones takes many times their memory; and on a line all neurons merge to one, exactly, however many they
/// are.
bool is_out_of_proportion(std::size_t count, std::size_t dimension) {
  constexpr std::size_t few = 50;
  constexpr std::size_t long_rows = 20'000;
  constexpr std::size_t many = 1000;
  constexpr std::size_t too_many = 200'000;  // an hour for all pairs
  return (count < few && dimension > long_rows) || (dimension == 1 && count > many) || count > too_many;
}

}  // namespace

std::optional<DoubleNetwork> in_doubles(const Instance& instance) {
  if (!instance.student || instance.gram || !instance.is_point()) return std::nullopt;
  if (is_out_of_proportion(instance.student_count() + instance.teacher_count(), instance.dimension()))
    return std::nullopt;
  DoubleNetwork network;
  network.activation = instance.activation;
  network.neuron = instance.neuron;
  network.teacher_neuron = instance.teacher_neuron;
  network.dimension = instance.dimension();
  network.student_count = instance.student_count();
  network.vectors.reserve((instance.student_count() + instance.teacher_count()) * network.dimension);
  if (!append(*instance.student, network) || !append(instance.teacher, network)) return std::nullopt;
  return network;
}

}  // namespace lojacert::ball
