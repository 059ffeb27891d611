#pragma once
// Spurious critical points: descent from a start that breaks the symmetry, then Newton's method at high
// precision.

#include "real.hpp"

#include <lojacert/network/instance.hpp>

#include <cstdint>

namespace lojacert::search {

struct CriticalPoint {
  ExactMatrix student;             ///< k x k
  Real loss;                       ///< approximate
  Real gradient_norm;              ///< of the student as rounded
  double smallest_eigenvalue = 0;  ///< of the Hessian, approximate
  std::uint64_t start = 0;         ///< which start led here (0: the symmetric one)
};

/// A local minimum of positive loss for ReLU, unit neurons, orthonormal teacher e_1..e_k and m = r = d = k
/// (Safran and Shamir, ICML 2018: they exist for k >= 6). Descends first from e_1, ..., e_{k-1}, -e_k with
/// small noise, then from seeded normal starts, until one ends at positive loss with a positive definite
/// Hessian; polishes it by Newton steps; rounds to `bits` bits. Throws InputError for k < 2 or where no start
/// succeeds.
[[nodiscard]] CriticalPoint spurious_minimum(std::size_t k, std::uint64_t seed, unsigned bits);

/// Newton's method on grad L = 0 from the instance's student (unit form, no zero rows), at `bits` bits plus
/// guard bits, in place. Throws InputError where it does not converge.
void polish_critical_point(Instance& instance, unsigned bits);

/// The eigenvalues of the Hessian in the effective vectors, ascending (approximate, in double).
[[nodiscard]] std::vector<double> approximate_hessian_eigenvalues(const Instance& instance);

}  // namespace lojacert::search
