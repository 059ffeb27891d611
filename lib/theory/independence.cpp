#include <lojacert/theory/independence.hpp>

#include <lojacert/exact/number.hpp>
#include <lojacert/linalg/positive_pivots.hpp>

#include <Eigen/Eigenvalues>

#include <vector>

namespace lojacert {

namespace {

constexpr Bits bits{256};

/// Whether the Gram matrix of the directions less `shift` times the identity has positive pivots.
bool is_positive(const TeacherGeometry& teacher, const Rational& shift) {
  const std::size_t r = teacher.count();
  std::vector<std::vector<Interval>> a;
  for (std::size_t i = 0; i < r; ++i) {
    std::vector<Interval> row;
    for (std::size_t k = 0; k < r; ++k)
      row.push_back(i == k ? Interval::exact(1L, bits) : teacher.cosine(i, k, bits));
    a.push_back(std::move(row));
  }
  return has_positive_pivots(a, Interval::from(shift, bits), bits);
}

}  // namespace

Rational independence_bound(const TeacherGeometry& teacher) {
  if (teacher.rank() < teacher.count()) return 0;
  const auto r = static_cast<Eigen::Index>(teacher.count());
  Eigen::MatrixXd gram(r, r);
  for (Eigen::Index i = 0; i < r; ++i) {
    for (Eigen::Index k = 0; k < r; ++k) {
      gram(i, k) = i == k ? 1
                          : teacher.cosine(static_cast<std::size_t>(i), static_cast<std::size_t>(k), bits)
                                .approximate_mid();
    }
  }
  const double smallest = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(gram).eigenvalues()[0];
  for (double share = 1 - 1e-9; share > 1e-3; share = 1 - 4 * (1 - share)) {
    if (!(smallest > 0)) break;
    const Rational bound = parse_exact_point(decimal_lower(exact(smallest * share), 12));
    if (bound > 0 && is_positive(teacher, bound)) return bound;
  }
  return 0;
}

}  // namespace lojacert
