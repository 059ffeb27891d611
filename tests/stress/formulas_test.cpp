// Every formula is the loss: with enough bits it agrees with the enclosure of lib/landscape.

#include "support/instances.hpp"

#include <lojacert/exact/number.hpp>
#include <lojacert/stress/arithmetic.hpp>
#include <lojacert/stress/digits.hpp>
#include <lojacert/stress/pair_formulas.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <array>
#include <numeric>

using namespace lojacert;
using namespace lojacert::stress;
using namespace lojacert::test;

namespace {

const Rational one_exponent(1);

bool has_zero_row(const Instance& instance) {
  const auto zero = [](const ExactMatrix& rows) {
    for (std::size_t j = 0; j < rows.rows(); ++j) {
      bool all = true;
      for (std::size_t k = 0; k < rows.cols(); ++k) all = all && rows.point(j, k) == 0;
      if (all) return true;
    }
    return false;
  };
  return zero(*instance.student) || zero(instance.teacher);
}

/// Three teachers in space and two students near each, at angles of about 2^-`closeness`.
Instance near_teachers(const Forms& forms, unsigned closeness) {
  const Rational tiny(1, Integer(1) << closeness);
  const std::array<std::array<long, 3>, 3> teachers{{{1, 0, 0}, {0, 2, 0}, {1, 1, 1}}};
  const std::array<std::array<long, 3>, 6> offsets{
      {{1, 2, -1}, {-1, -2, 2}, {2, 1, 1}, {-2, 0, -1}, {0, 1, -3}, {1, -1, 2}}};
  Instance made = instance(forms, {{"1", "0", "0"}, {"0", "2", "0"}, {"1", "1", "1"}}, {{"1", "0", "0"}});
  ExactMatrix student(3);
  for (std::size_t j = 0; j < offsets.size(); ++j) {
    const Rational share = j % 2 == 0 ? Rational(3, 4) : Rational(1, 2);
    for (std::size_t k = 0; k < 3; ++k)
      student.append(Rational(share * (teachers[j / 2][k] + tiny * offsets[j][k])));
  }
  made.student = student;
  return made;
}

bool has_digits(const Instance& instance, const Computed& computed, double wanted) {
  const Reference reference = reference_for(instance, one_exponent, 400);
  return correct_digits(Quantity::loss, computed, reference).at_least(wanted) &&
         (!reference.gradient || correct_digits(Quantity::gradient, computed, reference).at_least(wanted));
}

}  // namespace

TEST_CASE("with 2000 bits every sum over pairs is the loss and its gradient") {
  REQUIRE(rc::check([] {
    const Instance any = any_instance(1, 3);
    const Reference reference = reference_for(any, one_exponent, 400);
    RC_PRE(!reference.gradient || !reference.gradient->norm.contains_zero() || reference.loss_is_zero);
    for (const Formula formula : {Formula::acos, Formula::pairwise, Formula::atan2, Formula::difference}) {
      const bool by_acos = formula == Formula::acos || formula == Formula::pairwise;
      const Computed computed = compute(any, formula, binary_precision(2000));
      if (by_acos && has_zero_row(any)) {
        RC_ASSERT(computed.loss.is_nan);  // 0/0, as in the code that the formula stands for
        continue;
      }
      RC_ASSERT(correct_digits(Quantity::loss, computed, reference).at_least(60));
      if (reference.gradient) RC_ASSERT(correct_digits(Quantity::gradient, computed, reference).at_least(60));
    }
  }));
}

TEST_CASE("the matrix product gives what the loops give, up to rounding") {
  for (const Forms& forms : all_forms()) {
    const Instance near = near_teachers(forms, 2);
    const auto sharp = precision_of(NumberType::extended);
    REQUIRE(has_digits(near, compute(near, Formula::gram, sharp), 13));
    REQUIRE(has_digits(near, compute(near, Formula::acos, sharp), 13));
  }
}

