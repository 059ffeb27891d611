#pragma once
// Signed sums of effective vectors that nearly cancel, in twice the precision of a double.

#include <lojacert/ball/upper_bound.hpp>
#include <lojacert/exact/error_free.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert::ball {

/// The length of a row whose largest entry is between 1/2 and 1 in size, as high + low with a relative error
/// of at most (2d + 32) 2^-106 (docs/numerics/cluster-form.md, section 6).
[[nodiscard]] TwoParts accurate_length(std::span<const double> row);

/// A sum of vectors factor * row and factor * length * row, in three doubles an entry.
class ResidualSum {
 public:
  explicit ResidualSum(std::size_t dimension) : high_(dimension), low_(dimension), lowest_(dimension) {}

  /// `factor` is +-2^k or 0, `mass` bounds the length of the vector.
  void add(std::span<const double> row, double factor, UpperBound mass);
  void add(std::span<const double> row, double factor, const TwoParts& length, UpperBound mass);

  /// Writes the sum, rounded once, and bounds its error in the 2-norm: 4 n^2 (n + 3) 2^-159 times the sum of
  /// the masses, (2d + 40) 2^-106 times that of the masses with a length, and the last rounding (section 6).
  UpperBound round_to(std::span<double> sum) const;

 private:
  void add_to_low(std::size_t k, double value);

  std::vector<double> high_;
  std::vector<double> low_;
  std::vector<double> lowest_;
  std::size_t count_ = 0;
  UpperBound mass_;
  UpperBound mass_with_length_;
};

}  // namespace lojacert::ball
