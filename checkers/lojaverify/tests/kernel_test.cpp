// The kernel, the loss and the gradient against their DEFINITIONS as integrals over the circle (d = 2), exact
// zeros, and boxes.

#include "kernel.hpp"

#include <numbers>
#include <random>

#include "radicals.hpp"
#include "rules/common.hpp"
#include "support.hpp"

using namespace lojaverify;
using test::network;

namespace {

using Vec = std::array<double, 2>;

/// Integral over the circle of a function that is smooth between the directions orthogonal to `vectors`:
/// Simpson's rule on each arc.
template <typename Function>
double integrate_circle(const std::vector<Vec>& vectors, Function f) {
  const double pi = std::numbers::pi;
  std::vector<double> kinks{0, 2 * pi};
  for (const Vec& v : vectors) {
    for (int half = 0; half < 2; ++half) {
      const double a = std::atan2(v[1], v[0]) + pi / 2 + half * pi;
      kinks.push_back(a - 2 * pi * std::floor(a / (2 * pi)));
    }
  }
  std::sort(kinks.begin(), kinks.end());
  double sum = 0;
  for (std::size_t i = 0; i + 1 < kinks.size(); ++i) {
    constexpr int n = 400;
    const double h = (kinks[i + 1] - kinks[i]) / n;
    for (int k = 0; k <= n; ++k) {
      // The end points belong to this arc: step inside by a hair, so that sign functions take the arc's
      // value.
      const double phi = std::clamp(kinks[i] + k * h, kinks[i] + 1e-13, kinks[i + 1] - 1e-13);
      sum += f(Vec{std::cos(phi), std::sin(phi)}) * h / 3 * (k == 0 || k == n ? 1 : k % 2 == 1 ? 4 : 2);
    }
  }
  return sum;
}

double dot2(const Vec& a, const Vec& b) { return a[0] * b[0] + a[1] * b[1]; }

struct Network2 {
  Activation activation;
  Form neuron, teacher_neuron;
  std::vector<Vec> student, teacher;

  double sigma(double z) const { return activation == Activation::relu ? std::max(z, 0.0) : std::abs(z); }
  double sigma_prime(double z) const {
    return activation == Activation::relu ? (z > 0 ? 1 : 0) : (z > 0 ? 1 : -1);
  }
  static double factor(const Vec& w, Form form) { return form == Form::unit ? 1 : std::sqrt(dot2(w, w)); }
  /// relu+linear: a quarter of the loss under abs, by the definition in the specification.
  double quarter() const { return activation == Activation::relu_linear ? 0.25 : 1; }

  double residual(const Vec& x) const {
    double r = 0;
    for (const Vec& w : student) r += factor(w, neuron) * sigma(dot2(w, x));
    for (const Vec& w : teacher) r -= factor(w, teacher_neuron) * sigma(dot2(w, x));
    return r;
  }
  std::vector<Vec> all() const {
    std::vector<Vec> result = student;
    result.insert(result.end(), teacher.begin(), teacher.end());
    return result;
  }
  /// 1/2 E R^2; R is homogeneous of degree 1 and E |x|^2 = 2.
  double loss() const {
    return quarter() * integrate_circle(all(), [&](const Vec& x) { return residual(x) * residual(x); }) /
           (2 * std::numbers::pi);
  }
  /// E [R d neuron_j / d w_jk]
  double partial(std::size_t j, std::size_t k) const {
    const Vec& w = student[j];
    return quarter() *
           integrate_circle(all(),
                            [&](const Vec& x) {
                              double derivative = factor(w, neuron) * sigma_prime(dot2(w, x)) * x[k];
                              if (neuron == Form::norm)
                                derivative += w[k] / factor(w, neuron) * sigma(dot2(w, x));
                              return residual(x) * derivative;
                            }) /
           std::numbers::pi;
  }
  Instance instance() const {
    Instance result{activation, neuron, teacher_neuron, false, {}, {}};
    const auto fill = [](std::vector<Row>& rows, const std::vector<Vec>& vectors) {
      for (const Vec& w : vectors) {
        const Rational a = Rational::exact(w[0]), b = Rational::exact(w[1]);
        rows.push_back({{a, a}, {b, b}});
      }
    };
    fill(result.teacher, teacher);
    fill(result.student, student);
    return result;
  }
};

double middle(const Ball& ball) { return arf_get_d(arb_midref(ball.get()), ARF_RND_NEAR); }

Network2 random_network(std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  const auto form = [&] { return random() % 2 == 0 ? Form::unit : Form::norm; };
  Network2 n{static_cast<Activation>(random() % 3), form(), form(), {}, {}};
  for (std::size_t j = 0; j <= random() % 3; ++j) n.student.push_back({normal(random), normal(random)});
  for (std::size_t i = 0; i <= random() % 3; ++i) n.teacher.push_back({normal(random), normal(random)});
  if (random() % 3 == 0) n.student.push_back({-2 * n.teacher[0][0], -2 * n.teacher[0][1]});  // antiparallel
  if (random() % 3 == 0) n.student.push_back({0.25 * n.student[0][0], 0.25 * n.student[0][1]});
  return n;
}

bool encloses(const Ball& outer, const Ball& inner) { return arb_overlaps(outer.get(), inner.get()) != 0; }

}  // namespace

