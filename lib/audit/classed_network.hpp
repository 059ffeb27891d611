#pragma once
// The residual of a network split by classes: R = R_1 + R_2, with every expectation in closed form
// (docs/theory/audit.md). For `abs`.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/row.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/theory/clusters.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace lojacert {

/// A point instance with activation `abs`, its neurons as exact rows with the exact inner products of every
/// neuron with every teacher. Made once for all precisions and class rules.
class ClassedNetwork {
 public:
  /// Throws InstanceError on boxes, a missing student, a teacher given by its Gram matrix, zero teachers and
  /// teachers on one line. Throws std::logic_error unless the activation is `abs`.
  explicit ClassedNetwork(const Instance& instance);

  [[nodiscard]] const Instance& instance() const { return instance_; }
  [[nodiscard]] const Landscape& landscape() const { return landscape_; }
  [[nodiscard]] std::size_t students() const { return instance_.student_count(); }
  [[nodiscard]] std::size_t teachers() const { return instance_.teacher_count(); }

  /// Every nonzero student belongs to the nearest teacher line, as in the paper.
  [[nodiscard]] const Assignment& nearest() const { return nearest_; }
  [[nodiscard]] bool is_zero(std::size_t student) const;
  /// cos^2 of the angle of a nonzero student and a teacher, exactly.
  [[nodiscard]] Rational squared_cosine(std::size_t student, std::size_t teacher) const;
  /// +1, or -1 where the student has to be turned round to point towards the teacher.
  [[nodiscard]] long orientation(std::size_t student, std::size_t teacher) const;

 private:
  friend class ClassedResidual;
  struct Neuron {
    ExactRow row;
    NeuronForm form;
    std::vector<Rational> products;  ///< with every teacher's row
  };

  Instance instance_;
  Landscape landscape_;
  std::vector<Neuron> rows_;  ///< students, then teachers
  Assignment nearest_;
};

/// Sum <grad_{p_j} L, D_j> and the square of the length that Cauchy and Schwarz put beside it.
struct DescentSum {
  Interval inner;
  Interval squared_length;
};

/// Enclosures of everything that the paper's lemmas compare, for one class rule at one precision.
/// Classes are those of the theory: R_1 = V, R_2 = C.
class ClassedResidual {
 public:
  /// `evaluation` is that of the network's landscape at these bits; both must outlive the residual. Students
  /// on a teacher's line must have its class.
  ClassedResidual(const ClassedNetwork& network, Assignment classes, const Evaluation& evaluation, Bits bits);

  [[nodiscard]] Bits bits() const { return bits_; }
  [[nodiscard]] const Assignment& classes() const { return classes_; }

  // Of the neurons.
  [[nodiscard]] const Interval& mass(std::size_t student) const { return masses_[student]; }
  [[nodiscard]] const Interval& teacher_mass(std::size_t i) const;
  [[nodiscard]] Interval angle(std::size_t student) const;  ///< theta_j; of a far or zero student 0
  [[nodiscard]] Interval one_minus_cosine(std::size_t student) const;  ///< likewise
  [[nodiscard]] Interval residual_norm(std::size_t i) const;           ///< |v_i|
  [[nodiscard]] Interval squared_residuals() const;                    ///< sum |v_i|^2
  [[nodiscard]] Interval far_mass() const;
  [[nodiscard]] Interval misalignment() const;  ///< sum over the classes of |p_j| (1 - cos theta_j)
  [[nodiscard]] Interval excess_mass() const;   ///< sum |p_j| - sum |p_i*|

  // Of the loss.
  [[nodiscard]] const Interval& loss() const { return evaluation_.loss; }
  /// The gradient in the student's rows; nothing where it is undefined.
  [[nodiscard]] const std::optional<Gradient>& gradient() const { return evaluation_.gradient; }

  // Of the residual R = R_1 + R_2.
  [[nodiscard]] Interval squared_residual() const;                            ///< E R^2 = 2L
  [[nodiscard]] const Interval& squared_tangent() const { return tangent_; }  ///< E R_1^2
  [[nodiscard]] const Interval& mixed() const { return mixed_; }              ///< E R_1 R_2
  [[nodiscard]] const Interval& squared_rest() const { return rest_; }        ///< E R_2^2

  /// Of the directions D_j = p_j - weight_j p_i*, D_j = p_j for far students; weights of far and of zero
  /// students are not looked at. In norm form the length is that of the d_j with J_j d_j = D_j. The gradient
  /// must be defined.
  [[nodiscard]] DescentSum descent(std::span<const Interval> weights) const;
  /// E[R_1 E'] of the descent identity, E' = sum_i |p_i*| sum of weight_j E'_{b_j}.
  [[nodiscard]] Interval tangent_remainder(std::span<const Interval> weights) const;

 private:
  struct Pair {  ///< of a neuron and a teacher direction
    Interval angle;
    Interval sine;
    Interval cosine;
  };
  [[nodiscard]] Pair pair(std::size_t row, std::size_t teacher) const;
  [[nodiscard]] Interval form(std::size_t row, std::size_t teacher, const std::vector<Interval>& x,
                              const std::vector<Interval>& y) const;
  [[nodiscard]] std::vector<Interval> directional_gradient(std::size_t teacher) const;
  [[nodiscard]] std::size_t teacher_row(std::size_t i) const { return network_.students() + i; }
  void make_neurons();
  void make_residuals();
  void make_split();

  const ClassedNetwork& network_;
  Assignment classes_;
  Bits bits_;
  const Evaluation& evaluation_;
  std::vector<Interval> masses_;                   // students, then teachers
  std::vector<std::vector<Interval>> effective_;   // p_q
  std::vector<std::vector<Interval>> directions_;  // p_q / |p_q|, empty for zero students
  std::vector<std::vector<Interval>> residuals_;   // v_i
  Interval tangent_;
  Interval mixed_;
  Interval rest_;
};

}  // namespace lojacert
