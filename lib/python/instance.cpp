// Instances: from arrays and lists of exact numbers, from files, to files.

#include "bindings.hpp"

#include <lojacert/certificate/atomic_file.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/network/instance_file.hpp>

#include <pybind11/numpy.h>

#include <sstream>
#include <string>

namespace py = pybind11;

namespace lojacert::python {

namespace {

using Doubles = py::array_t<double, py::array::c_style>;

ExactMatrix from_doubles(const Doubles& array) {
  const auto entries = array.unchecked<2>();
  ExactMatrix matrix(static_cast<std::size_t>(entries.shape(1)));
  for (py::ssize_t i = 0; i < entries.shape(0); ++i)
    for (py::ssize_t k = 0; k < entries.shape(1); ++k) matrix.append(entries(i, k));
  return matrix;
}

/// Each entry is a float, a text of the number grammar, or a Fraction.
void append(ExactMatrix& matrix, const py::handle& entry) {
  if (py::isinstance<py::float_>(entry)) {
    matrix.append(entry.cast<double>());
  } else if (py::isinstance<py::str>(entry)) {
    matrix.append_text(entry.cast<std::string>());
  } else {
    matrix.append(from_fraction(entry));
  }
}

ExactMatrix from_rows(const py::list& rows, const std::string& name) {
  ExactMatrix matrix(py::len(rows[0]));
  std::size_t i = 0;
  for (const py::handle row : rows) {
    std::size_t k = 0;
    for (const py::handle entry : row) {
      try {
        append(matrix, entry);
      } catch (const InputError& error) {
        throw InputError(name + "[" + std::to_string(i) + "][" + std::to_string(k) + "]: " + error.what());
      }
      ++k;
    }
    ++i;
  }
  return matrix;
}

ExactMatrix to_matrix(const py::object& rows, const std::string& name) {
  if (py::isinstance<py::list>(rows)) return from_rows(rows.cast<py::list>(), name);
  return from_doubles(rows.cast<Doubles>());
}

Instance make_instance(const py::object& teacher, const py::object& student, const std::string& activation,
                       const std::string& neuron, const std::string& teacher_neuron,
                       const std::string& name) {
  Instance instance;
  instance.name = name;
  instance.activation = parse_activation(activation);
  instance.neuron = parse_neuron_form(neuron);
  instance.teacher_neuron = parse_neuron_form(teacher_neuron);
  instance.teacher = to_matrix(teacher, "teacher");
  if (!student.is_none()) instance.student = to_matrix(student, "student");
  check_consistency(instance);
  return instance;
}

Instance load_instance(const std::string& path, const std::string& activation, const std::string& neuron,
                       const std::string& teacher_neuron) {
  ArrayForms forms;
  if (!activation.empty()) forms.activation = parse_activation(activation);
  if (!neuron.empty()) forms.neuron = parse_neuron_form(neuron);
  if (!teacher_neuron.empty()) forms.teacher_neuron = parse_neuron_form(teacher_neuron);
  const py::gil_scoped_release release;
  return read_instance(path, forms);
}

Instance parse_instance(const std::string& text) {
  const py::gil_scoped_release release;
  std::istringstream in(text);
  return read_instance_json(in, "instance");
}

/// Rows of entries: a Fraction for a point, a pair (lo, hi) of Fractions for a box.
py::list entries(const ExactMatrix& matrix) {
  py::list rows;
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    py::list row;
    for (std::size_t k = 0; k < matrix.cols(); ++k) {
      const RationalInterval entry = matrix.at(i, k);
      if (entry.lo == entry.hi) {
        row.append(to_fraction(entry.lo));
      } else {
        row.append(py::make_tuple(to_fraction(entry.lo), to_fraction(entry.hi)));
      }
    }
    rows.append(std::move(row));
  }
  return rows;
}

std::string text_of(const Instance& instance) { return instance_json(instance) + "\n"; }

}  // namespace

void bind_instance(py::module_& module) {
  const auto release = py::call_guard<py::gil_scoped_release>();
  py::class_<Instance>(module, "Instance")
      .def_readonly("name", &Instance::name)
      .def_readonly("gram", &Instance::gram)
      .def_property_readonly("activation", [](const Instance& self) { return to_string(self.activation); })
      .def_property_readonly("neuron", [](const Instance& self) { return to_string(self.neuron); })
      .def_property_readonly("teacher_neuron",
                             [](const Instance& self) { return to_string(self.teacher_neuron); })
      .def_property_readonly("d", &Instance::dimension)
      .def_property_readonly("r", &Instance::teacher_count)
      .def_property_readonly("m", &Instance::student_count)
      .def_property_readonly("is_point", &Instance::is_point)
      .def("teacher", [](const Instance& self) { return entries(self.teacher); })
      .def("student",
           [](const Instance& self) -> py::object {
             return self.student ? entries(*self.student) : py::object(py::none());
           })
      .def("digest", &instance_digest, release)
      .def("teacher_digest", &teacher_digest, release)
      .def("json", &text_of, release)
      .def("save", [](const Instance& self, const std::string& path) {
        const py::gil_scoped_release unlocked;
        write_file_atomically(path, text_of(self));
      });
  module.def("make_instance", &make_instance);
  module.def("load_instance", &load_instance);
  module.def("parse_instance", &parse_instance);
  module.def("parse_number", [](const std::string& text) { return to_fraction(parse_exact_point(text)); });
  module.def("write_file",
             [](const std::string& path, const std::string& text) { write_file_atomically(path, text); });
}

}  // namespace lojacert::python
