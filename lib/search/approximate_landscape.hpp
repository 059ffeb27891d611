#pragma once
// Loss and gradient of the closed-form population loss in plain floats: fast, rounded to nearest, never a
// proof.

#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert::search {

/// A network in floats. Rows stand one after another: `teacher` holds r x d *effective* vectors p_i*,
/// `student` m x d rows w_j.
template <class S>
struct ApproximateNetwork {
  Activation activation = Activation::abs;
  NeuronForm neuron = NeuronForm::unit;
  std::size_t dimension = 0;
  std::vector<S> teacher;
  std::vector<S> student;

  [[nodiscard]] std::size_t teacher_count() const { return teacher.size() / dimension; }
  [[nodiscard]] std::size_t student_count() const { return student.size() / dimension; }
};

/// The instance in floats; boxes by their midpoints, an absent student as m = 0.
/// Throws InputError where the teacher is only a Gram matrix.
template <class S>
[[nodiscard]] ApproximateNetwork<S> approximate_network(const Instance& instance);

/// The rows as an exact matrix of d columns: the very numbers, or rounded to `bits` significant bits where
/// bits > 0.
template <class S>
[[nodiscard]] ExactMatrix exact_rows(std::span<const S> rows, std::size_t dimension, unsigned bits = 0);

/// p = w (unit) or |w| w (norm), row by row; and its inverse.
template <class S>
[[nodiscard]] std::vector<S> effective_rows(std::span<const S> rows, std::size_t dimension, NeuronForm form);
template <class S>
[[nodiscard]] std::vector<S> rows_of_effective(std::span<const S> effective, std::size_t dimension,
                                               NeuronForm form);

/// h(t) = sin t - t cos t for 0 <= t <= pi/2, by its series where the difference would cancel.
template <class S>
[[nodiscard]] S approximate_h(const S& angle);

/// Evaluates one network again and again without allocating. Angles come from |u - v| and |u + v| of unit
/// vectors, so that a small angle keeps its absolute accuracy; sums are those of docs/theory/landscape.md
/// (the kernel).
template <class S>
class ApproximateLandscape {
 public:
  explicit ApproximateLandscape(const ApproximateNetwork<S>& network);

  /// L(W) for m x d student rows. Cancels near convergence: absolute error about epsilon times the squared
  /// total mass for r > 1, epsilon times L for one teacher.
  [[nodiscard]] S loss(std::span<const S> student);
  /// Writes grad L(W) (m x d) and returns its squared Frobenius norm. At w_j = 0 the row is 0 by convention:
  /// true in norm form, undefined in unit form.
  S gradient(std::span<const S> student, std::span<S> gradient);
  /// The Hessian of L in the effective vectors p_j, (md) x (md) in row order, for nonzero p_j (docs/theory,
  /// the Hessian).
  [[nodiscard]] std::vector<S> hessian(std::span<const S> student);
  /// An estimate of the absolute rounding error of an entry of `gradient`, in units of epsilon: the total
  /// mass.
  [[nodiscard]] S total_mass(std::span<const S> student);

 private:
  struct Pair {
    S angle;  // in [0, pi]
    S sine;
    S cosine;
  };
  void load(std::span<const S> student);
  [[nodiscard]] Pair pair(std::size_t u, std::size_t v) const;
  void orient();
  [[nodiscard]] S dot(std::size_t u, std::size_t v) const;
  void add_pair(std::size_t j, std::size_t k, std::span<S> gradient);
  void add_block(std::vector<S>& hessian, std::size_t j, std::size_t q, const S& sign) const;
  [[nodiscard]] S finish_gradient(std::span<const S> student, std::span<S> gradient);

  Activation activation_;
  NeuronForm neuron_;
  std::size_t d_;
  std::size_t r_;
  std::size_t m_ = 0;
  S two_over_pi_;
  std::vector<S> vectors_;  // effective vectors: r teachers, then m students
  std::vector<S> units_;    // their directions, 0 where the vector is 0
  std::vector<S> norms_;
  std::vector<S> radial_;   // per student: the part of the gradient along its own direction
  std::vector<S> excess_;   // z = sum p_j - sum p_i*
  std::vector<int> signs_;  // orientation towards the nearest teacher line
};

}  // namespace lojacert::search
