#pragma once
// The audit of one instance: every statement of the paper and of our theorems that has a value there.
// docs/theory/audit.md.

#include <lojacert/audit/report.hpp>
#include <lojacert/claims/threshold_proof.hpp>
#include <lojacert/network/instance.hpp>

#include <optional>

namespace lojacert {

struct AuditRequest {
  const ThresholdProof* threshold =
      nullptr;                        ///< Theorem G for the instance's teacher; without it no rows of G
  std::optional<Rational> step = {};  ///< of the step rows; else the largest that Theorem D allows
  double relative_width = 1e-12;      ///< how narrow both sides of every row are made, where possible
  long max_bits = 32768;
};

/// Every row with a value, at a precision at which its sides are as narrow as asked. `relu+linear` is audited
/// as the `abs` problem at the same weights, whose loss is 4 times as large. For `relu` only Theorems 3 and
/// 4 have rows. Throws InstanceError where the teacher has no geometry (zero, parallel), on boxes and without
/// students. Rigorous: the sides are enclosures.
[[nodiscard]] AuditReport audit(const Instance& instance, const AuditRequest& request);

}  // namespace lojacert
