#pragma once
// Students that share the teachers' masses exactly: points of zero loss, and their neighbours.

#include <lojacert/network/instance.hpp>

#include <cstdint>
#include <vector>

namespace lojacert::search {

struct Split {
  ExactMatrix
      student;  ///< (r * number of shares) x d: all shares of the first teacher, then of the second, ...
  bool exact = true;  ///< every effective vector is exactly share * p_i* (before the perturbation)
};

/// One student p = share * p_i* for every teacher i and every share, in the instance's neuron forms.
/// Exact where the entries are rational: unit students of unit teachers always; norm students of norm
/// teachers where the share is a rational square; the mixed forms where share / |w_i*| (norm of unit), resp.
/// |w_i*| (unit of norm) is a rational (square). Elsewhere the entries are rounded to `bits` bits and `exact`
/// is false. Throws InputError where the shares are not positive or do not sum to 1, or the teacher is not a
/// matrix of points.
[[nodiscard]] Split split_teacher(const Instance& instance, const std::vector<Rational>& shares,
                                  unsigned bits);

/// Adds size * |w_j| * N(0, 1) / sqrt(d) (in double, then exactly) to every entry of every row.
[[nodiscard]] ExactMatrix perturbed(const ExactMatrix& rows, const Rational& size, std::uint64_t seed);

}  // namespace lojacert::search
