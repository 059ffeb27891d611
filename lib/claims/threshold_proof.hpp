#pragma once
// Proofs of Theorem G's conditions for one teacher: found by a search, or stated and checked.
// docs/theory/theorem-g.md.

#include <lojacert/network/instance.hpp>
#include <lojacert/network/json.hpp>
#include <lojacert/theory/dual_certificate.hpp>
#include <lojacert/theory/theorem_g.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lojacert {

/// What the search for the constants aims at, and constants that the user asks for instead of the best ones.
struct ThresholdRequest {
  bool maximise_kappa = false;  ///< else eps0
  std::optional<std::string> eps0;
  std::optional<std::string> kappa;
  bool product_only = false;  ///< use the closed-form certificate also where a better one could be searched
};

/// A dual certificate with (C1) to (C6) proved for the instance's teacher, activation and form of students.
struct ThresholdProof {
  DualCertificate certificate;
  FreeConstants<Rational> free;
  std::optional<ReluData> relu;
  std::optional<Threshold<Interval>> constants;  ///< what Theorem G gives
  std::vector<std::string> notes;                ///< how it was found
};

/// Finds a dual certificate (by search up to rank 3, else the product certificate) and proves it. Throws
/// InstanceError where the teacher is unsuitable, UnsupportedError where the theory does not cover it,
/// UndecidedError where no certificate could be proved.
[[nodiscard]] ThresholdProof find_threshold(const Instance& instance, const ThresholdRequest& request);

/// Proves the conditions for what the evidence of a certificate states (certificates/README.md, section 4.9),
/// as a stranger's. Throws InputError where the evidence is malformed, UndecidedError where a condition is
/// not proved, and as find_threshold.
[[nodiscard]] ThresholdProof check_threshold(const Instance& instance, const json::Value& evidence);

/// The constants of Theorem G that bound every student (docs/theory/convergence.md, Section 4).
[[nodiscard]] RecoveryConstants recovery_constants(const Instance& instance, const ThresholdProof& proof,
                                                   Bits bits);

/// The evidence of a certificate of `threshold`.
[[nodiscard]] std::vector<std::pair<std::string, json::Value>> evidence_of(const ThresholdProof& proof);

}  // namespace lojacert
