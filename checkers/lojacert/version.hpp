#pragma once

#include <string>

namespace lojacert::program {

/// What --version prints: the program's version, then a line for each library and one for the compiler.
[[nodiscard]] std::string version_text();

}  // namespace lojacert::program
