#pragma once
// Pseudo-random numbers that are the same on every platform.

#include <cstdint>
#include <random>
#include <vector>

namespace lojacert::search {

/// A uniform point of the unit disc without its centre; Marsaglia's polar method makes a normal number of it.
struct DiscPoint {
  double x = 0;
  double y = 0;
};

/// The double nearest to the normal number of a point, with MPFR's correctly rounded functions.
[[nodiscard]] double normal_of(const DiscPoint& point);
/// The same in double arithmetic, a hundred times as fast: for choosing among many. Its last digits depend on
/// the platform.
[[nodiscard]] double roughly_normal_of(const DiscPoint& point);

/// A stream of pseudo-random numbers fixed by its seed. std::mt19937_64 is fixed by the C++ standard; its
/// distributions are not, so normal numbers are made here with MPFR's correctly rounded functions.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed) : engine_(seed) {}

  [[nodiscard]] double uniform();  ///< in (0, 1), a multiple of 2^-53
  [[nodiscard]] DiscPoint disc_point();
  [[nodiscard]] double normal() { return normal_of(disc_point()); }  ///< N(0, 1)
  /// rows x dimension normal numbers, each times `scale`.
  [[nodiscard]] std::vector<double> normal_rows(std::size_t rows, std::size_t dimension, double scale);

 private:
  std::mt19937_64 engine_;
};

}  // namespace lojacert::search
