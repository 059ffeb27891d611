// The extension `lojacert._core`: what the Python files of the module rest on.

#include "bindings.hpp"

#include <lojacert/exact/error.hpp>

namespace py = pybind11;

namespace {

/// Gives an error of the library its Python class, which users know as lojacert.NAME.
template <class Error>
py::object add_error(py::module_& module, const char* name, const py::handle& base) {
  py::object type = py::register_exception<Error>(module, name, base);
  type.attr("__module__") = "lojacert";
  return type;
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.attr("version") = LOJACERT_VERSION;
  add_error<lojacert::InputError>(module, "InputError", PyExc_ValueError);
  add_error<lojacert::UnsupportedError>(module, "UnsupportedError", PyExc_RuntimeError);
  const py::object undecided =
      add_error<lojacert::UndecidedError>(module, "UndecidedError", PyExc_RuntimeError);
  add_error<lojacert::LimitReached>(module, "LimitReachedError", undecided);
  lojacert::python::bind_instance(module);
  lojacert::python::bind_evaluation(module);
  lojacert::python::bind_trajectory(module);
}
