#include <lojacert/claims/cited_threshold.hpp>

#include <lojacert/claims/threshold.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>

#include <utility>

namespace lojacert {

namespace {

CitedThreshold cite(const Instance& instance, const json::Value& certificate) {
  const json::Value& claim = certificate.at("claim");
  if (certificate.at("format").as_string() != "lojacert-certificate/1" ||
      claim.at("kind").as_string() != "threshold" || claim.at("negated").as_bool())
    throw InputError("it is no certificate of the claim threshold");
  if (certificate.at("instance").at("digest").as_string() != teacher_digest(instance))
    throw InputError("it is about another teacher, activation or form of students");
  CitedThreshold cited{check_threshold(instance, certificate.at("evidence")),
                       parse_positive_constant("eps0", claim.at("eps0").as_string()),
                       parse_positive_constant("kappa", claim.at("kappa").as_string()), certificate};
  const Proof proof =
      prove(instance,
            threshold_claim(instance, cited.proof,
                            {.eps0 = claim.at("eps0").as_string(), .kappa = claim.at("kappa").as_string()}),
            Budget{});
  if (proof.verdict != Verdict::proved) throw UndecidedError("it is not proved: " + proof.reason);
  return cited;
}

}  // namespace

CitedThreshold cite_threshold(const Instance& instance, const GivenCertificate& given) {
  try {
    return cite(instance, given.document);
  } catch (const UndecidedError& error) {
    throw UndecidedError(given.name + ": " + error.what());
  } catch (const UnsupportedError& error) {
    throw UnsupportedError(given.name + ": " + error.what());
  } catch (const InstanceError&) {
    throw;  // about the instance, not about the certificate
  } catch (const InputError& error) {
    throw InputError(given.name + ": " + error.what());
  }
}

CitedThreshold find_cited_threshold(const Instance& instance, const ThresholdRequest& request) {
  ThresholdProof found = find_threshold(instance, request);
  const Proof proof = prove(instance, threshold_claim(instance, found, request), Budget{});
  if (proof.verdict != Verdict::proved) throw UndecidedError("threshold: " + proof.reason);
  json::Value document = certificate(instance, Subject::teacher, proof.claim, proof.evidence, {}, false);
  std::erase_if(document.members, [](const auto& member) { return member.first == "producer"; });
  return {std::move(found), parse_exact_point(proof.claim.at("eps0").as_string()),
          parse_exact_point(proof.claim.at("kappa").as_string()), std::move(document)};
}

}  // namespace lojacert