TEST_CASE("the kernel is the expectation that defines it") {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  for (int n = 0; n < 50; ++n) {
    const Vec u{normal(random), normal(random)};
    Vec v{normal(random), normal(random)};
    if (n % 5 == 1) v = {-3 * u[0], -3 * u[1]};
    if (n % 5 == 2) v = {u[0] + 1e-9 * v[0], u[1] + 1e-9 * v[1]};
    Instance instance = Network2{Activation::abs, Form::unit, Form::unit, {u}, {v}}.instance();
    const Neuron a = make_neuron(instance.student[0], Form::unit, 1, 64),
                 b = make_neuron(instance.teacher[0], Form::unit, -1, 64);
    const double expected =
        integrate_circle({u, v}, [&](const Vec& x) { return std::abs(dot2(u, x) * dot2(v, x)); }) /
        std::numbers::pi;
    CHECK(middle(kernel(a, b, make_pair_of(a, b, 64), 64)) == Approx(expected).epsilon(1e-9));
  }
}

TEST_CASE("loss and gradient are those of the definition") {
  std::mt19937_64 random(3);
  for (int n = 0; n < 60; ++n) {
    const Network2 network = random_network(random);
    const Landscape landscape = landscape_of(network.instance(), 96, Deadline());
    CHECK(middle(landscape.loss) == Approx(network.loss()).epsilon(1e-8).margin(1e-10));
    for (std::size_t j = 0; j < network.student.size(); ++j) {
      for (std::size_t k = 0; k < 2; ++k) {
        CHECK(middle(landscape.gradient[j][k]) == Approx(network.partial(j, k)).epsilon(1e-7).margin(1e-8));
      }
    }
  }
}

TEST_CASE("exactly parallel vectors have exact kernels") {
  const Instance instance = network("abs", "unit", "unit", "[[-6, -8]]", "[[3, 4]]");
  const std::vector<Neuron> neurons = make_neurons(instance, 64);
  const Pair pair = make_pair_of(neurons[0], neurons[1], 64);
  CHECK(pair.sine.is_zero());
  CHECK(arb_equal_si(kernel(neurons[0], neurons[1], pair, 64).get(), 50) != 0);
}

TEST_CASE("L = 0 is recognised exactly") {
  const auto zero = [](const std::string& activation, const std::string& neuron,
                       const std::string& teacher_neuron, const std::string& teacher,
                       const std::string& student) {
    return loss_is_zero(network(activation, neuron, teacher_neuron, teacher, student));
  };
  const std::string t = R"([["1", "0"], ["0", "2"]])";
  CHECK(zero("abs", "unit", "unit", t, R"([["1/3", 0], ["2/3", 0], [0, -2]])"));
  CHECK_FALSE(zero("abs", "unit", "unit", t,
                   R"([["1/3", 0], ["2/3", 0], [0, "-2.000000000000000000000000000000001"]])"));
  CHECK(zero("relu+linear", "unit", "unit", t, R"([[-1, 0], [0, -2]])"));
  CHECK_FALSE(zero("relu", "unit", "unit", t, R"([[-1, 0], [0, -2]])"));
  CHECK(zero("relu", "unit", "unit", t, R"([[1, 0], [0, 2], [0, 0]])"));
  // relu: the even parts cancel by lines, the odd parts as vectors
  CHECK(zero("relu", "unit", "unit", R"([[1, 0], [-1, 0]])",
             R"([["1/2", 0], ["-1/2", 0], ["1/2", 0], ["-1/2", 0]])"));
  CHECK(zero("relu", "unit", "unit", R"([[3, 0], [-1, 0]])", R"([[2, 0], [1, 0], [-1, 0]])"));
  CHECK_FALSE(zero("relu", "unit", "unit", R"([[3, 0], [-1, 0]])", R"([[2, 0], [2, 0]])"));
  // norm form: |w| w; (1, 1) in norm form is sqrt(2) (1, 1)
  CHECK(zero("abs", "norm", "norm", R"([[1, 1]])", R"([[-1, -1]])"));
  CHECK_FALSE(zero("abs", "norm", "unit", R"([[1, 1]])", R"([[1, 1]])"));
  CHECK(zero("abs", "norm", "unit", R"([[12, 16]])", R"([["12/5", "16/5"], ["-6/5", "8/5"], [0, 0]])") ==
        false);
  CHECK(zero("abs", "norm", "unit", R"([[12, 16]])", R"([[2.4, 3.2]])") == false);  // doubles near 12/5, 16/5
  CHECK(zero("abs", "norm", "unit", R"([["48/5", "64/5"]])", R"([["12/5", "16/5"]])"));  // |w| = 4
  CHECK(zero("abs", "norm", "norm", R"([[5, 5]])", R"([[3, 3], [-4, -4]])"));            // 9 + 16 = 25
  CHECK(zero("relu", "norm", "norm", R"([[5, 5]])", R"([[3, 3], [4, 4]])"));
  CHECK_FALSE(zero("relu", "norm", "norm", R"([[5, 5]])", R"([[3, 3], [-4, -4]])"));
  CHECK(zero("abs", "unit", "unit", R"([[0, 0]])", R"([[0, 0]])"));

  const Instance instance = network("relu", "norm", "norm", R"([[5, 5]])", R"([[3, 3], [4, 4]])");
  const Landscape landscape = landscape_of(instance, 64, Deadline());
  CHECK(landscape.loss.is_zero());
  CHECK(landscape.gradient_norm(64).is_zero());
}

