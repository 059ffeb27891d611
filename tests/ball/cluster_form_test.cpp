// The cluster form against exact evaluation at many bits: containment everywhere, and narrow where it should
// be.

#include "support/instances.hpp"

#include <lojacert/ball/cluster_form.hpp>
#include <lojacert/landscape/evaluation.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace lojacert;
using namespace lojacert::test;
using ball::Ball;
using ball::BallEvaluation;
using ball::cluster_form;
using ball::DoubleNetwork;

namespace {

using Vector = std::vector<double>;

Rational power_of_two(long exponent) {
  return exponent >= 0 ? Rational(Integer(1) << exponent) : Rational(1, Integer(1) << -exponent);
}

Instance instance_of(const DoubleNetwork& network) {
  Instance result;
  result.activation = network.activation;
  result.neuron = network.neuron;
  result.teacher_neuron = network.teacher_neuron;
  result.teacher = ExactMatrix(network.dimension);
  result.student = ExactMatrix(network.dimension);
  for (std::size_t g = 0; g < network.count(); ++g) {
    for (const double entry : network.row(g))
      (g < network.student_count ? *result.student : result.teacher).append(entry);
  }
  return result;
}

/// Whether the whole enclosure is in the ball.
bool contains(const Ball& ball, long exponent, const Interval& truth) {
  if (!std::isfinite(ball.mid) || !std::isfinite(ball.rad)) return false;
  const Rational scale = power_of_two(exponent);
  const Rational lo = (Rational(ball.mid) - Rational(ball.rad)) * scale;
  const Rational hi = (Rational(ball.mid) + Rational(ball.rad)) * scale;
  return lo <= truth.inf() && truth.sup() <= hi;
}

/// The largest square of the distance of a row's partials from the truth, in units of 2^exponent.
Rational squared_distance(const ball::BallGradient& gradient, const Gradient& truth, std::size_t j,
                          std::size_t dimension) {
  const Rational scale = power_of_two(-gradient.exponent);
  Rational sum = 0;
  for (std::size_t e = j * dimension; e < (j + 1) * dimension; ++e) {
    const Rational below = abs(Rational(Rational(gradient.partials[e]) - truth.partials[e].inf() * scale));
    const Rational above = abs(Rational(Rational(gradient.partials[e]) - truth.partials[e].sup() * scale));
    const Rational farther = below < above ? above : below;
    sum += farther * farther;
  }
  return sum;
}

/// Empty where everything is contained, else what is not.
std::string mistake(const DoubleNetwork& network, const BallEvaluation& evaluation, Bits bits) {
  const Evaluation truth = Landscape(instance_of(network)).evaluate(bits);
  if (!contains(evaluation.loss.ball, evaluation.loss.exponent, truth.loss)) return "loss";
  if (!evaluation.gradient) return truth.gradient ? "gradient missing" : "";
  if (!truth.gradient) return "gradient";
  const auto& gradient = *evaluation.gradient;
  for (std::size_t j = 0; j < network.student_count; ++j) {
    const Rational radius(gradient.row_radii[j]);
    if (radius * radius < squared_distance(gradient, *truth.gradient, j, network.dimension))
      return "row " + std::to_string(j);
  }
  return contains(gradient.norm, gradient.exponent, truth.gradient->norm) ? "" : "norm";
}

double relative_radius(const Ball& ball) { return ball.rad / std::fabs(ball.mid); }

/// What the random networks vary.
struct Shape {
  Forms forms;
  std::size_t dimension = 3;
  std::size_t teachers = 2;
  std::size_t most_students = 3;  ///< of a teacher
  std::size_t far_students = 0;
  double perturbation = 1e-3;
  double mismatch = 0;        ///< of the masses
  double teacher_angle = 0;   ///< of each teacher to the one before; 0: any
  double scale = 1;           ///< of all masses
  double unequal_masses = 1;  ///< of a teacher to the one before
};

class NetworkMaker {
 public:
  NetworkMaker(const Shape& shape, std::uint64_t seed) : shape_(shape), generator_(seed) {}

