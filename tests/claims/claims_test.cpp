// Every claim: true ones proved, the nearest false ones disproved, equalities and wide boxes left open.

#include "support/instances.hpp"

#include <lojacert/claims/gradient.hpp>
#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/claims/loss.hpp>
#include <lojacert/claims/not_pl.hpp>
#include <lojacert/claims/recovery.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

using namespace lojacert;
using namespace lojacert::test;

namespace {

const Forms paper{Activation::abs, NeuronForm::norm, NeuronForm::unit};

/// The value moved by the factor 1 + sign * 2^-bits.
std::string moved(const Rational& value, int sign, unsigned bits) {
  return exact_text(Rational(value * (1 + Rational(sign, Integer(1) << bits))));
}

Verdict verdict(const Instance& instance, const Claim& claim) {
  return prove(instance, claim, Budget{}).verdict;
}

Rational middle(const Interval& x) { return (x.inf() + x.sup()) / 2; }

Instance with_radius(Instance instance, const std::string& radius) {
  const Rational r = parse_exact_point(radius);
  ExactMatrix wide(instance.dimension());
  for (std::size_t j = 0; j < instance.student_count(); ++j) {
    for (std::size_t k = 0; k < instance.dimension(); ++k) {
      const Rational entry = instance.student->point(j, k);
      wide.append(RationalInterval{entry - r, entry + r});
    }
  }
  instance.student = wide;
  return instance;
}

Instance perturbed() {
  return instance(paper, {{"1", "0"}, {"0", "1"}},
                  {{"7/10", "1/100"}, {"7/10", "-1/90"}, {"1/80", "99/100"}});
}

}  // namespace

TEST_CASE("on points every relative margin of 2^-40 is decided, on both sides") {
  REQUIRE(rc::check([] {
    const Instance instance = any_instance(1, 4);
    const Landscape landscape(instance);
    RC_PRE(!landscape.loss_is_exactly_zero());
    const NarrowEvaluation narrow = narrow_evaluation(landscape, 1e-30, 32768, Rung::balls);
    RC_PRE(narrow.gradient_is_narrow);
    const Rational loss = middle(narrow.evaluation.loss);
    RC_ASSERT(verdict(instance, loss_claim(moved(loss, -1, 40), moved(loss, +1, 40))) == Verdict::proved);
    RC_ASSERT(verdict(instance, loss_claim(std::nullopt, moved(loss, -1, 40))) == Verdict::disproved);
    RC_ASSERT(verdict(instance, loss_claim(moved(loss, +1, 40), std::nullopt)) == Verdict::disproved);
    const Rational norm = middle(narrow.evaluation.gradient->norm);
    RC_PRE(norm > 0);
    for (const char* beta : {"1", "3/4", "2/3", "1/2"}) {
      const Rational ratio = middle(lojasiewicz_ratio(narrow.evaluation.gradient->norm,
                                                      narrow.evaluation.loss, parse_exact_point(beta)));
      RC_ASSERT(verdict(instance, lojasiewicz_claim(moved(ratio, -1, 40), beta)) == Verdict::proved);
      RC_ASSERT(verdict(instance, lojasiewicz_claim(moved(ratio, +1, 40), beta)) == Verdict::disproved);
    }
    const Rational constant = norm * norm / (2 * loss);
    RC_ASSERT(verdict(instance, not_pl_claim(moved(constant, +1, 40))) == Verdict::proved);
    RC_ASSERT(verdict(instance, not_pl_claim(moved(constant, -1, 40))) == Verdict::disproved);
    RC_ASSERT(verdict(instance, gradient_norm_claim(moved(norm, -1, 40), moved(norm, +1, 40))) ==
              Verdict::proved);
    RC_ASSERT(verdict(instance, gradient_norm_claim(moved(norm, +1, 40), moved(norm, +1, 20))) ==
              Verdict::disproved);
  }));
}

TEST_CASE("enclosures that the prover finds are proved") {
  REQUIRE(rc::check([] {
    const Instance instance = any_instance(1, 3);
    RC_ASSERT(verdict(instance, loss_enclosure_claim(instance, Budget{})) == Verdict::proved);
    RC_ASSERT(verdict(instance, gradient_enclosure_claim(instance, 20, Budget{})) == Verdict::proved);
  }));
}

