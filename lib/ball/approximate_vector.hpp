#pragma once
// Vectors of doubles with a bound of their error, and what is proved of their inner products and sums.

#include <lojacert/ball/upper_bound.hpp>
#include <lojacert/enclosure/double_interval.hpp>

#include <cstddef>
#include <span>

namespace lojacert::ball {

/// A vector of which `entries` is an approximation: at most `error` away in the 2-norm.
struct ApproximateVector {
  std::span<const double> entries;
  UpperBound length;  ///< of the entries
  UpperBound error;
};

/// The entries with a bound of their length.
[[nodiscard]] ApproximateVector approximate_vector(std::span<const double> entries, UpperBound error);

/// n 2^-53 / (1 - n 2^-53), the relative error of n roundings, for n < 2^30.
[[nodiscard]] inline UpperBound roundings(std::size_t n) {
  return UpperBound(static_cast<double>(n) * 0x1.000004p-53);
}

/// The inner product of two rows of doubles as computed: its error is at most roundings(size) |x||y| +
/// 1e-290.
[[nodiscard]] double computed_product(std::span<const double> x, std::span<const double> y);

/// [computed - error, computed + error].
[[nodiscard]] DoubleInterval within(double computed, UpperBound error);

/// sup |x - x.midpoint()|.
[[nodiscard]] UpperBound radius(const DoubleInterval& x);

/// An enclosure of <x, y> for the vectors that are approximated.
[[nodiscard]] DoubleInterval inner_product(const ApproximateVector& x, const ApproximateVector& y);

/// An enclosure of the length, with a small relative error where the entries' error is small.
[[nodiscard]] DoubleInterval length_of(const ApproximateVector& x);

/// A sum of coefficient * vector, accumulated in place, with a bound of its error.
class VectorSum {
 public:
  /// Starts at what `sum` holds, which must be 0.
  explicit VectorSum(std::span<double> sum) : sum_(sum) {}

  void add(const DoubleInterval& coefficient, const ApproximateVector& x);
  void add_error(UpperBound error) { added_error_ += error; }

  [[nodiscard]] std::span<double> entries() const { return sum_; }
  /// Of the sum as computed.
  [[nodiscard]] UpperBound error() const {
    const UpperBound found = UpperBound(error_) + roundings(terms_ + 1) * UpperBound(magnitude_);
    return found * (UpperBound(1) + UpperBound(2) * roundings(terms_ + 8)) + added_error_ +
           UpperBound(1e-290);
  }

 private:
  std::span<double> sum_;
  // Sums of terms_ numbers >= 0, rounded to nearest: within roundings(terms_ + 7) of what they stand for.
  double magnitude_ = 0;
  double error_ = 0;
  UpperBound added_error_;
  std::size_t terms_ = 0;
};

}  // namespace lojacert::ball
