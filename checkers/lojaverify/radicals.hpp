#pragma once
// Exact arithmetic of square roots, and the exact test L(W) = 0.

#include "instance.hpp"

namespace lojaverify {

/// A vector sum over t of c_t sqrt(N_t), with rational vectors c_t and integers N_t >= 0.
///
/// sqrt(N) / sqrt(N') is rational exactly if N N' is a square, and square roots of integers whose pairwise
/// products are no squares are linearly independent over the rationals. So after collecting such classes the
/// sum is rational (zero) exactly if the coefficients of every irrational class (of every class) vanish.
class RadicalSum {
 public:
  explicit RadicalSum(std::size_t dimension) : rational_(dimension) {}
  void add(std::span<const Rational> coefficients, const Integer& radicand);

  [[nodiscard]] bool is_rational() const;
  [[nodiscard]] bool is_zero() const;
  [[nodiscard]] std::span<const Rational> rational_part() const { return rational_; }

 private:
  struct Class {
    Integer radicand;
    std::vector<Rational> coefficients;
  };
  std::vector<Rational> rational_;
  std::vector<Class> classes_;
};

/// Adds sign * p to the sum, where p is the effective vector of the exact row w: w, or sqrt(n) z / D^2 for w
/// = z / D.
void add_effective_vector(RadicalSum& sum, int sign, const IntegerRow& row, Form form);

/// Whether L(W) = 0, for a point instance.
///
/// The functions |n.x| of pairwise non-parallel n are linearly independent, so sum of +-|p.x| vanishes
/// exactly if the coefficients of each line cancel. With relu(z) = (|z| + z) / 2 the odd part, the sum of
/// +-p, must vanish as well.
[[nodiscard]] bool loss_is_zero(const Instance& instance);

}  // namespace lojaverify
