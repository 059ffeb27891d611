#pragma once
// The gradient in doubles, with a small relative error however small the loss is: plain numbers, no proof.
//
// With p_q = |p_q|(a_k + x_q) oriented towards its teacher, the class of teacher k acts on a student of the
// direction b by sum F(p_q) - F(p_k*), F(p) = E[|p.x| sign(b.x) x]. F is homogeneous, so this is DF(a_k) v_k
// + sum (F(p_q) - DF(a_k) p_q): the class residual v_k = sum p_q - p_k*, formed in about 104 bits, and
// remainders that are quadratic in x_q. Those are sums of terms of the size |x_q| with the relative accuracy
// of doubles. So an entry of the gradient has an absolute error of about 1e-16 times the largest |x_q|, or
// |v_k|, where the entry itself has the size sqrt(L) ~ |x|^(3/2), or |v|. Students far from every teacher
// are summed as they are.

#include <lojacert/network/instance.hpp>
#include <lojacert/search/double_double.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert::descent {

using search::DoubleDouble;

class ClusterGradient {
 public:
  /// For the teacher, activation and neuron form of `instance`; `effective_teacher` is r x d.
  ClusterGradient(const Instance& instance, std::span<const DoubleDouble> effective_teacher);

  /// Writes the gradient in the weights (m x d). The row of a zero student is 0.
  void at(std::span<const DoubleDouble> weights, std::span<double> gradient);

 private:
  void load(std::span<const DoubleDouble> weights);
  void add_own_class(const std::vector<std::size_t>& members, std::size_t k);
  void add_other_class(std::size_t j, std::size_t k);
  void add_far(std::size_t j, std::size_t q);
  [[nodiscard]] double dot(const double* u, const double* v) const;

  Activation activation_;
  NeuronForm neuron_;
  std::size_t d_;
  std::size_t r_;
  double near_ = 0;  // |x| of the students that count as a class
  std::vector<DoubleDouble> teacher_;
  std::vector<DoubleDouble> teacher_units_;
  std::vector<double> axes_;  // a_k in doubles
  std::vector<double> teacher_masses_;

  std::size_t m_ = 0;
  std::vector<double> masses_;        // |p_j|
  std::vector<double> units_;         // oriented directions
  std::vector<double> offsets_;       // x_j
  std::vector<double> half_squares_;  // |x_j|^2 / 2
  std::vector<double> signs_;
  std::vector<std::vector<std::size_t>> classes_;
  std::vector<std::size_t> class_of_;  // r_: far or zero
  std::vector<std::size_t> far_;
  std::vector<DoubleDouble> residuals_;  // v_k in about 104 bits
  std::vector<double> rounded_residuals_;
  std::vector<DoubleDouble> excess_;  // sum p_j - sum p_i*, not oriented
  std::vector<double> turned_;        // m x d: grad_{p_j} of the abs loss, oriented
};

}  // namespace lojacert::descent
