#pragma once
// The second derivative of L along a direction of the students' rows, at a point.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/row.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <vector>

namespace lojacert {

/// U.H(W)U for one point instance with nonzero students and one direction U (docs/theory/not-convex.md, the
/// Hessian). Inner products are exact; each enclosure contains the true value.
class Curvature {
 public:
  /// Throws std::logic_error where the instance has boxes, a student is zero or `direction` has not the
  /// students' shape.
  Curvature(const Instance& instance, const ExactMatrix& direction);

  [[nodiscard]] Interval along_direction(Bits bits) const;

 private:
  struct Lengths;

  [[nodiscard]] Interval abs_form(const Lengths& lengths, Bits bits) const;
  [[nodiscard]] Interval mixed_term(std::size_t j, std::size_t k, const Lengths& lengths, Bits bits) const;
  [[nodiscard]] Interval diagonal_term(std::size_t j, std::size_t q, const Lengths& lengths, Bits bits) const;
  [[nodiscard]] Interval squared_sum(const Lengths& lengths, Bits bits) const;
  [[nodiscard]] Interval chain_rule_terms(const Lengths& lengths, Bits bits) const;
  [[nodiscard]] NeuronForm form_of(std::size_t q) const;
  [[nodiscard]] const Rational& velocity_product(std::size_t j, std::size_t k) const;
  [[nodiscard]] const Rational& row_product(std::size_t q, std::size_t j) const;

  Activation activation_;
  NeuronForm student_form_;
  NeuronForm teacher_form_;
  std::size_t students_ = 0;
  std::vector<ExactRow> rows_;        // students, then teachers
  std::vector<ExactRow> directions_;  // rows of U
  // The velocity of p_j is c_j times a rational vector: u_j with c_j = 1 in unit form, |w_j|^2 u_j + <w_j,
  // u_j> w_j with c_j = 1/|w_j| in norm form.
  std::vector<ExactRow> velocities_;
  std::vector<Rational> velocity_products_;  // m x m
  std::vector<Rational> row_products_;       // (m + r) x m: <w_q, velocity j>
  Landscape landscape_;
};

}  // namespace lojacert
