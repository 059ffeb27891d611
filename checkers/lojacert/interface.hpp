#pragma once
// The command line as data, read off its CLI11 definition: what completions, man pages and messages are made
// of.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace lojacert::program {

/// An option, a flag or a positional argument.
struct Argument {
  std::vector<std::string> names;    ///< "-o", "--output"; the name without dashes for a positional
  std::string value;                 ///< what stands for its value: "FILE", "X"; empty for a flag
  std::vector<std::string> choices;  ///< the values allowed, where they are enumerated
  std::string description;
  std::string initial;  ///< the default, as text
  bool positional = false;
  bool required = false;
  bool repeated = false;

  [[nodiscard]] bool names_a_file() const;
};

/// A program or a command with everything below it; hidden commands are left out.
struct Command {
  std::string name;
  std::string description;
  std::string examples;  ///< the footer of its help
  std::vector<Argument> arguments;
  std::vector<Command> commands;
};

[[nodiscard]] Command interface_of(const CLI::App& app);

/// The enumerated values of an option, from the description of its check; empty where any value will do.
[[nodiscard]] std::vector<std::string> choices_of(const CLI::Option& option);

/// The names of the commands below `app` that are not hidden.
[[nodiscard]] std::vector<std::string> command_names(const CLI::App& app);

/// The option names of `app`: "--help", "-o", ...
[[nodiscard]] std::vector<std::string> option_names(const CLI::App& app);

}  // namespace lojacert::program
