// Enclosures of the loss, the gradient and their ratios.

#include "bindings.hpp"

#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

namespace py = pybind11;

namespace lojacert::python {

namespace {

/// An evaluation that remembers its instance's size, and whether the loss is exactly 0.
struct Evaluated {
  NarrowEvaluation narrow;
  bool loss_is_exactly_zero = false;
  std::size_t m = 0;
  std::size_t d = 0;
};

/// Lets Python's signal handlers run now and then; an interrupt (Ctrl-C) then ends the evaluation.
class SignalCheck {
 public:
  void operator()() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(50)) return;
    last_ = now;
    const py::gil_scoped_acquire acquire;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Evaluated evaluate(const Instance& instance, int digits, long max_bits) {
  const py::gil_scoped_release release;
  const Landscape landscape(instance, SignalCheck{});
  return {narrow_evaluation(landscape, std::pow(10.0, -digits - 1), max_bits, Rung::balls),
          landscape.loss_is_exactly_zero(), instance.student_count(), instance.dimension()};
}

/// Two m x d arrays: the ends of every partial derivative, rounded outward; None where undefined.
py::object gradient(const Evaluated& self) {
  if (!self.narrow.evaluation.gradient) return py::none();
  const std::vector<Interval>& partials = self.narrow.evaluation.gradient->partials;
  py::array_t<double> lo({self.m, self.d});
  py::array_t<double> hi({self.m, self.d});
  double* const lo_data = lo.mutable_data();
  double* const hi_data = hi.mutable_data();
  for (std::size_t i = 0; i < partials.size(); ++i) {
    const bool finite = partials[i].is_finite();
    lo_data[i] = finite ? double_below(partials[i].inf()) : -std::numeric_limits<double>::infinity();
    hi_data[i] = finite ? double_above(partials[i].sup()) : std::numeric_limits<double>::infinity();
  }
  return py::make_tuple(lo, hi);
}

py::object ratio(const Evaluated& self, const py::handle& beta) {
  const Evaluation& evaluation = self.narrow.evaluation;
  if (!evaluation.gradient || self.loss_is_exactly_zero) return py::none();
  return to_ends(lojasiewicz_ratio(evaluation.gradient->norm, evaluation.loss, from_fraction(beta)));
}

}  // namespace

void bind_evaluation(py::module_& module) {
  py::class_<Evaluated>(module, "Evaluation")
      .def_property_readonly("loss",
                             [](const Evaluated& self) { return to_ends(self.narrow.evaluation.loss); })
      .def_property_readonly("gradient_norm",
                             [](const Evaluated& self) {
                               const auto& found = self.narrow.evaluation.gradient;
                               return found ? to_ends(found->norm) : py::none();
                             })
      .def_property_readonly("gradient", &gradient)
      .def_property_readonly("undefined_at",
                             [](const Evaluated& self) { return self.narrow.evaluation.undefined_at; })
      .def_property_readonly("loss_is_exactly_zero",
                             [](const Evaluated& self) { return self.loss_is_exactly_zero; })
      .def_property_readonly(
          "is_narrow",
          [](const Evaluated& self) { return self.narrow.loss_is_narrow && self.narrow.gradient_is_narrow; })
      .def_property_readonly("bits", [](const Evaluated& self) { return self.narrow.bits; })
      .def("ratio", &ratio);
  module.def("evaluate", &evaluate);
}

}  // namespace lojacert::python
