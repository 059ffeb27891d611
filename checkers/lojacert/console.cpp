#include "console.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string_view>

namespace lojacert::program {

namespace {

Verbosity& chosen() {
  static Verbosity verbosity = Verbosity::normal;
  return verbosity;
}

double seconds_since_start() {
  static const auto start = std::chrono::steady_clock::now();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

bool colours_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool refused = no_color != nullptr && *no_color != '\0';
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return !refused && !dumb && isatty(STDOUT_FILENO) == 1;
}

}  // namespace

void set_verbosity(Verbosity verbosity) {
  seconds_since_start();
  chosen() = verbosity;
}

Verbosity verbosity() { return chosen(); }

void comment(const std::string& text, std::FILE* out) {
  if (verbosity() == Verbosity::quiet) return;
  std::fprintf(out, "c %s\n", text.c_str());
  std::fflush(out);  // whatever ends the program next: the lines so far are whole and in order
}

void step(const std::string& text) {
  if (verbosity() == Verbosity::verbose)
    std::fprintf(stderr, "lojacert: %.3f s: %s\n", seconds_since_start(), text.c_str());
}

std::string coloured(const std::string& word) {
  if (!colours_wanted()) return word;
  const bool good = word == "PROVED" || word == "EVALUATED" || word == "DONE";
  const char* colour = good ? "32" : word == "DISPROVED" ? "31" : "33";
  return fmt::format("\033[1;{}m{}\033[0m", colour, word);
}

}  // namespace lojacert::program
