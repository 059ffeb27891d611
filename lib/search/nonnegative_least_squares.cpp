#include "nonnegative_least_squares.hpp"

#include "real.hpp"

#include <boost/multiprecision/eigen.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace lojacert::search {

namespace {

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

template <class S>
S epsilon() {
  return std::numeric_limits<S>::epsilon();
}

template <>
Real epsilon<Real>() {
  return ldexp(Real(1), 1 - static_cast<int>(mpfr_get_prec(Real().backend().data())));
}

/// The problem and the working set of the method.
template <class S>
class ActiveSet {
 public:
  using Matrix = search::Matrix<S>;
  using Vector = search::Vector<S>;

  ActiveSet(const Eigen::Map<const Matrix>& a, const Eigen::Map<const Vector>& b)
      : a_(a), b_(b), solution_(Vector::Zero(b.size())), free_(static_cast<std::size_t>(b.size()), false) {}

  /// The bound coordinate with the largest descent, or -1 where none exceeds `threshold`.
  [[nodiscard]] Eigen::Index steepest(const S& threshold) const {
    const Vector descent = b_ - a_ * solution_;
    Eigen::Index best = -1;
    for (Eigen::Index k = 0; k < descent.size(); ++k) {
      if (free_[static_cast<std::size_t>(k)] || !(descent[k] > threshold)) continue;
      if (best < 0 || descent[k] > descent[best]) best = k;
    }
    return best;
  }

  /// Frees coordinate k and minimises over the free ones, binding again those that would turn negative.
  /// Returns false where k itself was bound at once (rounding: no progress).
  bool free_and_minimise(Eigen::Index k) {
    free_[static_cast<std::size_t>(k)] = true;
    for (;;) {
      const std::vector<Eigen::Index> indices = free_indices();
      const Vector candidate = minimiser_over(indices);
      S step(1);
      for (std::size_t n = 0; n < indices.size(); ++n) {
        const S now = solution_[indices[n]];
        const S& then = candidate[static_cast<Eigen::Index>(n)];
        if (then <= 0) step = std::min(step, S(now / (now - then)));
      }
      if (!(step >= 0)) step = S(0);  // 0/0: a coordinate at its bound that wants to stay there
      move(indices, candidate, step);
      if (step == 1) return true;
      if (!free_[static_cast<std::size_t>(k)] && solution_[k] == 0) return false;
    }
  }

  [[nodiscard]] const Vector& solution() const { return solution_; }

 private:
  [[nodiscard]] std::vector<Eigen::Index> free_indices() const {
    std::vector<Eigen::Index> indices;
    for (std::size_t k = 0; k < free_.size(); ++k)
      if (free_[k]) indices.push_back(static_cast<Eigen::Index>(k));
    return indices;
  }

  [[nodiscard]] Vector minimiser_over(const std::vector<Eigen::Index>& indices) const {
    const Matrix part = a_(indices, indices);
    return part.ldlt().solve(Vector(b_(indices)));
  }

  void move(const std::vector<Eigen::Index>& indices, const Vector& candidate, const S& step) {
    for (std::size_t n = 0; n < indices.size(); ++n) {
      const S& then = candidate[static_cast<Eigen::Index>(n)];
      S& now = solution_[indices[n]];
      const bool blocks = then <= 0 && S(now + step * (then - now)) <= rounding_ * (now - then);
      now = blocks ? S(0) : S(now + step * (then - now));
      if (blocks) free_[static_cast<std::size_t>(indices[n])] = false;
    }
  }

  const Eigen::Map<const Matrix>& a_;
  const Eigen::Map<const Vector>& b_;
  Vector solution_;
  std::vector<bool> free_;
  S rounding_ = S(1e-14 / 0x1p-52) * epsilon<S>();
};

}  // namespace

template <class S>
std::vector<S> nonnegative_minimiser(std::span<const S> a, std::span<const S> b, const S& tolerance) {
  if (a.size() != b.size() * b.size())
    throw std::logic_error("nonnegative_minimiser: A is not n x n for b of length n");
  if (b.empty()) return {};
  const auto n = static_cast<Eigen::Index>(b.size());
  const Eigen::Map<const Matrix<S>> matrix(a.data(), n, n);
  const Eigen::Map<const Vector<S>> vector(b.data(), n);
  ActiveSet<S> set(matrix, vector);
  const S threshold = tolerance * vector.cwiseAbs().maxCoeff();
  for (Eigen::Index round = 0; round < 30 * n; ++round) {
    const Eigen::Index k = set.steepest(threshold);
    if (k < 0 || !set.free_and_minimise(k)) break;
  }
  return {set.solution().data(), set.solution().data() + n};
}

template std::vector<double> nonnegative_minimiser(std::span<const double>, std::span<const double>,
                                                   const double&);
template std::vector<Real> nonnegative_minimiser(std::span<const Real>, std::span<const Real>, const Real&);

}  // namespace lojacert::search
