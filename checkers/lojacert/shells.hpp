#pragma once
// Completions for shells, from the description of a command line.

#include "interface.hpp"

#include <string>

namespace lojacert::program {

[[nodiscard]] std::string bash_completion(const Command& program);
[[nodiscard]] std::string zsh_completion(const Command& program);
[[nodiscard]] std::string fish_completion(const Command& program);

}  // namespace lojacert::program
