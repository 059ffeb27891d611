#pragma once
// Exact arithmetic of square roots, and the exact test L(W) = 0.

#include "instance.hpp"

namespace lojaverify {

/// A sum over t of c_t sqrt(N_t), with rational c_t and integers N_t >= 0.
///
/// sqrt(N) / sqrt(N') is rational exactly if N N' is a square, and square roots of integers whose pairwise
/// products are no squares are linearly independent over the rationals. So after collecting such classes the
/// sum is rational (zero) exactly if the coefficients of every irrational class (of every class) vanish.
class RadicalSum {
 public:
  void add(const Rational& coefficient, const Integer& radicand);

  [[nodiscard]] bool is_rational() const;
  [[nodiscard]] bool is_zero() const { return is_rational() && rational_part().sign() == 0; }
  [[nodiscard]] const Rational& rational_part() const { return classes_.front().coefficient; }

 private:
  struct Class {
    Integer radicand;
    Rational coefficient;
  };
  std::vector<Class> classes_{{Integer(1), Rational()}};  // the rational class is the first
};

/// Adds sign * p to the sums, where p is the effective vector of the exact row w: w, or sqrt(n) z / D^2 for
/// w = z / D.
void add_effective_vector(std::vector<RadicalSum>& sums, int sign, const IntegerRow& row, Form form);

/// Whether L(W) = 0, for a point instance.
///
/// The functions |n.x| of pairwise non-parallel n are linearly independent, so sum of +-|p.x| vanishes
/// exactly if the coefficients of each line cancel. With relu(z) = (|z| + z) / 2 the odd part, the sum of
/// +-p, must vanish as well.
[[nodiscard]] bool loss_is_zero(const Instance& instance);

}  // namespace lojaverify
