#pragma once
// The teacher by its exact inner products: rank, coordinates, angles, masses and the tangent Gram matrix. It
// serves the claims about every student of a teacher.
//
// With t the angle of unit vectors u, w = cos t u + sin t e and rho = 1 - 2t/pi,
//
//   G(u, w) = E sign(u.x) sign(w.x) x x^T = rho I + (2/pi) sin t (cos t (u u^T - e e^T) + sin t (u e^T + e
//   u^T));
//
// the tangent Gram matrix has the blocks G(a_i, a_k), i, k = 1..r, for the directions a_i of the teachers. It
// is positive definite; its smallest eigenvalue mu is the same in every dimension above the rank r'.

#include <optional>
#include <string>

#include "instance.hpp"
#include "linear.hpp"

namespace lojaverify {

/// Vectors P_1, ..., P_r known by their inner products, none zero and no two on a line.
struct Teacher {
  explicit Teacher(const Instance& instance);

  [[nodiscard]] std::size_t size() const { return gram.size(); }    // r
  [[nodiscard]] std::size_t rank() const { return pivots.size(); }  // r'
  [[nodiscard]] bool is_independent() const { return rank() == size(); }
  [[nodiscard]] Rational cosine_squared(std::size_t i, std::size_t k) const;

  std::optional<std::string> misfit;          // why it is no such teacher; the rest is then without meaning
  Form form = Form::unit;                     // p_i* = P_i or |P_i| P_i
  std::vector<std::vector<Rational>> gram;    // <P_i, P_k>
  std::vector<std::vector<Rational>> factor;  // P_i = sum_j factor_ij sqrt(pivot_j) e_j, e_j orthonormal
  std::vector<Rational> pivots;               // r' of them, positive
};

/// The teacher in orthonormal coordinates of R^n, n = r'+1; the last coordinate of every direction is 0.
struct Frame {
  Frame(const Teacher& teacher, slong working_bits);

  [[nodiscard]] std::size_t size() const { return directions.size(); }  // r
  [[nodiscard]] Ball angle(std::size_t i, std::size_t k) const;         // of a_i and a_k
  [[nodiscard]] Ball line_angle(std::size_t i, std::size_t k) const;    // of their lines, in (0, pi/2]

  std::size_t n = 0;
  slong bits = 0;
  std::vector<Vector> directions;  // a_i
  Matrix cosine, sine;             // of the angles of a_i and a_k; cosine is the Gram matrix of the a_i
  Vector masses;                   // |p_i*|
  Ball smallest_mass;
};

[[nodiscard]] Matrix tangent_gram(const Frame& frame);  // r n x r n, blocks G(a_i, a_k)

/// Every eigenvalue of the matrix is larger than `bound`. `false` decides nothing.
[[nodiscard]] bool eigenvalues_exceed(const Matrix& symmetric, const Rational& bound, slong bits);

/// bound <= mu: `yes` by positive pivots of GG - bound I, `no` (then mu < bound) by a negative one.
[[nodiscard]] Truth is_at_most_mu(const Rational& bound, const Frame& frame);

}  // namespace lojaverify
