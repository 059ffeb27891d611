#include <lojacert/exact/row.hpp>

#include <utility>

namespace lojacert {

Rational inner_product(std::span<const Rational> u, std::span<const Rational> v) {
  Rational sum = 0;
  for (std::size_t k = 0; k < u.size(); ++k) sum += u[k] * v[k];
  return sum;
}

ExactRow exact_row(std::vector<Rational> entries) {
  Rational squared_norm = inner_product(entries, entries);
  return {std::move(entries), std::move(squared_norm)};
}

ExactRow exact_row(const ExactMatrix& rows, std::size_t i) {
  std::vector<Rational> entries;
  for (std::size_t k = 0; k < rows.cols(); ++k) entries.push_back(rows.point(i, k));
  return exact_row(std::move(entries));
}

std::vector<ExactRow> exact_rows(const ExactMatrix& rows) {
  std::vector<ExactRow> result;
  for (std::size_t i = 0; i < rows.rows(); ++i) result.push_back(exact_row(rows, i));
  return result;
}

}  // namespace lojacert