TEST_CASE("sums of radicals") {
  const auto add = [](RadicalSum& sum, slong coefficient, slong radicand) {
    sum.add(Rational(coefficient), Integer(radicand));
  };
  RadicalSum sum;
  add(sum, 3, 2);
  add(sum, 1, 9);
  CHECK_FALSE(sum.is_rational());
  add(sum, -1, 18);
  CHECK(sum.is_rational());
  CHECK(sum.rational_part() == Rational(3));
  add(sum, -3, 1);
  CHECK(sum.is_zero());
  add(sum, 1, 6);
  add(sum, -1, 2);
  CHECK_FALSE(sum.is_zero());
}

TEST_CASE("a box encloses what its points have") {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (int n = 0; n < 120; ++n) {
    const Network2 middle_network = random_network(random);
    const double radius = std::ldexp(1.0, -static_cast<int>(random() % 24));
    Instance boxes = middle_network.instance();
    const bool teacher_too = random() % 2 == 0;
    const auto widen = [&](std::vector<Row>& rows) {
      for (Row& row : rows) {
        for (Box& x : row) x = {x.lo - Rational::exact(radius), x.hi + Rational::exact(radius)};
      }
    };
    widen(boxes.student);
    if (teacher_too) widen(boxes.teacher);
    const Landscape over_box = landscape_of(boxes, 96, Deadline());
    for (int sample = 0; sample < 8; ++sample) {
      Instance point = boxes;
      for (std::vector<Row>* rows : {&point.student, &point.teacher}) {
        for (Row& row : *rows) {
          for (Box& x : row) {
            const Rational t =
                Rational::exact(sample < 4 ? (random() % 2 == 0 ? 0.0 : 1.0) : 0.5 * (1 + uniform(random)));
            x.lo = x.hi = x.lo + t * (x.hi - x.lo);
          }
        }
      }
      const Landscape at_point = landscape_of(point, 96, Deadline());
      CHECK(encloses(over_box.loss, at_point.loss));
      CHECK(encloses(over_box.gradient_norm(96), at_point.gradient_norm(96)));
      for (std::size_t j = 0; j < point.student.size(); ++j) {
        for (std::size_t k = 0; k < 2; ++k) CHECK(encloses(over_box.gradient[j][k], at_point.gradient[j][k]));
      }
    }
    CHECK(at_most(Ball(), over_box.loss, 96).truth == Truth::yes);
  }
}

TEST_CASE("near a minimum the box's loss is tight") {
  const Instance boxes =
      network("abs", "norm", "unit", "[[1, 0], [0, 1]]",
              R"([["[0.9999, 1.0001]", "[-0.0001, 0.0001]"], ["[-0.0001, 0.0001]", "[0.9999, 1.0001]"]])");
  const Landscape landscape = landscape_of(boxes, 64, Deadline());
  CHECK(at_most(landscape.loss, ball(parse_number("1e-6"), 64), 64).truth == Truth::yes);
}

TEST_CASE("a box around 0: the gradient is bounded in norm form, undefined in unit form") {
  const std::string box = R"([["[-0.001, 0.001]", "[-0.001, 0.001]"]])";
  const Landscape landscape = landscape_of(network("abs", "norm", "unit", "[[1, 0]]", box), 64, Deadline());
  CHECK(landscape.gradient_norm(64).is_finite());
  CHECK(at_most(landscape.gradient_norm(64), ball(parse_number("0.1"), 64), 64).truth == Truth::yes);
  CHECK(undefined_gradient(network("abs", "unit", "unit", "[[1, 0]]", box)));
  CHECK_FALSE(undefined_gradient(network("abs", "norm", "unit", "[[1, 0]]", "[[0, 0]]")));
}
