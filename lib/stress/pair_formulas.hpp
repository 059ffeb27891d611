#pragma once
// The formulas that people write for the loss: sums over all pairs, in five variants, over any arithmetic.

#include <lojacert/kernel/arc_cosine.hpp>
#include <lojacert/stress/plain_network.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace lojacert::stress {

/// One running sum.
template <class A>
class SequentialSum {
 public:
  explicit SequentialSum(const A& arithmetic) : sum_(arithmetic.number(0)) {}
  void add(const typename A::Number& term) { sum_ += term; }
  [[nodiscard]] typename A::Number value() const { return sum_; }

 private:
  typename A::Number sum_;
};

/// Pairwise summation: sums of 1, 2, 4, ... terms, merged like the digits of a binary counter; the error
/// grows with the logarithm of the number of terms.
template <class A>
class PairwiseSum {
 public:
  explicit PairwiseSum(const A& arithmetic) : zero_(arithmetic.number(0)) {}
  void add(const typename A::Number& term) {
    parts_.push_back(term);
    for (std::size_t carry = ++count_; carry % 2 == 0; carry /= 2) {
      const typename A::Number last = parts_.back();
      parts_.pop_back();
      parts_.back() += last;
    }
  }
  [[nodiscard]] typename A::Number value() const {
    typename A::Number sum = zero_;
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) sum += *part;
    return sum;
  }

 private:
  typename A::Number zero_;
  std::vector<typename A::Number> parts_;
  std::size_t count_ = 0;
};

/// acos of a clipped cosine: S = |u||v| sqrt(1 - cos^2). `norms` are the |p|.
template <class A>
[[nodiscard]] PairGeometry<typename A::Number> geometry_by_acos(const typename A::Number& dot,
                                                                const typename A::Number& norm_of_u,
                                                                const typename A::Number& norm_of_v,
                                                                const A& arithmetic) {
  using T = typename A::Number;
  const T one = arithmetic.number(1);
  const T norms = norm_of_u * norm_of_v;
  T cosine = dot / norms;
  if (one < cosine) cosine = one;
  if (cosine < -one) cosine = -one;
  return {norms * cosine, norms * arithmetic.sqrt(one - cosine * cosine), arithmetic.acos(cosine)};
}

/// S = sqrt(|u|^2 |v|^2 - <u,v>^2), cut off at 0, and t = atan2(S, <u,v>).
template <class A>
[[nodiscard]] PairGeometry<typename A::Number> geometry_by_atan2(const typename A::Number& dot,
                                                                 const typename A::Number& square_of_u,
                                                                 const typename A::Number& square_of_v,
                                                                 const A& arithmetic) {
  using T = typename A::Number;
  T square = square_of_u * square_of_v - dot * dot;
  if (square < arithmetic.number(0)) square = arithmetic.number(0);
  const T gap = arithmetic.sqrt(square);
  return {dot, gap, arithmetic.atan2(gap, dot)};
}

/// Kahan's angle between unit vectors a, b: t = 2 atan2(|a - b|, |a + b|); sin t = |a - b||a + b| / 2 and cos
/// t = (|a + b|^2 - |a - b|^2) / 4.
template <class A>
[[nodiscard]] PairGeometry<typename A::Number> unit_geometry_by_difference(
    std::span<const typename A::Number> a, std::span<const typename A::Number> b, const A& arithmetic) {
  using T = typename A::Number;
  T minus = arithmetic.number(0);
  T plus = arithmetic.number(0);
  for (std::size_t k = 0; k < a.size(); ++k) {
    const T difference = a[k] - b[k];
    const T sum = a[k] + b[k];
    minus += difference * difference;
    plus += sum * sum;
  }
  const T near = arithmetic.sqrt(minus);
  const T far = arithmetic.sqrt(plus);
  return {(plus - minus) / arithmetic.number(4), near * far / arithmetic.number(2),
          arithmetic.number(2) * arithmetic.atan2(near, far)};
}

/// The directions p / |p|, row by row; of a zero vector 0.
template <class A>
[[nodiscard]] std::vector<typename A::Number> directions(const PlainNetwork<A>& network,
                                                         std::span<const typename A::Number> norms) {
  std::vector<typename A::Number> units;
  for (std::size_t q = 0; q < network.count(); ++q) {
    for (const auto& entry : network.vector(q))
      units.push_back(network.is_zero[q] ? entry : typename A::Number(entry / norms[q]));
  }
  return units;
}

enum class PairMethod { acos, atan2, difference };

/// The inner products of all pairs of effective vectors, by plain loops, n x n.
template <class A>
[[nodiscard]] std::vector<typename A::Number> gram_by_loops(const PlainNetwork<A>& network,
                                                            const A& arithmetic) {
  std::vector<typename A::Number> gram;
  for (std::size_t u = 0; u < network.count(); ++u) {
    for (std::size_t v = 0; v < network.count(); ++v)
      gram.push_back(plain_dot<A>(network.vector(u), network.vector(v), arithmetic));
  }
  return gram;
}

