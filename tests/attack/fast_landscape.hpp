#pragma once
// Loss and gradient norm for attacks: plain numbers of about 104 bits (double_double.hpp), rounded, no proof.
//
// The sums are those of docs/theory/landscape.md with K(u, v) = <u, v> + (2/pi)|u||v|h(t), h(t) = sin t - t
// cos t, t from |u - v| and |u + v|, so students near a teacher of their own lose nothing; what cancels are
// the terms between different teachers. The absolute error of the loss is about 2^-98 (3e-30) times the
// squared total mass, that of an entry of the gradient about 2^-98 times the mass. At L = 1e-20 that is a
// relative error of 1e-9 in the loss and of 1e-14 in a gradient of the size L^(3/4); `resolved` is false
// where less than two digits are left.

#include <lojacert/network/instance.hpp>
#include <lojacert/search/double_double.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert::attack {

using search::DoubleDouble;

struct Measure {
  double loss = 0;
  double gradient_norm = 0;  ///< of the gradient in the students' own weights
  double angle =
      0;  ///< the largest angle of a nonzero student to its nearest teacher (a line; relu: direction)
  bool resolved = false;
};

class FastLandscape {
 public:
  /// The teacher, activation and neuron form of `instance`; its students are ignored.
  explicit FastLandscape(const Instance& instance);

  /// At the m x d effective vectors p_j (p = w in unit form, |w| w in norm form). Zero rows are zero
  /// students.
  [[nodiscard]] Measure measure(std::span<const DoubleDouble> effective);
  [[nodiscard]] double loss(std::span<const DoubleDouble> effective);

  /// What the last `measure` saw: the gradient in the effective vectors, their norms, and the teacher whose
  /// line is nearest, with the sign of the student on it.
  [[nodiscard]] const std::vector<double>& gradient() const { return gradient_; }
  [[nodiscard]] const std::vector<double>& masses() const { return masses_; }
  [[nodiscard]] const std::vector<std::size_t>& nearest() const { return nearest_; }
  [[nodiscard]] const std::vector<int>& signs() const { return signs_; }

  [[nodiscard]] std::size_t dimension() const { return d_; }
  [[nodiscard]] std::size_t teacher_count() const { return r_; }
  [[nodiscard]] Activation activation() const { return activation_; }
  [[nodiscard]] NeuronForm neuron() const { return neuron_; }
  /// p_i*, r x d.
  [[nodiscard]] const std::vector<DoubleDouble>& teacher() const { return teacher_; }
  /// a_i in doubles, r x d, and |p_i*|.
  [[nodiscard]] const std::vector<double>& directions() const { return directions_; }
  [[nodiscard]] const std::vector<double>& teacher_masses() const { return teacher_masses_; }

 private:
  struct Pair {
    DoubleDouble angle;
    DoubleDouble h;
    DoubleDouble squared_distance;  // |u^ - v^|^2
  };
  void load(std::span<const DoubleDouble> effective);
  [[nodiscard]] Pair pair(std::size_t u, std::size_t v);
  [[nodiscard]] DoubleDouble pair_sum(bool with_gradient);
  void add_to_gradient(std::size_t j, std::size_t other, double sign, const DoubleDouble& turn,
                       const DoubleDouble& along);
  [[nodiscard]] double finish_gradient(std::span<const DoubleDouble> effective);

  Activation activation_;
  NeuronForm neuron_;
  std::size_t d_;
  std::size_t r_;
  std::size_t m_ = 0;
  std::vector<DoubleDouble> teacher_;
  std::vector<double> directions_;
  std::vector<double> teacher_masses_;
  DoubleDouble teacher_sum_;  // the pairs of teachers

  std::vector<DoubleDouble> units_;    // r teachers, then m oriented students
  std::vector<DoubleDouble> lengths_;  // their lengths
  std::vector<DoubleDouble> excess_;   // oriented sum of students minus teachers
  std::vector<DoubleDouble> plain_excess_;
  std::vector<DoubleDouble> difference_;
  std::vector<DoubleDouble> turned_;  // per student: the gradient without its part along the student
  std::vector<DoubleDouble> along_;
  std::vector<double> gradient_;
  std::vector<double> masses_;
  std::vector<std::size_t> nearest_;
  std::vector<int> signs_;
  double total_mass_ = 0;
  double largest_angle_ = 0;
  double gradient_noise_ = 0;
};

}  // namespace lojacert::attack
