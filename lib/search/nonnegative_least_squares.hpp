#pragma once
// Nonnegative least squares by an active set, for problems given by their normal equations.

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert::search {

/// An approximate minimiser c >= 0 of 1/2 c^T A c - b^T c, A symmetric positive semidefinite, n x n in row
/// order. Lawson and Hanson's active-set method (Solving Least Squares Problems, chapter 23) on the normal
/// equations: at the end (A c - b)_k >= -tolerance where c_k = 0 and |(A c - b)_k| is small where c_k > 0,
/// with tolerance relative to max |b|. In double or, at the working precision, in Real. Throws
/// std::logic_error where the sizes differ.
template <class S>
[[nodiscard]] std::vector<S> nonnegative_minimiser(std::span<const S> a, std::span<const S> b,
                                                   const S& tolerance = S(1e-12));

}  // namespace lojacert::search
