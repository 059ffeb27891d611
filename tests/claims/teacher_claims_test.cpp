// The claims about teachers: true ones proved, the nearest false ones not, and what has no geometry refused.

#include "support/instances.hpp"

#include <lojacert/claims/landscape.hpp>
#include <lojacert/claims/teacher.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>

#include <catch2/catch.hpp>

using namespace lojacert;
using namespace lojacert::test;

namespace {

std::vector<Instance> several() {
  return {teachers({{"1", "0"}, {"0", "1"}}), gram({{"1", "1/2"}, {"1/2", "1"}}), teachers({{"3", "4"}}),
          teachers({{"1", "0"}, {"1", "1/50"}}, {Activation::relu, NeuronForm::norm, NeuronForm::norm}),
          teachers({{"1", "0", "0"}, {"0.1", "2", "0"}, {"1/3", "0", "-1"}},
                   {Activation::relu_linear, NeuronForm::unit, NeuronForm::norm})};
}

Proof prove(const Instance& instance, const Claim& claim) {
  return lojacert::prove(instance, claim, Budget{});
}

std::string constant(const Proof& proof, const std::string& key) { return proof.claim.at(key).as_string(); }

std::string times(const std::string& text, const char* factor) {
  return exact_text(Rational(parse_exact_point(text) * parse_exact_point(factor)));
}

}  // namespace

TEST_CASE("the enclosures of a teacher are proved") {
  for (const Instance& instance : several()) {
    const Proof proof = prove(instance, teacher_enclosure_claim(instance, Budget{}));
    CHECK(proof.verdict == Verdict::proved);
    CHECK(proof.subject == Subject::teacher);
    CHECK(proof.claim.at("norms").items.size() == instance.teacher_count());
    CHECK((proof.claim.find("separation") != nullptr) == (instance.teacher_count() > 1));
  }
}

TEST_CASE("bounds of mu are decided on both sides") {
  for (const Instance& instance : several()) {
    const Proof found = prove(instance, teacher_enclosure_claim(instance, Budget{}));
    const std::string lo = found.claim.at("mu").at("lo").as_string();
    const std::string hi = found.claim.at("mu").at("hi").as_string();
    const auto verdict = [&](const std::string& a, const std::string& b) {
      return prove(instance, teacher_mu_claim(instance, a, b)).verdict;
    };
    CHECK(verdict(lo, hi) == Verdict::proved);
    CHECK(verdict(times(hi, "1.0000000000001"), "2") == Verdict::disproved);
    CHECK(verdict("0", times(lo, "0.9999999999999")) == Verdict::disproved);
    CHECK(verdict("0", "1") == Verdict::proved);
  }
  CHECK_THROWS_AS(teacher_mu_claim(several()[0], "1", "1/2"), InputError);
  CHECK_THROWS_AS(teacher_mu_claim(several()[0], "x", "1"), InputError);
}

TEST_CASE("students, even boxes, do not matter for a claim about a teacher") {
  Instance alone = teachers({{"1", "0"}, {"0", "1"}});
  Instance with_students = alone;
  with_students.student = matrix({{"[0, 1]", "2"}});
  const Proof a = prove(alone, teacher_enclosure_claim(alone, Budget{}));
  const Proof b = prove(with_students, teacher_enclosure_claim(with_students, Budget{}));
  CHECK(b.verdict == Verdict::proved);
  CHECK(constant(a, "statement") == constant(b, "statement"));
  CHECK(json::dump(certificate(with_students, b.subject, b.claim, b.evidence, {}, true)).find("student\"") ==
        std::string::npos);
}

TEST_CASE("Theorem L is proved for every network, and nothing beyond it") {
  for (const Instance& instance : several()) {
    for (const LocalAim aim : {LocalAim::eps0, LocalAim::kappa}) {
      const auto verdict = [&](const LandscapeConstants& constants) {
        return prove(instance, landscape_claim(instance, constants, aim, Budget{})).verdict;
      };
      const Proof best = prove(instance, landscape_claim(instance, {}, aim, Budget{}));
      CHECK(best.verdict == Verdict::proved);
      CHECK(constant(best, "quantifier") == "forall-students");
      LandscapeConstants same;
      same.delta = constant(best, "delta");
      same.s = best.evidence.at("s").as_string();
      CHECK(verdict(same) == Verdict::proved);
      LandscapeConstants beyond = same;
      beyond.kappa = times(constant(best, "kappa"), "1.0002");
      CHECK(verdict(beyond) == Verdict::undecided);
      beyond = same;
      beyond.eps0 = times(constant(best, "eps0"), "1.0002");
      CHECK(verdict(beyond) == Verdict::undecided);
      beyond = same;
      beyond.kappa_1 = times(constant(best, "kappa_1"), "1.0002");
      CHECK(verdict(beyond) == Verdict::undecided);
      beyond = same;  // less of one, and as much more of kappa_1 as that gives
      beyond.eps0 = times(constant(best, "eps0"), "1/16");
      const Proof less = prove(instance, landscape_claim(instance, beyond, aim, Budget{}));
      CHECK(less.verdict == Verdict::proved);
      CHECK(parse_exact_point(constant(less, "kappa_1")) >
            Rational(19, 10) * parse_exact_point(constant(best, "kappa_1")));
    }
  }
}

TEST_CASE("where Theorem L has nothing to say, it is said so") {
  const Instance two = teachers({{"1", "0"}, {"0", "1"}});
  const auto claim = [&](const LandscapeConstants& constants) {
    return landscape_claim(two, constants, LocalAim::kappa, Budget{});
  };
  LandscapeConstants wide;
  wide.delta = "0.01";
  CHECK_THROWS_AS(claim(wide), UndecidedError);
  for (const char* delta : {"0", "-1", "1.6", "x"}) {
    wide.delta = delta;
    CHECK_THROWS_AS(claim(wide), InputError);
  }
  wide.delta = "0.001";
  wide.s = "1";
  CHECK_THROWS_AS(claim(wide), InputError);
  CHECK_THROWS_AS(landscape_claim(teachers({{"1", "0"}, {"-1", "0"}}), {}, LocalAim::eps0, Budget{}),
                  InstanceError);
}