  DoubleNetwork make() {
    std::vector<Vector> teachers;
    std::vector<Vector> students;
    for (std::size_t i = 0; i < shape_.teachers; ++i) {
      teachers.push_back(teacher(teachers));
      for (Vector& share : shares(teachers.back())) students.push_back(std::move(share));
    }
    for (std::size_t i = 0; i < shape_.far_students; ++i) students.push_back(times(normal(), shape_.scale));
    DoubleNetwork network;
    network.activation = shape_.forms.activation;
    network.neuron = shape_.forms.neuron;
    network.teacher_neuron = shape_.forms.teacher_neuron;
    network.dimension = shape_.dimension;
    network.student_count = students.size();
    for (const Vector& p : students) append(network, p, network.neuron);
    for (const Vector& p : teachers) append(network, p, network.teacher_neuron);
    return network;
  }

 private:
  Vector normal() {
    std::normal_distribution<double> distribution;
    Vector result;
    for (std::size_t k = 0; k < shape_.dimension; ++k)
      result.push_back(distribution(generator_) / std::sqrt(static_cast<double>(shape_.dimension)));
    return result;
  }
  double uniform(double lo, double hi) { return std::uniform_real_distribution<double>(lo, hi)(generator_); }
  std::size_t up_to(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(1, most)(generator_);
  }
  static Vector times(Vector v, double factor) {
    for (double& entry : v) entry *= factor;
    return v;
  }
  static Vector plus(Vector v, double factor, const Vector& w) {
    for (std::size_t k = 0; k < v.size(); ++k) v[k] += factor * w[k];
    return v;
  }
  static double length(const Vector& v) {
    double largest = 0;
    for (const double entry : v) largest = std::max(largest, std::fabs(entry));
    if (largest == 0) return 0;
    double sum = 0;
    for (const double entry : v) sum += (entry / largest) * (entry / largest);
    return largest * std::sqrt(sum);
  }

  Vector teacher(const std::vector<Vector>& earlier) {
    if (earlier.empty()) return times(normal(), shape_.scale);
    if (shape_.teacher_angle > 0) {
      const double size = length(earlier.back());
      return times(plus(earlier.back(), shape_.teacher_angle * size, normal()), shape_.unequal_masses);
    }
    return times(normal(), shape_.scale * shape_.unequal_masses);
  }
  /// Vectors near the teacher's line that sum to it, up to the mismatch, some of them turned round.
  std::vector<Vector> shares(const Vector& teacher) {
    const std::size_t count = up_to(shape_.most_students);
    std::vector<Vector> result;
    Vector rest = times(teacher, 1 + shape_.mismatch * uniform(-1, 1));
    for (std::size_t n = 0; n + 1 < count; ++n) {
      const double share = uniform(0.05, 1) / static_cast<double>(count);
      Vector p = plus(times(teacher, share), shape_.perturbation * share * length(teacher), normal());
      rest = plus(rest, -1, p);
      result.push_back(std::move(p));
    }
    if (count == 1) rest = plus(rest, shape_.perturbation * length(teacher), normal());
    result.push_back(std::move(rest));
    for (Vector& p : result) {
      if (uniform(0, 1) < 0.3) p = times(p, -1);
    }
    return result;
  }
  static void append(DoubleNetwork& network, const Vector& p, NeuronForm form) {
    const double divisor = form == NeuronForm::unit ? 1 : std::sqrt(length(p));
    for (const double entry : p) network.vectors.push_back(entry / divisor);
  }

