// The fewest bits, their prediction, the stages, and the advice.

#include "support/instances.hpp"

#include <lojacert/stress/stress.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

using namespace lojacert;
using namespace lojacert::stress;
using namespace lojacert::test;

namespace {

constexpr long plenty = 100'000;
const Forms paper{Activation::abs, NeuronForm::norm, NeuronForm::unit};

/// Two students for each of two teachers, about 10^-`exponent` from them.
Instance pairs_at(const Forms& forms, int exponent) {
  const std::string tiny = "3e-" + std::to_string(exponent);
  return instance(
      forms, {{"1", "0", "0"}, {"0", "1", "0"}},
      {{"0.6", tiny, "0"}, {"0.8", "-" + tiny, tiny}, {tiny, "0.6", tiny}, {"0", "0.8", "-" + tiny}});
}

StressReport tested(const Instance& instance, int digits = 6, long max_bits = 4096) {
  return stress::stress(instance, {usual_beta(instance.neuron), digits, max_bits});
}

}  // namespace

TEST_CASE("the least bits of a threshold are found from any guess") {
  for (const long threshold : {2L, 3L, 17L, 1000L}) {
    for (const long guess : {0L, 2L, 16L, 17L, 18L, 5000L}) {
      long calls = 0;
      const auto succeeds = [&](long bits) { return ++calls, bits >= threshold; };
      REQUIRE(least_bits(succeeds, guess, plenty) == threshold);
      REQUIRE(calls < 50);
    }
  }
  REQUIRE_FALSE(least_bits([](long) { return false; }, 10, 500));
  REQUIRE(least_bits([](long bits) { return bits >= 500; }, 10, 500) == 500);
  REQUIRE_FALSE(least_bits([](long bits) { return bits >= 501; }, 10, 500));
}

TEST_CASE("successes below a failure are found") {
  // True from 40 on, and at 36 and 31: each is within the scanned bits of the one before.
  const auto succeeds = [](long bits) { return bits >= 40 || bits == 36 || bits == 31; };
  for (const long guess : {2L, 38L, 40L, 90L}) REQUIRE(least_bits(succeeds, guess, plenty) == 31);
}

TEST_CASE("the least bits decide, and no fewer do") {
  for (const Forms& forms : {paper, Forms{Activation::relu, NeuronForm::unit, NeuronForm::unit}}) {
    for (const int exponent : {1, 5}) {
      const Instance near = pairs_at(forms, exponent);
      const Reference reference = reference_for(near, Rational(3, 4), 256);
      const auto claims = frontier_claims(reference);
      REQUIRE(claims.size() == 4);
      const auto rows = frontier(near, reference, 4096);
      for (std::size_t n = 0; n < claims.size(); ++n) {
        const Attempt attempt = claims[n].claim.attempt_for(near);
        const long least = *rows[n].least_bits;
        INFO(rows[n].kind << " at exponent " << exponent);
        REQUIRE(attempt(Bits{least}).verdict == Verdict::proved);
        for (long bits = 2; bits < least; ++bits) REQUIRE(attempt(Bits{bits}).verdict == Verdict::undecided);
        REQUIRE(std::abs(least - rows[n].predicted_bits) <= 4);
      }
    }
  }
}

TEST_CASE("the predicted bits are near the least ones on any instance") {
  REQUIRE(rc::check([] {
    const Instance any = any_instance(1, 3);
    const Reference reference = reference_for(any, Rational(3, 4), 256);
    for (const FrontierRow& row : frontier(any, reference, 4096)) {
      RC_ASSERT(row.least_bits.has_value());
      RC_ASSERT(std::abs(*row.least_bits - row.predicted_bits) <= 16);
    }
  }));
}

