// The claims about gradient descent: what is proved, by which theorem, and what is not.

#include <lojacert/claims/convergence.hpp>
#include <lojacert/claims/recovery_for_all.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <catch2/catch.hpp>

using namespace lojacert;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

using Texts = std::vector<std::vector<const char*>>;

ExactMatrix rows(const Texts& texts) {
  ExactMatrix matrix(texts.front().size());
  for (const auto& row : texts)
    for (const char* text : row) matrix.append(parse_exact(text));
  return matrix;
}

Instance instance(const Texts& student, Activation activation = Activation::abs,
                  NeuronForm neuron = NeuronForm::norm) {
  Instance result;
  result.activation = activation;
  result.neuron = neuron;
  result.teacher = rows({{"1", "0"}, {"0", "1"}});
  result.student = rows(student);
  return result;
}

const Texts near = {{"0.99999", "0.00001"}, {"0.00002", "1.00001"}};
const Texts with_light_student = {{"0.9999", "0.0001"}, {"0.0001", "0.99995"}, {"3e-7", "3e-7"}};

ConvergenceRequest descent(const char* step, ConvergenceRoute route = ConvergenceRoute::theorem_i) {
  ConvergenceRequest request;
  request.step = step;
  request.route = route;
  return request;
}

Proof proof_of(const Instance& at, const ConvergenceRequest& request) {
  return prove(at, convergence_claim(at, request, Budget{}), Budget{});
}

double number(const json::Value& value) { return static_cast<double>(parse_exact_point(value.as_string())); }

/// A certificate for the orthonormal pair, found once.
const CitedThreshold& cited() {
  static const CitedThreshold found = [] {
    ThresholdRequest request;
    request.product_only = true;
    return find_cited_threshold(instance(near), request);
  }();
  return found;
}

}  // namespace

TEST_CASE("descent near the teachers is proved by Theorem I for every activation") {
  for (const Activation activation : {Activation::abs, Activation::relu, Activation::relu_linear}) {
    const Proof proof = proof_of(instance(near, activation), descent("1/20"));
    CHECK(proof.verdict == Verdict::proved);
    const json::Value& limit = proof.claim.at("limit");
    REQUIRE(limit.items.size() == 2);
    CHECK(limit.items[0].as_integer() == 0);
    CHECK(limit.items[1].as_integer() == 1);
    CHECK(proof.evidence.at("by").as_string() == "I");
  }
}

TEST_CASE("the envelope begins at the loss and the target lies on it") {
  ConvergenceRequest request = descent("1/20");
  request.target_loss = "1e-15";
  const Proof proof = proof_of(instance(near), request);
  REQUIRE(proof.verdict == Verdict::proved);
  const json::Value& line = proof.claim.at("envelope").items.at(0);
  const double loss = Landscape(instance(near)).loss(Bits{128}).approximate_mid();
  CHECK(number(line.at("a")) == Approx(1 / std::sqrt(loss)).epsilon(1e-4));
  const double steps = number(proof.claim.at("target").at("steps"));
  const double by_envelope = (1 / std::sqrt(1e-15) - number(line.at("a"))) / number(line.at("c"));
  const double by_rate = 1 / (1e-15 * number(proof.claim.at("linear_rate")));
  CHECK(steps == Approx(std::min(by_envelope, by_rate)).epsilon(1e-3));
}

TEST_CASE("Theorem I allows steps up to 1/lbar") {
  const Instance at = instance(near);
  // lbar = 4 * 2 + 7.0133 sqrt(2L), L about 1e-9
  CHECK(proof_of(at, descent("0.12499")).verdict == Verdict::proved);
  CHECK_THROWS_WITH(proof_of(at, descent("0.125")), Contains("step lbar <= 1"));
}

TEST_CASE("Theorem G gives the same constants for every number of students") {
  ConvergenceRequest request = descent("1/20", ConvergenceRoute::theorem_g);
  request.threshold = GivenCertificate{"given.json", cited().certificate};
  // The same loss: one student split in two, and a zero student.
  const Texts one = {{"1", "0"}, {"0", "1.0000000001"}};
  const Texts many = {{"3/5", "0"}, {"4/5", "0"}, {"0", "1.0000000001"}, {"0", "0"}};
  const Proof first = proof_of(instance(one), request);
  const Proof second = proof_of(instance(many), request);
  REQUIRE(first.verdict == Verdict::proved);
  REQUIRE(second.verdict == Verdict::proved);
  for (const char* key : {"a", "c"})
    CHECK(first.claim.at("envelope").items.at(0).at(key).as_string() ==
          second.claim.at("envelope").items.at(0).at(key).as_string());
  CHECK(first.claim.at("distance").as_string() == second.claim.at("distance").as_string());
}

