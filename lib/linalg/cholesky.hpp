#pragma once
// Cholesky factorisation in doubles, with a proof of what its completion shows
// (docs/numerics/eigenvalues.md).

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace lojacert {

// All of this needs the rounding of doubles: whoever proves something with it asks double_rounding_is_sound()
// first.

/// An upper bound of a sum of `terms` nonnegative products of doubles that was computed as `computed`: in any
/// order, with or without fused operations. Infinite where it overflowed.
[[nodiscard]] double sum_of_products_upper(double computed, std::size_t terms);

/// gamma_k = k u / (1 - k u) for the unit roundoff u = 2^-53, rounded up: what k roundings can do to a
/// product of factors 1 + delta or 1 / (1 + delta).
[[nodiscard]] double gamma_upper(std::size_t roundings);

/// A Cholesky factorisation of A - shift I that ran to completion in floating point.
class ShiftedCholesky {
 public:
  /// `matrix` holds the size * size entries of a symmetric matrix A of finite doubles; only one triangle is
  /// read. Nothing where a pivot is not positive or any number on the way was not finite.
  [[nodiscard]] static std::optional<ShiftedCholesky> of(std::span<const double> matrix, std::size_t size,
                                                         double shift);

  [[nodiscard]] double shift() const { return shift_; }

  /// A number e with lambda_min(A) >= shift - e. Rigorous under round-to-nearest with gradual underflow,
  /// whatever the order of summation, the blocking, and the use of fused operations; from the computed
  /// factor. Source: S. M. Rump, Verification of positive definiteness, BIT 46 (2006), Corollary 2.4, with
  /// the norm of |R^T||R| bounded by the factor instead of the trace.
  [[nodiscard]] double deficit_upper() const { return deficit_; }

  /// x becomes about (A - shift I)^-1 x.
  void approximate_solve(std::span<double> x) const;

 private:
  ShiftedCholesky(std::vector<double> entries, std::size_t size, double shift);

  [[nodiscard]] bool factorise();
  [[nodiscard]] bool is_finite() const;
  [[nodiscard]] double product_norm_upper() const;
  [[nodiscard]] double proved_deficit() const;

  std::vector<double> factor_;    // column by column; R^T on and below the diagonal
  std::vector<double> diagonal_;  // of fl(A - shift I)
  std::size_t size_;
  double shift_;
  double deficit_ = 0;
};

}  // namespace lojacert
