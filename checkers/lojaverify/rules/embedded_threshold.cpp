#include "embedded_threshold.hpp"

namespace lojaverify {

EmbeddedThreshold::EmbeddedThreshold(const Json& json) {
  if (json.at("claim").at("kind").string() != "threshold") return;
  certificate_ = std::make_unique<Certificate>(json);
  claim_ = dynamic_cast<const ThresholdClaim*>(certificate_->rule.get());
}

std::optional<std::string> EmbeddedThreshold::shortfall(const Question& question) const {
  if (claim_ == nullptr) return "evidence: the certificate within is not one of the claim threshold";
  std::string teacher = digest(question.instance, DigestOf::teacher);
  if (verified_for_ == teacher) return shortfall_;
  Options options;
  options.deadline = question.deadline;
  const Verdict verdict = verify(*certificate_, question.instance, options);
  shortfall_.reset();
  if (!verdict.verified)
    shortfall_ =
        "the threshold certificate within is not verified: " + verdict.code + ": " + verdict.explanation;
  verified_for_ = std::move(teacher);
  return shortfall_;
}

std::string EmbeddedThreshold::name() const {
  return claim_ == nullptr ? "no threshold certificate" : claim_->theorem().name();
}

}  // namespace lojaverify