TEST_CASE("claims stated to many digits are decided to that many") {
  const Instance at = perturbed();
  for (const int digits : {100, 300}) {
    CHECK(verdict(at, gradient_enclosure_claim(at, digits, Budget{})) == Verdict::proved);
  }
}

TEST_CASE("the best kappa is proved and within a thousandth of the largest") {
  const Instance at = perturbed();
  for (const char* beta : {"1", "3/4", "2/3", "1/2"}) {
    const std::string kappa = best_kappa(at, beta, Budget{});
    CHECK(verdict(at, lojasiewicz_claim(kappa, beta)) == Verdict::proved);
    const Rational slightly_more = parse_exact_point(kappa) * Rational(1001, 1000);
    CHECK(verdict(at, lojasiewicz_claim(exact_text(slightly_more), beta)) == Verdict::disproved);
  }
}

TEST_CASE("at zero loss the inequality holds, PL is not refuted, and there is no best kappa") {
  const Instance copy = instance({}, {{"1", "2"}}, {{"1/2", "1"}, {"1/2", "1"}});
  CHECK(verdict(copy, lojasiewicz_claim("1e100", "3/4")) == Verdict::proved);
  CHECK(verdict(copy, not_pl_claim("1e100")) == Verdict::disproved);
  CHECK(verdict(copy, loss_claim("0", "0")) == Verdict::proved);
  CHECK_THROWS_AS(best_kappa(copy, "1", Budget{}), UndecidedError);
}

TEST_CASE("an equality that exact arithmetic does not settle stays open") {
  // L = 1/2 E (|x_1| - |x_2|)^2 = 1 - 2/pi; c = ||grad||^2 / (2 L) is irrational, so use the loss of one
  // dimension: (1/3)^2 / 2.
  const Instance line = instance({}, {{"1"}}, {{"2/3"}});
  const Proof proof = prove(line, loss_claim(std::nullopt, "1/18"), Budget{});
  CHECK(proof.verdict == Verdict::undecided);
  CHECK(proof.reason.find("equal") != std::string::npos);
  CHECK_FALSE(proof.limit_reached);
  // With dyadic numbers the same equality is exact.
  CHECK(verdict(instance({}, {{"1"}}, {{"1/2"}}), loss_claim("1/8", "1/8")) == Verdict::proved);
}

TEST_CASE("a bit limit that the user gave is reported as a limit") {
  const Instance pair = instance({}, {{"1", "0"}}, {{"1/2", "1e-60"}, {"1/2", "-1e-60"}});
  const Proof proof = prove(pair, loss_claim(std::nullopt, "1e-200"), Budget{128, true});
  CHECK(proof.verdict == Verdict::undecided);
  CHECK(proof.limit_reached);
  CHECK(verdict(pair, loss_claim(std::nullopt, "1e-200")) == Verdict::disproved);
}

TEST_CASE("boxes: narrow ones are proved, wrong claims get a witness inside, wide ones stay open") {
  const Instance narrow = with_radius(perturbed(), "1e-12");
  CHECK(verdict(narrow, lojasiewicz_claim("1/10", "1")) == Verdict::proved);
  const Proof disproof = prove(narrow, lojasiewicz_claim("1e9", "1"), Budget{});
  REQUIRE(disproof.verdict == Verdict::disproved);
  const json::Value& rows = disproof.evidence.at("witness").at("student");
  for (std::size_t j = 0; j < 3; ++j) {
    for (std::size_t k = 0; k < 2; ++k) {
      const Rational entry = parse_exact_point(rows.items[j].items[k].as_string());
      CHECK(narrow.student->at(j, k).lo <= entry);
      CHECK(entry <= narrow.student->at(j, k).hi);
    }
  }
  const Proof open = prove(with_radius(perturbed(), "1/2"), lojasiewicz_claim("1/10", "1"), Budget{});
  CHECK(open.verdict == Verdict::undecided);
  CHECK(open.reason.find("smaller") != std::string::npos);
}

TEST_CASE("no claim about an undefined gradient is decided") {
  const Instance at = instance({}, {{"1", "0"}}, {{"1", "0"}, {"0", "0"}});
  for (const Claim& claim :
       {lojasiewicz_claim("1", "1"), not_pl_claim("1"), gradient_norm_claim("0", "1e9")}) {
    const Proof proof = prove(at, claim, Budget{});
    CHECK(proof.verdict == Verdict::undecided);
    CHECK(proof.reason.find("undefined") != std::string::npos);
  }
  CHECK(verdict(at, loss_claim("0", "0")) == Verdict::proved);
}

