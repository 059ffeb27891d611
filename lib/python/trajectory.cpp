// Recorded descents: read from files, each iterate an instance.

#include "bindings.hpp"

#include <lojacert/exact/number.hpp>
#include <lojacert/network/trajectory_file.hpp>

#include <cstddef>
#include <string>

namespace py = pybind11;

namespace lojacert::python {

namespace {

/// (step, pairs of iteration and instance).
py::tuple load_trajectory(const std::string& path) {
  const RecordedDescent descent = [&] {
    const py::gil_scoped_release release;
    return read_recorded_descent(path);
  }();
  py::list iterates;
  for (std::size_t i = 0; i < descent.iterations.size(); ++i)
    iterates.append(py::make_tuple(descent.iterations[i], py::cast(descent.at(i))));
  return py::make_tuple(to_fraction(parse_exact_point(descent.step)), iterates);
}

}  // namespace

void bind_trajectory(py::module_& module) { module.def("load_trajectory", &load_trajectory); }

}  // namespace lojacert::python
