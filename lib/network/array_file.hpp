#pragma once
// NumPy's array files: .npy (one array) and .npz (a zip archive of them). Floating-point entries are taken
// exactly.

#include <lojacert/exact/matrix.hpp>

#include <optional>
#include <string>

namespace lojacert {

/// The two-dimensional array in a .npy file (format versions 1 to 3; float16, float32 or float64 in either
/// byte order; C or Fortran order). Throws InputError, which begins with the path, on anything else, and on
/// entries that are not finite.
[[nodiscard]] ExactMatrix read_npy(const std::string& path);

/// The arrays of a .npz file.
struct ArrayPair {
  ExactMatrix teacher;
  std::optional<ExactMatrix> student;
};

/// The arrays `teacher` and, where there is one, `student` of a .npz file, stored or compressed. Throws
/// InputError as read_npy, and on any other array.
[[nodiscard]] ArrayPair read_npz(const std::string& path);

}  // namespace lojacert