TEST_CASE("recovery: the best bounds are proved, slightly smaller ones disproved") {
  const Instance at = perturbed();
  const RecoveryBounds best = best_recovery_bounds(at, "0.5");
  CHECK(verdict(at, recovery_claim(at, "0.5", best)) == Verdict::proved);
  const auto smaller = [](const std::optional<std::string>& bound) {
    return exact_text(Rational(parse_exact_point(*bound) * Rational(9999, 10000)));
  };
  CHECK(verdict(at, recovery_claim(at, "0.5", {smaller(best.angle), {}, {}})) == Verdict::disproved);
  CHECK(verdict(at, recovery_claim(at, "0.5", {{}, smaller(best.residual), {}})) == Verdict::disproved);
}

TEST_CASE("recovery is exact where angles, residuals and far mass vanish") {
  const Instance split =
      instance({Activation::abs, NeuronForm::norm, NeuronForm::norm}, {{"5", "5"}, {"1", "0"}},
               {{"3", "3"}, {"-4", "-4"}, {"1", "0"}, {"0", "0"}});
  CHECK(verdict(split, recovery_claim(split, "0", {"0", "0", "0"})) == Verdict::proved);
  // The paper's Claim 2: two students at +-delta whose sum is the teacher have residual 0.
  const Instance pair = instance({}, {{"1", "0"}}, {{"1/2", "1/100"}, {"1/2", "-1/100"}});
  CHECK(verdict(pair, recovery_claim(pair, "0.5", {{}, "0", {}})) == Verdict::proved);
  CHECK(verdict(pair, recovery_claim(pair, "0.5", {"0", {}, {}})) == Verdict::disproved);
}

TEST_CASE("the paper's Claim 1: zero loss without recovery under relu") {
  const Instance counterexample =
      instance({Activation::relu, NeuronForm::unit, NeuronForm::unit}, {{"1", "0"}, {"0", "1"}, {"-1", "-1"}},
               {{"-1", "0"}, {"0", "-1"}, {"1", "1"}});
  CHECK(verdict(counterexample, loss_claim("0", "0")) == Verdict::proved);
  CHECK(verdict(counterexample, recovery_claim(counterexample, "0.5", {"0.5", "0.5", "0.5"})) ==
        Verdict::disproved);
}

TEST_CASE("recovery refuses teachers that have no direction of their own") {
  const auto refused = [](const Forms& forms, const TextRows& teacher) {
    const Instance at = instance(forms, teacher, {{"1", "1"}});
    CHECK_THROWS_AS(recovery_claim(at, "0.5", {"1", {}, {}}), InputError);
  };
  refused({}, {{"0", "0"}, {"1", "0"}});
  refused({}, {{"1", "0"}, {"2", "0"}});
  refused({}, {{"1", "0"}, {"-2", "0"}});
  refused({Activation::relu, NeuronForm::unit, NeuronForm::unit}, {{"1", "0"}, {"2", "0"}});
  const Instance opposite = instance({Activation::relu, NeuronForm::unit, NeuronForm::unit},
                                     {{"1", "0"}, {"-2", "0"}}, {{"1", "1/9"}});
  CHECK(verdict(opposite, recovery_claim(opposite, "0.5", {"1", {}, {}})) == Verdict::proved);
}

TEST_CASE("bad constants are refused with their name") {
  CHECK_THROWS_WITH(lojasiewicz_claim("0", "1"), Catch::Contains("kappa"));
  CHECK_THROWS_WITH(lojasiewicz_claim("1", "-1/2"), Catch::Contains("beta"));
  CHECK_THROWS_WITH(not_pl_claim("-1"), Catch::Contains("constant"));
  CHECK_THROWS_WITH(loss_claim("1", "0"), Catch::Contains("larger"));
  CHECK_THROWS_AS(loss_claim("nan", std::nullopt), InputError);
  CHECK_THROWS_AS(loss_claim(std::nullopt, std::nullopt), InputError);
  CHECK_THROWS_AS(recovery_claim(perturbed(), "2", {"1", {}, {}}), InputError);
}
