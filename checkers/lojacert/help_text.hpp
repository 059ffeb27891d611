#pragma once
// The command line of a program without CLI11, read off the text of its --help.

#include "interface.hpp"

#include <string>
#include <string_view>

namespace lojacert::program {

struct DescribedProgram {
  Command command;
  std::string exit_status;  ///< the last paragraph
};

/// Reads "usage: NAME ...", a paragraph that describes the program, lines "  --option VALUE  meaning" and
/// "  ARGUMENT  meaning", "Examples:" with its lines, and a last paragraph. Throws InputError where the text
/// is not of this form.
[[nodiscard]] DescribedProgram read_help_text(std::string_view text);

}  // namespace lojacert::program
