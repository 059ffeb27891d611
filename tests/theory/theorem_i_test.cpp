// Theorem I: its hypotheses, each just broken, and the case in which unchecked denominators would lie.

#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/theory/tangent_gram.hpp>
#include <lojacert/theory/theorem_i.hpp>

#include <catch2/catch.hpp>

using namespace lojacert;
using Catch::Matchers::Contains;

namespace {

constexpr Bits bits{192};

using Texts = std::vector<std::vector<const char*>>;
using Classes = std::vector<std::optional<std::size_t>>;

ExactMatrix rows(const Texts& texts) {
  ExactMatrix matrix(texts.front().size());
  for (const auto& row : texts)
    for (const char* text : row) matrix.append(parse_exact_point(text));
  return matrix;
}

Instance one_teacher(const Texts& student, Activation activation = Activation::abs) {
  Instance instance;
  instance.activation = activation;
  instance.neuron = NeuronForm::norm;
  instance.teacher = rows({{"1", "0"}});
  instance.student = rows(student);
  return instance;
}

InvarianceConstants constants(const Instance& instance, const Classes& classes, const char* delta,
                              const char* step = nullptr, const char* chi = "0",
                              std::optional<Rational> hand_over = {}) {
  const TeacherGeometry teacher(instance);
  const InvarianceChoice choice{classes, mu_bounds(teacher).lo, parse_exact_point(delta),
                                parse_exact_point(chi), hand_over};
  Dynamics dynamics;
  if (step != nullptr) dynamics.step = parse_exact_point(step);
  return invariance(teacher, instance, classed_students(instance, classes), choice, dynamics,
                    Landscape(instance).loss(bits));
}

bool hold(const InvarianceConstants& found) { return found.hypotheses.verdict == Verdict::proved; }

const Texts near = {{"1.00001", "0.00001"}};

}  // namespace

TEST_CASE("the hypotheses hold near the teacher, for descent and flow") {
  CHECK(hold(constants(one_teacher(near), {0}, "0.05")));
  CHECK(hold(constants(one_teacher(near), {0}, "0.05", "1/8")));
  for (const Activation activation : {Activation::relu, Activation::relu_linear})
    CHECK(hold(constants(one_teacher(near, activation), {0}, "0.05", "1/8")));
}

TEST_CASE("kappa is below the ratio that it bounds") {
  const Instance instance = one_teacher(near);
  const Evaluation evaluation = Landscape(instance).evaluate(bits);
  const Interval ratio = evaluation.gradient->norm / pow_nonnegative(evaluation.loss, Rational(3, 4));
  const InvarianceConstants found = constants(instance, {0}, "0.05");
  CHECK(certainly_less(found.kappa, ratio));
  CHECK(certainly_less(Interval::zero(bits), found.kappa));
}

TEST_CASE("every hypothesis is named when it fails") {
  CHECK_THAT(constants(one_teacher(near), {0}, "1.1").hypotheses.reason, Contains("0 < delta <= 1"));
  CHECK_THAT(constants(one_teacher(near), {0}, "1").hypotheses.reason, Contains("e T0 > 0"));
  CHECK_THAT(constants(one_teacher({{"0.3", "0.001"}}), {0}, "0.05").hypotheses.reason, Contains("rho_0"));
  CHECK_THAT(constants(one_teacher(near), {0}, "0.05", "1/3").hypotheses.reason, Contains("step lbar <= 1"));
  CHECK_THAT(
      constants(one_teacher({{"1", "0.001"}, {"0", "0"}}), {0, std::nullopt}, "0.0005").hypotheses.reason,
      Contains("within delta"));
  CHECK_THAT(constants(one_teacher({{"1", "0.00001"}, {"1e-9", "0"}}), {0, 0}, "0.05").hypotheses.reason,
             Contains("|w_j| > l0 for student[1]"));
  CHECK_THAT(
      constants(one_teacher({{"1", "0.00001"}, {"1e-9", "0"}}), {0, std::nullopt}, "0.05").hypotheses.reason,
      Contains("only zero students"));
  CHECK_THAT(constants(one_teacher({{"-1", "0.00001"}}, Activation::relu), {0}, "0.05").hypotheses.reason,
             !Contains("nothing"));
  CHECK_FALSE(hold(constants(one_teacher({{"-1", "0.00001"}}, Activation::relu), {0}, "0.05")));
  CHECK(hold(constants(one_teacher({{"-1", "0.00001"}}), {0}, "0.05")));  // the same line, for abs
}

TEST_CASE("negative denominators are no proof") {
  // With delta = 1 and a student of mass 1.91963 the later constants can look fine.
  CHECK_FALSE(hold(constants(one_teacher({{"1.3855071", "0"}}), {0}, "1")));
}

TEST_CASE("a hand-over bounds the mass that has no class") {
  const Instance instance = one_teacher({{"1.0001", "0.00001"}, {"1e-8", "1e-8"}});
  const Classes classes = {0, std::nullopt};
  CHECK(hold(constants(instance, classes, "0.05", "1/8", "1/30", Rational(1, 1000000000))));
  CHECK_THAT(constants(instance, classes, "0.05", "1/8", "1/1000000000000", Rational(1, 1000000000))
                 .hypotheses.reason,
             Contains("chi sqrt(2 L_1)"));
  CHECK_THAT(constants(instance, classes, "0.05", "1/8", "1/30", Rational(1)).hypotheses.reason,
             Contains("L_1 < L_0"));
}