TEST_CASE("exact values are predicted by what they are computed from") {
  const Forms relu{Activation::relu, NeuronForm::unit, NeuronForm::unit};
  const Instance difference =  // a gradient of one bit, from numbers of 19
      instance(relu, {{"-3/2"}, {"3/8"}}, {{"-1572863/1048576"}});
  const Instance root =  // a norm of sqrt(2) 2^-18: exact but for the root
      instance({}, {{"-1"}, {"-1"}}, {{"1"}, {"-262143/262144"}});
  const Instance cancelled =  // 2^-90 of a student of 91 bits and a teacher, whose mass is a root
      instance({Activation::abs, NeuronForm::unit, NeuronForm::norm}, {{"1"}},
               {{"1237940039285380274899124225/1237940039285380274899124224"}});
  for (const Instance& any : {difference, root, cancelled}) {
    for (const FrontierRow& row : frontier(any, reference_for(any, Rational(3, 4), 256), 4096)) {
      INFO(row.kind << ": " << *row.least_bits << " bits, predicted " << row.predicted_bits);
      REQUIRE(std::abs(*row.least_bits - row.predicted_bits) <= 4);
    }
  }
}

TEST_CASE("a lower bound of the norm is not lost with an entry that is") {
  // The entry that makes the norm is computed without cancellation; the other is 0 up to an error, which only
  // the upper end of the norm meets.
  const Instance near = instance({Activation::relu, NeuronForm::unit, NeuronForm::unit},
                                 {{"0", "-3/4"}, {"0", "3/4"}}, {{"1e-34", "-3/4"}});
  for (const FrontierRow& row : frontier(near, reference_for(near, Rational(2, 3), 256), 4096)) {
    INFO(row.kind << ": " << *row.least_bits << " bits, predicted " << row.predicted_bits);
    REQUIRE((*row.least_bits < 30) == (row.kind == "lojasiewicz"));
    REQUIRE(std::abs(*row.least_bits - row.predicted_bits) <= 4);
  }
}

TEST_CASE("a limit of bits is said, not passed over") {
  const Instance near = pairs_at(paper, 20);
  const Reference reference = reference_for(near, Rational(3, 4), 256);
  const auto rows = frontier(near, reference, 60);
  REQUIRE_FALSE(rows.front().least_bits);
  REQUIRE(rows.front().predicted_bits > 60);
}

TEST_CASE("the condition of the sum is the sum of its terms over the loss") {
  // 2 L = 1 + 1 - 2 (2/pi); the terms are 1, 1 and twice 2/pi.
  const Instance orthogonal = instance({}, {{"1", "0"}}, {{"0", "1"}});
  const Reference reference = reference_for(orthogonal, 1, 100);
  const auto rows = breakdown(orthogonal, reference, precision_of(NumberType::float64));
  REQUIRE(rows.size() == all_stages().size());
  const double kernel = 2 / std::numbers::pi;
  const double condition = (2 + 2 * kernel) / (2 - 2 * kernel);
  REQUIRE(*rows.back().approximate_log10_condition == Approx(std::log10(condition)));
  // Whole numbers are not rounded: the stage of the weights loses nothing.
  REQUIRE_FALSE(rows.front().loss.hi);
  REQUIRE(rows.front().loss.at_least(15));
}

TEST_CASE("each stage alone loses about what its condition number says") {
  const Instance near = pairs_at({}, 4);
  const Reference reference = reference_for(near, Rational(2, 3), 200);
  for (const NumberType type : {NumberType::float32, NumberType::float64}) {
    for (const BreakdownRow& row : breakdown(near, reference, precision_of(type))) {
      const double digits_of_type = static_cast<double>(row.precision.bits) * std::log10(2.0);
      const double expected = digits_of_type - *row.approximate_log10_condition;
      INFO(name_of(row.stage));
      // s = sqrt(1 - c^2) has a condition number of its own, 1/(1 - c^2), which this one leaves out.
      if (row.stage == Stage::sine) continue;
      REQUIRE(*row.loss.lo > expected - 1.5);
    }
  }
}

