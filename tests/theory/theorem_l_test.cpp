// Theorem L: the constants against independent values, the case in which B is sharp, and the inequality
// itself.

#include "support/circle.hpp"
#include "support/instances.hpp"

#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/theory/tangent_gram.hpp>
#include <lojacert/theory/theorem_l.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

using namespace lojacert;
using namespace lojacert::test;

namespace {

constexpr Bits working{192};

Rational rational(const char* text) { return parse_exact_point(text); }
Interval number(const char* text) { return Interval::from(rational(text), working); }

TeacherConstants constants_of(const Instance& instance) {
  const TeacherGeometry teacher(instance);
  return teacher_constants(teacher, mu_bounds(teacher).lo, working);
}

bool within(const Interval& value, const char* lo, const char* hi) {
  return value.is_finite() && rational(lo) <= value.inf() && value.sup() <= rational(hi);
}

/// K(u, v) = (2/pi)(sin t + (pi/2 - t) cos t) for unit vectors at an angle with the given sine and cosine.
Interval kernel(const Interval& sine, const Interval& cosine) {
  const Interval pi = Interval::pi(working);
  const Interval two = Interval::exact(2L, working);
  return two / pi * (sine + (pi / two - angle_of(sine, cosine)) * cosine);
}

/// X / (B rho) for one teacher and students spread over all directions at angle delta from it, in the limit
/// of high dimension and with the best total mass: 1/M = K(b, a), so rho^2 / M^2 = K(b, b') - K(b, a)^2.
Interval ring_ratio(const char* delta) {
  const Interval angle = number(delta);
  const Interval one = Interval::exact(1L, working);
  const Interval cosine = cos(angle);
  const Interval between = sqr(cosine);  // the cosine between two students
  const Interval self = kernel(sqrt_nonnegative(one - sqr(between)), between);
  const Interval cross = kernel(sin(angle), cosine);
  const Interval gained = (one - cosine) / sqrt_nonnegative(self - sqr(cross));
  const TeacherConstants teacher = constants_of(teachers({{"1", "0"}}));
  const LocalConstants k = local_constants(teacher, angle, number("1.5"), Activation::abs, NeuronForm::norm);
  return gained / k.B;
}

}  // namespace

TEST_CASE("B is reached by students spread over a ring around one teacher") {
  CHECK(within(ring_ratio("1e-3"), "0.99998", "1"));
  CHECK(within(ring_ratio("0.03"), "0.9964", "0.9965"));
  CHECK(within(ring_ratio("0.1558"), "0.9446", "0.9447"));
}

TEST_CASE("the constants are those of the displayed formulas") {
  // Values of tests/programs/teacher_oracle.py, to 10 digits.
  const TeacherConstants two = constants_of(teachers({{"1", "0"}, {"0", "1"}}));
  const LocalConstants norm =
      local_constants(two, number("0.002"), number("1.5"), Activation::abs, NeuronForm::norm);
  CHECK(norm.conditions_hold());
  CHECK(within(norm.B, "0.0829860866", "0.0829860867"));
  CHECK(within(norm.c, "0.5360026704", "0.5360026705"));
  CHECK(within(norm.eps0, "0.0129640248", "0.0129640249"));
  CHECK(within(norm.kappa, "0.7377152820", "0.7377152821"));
  const LocalConstants unit =
      local_constants(two, number("0.002"), number("1.5"), Activation::abs, NeuronForm::unit);
  CHECK(within(unit.kappa, "0.1149352901", "0.1149352902"));
}

TEST_CASE("the bounds of I(delta) enclose it and meet at 0") {
  // I(0) = phi0 J2, J2 = 0.0550824..
  CHECK(within(ridge_upper(working), "0.02197471", "0.02197472"));
  CHECK(certainly_less(ridge_lower(number("0.1")), ridge_upper(working)));
  CHECK(certainly_less(ridge_lower(number("0.2")), ridge_lower(number("0.1"))));
}

TEST_CASE("the conditions fail for large delta and large s, and hold for small") {
  const TeacherConstants two = constants_of(teachers({{"1", "0"}, {"0", "1"}}));
  const auto holds = [&](const char* delta, const char* s) {
    return local_constants(two, number(delta), number(s), Activation::abs, NeuronForm::norm)
        .conditions_hold();
  };
  CHECK(holds("0.005", "1.5"));
  CHECK_FALSE(holds("0.006", "1.5"));
  CHECK_FALSE(holds("0.005", "1.7"));
  CHECK_FALSE(holds("0.005", "1"));
  CHECK_FALSE(holds("0.3", "1.5"));
  CHECK_FALSE(holds("1.5", "1.5"));
  CHECK_FALSE(holds("1.57", "1.5"));
}

TEST_CASE("students near their teachers satisfy the inequality") {
  int inside = 0;
  REQUIRE(rc::check([&inside] {
    const Activation activation =
        *rc::gen::element(Activation::abs, Activation::relu, Activation::relu_linear);
    const NeuronForm students = *rc::gen::element(NeuronForm::norm, NeuronForm::unit);
    const TextRows rows =
        *rc::gen::element(TextRows{{"1", "0", "0"}}, TextRows{{"1", "0", "0"}, {"0", "2", "0"}},
                          TextRows{{"1", "0", "0"}, {"1/2", "3/4", "0"}},
                          TextRows{{"1", "0", "0"}, {"0", "1", "0"}, {"0", "0", "1"}});
    Instance instance = teachers(rows, {activation, students, NeuronForm::unit});
    const TeacherConstants data = constants_of(instance);
    const LocalAim aim = *rc::gen::element(LocalAim::eps0, LocalAim::kappa);
    const Rational delta = approximate_best_delta(data, aim);
    const LocalConstants k =
        local_constants(data, Interval::from(delta, working), number("1.5"), activation, students);
    RC_ASSERT(k.conditions_hold());
    // Some students a teacher: a_i plus less than delta across, with masses that sum to about the teacher's.
    ExactMatrix student(3);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const int count = *rc::gen::inRange(1, 4);
      for (int n = 0; n < count; ++n) {
        const Rational share = Rational(*rc::gen::inRange(900, 1100), 1000 * count);
        // |w|^2 = share |P| in norm form: the root to 3 digits.
        const Rational scale = students == NeuronForm::unit
                                   ? share
                                   : exact(std::round(1000 * std::sqrt(share.convert_to<double>())) / 1000);
        for (std::size_t c = 0; c < 3; ++c) {
          const Rational entry = parse_exact_point(rows[i][c]);
          const Rational across = delta * Rational(*rc::gen::inRange(-500, 501), 1000) / 2;
          student.append(Rational(scale * (entry + across)));
        }
      }
    }
    instance.student = student;
    const Evaluation evaluation = Landscape(instance).evaluate(working);
    if (!certainly_less_equal(evaluation.loss, k.eps0)) RC_DISCARD("outside the threshold");
    ++inside;
    const Rational beta = local_exponent(students);
    RC_ASSERT(
        certainly_less_equal(k.kappa * pow_nonnegative(evaluation.loss, beta), evaluation.gradient->norm));
    const Interval slope = linear_constant(k.kappa, k.eps0.sup(), students);
    RC_ASSERT(certainly_less_equal(slope * evaluation.loss, evaluation.gradient->norm));
  }));
  CHECK(inside > 20);
}
