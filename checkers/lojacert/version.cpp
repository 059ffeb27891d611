#include "version.hpp"

#include <lojacert/certificate/libraries.hpp>

#include <fmt/format.h>
#include <CLI/Version.hpp>

namespace lojacert::program {

std::string version_text() {
  std::string text = fmt::format("lojacert {}\n", LOJACERT_VERSION);
  for (const Library& library : libraries()) {
    text += library.name + " " + library.loaded;
    if (library.loaded != library.compiled) text += " (compiled with " + library.compiled + ")";
    text += "\n";
  }
  text += fmt::format("CLI11 {}\n", CLI11_VERSION);
#ifdef __clang__
  return text + "compiler " + __VERSION__;
#else
  return text + "compiler GCC " + __VERSION__;
#endif
}

}  // namespace lojacert::program
