#include <lojacert/ball/double_network.hpp>

#include <algorithm>
#include <cmath>

namespace lojacert::ball {

namespace {

/// Rounding to a double is relative where the largest entry of a row is no smaller: an entry that becomes
/// subnormal or 0 is then off by less than 2^-114 of it.
constexpr double least_of_rounded_row = 0x1p-960;

/// Appends a row; false where an entry does not fit a double, or where rounding would be more than relative.
bool append_row(const ExactMatrix& rows, std::size_t i, DoubleNetwork& network) {
  bool is_exact = true;
  double largest = 0;
  for (std::size_t k = 0; k < rows.cols(); ++k) {
    const auto exact = rows.as_double(i, k);
    const double entry = exact ? *exact : rows.point(i, k).convert_to<double>();
    if (!std::isfinite(entry)) return false;
    is_exact = is_exact && exact;
    largest = std::max(largest, std::fabs(entry));
    network.vectors.push_back(entry);
  }
  network.is_exact = network.is_exact && is_exact;
  return is_exact || largest >= least_of_rounded_row;
}

bool append(const ExactMatrix& rows, DoubleNetwork& network) {
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (!append_row(rows, i, network)) return false;
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
