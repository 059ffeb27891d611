#pragma once
// Files appear whole or not at all.

#include <string>
#include <string_view>

namespace lojacert {

/// Writes `content` to a temporary name in the same folder, syncs it and renames it to `path` (`-`: standard
/// output). On any failure the temporary file is removed, an existing `path` is left as it was, and
/// InputError names the path and the cause.
void write_file_atomically(const std::string& path, std::string_view content);

}  // namespace lojacert