TEST_CASE("a light student needs the hand-over, and the envelope has two lines") {
  const Instance at = instance(with_light_student);
  CHECK_THROWS_AS(proof_of(at, descent("1/20")), UndecidedError);
  ThresholdRequest best;
  ConvergenceRequest request = descent("1/20", ConvergenceRoute::better);
  request.threshold = GivenCertificate{"given.json", find_cited_threshold(at, best).certificate};
  const Proof proof = proof_of(at, request);
  REQUIRE(proof.verdict == Verdict::proved);
  REQUIRE(proof.claim.at("envelope").items.size() == 2);
  CHECK(proof.claim.find("linear_rate") == nullptr);
  CHECK(number(proof.claim.at("envelope").items[1].at("c")) <
        number(proof.claim.at("envelope").items[0].at("c")));
}

TEST_CASE("what the theory does not cover is refused with the reason") {
  CHECK_THROWS_AS(proof_of(instance(near, Activation::abs, NeuronForm::unit), descent("1/20")),
                  UnsupportedError);
  CHECK_THROWS_AS(proof_of(instance({{"[0.9, 1]", "0"}, {"0", "1"}}), descent("1/20")), UnsupportedError);
  CHECK_THROWS_WITH(proof_of(instance({{"1", "0"}, {"0", "1"}}), descent("1/20")), Contains("L(W_0) = 0"));
  CHECK_THROWS_AS(proof_of(instance({{"-1", "0.00001"}, {"0", "1"}}, Activation::relu), descent("1/20")),
                  UndecidedError);
  CHECK_THROWS_AS(proof_of(instance(near), descent("0")), InputError);
}

TEST_CASE("a cited certificate is proved again, and must be about the teacher") {
  const Instance other = [] {
    Instance result = instance(near);
    result.teacher = rows({{"2", "0"}, {"0", "1"}});
    return result;
  }();
  CHECK_THROWS_WITH(cite_threshold(other, {"given.json", cited().certificate}),
                    StartsWith("given.json") && Contains("another teacher"));
  const auto changed = [](const char* part, const char* key, const std::string& text) {
    json::Value document = cited().certificate;
    for (auto& [name, member] : document.members) {
      if (name != part) continue;
      for (auto& [inner, value] : member.members)
        if (inner == key) value.text = text;
    }
    return GivenCertificate{"given.json", document};
  };
  const GivenCertificate unchanged{"given.json", cited().certificate};
  const Instance at = instance(near);
  CHECK_NOTHROW(cite_threshold(at, unchanged));
  const auto a_little_more = [&](const char* key) {
    return decimal_upper(Rational(parse_exact_point(cited().certificate.at("claim").at(key).as_string()) *
                                  Rational(1001, 1000)),
                         8);
  };
  CHECK_THROWS_AS(cite_threshold(at, changed("claim", "eps0", a_little_more("eps0"))), UndecidedError);
  CHECK_THROWS_AS(cite_threshold(at, changed("claim", "kappa", a_little_more("kappa"))), UndecidedError);
  CHECK_THROWS_AS(cite_threshold(at, changed("evidence", "S", "0.001")), UndecidedError);
  CHECK_THROWS_AS(cite_threshold(at, changed("evidence", "by", "Z")), UnsupportedError);
  CHECK_THROWS_AS(cite_threshold(at, changed("claim", "kind", "landscape")), InputError);
}

TEST_CASE("bounds for every student grow with the square root of the loss") {
  const Instance at = instance(near);
  const auto bound = [&](const char* loss, const char* key) {
    const Proof proof = prove(at, recovery_for_all_claim(at, cited(), {loss, "0.5"}), Budget{});
    CHECK(proof.verdict == Verdict::proved);
    return number(proof.claim.at(key));
  };
  for (const char* key : {"misalignment", "far_mass", "residual", "deficit", "excess"})
    CHECK(bound("1e-18", key) == Approx(bound("1e-16", key) / 10).epsilon(1e-3));
  CHECK(bound("1e-18", "angle") < bound("1e-16", "angle"));
  CHECK_THROWS_AS(recovery_for_all_claim(at, cited(), {"1", "1e-6"}), UndecidedError);
}
