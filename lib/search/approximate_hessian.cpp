// The Hessian of the closed-form loss in the effective vectors.

#include "approximate_landscape.hpp"
#include "real.hpp"

#include <lojacert/exact/error.hpp>

#include <cmath>

namespace lojacert::search {

/// Adds sign * (2 |q| sin t / (pi |p_j|)) (I - b b^T + e e^T) to the block (j, j): what a vector q at angle t
/// does to the curvature at p_j; e is the unit vector of span(b, q) orthogonal to b. Parallel vectors add
/// nothing.
template <class S>
void ApproximateLandscape<S>::add_block(std::vector<S>& hessian, std::size_t j, std::size_t q,
                                        const S& sign) const {
  const Pair p = pair(r_ + j, q);
  if (p.sine <= S(0) || !(norms_[q] > S(0))) return;
  const S factor = sign * two_over_pi_ * norms_[q] * p.sine / norms_[r_ + j];
  const S* b = &units_[(r_ + j) * d_];
  const S* other = &units_[q * d_];
  const std::size_t size = m_ * d_;
  for (std::size_t k = 0; k < d_; ++k) {
    const S e_k = (other[k] - p.cosine * b[k]) / p.sine;
    for (std::size_t l = 0; l < d_; ++l) {
      const S e_l = (other[l] - p.cosine * b[l]) / p.sine;
      hessian[(j * d_ + k) * size + j * d_ + l] += factor * (S(k == l ? 1 : 0) - b[k] * b[l] + e_k * e_l);
    }
  }
}

template <class S>
std::vector<S> ApproximateLandscape<S>::hessian(std::span<const S> student) {
  load(student);
  const std::size_t size = m_ * d_;
  std::vector<S> result(size * size, S(0));
  for (std::size_t j = 0; j < m_; ++j) {
    for (std::size_t k = 0; k < m_; ++k) {
      const Pair p = pair(r_ + j, r_ + k);
      const S* b = &units_[(r_ + j) * d_];
      const S* c = &units_[(r_ + k) * d_];
      // G(b, c) = (1 - 2t/pi) I + (2/pi) (b c^T + c b^T - cos t (b b^T + c c^T)) / sin t
      const S plain = j == k ? S(1) : S(S(1) - two_over_pi_ * p.angle);
      const S mixed = j == k || p.sine <= S(0) ? S(0) : S(two_over_pi_ / p.sine);
      for (std::size_t a = 0; a < d_; ++a)
        for (std::size_t l = 0; l < d_; ++l)
          result[(j * d_ + a) * size + k * d_ + l] +=
              (a == l ? plain : S(0)) +
              mixed * (b[a] * c[l] + c[a] * b[l] - p.cosine * (b[a] * b[l] + c[a] * c[l]));
      if (j != k) add_block(result, j, r_ + k, S(1));
    }
    for (std::size_t i = 0; i < r_; ++i) add_block(result, j, i, S(-1));
  }
  if (activation_ == Activation::abs) return result;
  for (S& entry : result) entry /= S(4);
  if (activation_ == Activation::relu_linear) return result;
  for (std::size_t j = 0; j < m_; ++j)
    for (std::size_t k = 0; k < m_; ++k)
      for (std::size_t a = 0; a < d_; ++a) result[(j * d_ + a) * size + k * d_ + a] += S(0.25);
  return result;
}

template std::vector<double> ApproximateLandscape<double>::hessian(std::span<const double>);
template std::vector<long double> ApproximateLandscape<long double>::hessian(std::span<const long double>);
template std::vector<Real> ApproximateLandscape<Real>::hessian(std::span<const Real>);

}  // namespace lojacert::search
