// Loss and gradient against their definition, invariances, exact zeros and boxes.

#include "support/circle.hpp"
#include "support/instances.hpp"

#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/landscape/lines.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

using namespace lojacert;
using namespace lojacert::test;

namespace {

constexpr Bits working{192};

bool contains(const Interval& enclosure, const Reference& value, const Reference& slack) {
  return enclosure.is_finite() && reference(enclosure.inf()) <= value + slack &&
         value - slack <= reference(enclosure.sup());
}

bool overlap(const Interval& a, const Interval& b) {
  return a.is_finite() && b.is_finite() && !certainly_less(a, b) && !certainly_less(b, a);
}

Rational width(const Interval& x) { return x.sup() - x.inf(); }

Instance with_rows(Instance instance, const ExactMatrix& teacher, const ExactMatrix& student) {
  instance.teacher = teacher;
  instance.student = student;
  return instance;
}

template <class Map>
ExactMatrix map_rows(const ExactMatrix& rows, const Map& map) {
  ExactMatrix result(rows.cols());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t k = 0; k < rows.cols(); ++k) result.append(Rational(map(i, k)));
  }
  return result;
}

}  // namespace

TEST_CASE("the enclosures contain the definition, integrated over the circle") {
  REQUIRE(rc::check([] {
    const Instance instance = any_instance(2, 2);
    const Definition truth = integrate_over_circle(instance);
    const Reference slack("1e-115");
    const Evaluation evaluation = Landscape(instance).evaluate(working);
    RC_ASSERT(contains(evaluation.loss, truth.loss, slack));
    RC_ASSERT(width(evaluation.loss) < Rational(1, Integer(1) << 150));
    RC_ASSERT(evaluation.gradient.has_value());
    for (std::size_t e = 0; e < truth.gradient.size(); ++e) {
      RC_ASSERT(contains(evaluation.gradient->partials[e], truth.gradient[e], slack));
    }
  }));
}

TEST_CASE("a wrong constant would be seen") {
  const Instance pair = instance({}, {{"1", "0"}}, {{"1/2", "1/100"}, {"1/2", "-1/100"}});
  const Definition truth = integrate_over_circle(pair);
  const Interval loss = Landscape(pair).loss(working);
  CHECK(contains(loss, truth.loss, Reference("1e-115")));
  CHECK_FALSE(contains(loss, truth.loss * Reference("1.000001"), Reference("1e-115")));
}

TEST_CASE("orthogonal maps, permutations and scaling act as they should") {
  REQUIRE(rc::check([] {
    const Instance instance = any_instance(1, 4);
    const std::size_t d = instance.dimension();
    const Evaluation before = Landscape(instance).evaluate(working);
    // Reverse the coordinates and flip the first: a signed permutation.
    const auto turned = [&](const ExactMatrix& rows) {
      return map_rows(rows, [&](std::size_t i, std::size_t k) {
        const Rational entry = rows.point(i, d - 1 - k);
        return k == 0 ? Rational(-entry) : entry;
      });
    };
    const Evaluation after =
        Landscape(with_rows(instance, turned(instance.teacher), turned(*instance.student))).evaluate(working);
    RC_ASSERT(overlap(before.loss, after.loss));
    RC_ASSERT(overlap(before.gradient->norm, after.gradient->norm));

    // p -> s p multiplies L by s^2: w -> s w for unit forms, w -> sqrt(s) w for norm forms; s = 9/4.
    const auto scaled = [](const ExactMatrix& rows, NeuronForm form) {
      const Rational factor = form == NeuronForm::unit ? Rational(9, 4) : Rational(3, 2);
      return map_rows(rows, [&](std::size_t i, std::size_t k) { return factor * rows.point(i, k); });
    };
    const Interval larger = Landscape(with_rows(instance, scaled(instance.teacher, instance.teacher_neuron),
                                                scaled(*instance.student, instance.neuron)))
                                .loss(working);
    RC_ASSERT(overlap(larger, before.loss * Interval::from(Rational(81, 16), working)));
  }));
}

TEST_CASE("sign flips change nothing under abs and relu+linear") {
  REQUIRE(rc::check([] {
    Instance instance = any_instance(1, 4);
    RC_PRE(instance.activation != Activation::relu);
    const ExactMatrix student = *instance.student;
    const Instance flipped =
        with_rows(instance, instance.teacher, map_rows(student, [&](std::size_t j, std::size_t k) {
                    return j == 0 ? Rational(-student.point(j, k)) : student.point(j, k);
                  }));
    const Evaluation before = Landscape(instance).evaluate(working);
    const Evaluation after = Landscape(flipped).evaluate(working);
    RC_ASSERT(overlap(before.loss, after.loss));
    for (std::size_t k = 0; k < instance.dimension(); ++k) {
      RC_ASSERT(overlap(before.gradient->partials[k], -after.gradient->partials[k]));
    }
  }));
}