  Shape shape_;
  std::mt19937_64 generator_;
};

Shape any_shape() {
  Shape shape;
  const auto forms = all_forms();
  shape.forms = forms[*rc::gen::inRange<std::size_t>(0, forms.size())];
  shape.dimension = *rc::gen::element<std::size_t>(1, 2, 2, 3, 3, 4, 5, 6, 6, 50);
  shape.teachers = shape.dimension == 1 ? 1 : *rc::gen::inRange<std::size_t>(1, 6);
  shape.most_students = *rc::gen::inRange<std::size_t>(1, 5);
  shape.far_students = *rc::gen::element<std::size_t>(0, 0, 0, 1, 2);
  shape.perturbation = std::pow(10, -*rc::gen::inRange(1, 15));
  shape.mismatch = *rc::gen::element(0.0, 0.0, 1e-2, 1e-8);
  return shape;
}

std::uint64_t any_seed() { return *rc::gen::arbitrary<std::uint64_t>(); }

/// Pairs of students that sum to their teachers up to rounding.
DoubleNetwork converged(std::size_t dimension, std::size_t teachers, double perturbation) {
  std::mt19937_64 generator(20240607);
  std::normal_distribution<double> normal;
  const double scale = 1 / std::sqrt(static_cast<double>(dimension));
  Vector students;
  Vector teacher_entries;
  for (std::size_t i = 0; i < teachers; ++i) {
    Vector first;
    Vector second;
    for (std::size_t k = 0; k < dimension; ++k) {
      const double v = scale * normal(generator);
      first.push_back(v / 2 + perturbation * scale * normal(generator));
      second.push_back(v - first.back());
      teacher_entries.push_back(v);
    }
    students.insert(students.end(), first.begin(), first.end());
    students.insert(students.end(), second.begin(), second.end());
  }
  DoubleNetwork network;
  network.activation = Activation::abs;
  network.neuron = NeuronForm::unit;
  network.dimension = dimension;
  network.student_count = 2 * teachers;
  network.vectors = students;
  network.vectors.insert(network.vectors.end(), teacher_entries.begin(), teacher_entries.end());
  return network;
}

DoubleNetwork by_hand(std::size_t dimension, const std::vector<Vector>& students,
                      const std::vector<Vector>& teachers, const Forms& forms = {}) {
  DoubleNetwork network;
  network.activation = forms.activation;
  network.neuron = forms.neuron;
  network.teacher_neuron = forms.teacher_neuron;
  network.dimension = dimension;
  network.student_count = students.size();
  for (const Vector& row : students) network.vectors.insert(network.vectors.end(), row.begin(), row.end());
  for (const Vector& row : teachers) network.vectors.insert(network.vectors.end(), row.begin(), row.end());
  return network;
}

}  // namespace

TEST_CASE("loss, rows and norm are contained on random split networks") {
  int applied = 0;
  int all = 0;
  const bool held = rc::check([&] {
    const Shape shape = any_shape();
    const DoubleNetwork network = NetworkMaker(shape, any_seed()).make();
    const auto evaluation = cluster_form(network, true);
    ++all;
    if (!evaluation) return;
    ++applied;
    RC_ASSERT(mistake(network, *evaluation, Bits{500}).empty());
    const auto loss_alone = cluster_form(network, false);
    RC_ASSERT(loss_alone.has_value());
    RC_ASSERT(!loss_alone->gradient.has_value());
    RC_ASSERT(loss_alone->loss.ball.mid == evaluation->loss.ball.mid);
    RC_ASSERT(loss_alone->loss.ball.rad == evaluation->loss.ball.rad);
  });
  REQUIRE(held);
  CHECK(4 * applied > 3 * all);
}

TEST_CASE("teachers at small angles are contained or declined") {
  REQUIRE(rc::check([] {
    Shape shape = any_shape();
    RC_PRE(shape.dimension > 1);
    shape.teachers = 2 + shape.teachers % 2;
    shape.teacher_angle = std::pow(10, -*rc::gen::inRange(1, 9));
    const DoubleNetwork network = NetworkMaker(shape, any_seed()).make();
    const auto evaluation = cluster_form(network, true);
    if (evaluation) RC_ASSERT(mistake(network, *evaluation, Bits{600}).empty());
  }));
}

TEST_CASE("norms from 1e-150 to 1e150, and masses that differ by as much, are contained or declined") {
  REQUIRE(rc::check([] {
    Shape shape = any_shape();
    shape.dimension = std::min<std::size_t>(shape.dimension, 6);
    shape.scale = std::pow(10, *rc::gen::inRange(-150, 151));
    shape.unequal_masses = std::pow(10, *rc::gen::element(0, 0, -3, -20, -40));
    const DoubleNetwork network = NetworkMaker(shape, any_seed()).make();
    for (const double entry : network.vectors) RC_PRE(std::isfinite(entry));
    const auto evaluation = cluster_form(network, true);
    if (evaluation) RC_ASSERT(mistake(network, *evaluation, Bits{2000}).empty());
  }));
}

