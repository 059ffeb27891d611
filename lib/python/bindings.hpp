#pragma once
// The parts of the extension `_core`, and exact numbers on their way between Python and C++.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/rational.hpp>

#include <pybind11/pybind11.h>

namespace lojacert::python {

// One function a file of the same name; each adds its classes and functions to the module.
void bind_instance(pybind11::module_& module);
void bind_evaluation(pybind11::module_& module);
void bind_trajectory(pybind11::module_& module);

/// A `fractions.Fraction`.
[[nodiscard]] pybind11::object to_fraction(const Rational& value);
/// From an int or a `fractions.Fraction`.
[[nodiscard]] Rational from_fraction(const pybind11::handle& value);
/// The pair (lo, hi) of fractions; None where the interval is unbounded.
[[nodiscard]] pybind11::object to_ends(const Interval& interval);

/// The doubles next to `value` below and above it, or equal to it; infinite beyond their range.
[[nodiscard]] double double_below(const Rational& value);
[[nodiscard]] double double_above(const Rational& value);

}  // namespace lojacert::python
