#pragma once
// psi in orthonormal coordinates of the span of the teachers, in double intervals.

#include <lojacert/enclosure/double_interval.hpp>
#include <lojacert/theory/dual_polynomial.hpp>
#include <lojacert/theory/teacher_geometry.hpp>

#include <span>
#include <vector>

namespace lojacert {

/// psi(w) as a polynomial in the coordinates of w in TeacherGeometry::directions: well conditioned also for
/// nearly parallel teachers, where inner products are not. Rigorous.
class DirectionPolynomial {
 public:
  DirectionPolynomial(const DualPolynomial& psi, const TeacherGeometry& geometry);

  // Coordinates beyond the span are ignored.
  [[nodiscard]] DoubleInterval value(std::span<const DoubleInterval> w) const;
  /// gradient[l], l < r', becomes the derivative in coordinate l.
  void gradient(std::span<const DoubleInterval> w, std::vector<DoubleInterval>& gradient) const;
  /// The gradient on a box, from the one at its centre and the second derivatives on the box: narrower than
  /// gradient() where terms of both signs cancel. Every w of the box is centre + offset.
  void gradient_on_box(std::span<const DoubleInterval> centre, std::span<const DoubleInterval> box,
                       std::span<const DoubleInterval> offset, std::vector<DoubleInterval>& gradient) const;
  /// d^2/dt^2 of psi along w(t) with w' = velocity and w'' = -w, as on a great circle.
  [[nodiscard]] DoubleInterval second_derivative(std::span<const DoubleInterval> w,
                                                 std::span<const DoubleInterval> velocity) const;

 private:
  struct Term {
    std::vector<int> exponents;
    DoubleInterval coefficient;
  };
  /// powers[l * (degree + 1) + n] = w_l^n
  [[nodiscard]] std::vector<DoubleInterval> powers(std::span<const DoubleInterval> w) const;

  std::size_t variables_ = 0;
  std::size_t stride_ = 1;
  std::vector<Term> terms_;
};

}  // namespace lojacert
