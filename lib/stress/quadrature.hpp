#pragma once
// A quadrature rule, for the one integral of the cluster form.

#include <lojacert/exact/rational.hpp>

#include <vector>

namespace lojacert::stress {

/// A rule on [0, 1].
struct QuadratureRule {
  std::vector<Rational> nodes;
  std::vector<Rational> weights;
};

/// The Gauss-Legendre rule with 7 nodes, to 50 digits.
[[nodiscard]] const QuadratureRule& gauss_legendre();

}  // namespace lojacert::stress
