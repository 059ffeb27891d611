#include "linear.hpp"

#if __has_include(<flint/arb_mat.h>)
#include <flint/arb_mat.h>
#else
#include <arb_mat.h>
#endif

namespace lojaverify {

namespace {

class ArbMatrix {
 public:
  explicit ArbMatrix(std::size_t n) { arb_mat_init(m_, static_cast<slong>(n), static_cast<slong>(n)); }
  ArbMatrix(const ArbMatrix&) = delete;
  ArbMatrix& operator=(const ArbMatrix&) = delete;
  ~ArbMatrix() { arb_mat_clear(m_); }

  [[nodiscard]] arb_mat_struct* get() { return m_; }
  [[nodiscard]] arb_ptr entry(std::size_t i, std::size_t k) {
    return arb_mat_entry_ptr(m_, static_cast<slong>(i), static_cast<slong>(k));
  }

 private:
  arb_mat_t m_;
};

/// The Cholesky factor of the lower triangle; whether every matrix in the enclosure is positive definite.
bool factorise(ArbMatrix& factor, const Matrix& symmetric, slong bits) {
  ArbMatrix copy(symmetric.rows);
  for (std::size_t i = 0; i < symmetric.rows; ++i) {
    for (std::size_t k = 0; k < symmetric.columns; ++k) {
      if (!symmetric(i, k).is_finite()) return false;
      arb_set(copy.entry(i, k), symmetric(i, k).get());
    }
  }
  return arb_mat_cho(factor.get(), copy.get(), bits) != 0;
}

}  // namespace

Ball dot(std::span<const Ball> a, std::span<const Ball> b, slong bits) {
  Ball sum;
  if (!a.empty()) {
    arb_dot(sum.get(), nullptr, 0, a.front().get(), 1, b.front().get(), 1, static_cast<slong>(a.size()),
            bits);
  }
  return sum;
}

Vector product(const Matrix& m, std::span<const Ball> x, slong bits) {
  Vector result(m.rows);
  for (std::size_t i = 0; i < m.rows; ++i) result[i] = dot(m.row(i), x, bits);
  return result;
}

Matrix product(const Matrix& a, const Matrix& b, slong bits) {
  Matrix result(a.rows, b.columns);
  Vector column(b.rows);
  for (std::size_t k = 0; k < b.columns; ++k) {
    for (std::size_t i = 0; i < b.rows; ++i) column[i] = b(i, k);
    for (std::size_t i = 0; i < a.rows; ++i) result(i, k) = dot(a.row(i), column, bits);
  }
  return result;
}

bool is_positive_definite(const Matrix& symmetric, slong bits) {
  ArbMatrix factor(symmetric.rows);
  return factorise(factor, symmetric, bits);
}

Matrix whitening(const Matrix& symmetric, slong bits) {
  const std::size_t n = symmetric.rows;
  ArbMatrix factor(n), identity(n), result(n);
  arb_mat_one(identity.get());
  if (factorise(factor, symmetric, bits))
    arb_mat_solve_tril(result.get(), factor.get(), identity.get(), 0, bits);
  else
    arb_mat_indeterminate(result.get());
  Matrix enclosure(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) arb_set(enclosure(i, k).get(), result.entry(i, k));
  }
  return enclosure;
}

}  // namespace lojaverify