TEST_CASE("advice by distance from the minimum") {
  const Instance far = instance(paper, {{"1", "0"}, {"0", "1"}}, {{"0.5", "0.9"}, {"-0.4", "1.1"}});
  REQUIRE(tested(far).advice.recommendation == Recommendation::safe_in_double);
  const StressReport nearest = tested(pairs_at(paper, 20));
  REQUIRE(nearest.advice.recommendation != Recommendation::safe_in_double);
  const Instance equal = instance({}, {{"1", "0"}, {"0", "1"}}, {{"0", "1"}, {"1", "0"}});
  REQUIRE(tested(equal).advice.recommendation == Recommendation::zero_loss);
  REQUIRE(tested(equal).frontier.empty());
  // A zero student in norm form: the gradient is exactly 0, the loss is not.
  const Instance critical = instance(paper, {{"1", "0"}, {"0", "1"}}, {{"0", "0"}});
  REQUIRE(tested(critical, 6, 128).advice.recommendation == Recommendation::use_differences);
  REQUIRE(tested(critical, 6, 128).frontier.size() == 1);
  REQUIRE(tested(pairs_at(paper, 20), 1000, 256).advice.recommendation == Recommendation::beyond_max_bits);
}

TEST_CASE("the bits of the advice are enough, and fewer are not") {
  const Instance near =
      instance(paper, {{"1", "0"}, {"0", "1"}},
               {{"0.70710678118654752440", "1e-12"}, {"0.70710678118654752440", "-1e-12"}, {"1e-12", "1"}});
  const StressReport report = tested(near);
  REQUIRE(report.advice.recommendation == Recommendation::needs_bits);
  const auto has_digits = [&](long bits) {
    const Computed computed = compute(near, Formula::difference, binary_precision(bits));
    bool all = true;
    for (const Quantity quantity : {Quantity::loss, Quantity::gradient, Quantity::ratio})
      all = all && correct_digits(quantity, computed, report.reference).at_least(6);
    return all;
  };
  const long bits = *report.advice.bits;
  REQUIRE(has_digits(bits));
  for (long fewer = bits - 1; fewer >= bits - scanned_below; --fewer) REQUIRE_FALSE(has_digits(fewer));
}

TEST_CASE("a report has a row for each quantity, formula and precision that is tried") {
  const StressReport report = tested(pairs_at(paper, 3), 6, 64);
  std::size_t expected = 0;
  for (const Precision& precision : report.precisions) {
    for (const Formula formula : all_formulas()) expected += is_tried(formula, precision) ? 3 : 0;
  }
  REQUIRE(report.digits.size() == expected);
  const Instance parallel = instance(paper, {{"1", "0"}, {"2", "0"}}, {{"1", "1"}});
  const StressReport without = tested(parallel, 6, 64);
  REQUIRE(without.formulas.back().reason.has_value());
  for (const DigitRow& row : without.digits) REQUIRE(row.formula != Formula::cluster);
}

TEST_CASE("iterates are spread over the descent, the first and the last among them") {
  RecordedDescent descent;
  descent.start = teachers({{"1", "0"}}, paper);
  for (const long long iteration : {0, 5, 10, 15, 20, 25, 30}) {
    ExactMatrix student(2);
    student.append(Rational(1));
    student.append(Rational(1, 4 + iteration));
    descent.iterations.push_back(iteration);
    descent.students.push_back(student);
  }
  const auto three = stress_along(descent, "3/4", 3);
  REQUIRE(three.size() == 3);
  REQUIRE(three[0].iteration == 0);
  REQUIRE(three[1].iteration == 15);
  REQUIRE(three[2].iteration == 30);
  REQUIRE(stress_along(descent, "3/4", 40).size() == 7);
  REQUIRE(certainly_less(three[2].reference.loss, three[0].reference.loss));
  descent.iterations.resize(1);
  descent.students.resize(1);
  REQUIRE(stress_along(descent, "3/4", 40).size() == 1);
}
