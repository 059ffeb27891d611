// Exact numbers between Python and C++: as hexadecimal text, which neither side limits in length.

#include "bindings.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>

#include <cmath>
#include <limits>
#include <string>

namespace py = pybind11;

namespace lojacert::python {

namespace {

py::object to_int(const Integer& value) {
  std::string text(mpz_sizeinbase(value.backend().data(), 16) + 2, '\0');
  mpz_get_str(text.data(), 16, value.backend().data());
  return py::reinterpret_steal<py::object>(PyLong_FromString(text.c_str(), nullptr, 16));
}

Integer from_int(const py::handle& value) {
  const auto text = py::reinterpret_steal<py::object>(PyNumber_ToBase(value.ptr(), 16));
  if (!text) throw py::error_already_set();
  Integer result;
  if (mpz_set_str(result.backend().data(), text.cast<std::string>().c_str(), 0) != 0)
    throw InputError("not an integer: " + text.cast<std::string>());
  return result;
}

/// A finite double near `value`, on its side of 0.
double near(const Rational& value) {
  const auto x = value.convert_to<double>();
  if (std::isfinite(x)) return x;
  return value > 0 ? std::numeric_limits<double>::max() : std::numeric_limits<double>::lowest();
}

}  // namespace

py::object to_fraction(const Rational& value) {
  return py::module_::import("fractions")
      .attr("Fraction")(to_int(numerator(value)), to_int(denominator(value)));
}

Rational from_fraction(const py::handle& value) {
  return {from_int(value.attr("numerator")), from_int(value.attr("denominator"))};
}

py::object to_ends(const Interval& interval) {
  if (!interval.is_finite()) return py::none();
  return py::make_tuple(to_fraction(interval.inf()), to_fraction(interval.sup()));
}

double double_below(const Rational& value) {
  double x = near(value);
  while (std::isfinite(x) && exact(x) > value)
    x = std::nextafter(x, -std::numeric_limits<double>::infinity());
  return x;
}

double double_above(const Rational& value) {
  double x = near(value);
  while (std::isfinite(x) && exact(x) < value) x = std::nextafter(x, std::numeric_limits<double>::infinity());
  return x;
}

}  // namespace lojacert::python
