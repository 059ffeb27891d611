#include <lojacert/claims/cited_threshold.hpp>

#include <lojacert/claims/threshold.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>

#include <utility>

namespace lojacert {

namespace {

void check_header(const Instance& instance, const json::Value& certificate) {
  const json::Value& claim = certificate.at("claim");
  if (certificate.at("format").as_string() != "lojacert-certificate/1" ||
      claim.at("kind").as_string() != "threshold" || claim.at("negated").as_bool())
    throw InputError("it is no certificate of the claim threshold");
  if (certificate.at("instance").at("digest").as_string() != teacher_digest(instance))
    throw InputError("it is about another teacher, activation or form of students");
}

/// The claim of a proof with its certificate, written afresh: nothing of a stranger's file is handed on.
CitedThreshold cited_from(const Instance& instance, ThresholdProof found, const ThresholdRequest& request) {
  const Proof proof = prove(instance, threshold_claim(instance, found, request), Budget{});
  if (proof.verdict != Verdict::proved) throw UndecidedError("threshold: " + proof.reason);
  json::Value document = certificate(instance, Subject::teacher, proof.claim, proof.evidence, {}, false);
  std::erase_if(document.members, [](const auto& member) { return member.first == "producer"; });
  return {std::move(found), parse_exact_point(proof.claim.at("eps0").as_string()),
          parse_exact_point(proof.claim.at("kappa").as_string()), std::move(document)};
}

CitedThreshold cite(const Instance& instance, const json::Value& certificate) {
  check_header(instance, certificate);
  const json::Value& claim = certificate.at("claim");
  ThresholdRequest request;
  request.eps0 = claim.at("eps0").as_string();
  request.kappa = claim.at("kappa").as_string();
  return cited_from(instance, check_threshold(instance, certificate.at("evidence")), request);
}

/// Runs `work` with the file's name before what it complains about.
template <class Work>
auto named(const GivenCertificate& given, const Work& work) {
  try {
    return work();
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

}  // namespace

void refuse_unfit_certificate(const Instance& instance, const GivenCertificate& given) {
  named(given, [&] { check_header(instance, given.document); });
}

CitedThreshold cite_threshold(const Instance& instance, const GivenCertificate& given) {
  return named(given, [&] { return cite(instance, given.document); });
}

CitedThreshold find_cited_threshold(const Instance& instance, const ThresholdRequest& request) {
  return cited_from(instance, find_threshold(instance, request), request);
}

}  // namespace lojacert
