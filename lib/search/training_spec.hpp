#pragma once
// The specification of a training run: lojacert-training/1 (docs/howto/train.md).

#include "descent.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
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
                                               const std::filesystem::path& folder,
                                               const std::optional<std::uint64_t>& seed = std::nullopt);

/// Reads a specification file (`-`: standard input). A given `seed` replaces the file's; it needs a random
/// start.
[[nodiscard]] TrainingSpec read_training_spec(const std::string& path,
                                              const std::optional<std::uint64_t>& seed = std::nullopt);

}  // namespace lojacert::search
