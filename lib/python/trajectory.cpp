// Recorded descents: read from files, each iterate an instance.

#include "bindings.hpp"

#include <lojacert/exact/number.hpp>
#include <lojacert/network/trajectory_file.hpp>

#include <string>
#include <utility>

namespace py = pybind11;

namespace lojacert::python {

namespace {

/// (step, pairs of iteration and instance).
py::tuple load_trajectory(const std::string& path) {
  RecordedDescent descent = [&] {
    const py::gil_scoped_release release;
    return read_recorded_descent(path);
  }();
  py::list iterates;
  for (RecordedIterate& iterate : descent.iterates) {
    Instance instance = descent.network;
    instance.student = std::move(iterate.student);
    iterates.append(py::make_tuple(iterate.iteration, py::cast(std::move(instance))));
  }
  return py::make_tuple(to_fraction(parse_exact_point(descent.step)), iterates);
}

}  // namespace

void bind_trajectory(py::module_& module) { module.def("load_trajectory", &load_trajectory); }

}  // namespace lojacert::python
