#pragma once
// Candidates: an eigenvector to certify with. Nothing here is rigorous.

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace lojacert {

/// Replaces a vector by its image under a symmetric operator.
using SymmetricOperator = std::function<void(std::span<double>)>;

/// A vector of length about 1 with a Rayleigh quotient near the largest eigenvalue of the operator: at most
/// `steps` steps of Lanczos from `start`, which is not 0. C. Lanczos, J. Res. Nat. Bur. Standards 45 (1950),
/// with full reorthogonalisation.
[[nodiscard]] std::vector<double> approximate_top_eigenvector(const SymmetricOperator& apply,
                                                              std::span<const double> start,
                                                              std::size_t steps);

}  // namespace lojacert
