#pragma once
// A certificate of `threshold` that another claim rests on: given and proved again, or found.

#include <lojacert/claims/claim.hpp>
#include <lojacert/claims/threshold_proof.hpp>

#include <string>

namespace lojacert {

/// Theorem G for the teacher of an instance, with the certificate that the other claim embeds. What the
/// certificate claims, not the theorem's own constants, is what the verifier will use.
struct CitedThreshold {
  ThresholdProof proof;
  Rational eps0;
  Rational kappa;
  json::Value certificate;
};

/// A certificate that the user gives, with the name of its file for messages.
struct GivenCertificate {
  std::string name;
  json::Value document;
};

/// Reads a certificate and proves it. Throws InputError where it is malformed or not about the instance's
/// teacher, UndecidedError where it is not proved, and as find_threshold; the message names the file.
[[nodiscard]] CitedThreshold cite_threshold(const Instance& instance, const GivenCertificate& given);

/// Throws InputError that names the file unless it is a certificate of `threshold` about the instance's
/// teacher; proves nothing.
void refuse_unfit_certificate(const Instance& instance, const GivenCertificate& given);

/// Finds and proves one. Throws as find_threshold.
[[nodiscard]] CitedThreshold find_cited_threshold(const Instance& instance, const ThresholdRequest& request);

}  // namespace lojacert
