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

/// An iterate of a recorded descent and its number.
struct RecordedIterate {
  long long iteration = 0;
  ExactMatrix student;
};

/// A recorded descent, perhaps with gaps: iterations grow from line to line. There is one iterate at least.
struct RecordedIterates {
  Instance setting;  ///< the teacher and the forms, without students
  std::string step;  ///< an exact positive number
  std::vector<RecordedIterate> iterates;
};

/// Throws InputError that names file and line where the file is malformed or has no step.
[[nodiscard]] RecordedIterates read_recorded_iterates(const std::string& path);

/// True where the first line of the file is the header of a recorded descent. False also where there is no
/// such file: its reader says so.
[[nodiscard]] bool is_trajectory_file(const std::string& path);

/// The same without gaps. Throws InputError also where the file leaves iterations out.
[[nodiscard]] Trajectory read_trajectory(const std::string& path);

}  // namespace lojacert
