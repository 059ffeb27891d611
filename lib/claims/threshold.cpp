#include <lojacert/claims/threshold.hpp>

#include <lojacert/exact/number.hpp>
#include <lojacert/theory/theorem_l.hpp>

#include <fmt/format.h>

namespace lojacert {

namespace {

constexpr Bits bits{128};

}  // namespace

Claim threshold_claim(const Instance& instance, const ThresholdRequest& request) {
  return threshold_claim(instance, find_threshold(instance, request), request);
}

Claim threshold_claim(const Instance& instance, const ThresholdProof& proof,
                      const ThresholdRequest& request) {
  const Threshold<Interval>& constants = *proof.constants;

  const std::string eps0 = request.eps0 ? *request.eps0 : a_little_below(constants.eps0);
  const std::string kappa = request.kappa ? *request.kappa : a_little_below(constants.kappa);
  const Rational eps0_value = parse_positive_constant("eps0", eps0);
  const Rational kappa_value = parse_positive_constant("kappa", kappa);
  const std::string kappa_1 =
      a_little_below(linear_constant(Interval::from(kappa_value, bits), eps0_value, instance.neuron));
  const char* beta = instance.neuron == NeuronForm::norm ? "3/4" : "2/3";

  Claim claim;
  claim.kind = "threshold";
  claim.subject = Subject::teacher;
  claim.quantifier = "forall-students";
  claim.prefix = every_student_prefix(instance);
  claim.constants = {{"eps0", json::string(eps0)},
                     {"kappa", json::string(kappa)},
                     {"beta", json::string(beta)},
                     {"kappa_1", json::string(kappa_1)}};
  claim.body =
      fmt::format("with L(W) <= {}: ||grad L(W)||_F >= {} * L(W)^({}) and ||grad L(W)||_F >= {} * L(W)", eps0,
                  kappa, beta, kappa_1);
  claim.evidence = evidence_of(proof);
  claim.notes = proof.notes;
  claim.attempt_for = [constants, eps0_value, kappa_value](const Instance&) -> Attempt {
    return [=](Bits) {
      const Decision decision =
          both(decide_less_equal(Interval::from(eps0_value, bits), constants.eps0, "eps0 <= Theorem G's"),
               decide_less_equal(Interval::from(kappa_value, bits), constants.kappa, "kappa <= Theorem G's"));
      if (decision.verdict != Verdict::disproved) return decision;
      // The theorem gives less; what is claimed may still be true.
      return never(fmt::format("Theorem G gives eps0 = {} and kappa = {} with this certificate",
                               a_little_below(constants.eps0), a_little_below(constants.kappa)));
    };
  };
  return claim;
}

}  // namespace lojacert
