#pragma once
// Vectors of intervals: inner products, lengths and the smallest entry.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/matrix.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert {

/// Enclosures of the entries of row i of a matrix of points or boxes.
[[nodiscard]] std::vector<Interval> interval_row(const ExactMatrix& rows, std::size_t i, Bits bits);

/// An enclosure of <u, v> for members of both; the spans have one length.
[[nodiscard]] Interval inner_product(std::span<const Interval> u, std::span<const Interval> v, Bits bits);

/// An enclosure of |u|^2, never below 0: a square knows that its factors are equal.
[[nodiscard]] Interval squared_length(std::span<const Interval> u, Bits bits);

/// An enclosure of the smallest of one or more numbers; unbounded where one of the enclosures is.
[[nodiscard]] Interval smallest(std::span<const Interval> numbers);

}  // namespace lojacert