TEST_CASE("the relative radius near convergence is small") {
  struct Goal {
    double perturbation;
    double loss;
    double gradient;
  };
  for (const Goal& goal : {Goal{1e-3, 1e-3, 1e-11}, Goal{1e-6, 1e-9, 1e-11}, Goal{1e-10, 1e-11, 1e-7},
                           Goal{1e-13, 1e-10, 1e-7}}) {
    const DoubleNetwork network = converged(50, 20, goal.perturbation);
    const auto evaluation = cluster_form(network, true);
    REQUIRE(evaluation);
    CHECK(mistake(network, *evaluation, Bits{400}) == "");
    CHECK(relative_radius(evaluation->loss.ball) < goal.loss);
    CHECK(relative_radius(evaluation->gradient->norm) < goal.gradient);
  }
}

TEST_CASE("teachers at a small angle leave a narrow enclosure") {
  const DoubleNetwork network =
      by_hand(3, {{0.5, 1e-11, 1e-11}, {0.5, -1e-11, -1e-11}, {0.5, 0.5e-4, 1e-11}, {0.5, 0.5e-4, -1e-11}},
              {{1, 0, 0}, {1, 1e-4, 0}});
  const auto evaluation = cluster_form(network, true);
  REQUIRE(evaluation);
  CHECK(mistake(network, *evaluation, Bits{400}) == "");
  CHECK(relative_radius(evaluation->loss.ball) < 1e-9);
  CHECK(relative_radius(evaluation->gradient->norm) < 1e-5);
}

TEST_CASE("scaling by a power of two changes the exponent alone") {
  DoubleNetwork network = converged(5, 3, 1e-5);
  const auto before = cluster_form(network, true);
  for (double& entry : network.vectors) entry *= 0x1p-450;
  const auto after = cluster_form(network, true);
  REQUIRE(before);
  REQUIRE(after);
  CHECK(after->loss.ball.mid == before->loss.ball.mid);
  CHECK(after->loss.ball.rad == before->loss.ball.rad);
  CHECK(after->loss.exponent == before->loss.exponent - 900);
  CHECK(after->gradient->partials == before->gradient->partials);
  CHECK(after->gradient->exponent == before->gradient->exponent - 450);
}

TEST_CASE("exact copies of the teachers give a loss of about 0") {
  for (const Forms& forms : all_forms()) {
    const std::vector<Vector> rows = {{1, 0.1, 3}, {-0.3, 2, 1}};
    if (forms.neuron != forms.teacher_neuron) continue;
    const DoubleNetwork network = by_hand(3, rows, rows, forms);
    const auto evaluation = cluster_form(network, true);
    REQUIRE(evaluation);
    CHECK(mistake(network, *evaluation, Bits{300}) == "");
    CHECK(evaluation->loss.ball.mid + evaluation->loss.ball.rad < 1e-55);
  }
}

// The remainders where they are sharp: a constant 1% smaller would leave the truth outside.

TEST_CASE("the bound of a correlation of two groups is sharp") {
  // Offsets orthogonal to both axes and parallel: <Py, Py'>^2 = |Py|^2 |Py'|^2, the upper end of what is
  // assumed where the term is too small to be worth its inner products.
  const auto distance_from_middle = [](const Vector& first_offset, const Vector& second_offset) {
    const double theta = 1e-3;
    const double small = 7e-8;
    const auto at = [&](std::size_t axis, double mass, double angle, const Vector& offset) {
      Vector p(4, 0);
      p[axis] = mass;
      for (std::size_t k = 0; k < 4; ++k) p[k] += mass * angle * offset[k];
      return p;
    };
    const DoubleNetwork network =
        by_hand(4,
                {at(0, 0.5, theta, first_offset), at(0, 0.5, -theta, first_offset),
                 at(1, 0.5, small, second_offset), at(1, 0.5, -small, second_offset)},
                {{1, 0, 0, 0}, {0, 1, 0, 0}});
    const auto evaluation = cluster_form(network, false);
    REQUIRE(evaluation);
    CHECK(mistake(network, {evaluation->loss, std::nullopt}, Bits{400}) != "loss");
    const Interval truth = Landscape(instance_of(network)).loss(Bits{400});
    const Rational scale = power_of_two(-evaluation->loss.exponent);
    const Rational off = truth.inf() * scale - Rational(evaluation->loss.ball.mid);
    return Rational(off / Rational(evaluation->loss.ball.rad)).convert_to<double>();
  };
  CHECK(distance_from_middle({0, 0, 1, 0}, {0, 0, 1, 0}) > 0.97);
  CHECK(distance_from_middle({0, 0, 1, 0}, {0, 0, 0, 1}) < -0.97);
}