TEST_CASE("a student that copies the teacher has loss 0 exactly") {
  for (const Forms& forms : all_forms()) {
    if (forms.neuron != forms.teacher_neuron) continue;
    const TextRows rows = {{"1/3", "2", "-1"}, {"0", "1/7", "5"}};
    const Landscape landscape(instance(forms, rows, rows));
    CHECK(landscape.loss_is_exactly_zero());
    const Evaluation evaluation = landscape.evaluate(Bits{64});
    CHECK(evaluation.loss.is_point());
    CHECK(evaluation.gradient->norm.is_point());
    CHECK(evaluation.gradient->norm.contains_zero());
  }
}

TEST_CASE("zero loss is recognised through irrational norms, and near misses are not zero") {
  const Forms norm_students{Activation::abs, NeuronForm::norm, NeuronForm::unit};
  // |w| w = (3, 4) for w = (3, 4) / sqrt(5): not rational. With norm teachers the norms cancel.
  const Forms both_norm{Activation::abs, NeuronForm::norm, NeuronForm::norm};
  // c_1^2 + c_2^2 = c^2 on the line of (1, 1), whose length is irrational: 3, 4, 5.
  CHECK(Landscape(instance(both_norm, {{"5", "5"}}, {{"3", "3"}, {"-4", "-4"}})).loss_is_exactly_zero());
  CHECK_FALSE(Landscape(instance(both_norm, {{"5", "5"}}, {{"3", "3"}, {"4", "4000001/1000000"}}))
                  .loss_is_exactly_zero());
  // On the line of (3, 4), of length 5: (3/5, 4/5) in norm form is (3/5, 4/5) in unit form.
  CHECK(Landscape(instance(norm_students, {{"3/5", "4/5"}}, {{"3/5", "4/5"}})).loss_is_exactly_zero());
  CHECK_FALSE(Landscape(instance(norm_students, {{"1", "1"}}, {{"1", "1"}})).loss_is_exactly_zero());
  // relu: three teachers that sum to 0 are matched by their negatives (the paper's Claim 1).
  const Forms relu{Activation::relu, NeuronForm::unit, NeuronForm::unit};
  CHECK(Landscape(
            instance(relu, {{"1", "0"}, {"0", "1"}, {"-1", "-1"}}, {{"-1", "0"}, {"0", "-1"}, {"1", "1"}}))
            .loss_is_exactly_zero());
  CHECK_FALSE(
      Landscape(instance(relu, {{"1", "0"}, {"0", "1"}}, {{"-1", "0"}, {"0", "-1"}})).loss_is_exactly_zero());
  const Forms linear{Activation::relu_linear, NeuronForm::unit, NeuronForm::unit};
  CHECK(Landscape(instance(linear, {{"1", "0"}, {"0", "1"}}, {{"-1", "0"}, {"0", "-1"}}))
            .loss_is_exactly_zero());
}

TEST_CASE("exactly zero means exactly zero by the definition") {
  REQUIRE(rc::check([] {
    const Instance instance = any_instance(2, 2);
    const bool is_zero = Landscape(instance).loss_is_exactly_zero();
    RC_ASSERT(is_zero == (integrate_over_circle(instance).loss < Reference("1e-100")));
  }));
}

TEST_CASE("zero students: no gradient in unit form, a zero gradient in norm form") {
  const TextRows teacher = {{"1", "0"}};
  const TextRows student = {{"1", "1"}, {"0", "0"}};
  const Landscape unit(instance({}, teacher, student));
  CHECK(unit.undefined_at() == 1U);
  CHECK_FALSE(unit.evaluate(working).gradient.has_value());
  CHECK(unit.loss(working).is_finite());
  const Landscape norm(instance({Activation::relu, NeuronForm::norm, NeuronForm::unit}, teacher, student));
  const Evaluation evaluation = norm.evaluate(working);
  REQUIRE(evaluation.gradient.has_value());
  CHECK(evaluation.gradient->partials[2].is_point());
  CHECK(evaluation.gradient->partials[3].contains_zero());
}

