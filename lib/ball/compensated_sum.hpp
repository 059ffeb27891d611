#pragma once
// A running sum that keeps what every addition loses.

#include <lojacert/exact/error_free.hpp>

namespace lojacert::ball {

/// n summands: the value is off by at most 2^-53 of itself and n^2 2^-106 of the sum of their sizes (Ogita,
/// Rump and Oishi, Accurate sum and dot product, SIAM J. Sci. Comput. 26, 2005, Proposition 4.5; 1.01 times
/// that while n <= 2^40).
class CompensatedSum {
 public:
  void add(double x) {
    const TwoParts sum = two_sum(hi_, x);
    lo_ += sum.low;
    hi_ = sum.high;
  }
  void add(const CompensatedSum& other) {
    add(other.hi_);
    lo_ += other.lo_;
  }
  [[nodiscard]] double value() const { return hi_ + lo_; }

 private:
  double hi_ = 0;
  double lo_ = 0;
};

}  // namespace lojacert::ball
