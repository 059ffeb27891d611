#pragma once
// The loss to a few good digits, whatever cancels: more bits until rounding no longer matters. Still no
// proof.

#include "real.hpp"

#include <lojacert/network/instance.hpp>

#include <span>

namespace lojacert::search {

/// log10 of the smallest loss that the search still tells from 0.
inline constexpr double smallest_log10_loss = -2400.0;

/// L at the given student rows (m x d, any scalar, taken exactly) for the teacher, activation and forms of
/// `instance`, with a relative error of about 2^-40; 0 where the loss is below 1e-2400. The precision doubles
/// until the estimated rounding error of the pair sum is small. The result keeps the precision at which it
/// was found.
template <class S>
[[nodiscard]] Real approximate_accurate_loss(const Instance& instance, std::span<const S> student);

/// The same for the instance's own student. Throws InputError where there is none.
[[nodiscard]] Real approximate_accurate_loss(const Instance& instance);

/// A loss as a short decimal such as 1.234e-56 (also far below the doubles).
[[nodiscard]] std::string short_decimal(const Real& value);

}  // namespace lojacert::search
