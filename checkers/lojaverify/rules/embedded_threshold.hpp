#pragma once
// A certificate of `threshold` in the evidence of another claim about the same teacher.

#include "threshold.hpp"

namespace lojaverify {

class EmbeddedThreshold {
 public:
  /// Reads the certificate, if it is one of `threshold`; no other kind is read, so that evidence cannot nest
  /// further.
  explicit EmbeddedThreshold(const Json& json);

  /// Why it is not verified for the instance's teacher; verified only once for each.
  [[nodiscard]] std::optional<std::string> shortfall(const Question& question) const;

  // Only where there is no shortfall.
  [[nodiscard]] const Constant& eps0() const { return claim_->eps0(); }
  [[nodiscard]] const Constant& kappa() const { return claim_->kappa(); }
  [[nodiscard]] const Rational& delta1() const { return claim_->theorem().delta1(); }
  [[nodiscard]] RecoveryFactors factors(const Instance& instance, slong bits) const {
    return claim_->theorem().factors(instance, bits);
  }
  [[nodiscard]] std::string name() const;

 private:
  std::unique_ptr<Certificate> certificate_;  // none: of another kind
  const ThresholdClaim* claim_ = nullptr;
  mutable std::string verified_for_;  // the digest of the teacher
  mutable std::optional<std::string> shortfall_;
};

}  // namespace lojaverify
