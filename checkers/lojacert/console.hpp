#pragma once
// What the program says, and where: `c ` lines and the status line on standard output, steps on standard
// error.

#include <cstdio>
#include <string>

namespace lojacert::program {

/// How much a run says: its status line alone, the usual lines, or also what it is doing.
enum class Verbosity { quiet, normal, verbose };

/// The choice of --quiet and --verbose; there is one for the process, as there is one standard output.
void set_verbosity(Verbosity verbosity);
[[nodiscard]] Verbosity verbosity();

/// A line "c text", on standard output unless said otherwise; nothing under --quiet.
void comment(const std::string& text, std::FILE* out = stdout);

/// Under --verbose a line "lojacert: text" on standard error, with the seconds since the start of the
/// program.
void step(const std::string& text);

/// `word` in the colour of its status, where standard output is a terminal and NO_COLOR (no-color.org) is not
/// set; `word` itself elsewhere.
[[nodiscard]] std::string coloured(const std::string& word);

}  // namespace lojacert::program