TEST_CASE("boxes contain every choice of their numbers") {
  REQUIRE(rc::check([] {
    const Instance middle = any_instance(1, 3);
    const Rational radius(1, Integer(1) << *rc::gen::inRange<unsigned>(5, 80));
    const bool teacher_too = *rc::gen::element(0, 1) == 1;
    Instance boxes = middle;
    Instance choice = middle;
    const auto widen = [&](const ExactMatrix& rows, ExactMatrix& wide, ExactMatrix& chosen) {
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        for (std::size_t k = 0; k < rows.cols(); ++k) {
          const Rational entry = rows.point(i, k);
          wide.append(RationalInterval{entry - radius, entry + radius});
          chosen.append(Rational(entry + radius * Rational(*rc::gen::inRange<long>(-8, 9), 8)));
        }
      }
    };
    ExactMatrix wide(middle.dimension());
    ExactMatrix chosen(middle.dimension());
    widen(*middle.student, wide, chosen);
    boxes.student = wide;
    choice.student = chosen;
    if (teacher_too) {
      ExactMatrix wide_teacher(middle.dimension());
      ExactMatrix chosen_teacher(middle.dimension());
      widen(middle.teacher, wide_teacher, chosen_teacher);
      boxes.teacher = wide_teacher;
      choice.teacher = chosen_teacher;
    }
    const Evaluation whole = Landscape(boxes).evaluate(working);
    const Evaluation part = Landscape(choice).evaluate(working);
    RC_ASSERT(overlap(whole.loss, part.loss));
    if (!whole.gradient || !part.gradient) return;
    RC_ASSERT(!whole.gradient->norm.is_finite() || overlap(whole.gradient->norm, part.gradient->norm));
    for (std::size_t e = 0; e < part.gradient->partials.size(); ++e) {
      RC_ASSERT(!whole.gradient->partials[e].is_finite() ||
                overlap(whole.gradient->partials[e], part.gradient->partials[e]));
    }
  }));
}

TEST_CASE("a box shrinks with its radius") {
  const auto around = [](const std::string& radius) {
    const Rational r = parse_exact_point(radius);
    Instance result = instance({Activation::abs, NeuronForm::norm, NeuronForm::unit},
                               {{"1", "0"}, {"0", "1"}}, {{"1", "1/100"}, {"1/50", "1"}});
    ExactMatrix wide(2);
    for (std::size_t j = 0; j < 2; ++j) {
      for (std::size_t k = 0; k < 2; ++k) {
        const Rational entry = result.student->point(j, k);
        wide.append(RationalInterval{entry - r, entry + r});
      }
    }
    result.student = wide;
    return Landscape(result).evaluate(working);
  };
  const Evaluation coarse = around("1e-6");
  const Evaluation fine = around("1e-20");
  CHECK(width(coarse.loss) < Rational(1, 10000));
  CHECK(width(fine.loss) < Rational(1, boost::multiprecision::pow(Integer(10), 18)));
  CHECK(width(fine.gradient->norm) < Rational(1, boost::multiprecision::pow(Integer(10), 17)));
}

TEST_CASE("the ladder gives the width asked for, far below double precision") {
  const Forms forms{Activation::abs, NeuronForm::unit, NeuronForm::unit};
  for (const char* tiny : {"1e-3", "1e-20", "1e-200"}) {
    const Landscape landscape(
        instance(forms, {{"1", "0"}}, {{"1/2", tiny}, {"1/2", std::string("-") + tiny}}));
    const NarrowEvaluation narrow = narrow_evaluation(landscape, 1e-15, 32768, Rung::balls);
    REQUIRE(narrow.loss_is_narrow);
    REQUIRE(narrow.gradient_is_narrow);
    const Interval& loss = narrow.evaluation.loss;
    CHECK(width(loss) <= loss.inf() * Rational(1, Integer(1000000) * 1000000000));
    // Claim 2: L / theta^3 -> 2 / (3 pi) for theta = 2 tiny; here within theta^2.
    const Rational theta = 2 * parse_exact_point(tiny);
    const Reference limit = 2 / (3 * boost::math::constants::pi<Reference>());
    CHECK(abs(reference(Rational(loss.inf() / (theta * theta * theta))) / limit - 1) < Reference("1e-4"));
  }
}

TEST_CASE("enormous and tiny norms neither overflow nor underflow") {
  const Landscape landscape(
      instance({}, {{"1e150", "0"}, {"0", "1e-150"}}, {{"1e150", "1"}, {"1e-150", "1e-150"}}));
  const NarrowEvaluation narrow = narrow_evaluation(landscape, 1e-15, 32768, Rung::balls);
  CHECK(narrow.loss_is_narrow);
  CHECK(narrow.gradient_is_narrow);
  CHECK(narrow.evaluation.loss.inf() > 0);
}

TEST_CASE("merging keeps one line per direction") {
  const LineNetwork network =
      merge_by_lines(instance({}, {{"2", "4"}, {"-1", "-2"}}, {{"1/3", "2/3"}, {"0", "0"}, {"1", "0"}}));
  CHECK(network.lines.size() == 2);
  CHECK_FALSE(network.students[1].line.has_value());
  CHECK(network.teachers[0].line == network.students[0].line);
  CHECK(network.lines[0].even.plain == Rational(1, 3) - 3);
  CHECK(network.lines[0].odd.plain == Rational(1, 3) - 1);
}
