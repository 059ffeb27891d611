#pragma once
// The libraries that this one uses, and their versions.

#include <string>
#include <vector>

namespace lojacert {

struct Library {
  std::string name;
  std::string compiled;  ///< the version of the headers that it was compiled with
  std::string loaded;    ///< the version that runs; the compiled one where the library is headers only
  bool decides = false;  ///< its arithmetic is part of every verdict
};

/// Boost, MPFI, MPFR and GMP, which decide, then the others.
[[nodiscard]] std::vector<Library> libraries();

}  // namespace lojacert
