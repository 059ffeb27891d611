#pragma once
// Pseudo-random numbers that are the same on every platform.

#include <cstdint>
#include <random>
#include <vector>

namespace lojacert::search {

/// A stream of pseudo-random numbers fixed by its seed. std::mt19937_64 is fixed by the C++ standard; its
/// distributions are not, so normal numbers are made here with MPFR's correctly rounded functions.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed) : engine_(seed) {}

  [[nodiscard]] double uniform();  ///< in (0, 1), a multiple of 2^-53
  [[nodiscard]] double normal();   ///< N(0, 1): Marsaglia's polar method
  /// rows x dimension normal numbers, each times `scale`.
  [[nodiscard]] std::vector<double> normal_rows(std::size_t rows, std::size_t dimension, double scale);

 private:
  std::mt19937_64 engine_;
};

}  // namespace lojacert::search
