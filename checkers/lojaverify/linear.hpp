#pragma once
// Vectors and matrices of balls.

#include <span>
#include <vector>

#include "ball.hpp"

namespace lojaverify {

using Vector = std::vector<Ball>;
static_assert(sizeof(Ball) == sizeof(arb_struct));  // so that Arb can take a vector of balls for its own

[[nodiscard]] Ball dot(std::span<const Ball> a, std::span<const Ball> b, slong bits);

/// A matrix by its rows.
struct Matrix {
  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), entries(row_count * column_count) {}

  [[nodiscard]] Ball& operator()(std::size_t i, std::size_t k) { return entries[i * columns + k]; }
  [[nodiscard]] const Ball& operator()(std::size_t i, std::size_t k) const {
    return entries[i * columns + k];
  }
  [[nodiscard]] std::span<const Ball> row(std::size_t i) const {
    return std::span(entries).subspan(i * columns, columns);
  }

  std::size_t rows = 0, columns = 0;
  Vector entries;
};

[[nodiscard]] Vector product(const Matrix& m, std::span<const Ball> x, slong bits);  // m x
[[nodiscard]] Matrix product(const Matrix& a, const Matrix& b, slong bits);

/// Every symmetric matrix in the enclosure is positive definite. `false` decides nothing.
[[nodiscard]] bool is_positive_definite(const Matrix& symmetric, slong bits);

/// The lower triangular W with W m W^T = I, that is m^-1 = W^T W, for a symmetric positive definite m; not
/// finite where `symmetric` is not certainly that.
[[nodiscard]] Matrix whitening(const Matrix& symmetric, slong bits);

}  // namespace lojaverify
