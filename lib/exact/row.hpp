#pragma once
// Rows of exact numbers and their inner products.

#include <lojacert/exact/matrix.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert {

/// A vector of exact numbers with its squared length.
struct ExactRow {
  std::vector<Rational> entries;
  Rational squared_norm;

  [[nodiscard]] bool is_zero() const { return squared_norm.is_zero(); }
};

/// <u, v>, exactly; the spans have one length.
[[nodiscard]] Rational inner_product(std::span<const Rational> u, std::span<const Rational> v);

[[nodiscard]] ExactRow exact_row(std::vector<Rational> entries);
/// Row i of a matrix. Throws std::logic_error where an entry is a box of positive width.
[[nodiscard]] ExactRow exact_row(const ExactMatrix& rows, std::size_t i);
[[nodiscard]] std::vector<ExactRow> exact_rows(const ExactMatrix& rows);

}  // namespace lojacert
