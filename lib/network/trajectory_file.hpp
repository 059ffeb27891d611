#pragma once
// Reader of recorded descents: lojacert-trajectory/1 (docs/howto/train.md).

#include <lojacert/network/instance.hpp>

#include <string>
#include <vector>

namespace lojacert {

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
