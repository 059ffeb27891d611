#pragma once
// Dual certificates (C1) to (C5) of Theorem G for one teacher, and their proof. docs/theory/theorem-g.md.

#include <lojacert/theory/dual_polynomial.hpp>
#include <lojacert/theory/sphere.hpp>
#include <lojacert/theory/teacher_geometry.hpp>
#include <lojacert/theory/theorem_g.hpp>

#include <optional>
#include <string>
#include <vector>

namespace lojacert {

/// Every constant that a certificate states, exactly.
struct DualCertificate {
  DualPolynomial psi;
  bool is_product = false;  ///< psi is the product polynomial: its conditions have one-dimensional bounds
  Rational mu;
  SphereBounds sphere;
  Rational delta_cap;
  Rational T;
  Rational e_prime;
  Rational gam;
};

/// Whether (C1) to (C5) hold for the teacher. Rigorous.
struct CertificateProof {
  bool proved = false;
  bool gave_up = false;    ///< too many boxes; nothing speaks against it
  std::string failure;     ///< the condition that was not proved
  std::vector<double> at;  ///< where, if on the sphere: a hint for a search
  std::size_t boxes = 0;
};

/// A teacher with what the conditions need of it, made once.
class CertificateProver {
 public:
  /// Throws UndecidedError where the tangent Gram matrix is too nearly singular.
  explicit CertificateProver(const TeacherGeometry& teacher);

  [[nodiscard]] CertificateProof prove(const DualCertificate& certificate, std::size_t max_boxes) const;

  // The parts of it, for a search that wants to know early.
  [[nodiscard]] CertificateProof prove_polynomial(const DualCertificate& certificate,
                                                  std::size_t max_boxes) const;
  [[nodiscard]] CertificateProof prove_constants(const DualCertificate& certificate,
                                                 std::size_t max_boxes) const;

  /// The constants as Theorem G uses them: each in the direction that is safe.
  [[nodiscard]] CertificateConstants<Interval> constants(const DualCertificate& certificate, Bits bits) const;

  // What the conditions ask for, rounded so that it can be claimed.
  [[nodiscard]] Rational least_gam(const DualPolynomial& psi, int digits) const;
  [[nodiscard]] Rational least_e_prime(const Rational& delta_cap, int digits) const;
  [[nodiscard]] Rational wedge_constant(const Rational& mu, int digits) const;  ///< T0 = (4/pi) sqrt(r/mu)
  /// S, Z and psi_far of the product polynomial: Proposition 5 of docs/theory/theorem-g.md.
  [[nodiscard]] SphereBounds product_bounds(const Rational& mu, const Rational& delta1, int digits) const;

  [[nodiscard]] const TeacherGeometry& teacher() const { return teacher_; }

 private:
  TeacherGeometry teacher_;
  SphereGeometry sphere_;
};

}  // namespace lojacert
