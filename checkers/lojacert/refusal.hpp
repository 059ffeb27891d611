#pragma once
// What is wrong with the words of a command line, and what was perhaps meant.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace lojacert::program {

/// One sentence for standard error: the unknown command, claim, option or value by name with the nearest
/// known one, or else what CLI11 says. `words` are the arguments of the program.
[[nodiscard]] std::string refusal(const CLI::App& app, const CLI::ParseError& error,
                                  const std::vector<std::string>& words);

}  // namespace lojacert::program