TEST_CASE("the bound for bends shared by a group's students is sharp") {
  const double theta = 2e-4;
  const DoubleNetwork network = by_hand(
      3, {{1.01, 0, 1.01 * theta}, {0, 0.5, 0.5 * theta}, {0, 0.5, -0.5 * theta}}, {{1, 0, 0}, {0, 1, 0}});
  const auto evaluation = cluster_form(network, true);
  REQUIRE(evaluation);
  CHECK(mistake(network, *evaluation, Bits{400}) == "");
  const Evaluation truth = Landscape(instance_of(network)).evaluate(Bits{400});
  const double distance =
      std::sqrt(squared_distance(*evaluation->gradient, *truth.gradient, 0, 3).convert_to<double>());
  CHECK(distance > 0.99 * evaluation->gradient->row_radii[0]);
}

TEST_CASE("what the form is not for is declined") {
  const Vector a{1, 0, 0};
  const Vector b{0, 1, 0};
  DoubleNetwork rounded = by_hand(3, {a}, {b});
  rounded.is_exact = false;
  CHECK_FALSE(cluster_form(rounded, true));
  CHECK_FALSE(cluster_form(by_hand(3, {a}, {{0, 0, 0}}), true));
  CHECK_FALSE(cluster_form(by_hand(3, {a}, {a, {2, 0, 0}}), true));
  CHECK_FALSE(cluster_form(by_hand(3, {a}, {a, {-2, 0, 0}}), true));
  CHECK_FALSE(cluster_form(by_hand(3, {a}, {b, {1e-16, 1, 0}}), true));
  CHECK_FALSE(cluster_form(by_hand(3, {a, {1, 0.06, 0}, {1, 0.13, 0}, {1, 0.19, 0}}, {b}), true));
  CHECK_FALSE(cluster_form(by_hand(3, {a, {std::nan(""), 0, 0}}, {b}), true));
  CHECK_FALSE(cluster_form(by_hand(3, {a, {HUGE_VAL, 0, 0}}, {b}), true));
  CHECK_FALSE(cluster_form(by_hand(3, {a, {1, 1e-320, 0}}, {b}), true));
  CHECK_FALSE(cluster_form(DoubleNetwork{}, true));
}

TEST_CASE("zero students count for nothing in the loss, and have a gradient in norm form only") {
  const std::vector<Vector> students = {{1, 1e-5, 0}, {0, 0, 0}};
  const std::vector<Vector> teachers = {{1, 0, 0}};
  CHECK_FALSE(cluster_form(by_hand(3, students, teachers), true));
  const DoubleNetwork unit = by_hand(3, students, teachers);
  const auto loss = cluster_form(unit, false);
  REQUIRE(loss);
  CHECK(contains(loss->loss.ball, loss->loss.exponent, Landscape(instance_of(unit)).loss(Bits{300})));
  const DoubleNetwork norm =
      by_hand(3, students, teachers, {Activation::relu, NeuronForm::norm, NeuronForm::unit});
  const auto evaluation = cluster_form(norm, true);
  REQUIRE(evaluation);
  CHECK(mistake(norm, *evaluation, Bits{300}) == "");
  CHECK(evaluation->gradient->row_radii[1] == 0);
}

TEST_CASE("far students alone are contained") {
  const DoubleNetwork network = by_hand(4, {{1, 0, 2, 0}, {0, 1, 0, -3}, {1, 1, 1, 1}}, {{3, 0, 0, 1}},
                                        {Activation::relu, NeuronForm::norm, NeuronForm::unit});
  const auto evaluation = cluster_form(network, true);
  REQUIRE(evaluation);
  CHECK(mistake(network, *evaluation, Bits{300}) == "");
  CHECK(relative_radius(evaluation->loss.ball) < 1e-12);
}
