#pragma once
// Loss and gradient of a signed sum of |u.x|: one generic formula for every enclosure.

#include <lojacert/kernel/arc_cosine.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace lojacert {

/// One summand even * |u.x| of R(x), and its share odd * u of the sum of effective vectors.
template <class E>
struct Term {
  std::vector<E> vector;  ///< u, not zero unless `may_vanish`
  E squared_norm;
  E even;
  E odd;
  bool wants_gradient = false;
  bool may_vanish = false;  ///< u may be 0: no direction, so no gradient is computed
};

/// What the sum needs of a pair: the kernel K(u, v) and the geometry that its gradient is made of.
template <class E>
struct PairValue {
  E kernel;
  PairGeometry<E> geometry;
};

/// 2 L_abs = E R^2 of R(x) = sum_g even_g |u_g.x|; for each g that asks for it gamma_g = E[R(x) sign(u_g.x)
/// x]; z = sum_g odd_g u_g. `gamma` holds dimension-many entries per term, empty ones where not asked for.
template <class E>
struct PairSum {
  E twice_loss;
  std::vector<std::vector<E>> gamma;
  std::vector<E> odd_sum;
};

/// Source: docs/theory/landscape.md, loss and gradient in closed form. `pair_of(g, h)` gives the PairValue
/// of u_g and u_h for g < h; the pair of a vector with itself is exact: K(u, u) = |u|^2 and the gradient term
/// is u. E has `add_product` and a free function add_multiple(target, factor, vector): target += factor *
/// vector.
template <class E, class PairOf>
[[nodiscard]] PairSum<E> pair_sum(std::span<const Term<E>> terms, const PairOf& pair_of,
                                  const CircleConstants<E>& constants, const E& zero, bool with_gradient) {
  const std::size_t dimension = terms.empty() ? 0 : terms.front().vector.size();
  const std::vector<E> zero_vector(dimension, zero);
  PairSum<E> sum{zero, std::vector<std::vector<E>>(terms.size()), zero_vector};
  std::vector<E> along_itself(terms.size(), zero);
  const auto asks = [&](std::size_t g) {
    return with_gradient && terms[g].wants_gradient && !terms[g].may_vanish;
  };

  E off_diagonal = zero;
  for (std::size_t g = 0; g < terms.size(); ++g) {
    sum.twice_loss.add_product(terms[g].even * terms[g].even, terms[g].squared_norm);
    add_multiple(sum.odd_sum, terms[g].odd, terms[g].vector);
    if (asks(g)) sum.gamma[g] = zero_vector;
  }
  for (std::size_t g = 0; g < terms.size(); ++g) {
    along_itself[g] += terms[g].even;
    for (std::size_t h = g + 1; h < terms.size(); ++h) {
      const PairValue<E> pair = pair_of(g, h);
      off_diagonal.add_product(terms[g].even * terms[h].even, pair.kernel);
      for (const auto& [self, other] : {std::pair{g, h}, std::pair{h, g}}) {
        if (!asks(self)) continue;
        const KernelGradient<E> gradient =
            abs_kernel_gradient(pair.geometry, terms[self].squared_norm, constants);
        add_multiple(sum.gamma[self], terms[other].even * gradient.along_v, terms[other].vector);
        along_itself[self].add_product(terms[other].even, gradient.along_u);
      }
    }
  }
  sum.twice_loss += off_diagonal + off_diagonal;
  for (std::size_t g = 0; g < terms.size(); ++g) {
    if (asks(g)) add_multiple(sum.gamma[g], along_itself[g], terms[g].vector);
  }
  return sum;
}

}  // namespace lojacert
