#pragma once
// The search for the polynomial psi of a dual certificate: a least-distance problem over even polynomials.

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace lojacert::search {

/// psi as found, in orthonormal coordinates of the span of the teachers: coefficient * w^exponents.
struct ApproximateTerm {
  std::vector<int> exponents;
  double coefficient = 0;
};

/// A polynomial with what samples say of it.
struct ApproximateCertificate {
  std::vector<ApproximateTerm> terms;
  double N = 0;        ///< the norm of its dual function
  double S = 0;        ///< the largest s(b) / psi(b) seen
  double Z = 0;        ///< the largest (1 - cos theta) / psi seen in a class
  double psi_far = 0;  ///< the smallest psi seen far from all teachers
};

/// Minimises N over psi of degree 2 half_degree that vanishes to second order at the teachers, subject to
/// psi(b) >= (1 + margin) s(b) on a growing sample of directions b (docs/theory/theorem-g.md, condition (C3)
/// with S = 1). All in doubles: a proposal, to be rounded and proved.
class DualCertificateSearch {
 public:
  /// `directions`: r rows of r' orthonormal coordinates. Classes by nearest line within delta1.
  DualCertificateSearch(std::vector<std::vector<double>> directions, int half_degree, double delta1,
                        double margin);
  ~DualCertificateSearch();

  /// Adds a direction (r' coordinates and the extra one) that a proof attempt named.
  void add(const std::vector<double>& b);

  /// The best polynomial for the sample, after a few rounds of adding the directions that it violates most.
  /// Nothing where the sample admits none.
  [[nodiscard]] std::optional<ApproximateCertificate> solve(int rounds);

  /// The largest ||Pi E'_b|| / (1 - cos theta) as theta -> 0, over the teachers and many directions.
  [[nodiscard]] double descent_supremum() const;

 private:
  class Problem;
  std::unique_ptr<Problem> problem_;
};

}  // namespace lojacert::search