TEST_CASE("the cluster form is the loss, and keeps digits that the sums over pairs lose") {
  for (const Forms& forms : all_forms()) {
    const Instance near = near_teachers(forms, 10);
    REQUIRE(has_digits(near, compute(near, Formula::cluster, precision_of(NumberType::double_double)), 19));
  }
  // Masses that add up exactly: then nothing is lost but what |v|, of the size of the angles' squares, costs.
  Instance split = instance({}, {{"1", "0", "0"}, {"0", "1", "0"}},
                            {{"1/2", "1e-6", "2e-6"},
                             {"1/2", "-1e-6", "-2e-6"},
                             {"3e-6", "1/4", "1e-6"},
                             {"-3e-6", "3/4", "-1e-6"}});
  const Reference reference = reference_for(split, one_exponent, 400);
  const auto digits = [&](Formula formula) {
    return correct_digits(Quantity::loss, compute(split, formula, precision_of(NumberType::float64)),
                          reference);
  };
  REQUIRE(digits(Formula::cluster).at_least(8));
  REQUIRE_FALSE(digits(Formula::difference).at_least(2));
}

TEST_CASE("the cluster form says where it does not apply") {
  const TextRows student{{"1", "1"}};
  REQUIRE_FALSE(obstacle(Formula::cluster, instance({}, {{"1", "0"}, {"0", "1"}}, student)));
  REQUIRE(obstacle(Formula::cluster, instance({}, {{"1", "0"}, {"-2", "0"}}, student)) ==
          "two teachers are on one line");
  REQUIRE(obstacle(Formula::cluster, instance({}, {{"1", "0"}, {"0", "0"}}, student)) == "a teacher is zero");
}

TEST_CASE("a binary float of 53 bits gives the double's result where no function is called") {
  // Orthogonal axes: cosines 0 and 1, so acos, sqrt(1 - c^2) and every product are those of both.
  const Instance axes = instance({}, {{"3", "0"}, {"0", "5"}}, {{"7", "0"}, {"0", "1/3"}});
  const Computed native = compute(axes, Formula::atan2, precision_of(NumberType::float64));
  const Computed binary = compute(axes, Formula::atan2, binary_precision(53));
  REQUIRE(native.loss.value == binary.loss.value);
  REQUIRE(native.gradient_norm.value == binary.gradient_norm.value);
}

TEST_CASE("pairwise sums lose less than running sums") {
  const NativeArithmetic<float> single;
  SequentialSum<NativeArithmetic<float>> running(single);
  PairwiseSum<NativeArithmetic<float>> pairwise(single);
  constexpr long count = 100'003;
  for (long n = 0; n < count; ++n) {
    running.add(0.1F);
    pairwise.add(0.1F);
  }
  const double truth = static_cast<double>(0.1F) * count;
  REQUIRE(std::abs(static_cast<double>(pairwise.value()) - truth) < 1e-6 * truth);
  REQUIRE(std::abs(static_cast<double>(running.value()) - truth) > 1e-5 * truth);
  // Small whole numbers add up exactly, whatever their number.
  for (const int last : {1, 2, 3, 7, 8, 13}) {
    PairwiseSum<NativeArithmetic<float>> whole(single);
    for (int n = 1; n <= last; ++n) whole.add(static_cast<float>(n));
    REQUIRE(whole.value() == static_cast<float>(last * (last + 1) / 2));
  }
}

TEST_CASE("an overflow in half precision is no digit") {
  const Instance large = instance({Activation::abs, NeuronForm::norm, NeuronForm::unit}, {{"1", "0"}},
                                  {{"300", "100"}, {"200", "-100"}});
  const Reference reference = reference_for(large, one_exponent, 100);
  const Computed computed = compute(large, Formula::atan2, precision_of(NumberType::float16));
  const Digits digits = correct_digits(Quantity::loss, computed, reference);
  REQUIRE((digits.state == DigitState::infinite || digits.state == DigitState::nan));
  REQUIRE_FALSE(digits.lo);
  REQUIRE_FALSE(digits.at_least(-1000));
}