/// The same by one matrix product of Eigen, which blocks and reorders the sums. T is a type of the machine.
template <class A>
[[nodiscard]] std::vector<typename A::Number> gram_by_matrix_product(const PlainNetwork<A>& network) {
  using T = typename A::Number;
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto n = static_cast<Eigen::Index>(network.count());
  const Eigen::Map<const Matrix> rows(network.effective.data(), n,
                                      static_cast<Eigen::Index>(network.dimension));
  const Matrix product = rows * rows.transpose();
  return {product.data(), product.data() + product.size()};
}

/// L and its gradient as the signed sum of K over all ordered pairs, elementwise from the Gram matrix. By
/// `acos` the diagonal goes through the same formula, and a zero vector gives 0/0: so does the code that this
/// stands for. The other methods know that K(u, u) = |u|^2 and leave zero vectors out.
template <class A, template <class> class Sum>
[[nodiscard]] PlainValue<typename A::Number> pair_formula(const PlainNetwork<A>& network, PairMethod method,
                                                          std::span<const typename A::Number> gram,
                                                          const A& arithmetic) {
  using T = typename A::Number;
  const std::size_t n = network.count();
  const std::size_t d = network.dimension;
  std::vector<T> norms;
  for (std::size_t q = 0; q < n; ++q) norms.push_back(arithmetic.sqrt(gram[q * n + q]));
  const std::vector<T> units = directions<A>(network, norms);
  const auto unit = [&](std::size_t q) { return std::span<const T>(units).subspan(q * d, d); };
  const CircleConstants<T> circle{arithmetic.pi() / arithmetic.number(2),
                                  arithmetic.number(2) / arithmetic.pi()};
  const auto geometry = [&](std::size_t u, std::size_t v) -> PairGeometry<T> {
    const T& dot = gram[u * n + v];
    switch (method) {
      case PairMethod::acos:
        return geometry_by_acos<A>(dot, norms[u], norms[v], arithmetic);
      case PairMethod::atan2:
        return geometry_by_atan2<A>(dot, gram[u * n + u], gram[v * n + v], arithmetic);
      case PairMethod::difference:
        break;
    }
    PairGeometry<T> pair = unit_geometry_by_difference<A>(unit(u), unit(v), arithmetic);
    const T scale = norms[u] * norms[v];
    return {scale * pair.dot, scale * pair.gap, pair.angle};
  };

  Sum<A> twice_loss(arithmetic);
  std::vector<Sum<A>> gamma(network.student_count * d, Sum<A>(arithmetic));
  std::vector<Sum<A>> along_itself(network.student_count, Sum<A>(arithmetic));
  const auto add_slope = [&](std::size_t self, std::size_t other, const PairGeometry<T>& pair) {
    if (!network.is_student(self)) return;
    const bool is_plus = network.is_student(other);
    const KernelGradient<T> slope = abs_kernel_gradient(pair, gram[self * n + self], circle);
    along_itself[self].add(is_plus ? slope.along_u : T(-slope.along_u));
    const T factor = is_plus ? slope.along_v : T(-slope.along_v);
    for (std::size_t k = 0; k < d; ++k) gamma[self * d + k].add(factor * network.vector(other)[k]);
  };
  const bool knows_itself = method != PairMethod::acos;
  for (std::size_t u = 0; u < n; ++u) {
    if (knows_itself && network.is_zero[u]) continue;
    if (knows_itself) {
      twice_loss.add(gram[u * n + u]);
      if (network.is_student(u)) along_itself[u].add(arithmetic.number(1));
    }
    for (std::size_t v = knows_itself ? u + 1 : u; v < n; ++v) {
      if (knows_itself && network.is_zero[v]) continue;
      const PairGeometry<T> pair = geometry(u, v);
      const T kernel = abs_kernel(pair, circle);
      const T term = network.is_student(u) == network.is_student(v) ? kernel : T(-kernel);
      twice_loss.add(term);
      add_slope(u, v, pair);
      if (v == u) continue;
      twice_loss.add(term);
      add_slope(v, u, pair);
    }
  }
  for (std::size_t u = 0; u < network.student_count; ++u) {
    const T along = along_itself[u].value();
    for (std::size_t k = 0; k < d; ++k) gamma[u * d + k].add(along * network.vector(u)[k]);
  }
  std::vector<T> gradient;
  for (const Sum<A>& entry : gamma) gradient.push_back(entry.value());
  return finish<A>(network, twice_loss.value(), std::move(gradient), arithmetic);
}

}  // namespace lojacert::stress
