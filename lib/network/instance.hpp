#pragma once
// What a claim is about: an activation, two neuron forms, a teacher and a student.

#include <lojacert/exact/matrix.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace lojacert {

/// sigma(z): `abs` |z|; `relu` max(z, 0); `relu_linear` max(z, 0) with a free linear term, minimised over it
/// (the paper's appendix A.1: the abs loss divided by 4).
enum class Activation { abs, relu, relu_linear };

/// `unit`: a neuron computes sigma(w.x); `norm`: |w| sigma(w.x). Effective vector p = w, resp. |w| w.
enum class NeuronForm { unit, norm };

[[nodiscard]] std::string_view to_string(Activation activation);    // "abs", "relu", "relu+linear"
[[nodiscard]] std::string_view to_string(NeuronForm form);          // "unit", "norm"
[[nodiscard]] Activation parse_activation(std::string_view text);   // throws InputError
[[nodiscard]] NeuronForm parse_neuron_form(std::string_view text);  // throws InputError

/// A teacher-student pair of exact numbers or boxes (certificates/README.md, section 2).
/// Rows are neurons: `teacher` is r x d, `student` m x d. Where `gram` is true, `teacher` is the r x r Gram
/// matrix instead.
struct Instance {
  std::string name;
  Activation activation = Activation::abs;
  NeuronForm neuron = NeuronForm::unit;
  NeuronForm teacher_neuron = NeuronForm::unit;
  ExactMatrix teacher;
  bool gram = false;
  std::optional<ExactMatrix> student;
  std::string provenance;  ///< the JSON text of the provenance object, empty where there is none

  [[nodiscard]] std::size_t dimension() const { return gram ? 0 : teacher.cols(); }          ///< d
  [[nodiscard]] std::size_t teacher_count() const { return teacher.rows(); }                 ///< r
  [[nodiscard]] std::size_t student_count() const { return student ? student->rows() : 0; }  ///< m
  /// True when no entry is a box of positive width.
  [[nodiscard]] bool is_point() const { return teacher.is_point() && (!student || student->is_point()); }
};

/// Throws InputError unless r, m and d are at least 1, the student has the teacher's d, and a Gram matrix is
/// square, symmetric, without boxes and without negative diagonal entries.
void check_consistency(const Instance& instance);

/// The first student that is exactly 0, of a point instance with a student.
[[nodiscard]] std::optional<std::size_t> zero_student(const Instance& instance);

/// A choice of the numbers in an instance's boxes.
enum class Corner { middle, lower, upper };

/// The point instance with every box replaced by its middle, its lower or its upper end.
[[nodiscard]] Instance point_in(const Instance& instance, Corner corner);

/// The canonical text of certificates/README.md, section 3, and its digests `sha256:<64 hexadecimal digits>`.
[[nodiscard]] std::string canonical_instance(const Instance& instance);
[[nodiscard]] std::string instance_digest(const Instance& instance);
[[nodiscard]] std::string teacher_digest(const Instance& instance);

}  // namespace lojacert
