#pragma once
// Students near the set L = 0, by families, each with one scale rho ~ sqrt(2 L) to be chosen.

#include "fast_landscape.hpp"

#include <array>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace lojacert::attack {

/// Random numbers from a seed.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  [[nodiscard]] double uniform();  ///< in [0, 1)
  [[nodiscard]] double uniform(double low, double high) { return low + (high - low) * uniform(); }
  [[nodiscard]] double log_uniform(double low, double high);
  [[nodiscard]] double normal();
  [[nodiscard]] std::size_t below(std::size_t n) {
    return static_cast<std::size_t>(uniform() * static_cast<double>(n));
  }
  [[nodiscard]] bool chance(double probability) { return uniform() < probability; }
  /// A random unit vector, orthogonal to `axis` where one is given.
  [[nodiscard]] std::vector<double> direction(std::size_t dimension, const double* axis = nullptr);

 private:
  std::mt19937_64 engine_;
};

enum class Family { near, ring, pairs, split, far, outliers, ladder, parallel, zero, equator };
inline constexpr std::array family_names = {"near",     "ring",   "pairs",    "split", "far",
                                            "outliers", "ladder", "parallel", "zero",  "equator"};
[[nodiscard]] inline std::string_view name_of(Family family) {
  return family_names[static_cast<std::size_t>(family)];
}

/// p_j(rho) = base_j + rho^(2/3) middle_j + rho fine_j: base_j is the student's share of a teacher, middle_j
/// (of the sum 0 in a class) the turn that costs a loss of about rho^2, fine_j anything of the size rho.
struct Draft {
  std::vector<DoubleDouble> base;
  std::vector<DoubleDouble> middle;
  std::vector<DoubleDouble> fine;
  [[nodiscard]] std::vector<DoubleDouble> at(double rho) const;
};

/// A random draft of a family with m students (r <= m; `far`, `outliers` and `ladder` need one more). `rho`
/// is about the scale it will be used at; `widest` bounds the angle of all students where it is below pi/2
/// (landscape).
[[nodiscard]] Draft draw(Family family, std::size_t m, double rho, double widest,
                         const FastLandscape& landscape, Dice& dice);

/// All students orthogonal to every teacher, on `k` axes, with the mass that makes them critical: spurious,
/// of loss
/// ((sum |p_i*|)^2-like) order 0.1. Needs d - r' >= k free axes, the last of the space.
[[nodiscard]] std::vector<DoubleDouble> equator(std::size_t k, const FastLandscape& landscape);

}  // namespace lojacert::attack
