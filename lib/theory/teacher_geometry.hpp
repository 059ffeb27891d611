#pragma once
// The geometry of a teacher: masses, angles and coordinates of its directions, from exact inner products.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <vector>

namespace lojacert {

/// The directions a_i = P_i / |P_i| of the given teacher vectors P_i, known by the exact inner products of
/// the P_i: the same for vectors and for a Gram matrix. Whatever is enclosed below is rounded once, at the
/// end, so that nearly parallel teachers lose no bits.
class TeacherGeometry {
 public:
  /// Throws InstanceError where the teacher has boxes or a zero vector, where two teachers lie on one line,
  /// and where a Gram matrix is not positive semidefinite. The students are not looked at.
  explicit TeacherGeometry(const Instance& instance);

  [[nodiscard]] std::size_t count() const { return gram_.size(); }   ///< r
  [[nodiscard]] std::size_t rank() const { return pivots_.size(); }  ///< r' = dim span(a)
  [[nodiscard]] NeuronForm form() const { return form_; }            ///< of the teachers

  /// <P_i, P_k> of the given vectors, exactly.
  [[nodiscard]] const Rational& inner(std::size_t i, std::size_t k) const { return gram_[i][k]; }
  [[nodiscard]] const std::vector<std::vector<Rational>>& gram() const { return gram_; }

  /// |p_i*| of the effective vector: |P_i| in unit form, |P_i|^2 in norm form.
  [[nodiscard]] Interval mass(std::size_t i, Bits bits) const;

  // Of the directions a_i and a_k, at an angle in (0, pi) where i and k differ.
  [[nodiscard]] Interval cosine(std::size_t i, std::size_t k, Bits bits) const;
  [[nodiscard]] Interval sine(std::size_t i, std::size_t k, Bits bits) const;
  [[nodiscard]] Interval angle(std::size_t i, std::size_t k, Bits bits) const;
  /// The angle of the lines through a_i and a_k, in (0, pi/2] where i and k differ.
  [[nodiscard]] Interval angle_of_lines(std::size_t i, std::size_t k, Bits bits) const;

  /// The smallest angle between two teachers' lines. Throws std::logic_error for a single teacher.
  [[nodiscard]] Interval separation(Bits bits) const;

  /// The coordinates of a_i (row i) in an orthonormal basis of span(a): r rows of r' numbers.
  [[nodiscard]] std::vector<std::vector<Interval>> directions(Bits bits) const;
  /// The coordinates of the unit vector e in the plane of a_i and a_k (two teachers) that is orthogonal to
  /// a_i, on the side of a_k: a_k = cos a_i + sin e.
  [[nodiscard]] std::vector<Interval> side_direction(std::size_t i, std::size_t k, Bits bits) const;

 private:
  [[nodiscard]] Rational squared_gap(std::size_t i, std::size_t k) const;  ///< (|P_i| |P_k| sin)^2
  void refuse_common_line(std::size_t i, std::size_t k, Activation activation) const;
  void factorise(bool from_gram);

  NeuronForm form_;
  std::vector<std::vector<Rational>> gram_;
  // P_i = sum over j of factor_[i][j] sqrt(pivots_[j]) eps_j with orthonormal eps_j: the LDL^T factorisation
  // of the Gram matrix without its zero pivots.
  std::vector<std::vector<Rational>> factor_;
  std::vector<Rational> pivots_;
};

}  // namespace lojacert
