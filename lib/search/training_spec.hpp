#pragma once
// The specification of a training run: lojacert-training/1 (docs/howto/train.md).

#include "descent.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace lojacert::search {

/// A training run made definite: the instance to start from (with its initial student) and how to descend.
struct TrainingSpec {
  Instance start;
  DescentOptions descent;
  std::string text;  ///< the specification as JSON, for the provenance
};

/// Reads a specification; paths in it are relative to `folder`, `label` names the source in messages. Throws
/// InputError.
[[nodiscard]] TrainingSpec parse_training_spec(std::string_view text, const std::string& label,
                                               const std::filesystem::path& folder);

/// Reads a specification file (`-`: standard input).
[[nodiscard]] TrainingSpec read_training_spec(const std::string& path);

}  // namespace lojacert::search
