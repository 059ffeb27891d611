#pragma once
// Reader of recorded descents: lojacert-trajectory/1 (docs/howto/train.md).

#include <lojacert/network/instance.hpp>

#include <string>
#include <vector>

namespace lojacert {

/// The iterates of a descent that were recorded, in increasing order; the first is iteration 0.
struct RecordedDescent {
  Instance start;                     ///< with the students of iteration 0
  std::string step;                   ///< an exact positive number
  std::vector<long long> iterations;  ///< 0, ...
  std::vector<ExactMatrix> students;  ///< at each of them, `start` included

  /// The instance of the i-th recorded iterate.
  [[nodiscard]] Instance at(std::size_t i) const;
};

/// Whether the file's first line says that it is a trajectory. False where it cannot be read.
[[nodiscard]] bool is_trajectory_file(const std::string& path);

/// Throws InputError that names file and line where the file is malformed.
[[nodiscard]] RecordedDescent read_recorded_descent(const std::string& path);

/// A recorded descent whose iterates follow each other without a gap.
struct Trajectory {
  Instance start;                     ///< with the students of iteration 0
  std::string step;                   ///< an exact positive number
  std::vector<ExactMatrix> iterates;  ///< of the iterations 1, 2, ...
};

/// Throws InputError that names file and line where the file is malformed, has no step, or leaves iterations
/// out.
[[nodiscard]] Trajectory read_trajectory(const std::string& path);

}  // namespace lojacert
