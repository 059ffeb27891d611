#pragma once
// The initialisation of the paper's Theorem 6: random directions, masses by nonnegative least squares.

#include <lojacert/network/instance.hpp>

#include <cstdint>

namespace lojacert::search {

struct Initialisation {
  ExactMatrix student;      ///< kept directions, as rows in the instance's neuron form
  std::size_t dropped = 0;  ///< directions whose mass came out 0
};

/// Draws `count` uniform directions b_j and takes the masses c_j >= 0 that (approximately) minimise the
/// population loss of p_j = c_j b_j, a nonnegative least-squares problem with the closed-form kernel. Zero
/// masses are dropped. Throws InputError where count is 0, the teacher is a Gram matrix, or no mass is
/// positive.
[[nodiscard]] Initialisation initialise(const Instance& instance, std::size_t count, std::uint64_t seed);

/// E sigma(u.x) sigma(v.x) for the activation (relu+linear: after the linear part is minimised away, a
/// quarter of abs).
[[nodiscard]] double approximate_kernel(Activation activation, const double* u, const double* v,
                                        std::size_t dimension);

}  // namespace lojacert::search
