#pragma once
// Trajectories as JSON Lines: lojacert-trajectory/1 (docs/howto/train.md).

#include "descent.hpp"

#include <cstdio>
#include <string>

namespace lojacert::search {

/// Writes a header line, then one line per recorded iterate, to a temporary file beside `path`; commit()
/// gives it its name. Without commit() the temporary file is removed and an existing `path` stays as it was.
class TrajectoryWriter {
 public:
  /// Throws InputError where the folder cannot be written.
  TrajectoryWriter(std::string path, const Instance& start, const DescentOptions& options);
  ~TrajectoryWriter();
  TrajectoryWriter(const TrajectoryWriter&) = delete;
  TrajectoryWriter& operator=(const TrajectoryWriter&) = delete;

  void add(const Iterate& iterate);  ///< throws InputError where the disk refuses
  void commit();                     ///< syncs and renames; throws InputError where that fails

 private:
  void write(const std::string& line);

  std::string path_;
  std::string temporary_;
  std::FILE* file_ = nullptr;
};

}  // namespace lojacert::search
