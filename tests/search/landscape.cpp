// Loss, gradient and Hessian in floats against the definition and against differences.

#include "fixtures.hpp"

#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/approximate_landscape.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

using namespace lojacert;
using namespace lojacert::search;
using namespace lojacert::test;

namespace {

double sigma(Activation activation, double z) {
  return activation == Activation::abs ? std::abs(z) : std::max(z, 0.0);
}

/// 1/2 E R^2 in the plane by the definition: R is homogeneous of degree 1 and E|x|^2 = 2, so L = (1/2 pi)
/// times the integral of R^2 over the circle. For relu+linear the least-squares linear part (b = E R x =
/// (1/pi) integral of R u) is taken off first.
double loss_by_quadrature(const Instance& instance) {
  const auto network = approximate_network<double>(instance);
  const auto student = effective_rows<double>(network.student, 2, network.neuron);
  constexpr int points = 200000;
  double square = 0;
  double linear[2] = {0, 0};
  for (int n = 0; n < points; ++n) {
    const double angle = 2 * std::numbers::pi * (n + 0.5) / points;
    const double x[2] = {std::cos(angle), std::sin(angle)};
    double residual = 0;
    for (std::size_t j = 0; j < student.size(); j += 2)
      residual += sigma(instance.activation, student[j] * x[0] + student[j + 1] * x[1]);
    for (std::size_t i = 0; i < network.teacher.size(); i += 2)
      residual -= sigma(instance.activation, network.teacher[i] * x[0] + network.teacher[i + 1] * x[1]);
    square += residual * residual / points;
    for (int k = 0; k < 2; ++k) linear[k] += 2 * residual * x[k] / points;
  }
  if (instance.activation != Activation::relu_linear) return square;
  return square - (linear[0] * linear[0] + linear[1] * linear[1]) / 2;
}

Real loss_at(const Instance& instance, const std::vector<Real>& student) {
  const auto network = approximate_network<Real>(instance);
  return ApproximateLandscape<Real>(network).loss(student);
}

}  // namespace

TEST_CASE("the loss is that of the definition, by quadrature over the circle") {
  for (const Activation activation : all_activations) {
    for (const NeuronForm neuron : both_forms) {
      for (const NeuronForm teacher_neuron : both_forms) {
        const Instance instance = random_instance(11, activation, neuron, teacher_neuron, 2, 3, 2);
        const auto network = approximate_network<double>(instance);
        const double loss = ApproximateLandscape<double>(network).loss(network.student);
        INFO(to_string(activation) << " " << to_string(neuron) << " " << to_string(teacher_neuron));
        CHECK(loss == Approx(loss_by_quadrature(instance)).epsilon(1e-7));
      }
    }
  }
}

TEST_CASE("every partial derivative is the central difference of the loss") {
  const WorkingBits precision(300);
  const Real small = ldexp(Real(1), -80);
  for (const Activation activation : all_activations) {
    for (const NeuronForm neuron : both_forms) {
      const Instance instance = random_instance(5, activation, neuron, NeuronForm::unit);
      const auto network = approximate_network<Real>(instance);
      ApproximateLandscape<Real> landscape(network);
      std::vector<Real> gradient(network.student.size());
      Real squared_norm = landscape.gradient(network.student, gradient);
      for (std::size_t e = 0; e < gradient.size(); ++e) {
        std::vector<Real> up = network.student;
        std::vector<Real> down = network.student;
        up[e] += small;
        down[e] -= small;
        const Real difference = (loss_at(instance, up) - loss_at(instance, down)) / (2 * small);
        CHECK(abs(Real(difference - gradient[e])) < Real(1e-40));
        squared_norm -= gradient[e] * gradient[e];
      }
      CHECK(abs(squared_norm) < Real(1e-80));
    }
  }
}

TEST_CASE("the Hessian is the difference of gradients in the effective vectors") {
  const WorkingBits precision(300);
  const Real small = ldexp(Real(1), -80);
  for (const Activation activation : all_activations) {
    const Instance instance = random_instance(6, activation, NeuronForm::unit, NeuronForm::norm);
    const auto network = approximate_network<Real>(instance);
    ApproximateLandscape<Real> landscape(network);
    const std::vector<Real> hessian = landscape.hessian(network.student);
    const std::size_t size = network.student.size();
    std::vector<Real> after(size);
    std::vector<Real> before(size);
    for (std::size_t e = 0; e < size; ++e) {
      std::vector<Real> up = network.student;
      std::vector<Real> down = network.student;
      up[e] += small;
      down[e] -= small;
      landscape.gradient(up, after);
      landscape.gradient(down, before);
      for (std::size_t f = 0; f < size; ++f)
        CHECK(abs(Real((after[f] - before[f]) / (2 * small) - hessian[e * size + f])) < Real(1e-38));
    }
  }
}

TEST_CASE("h keeps its relative accuracy at small angles") {
  CHECK(rc::check("double against 300 bits", [] {
    const double exponent = *rc::gen::map(rc::gen::inRange(-3000, 63), [](int n) { return n / 100.0; });
    const double angle = std::min(std::exp2(exponent), std::numbers::pi / 2);
    const WorkingBits precision(300);
    const Real wide = approximate_h(Real(angle));
    RC_ASSERT(abs(Real(Real(approximate_h(angle)) / wide - 1)) < Real(1e-14));
  }));
  CHECK(approximate_h(0.0) == 0.0);
}

TEST_CASE("zero and parallel students are ordinary") {
  Instance instance;
  instance.neuron = NeuronForm::norm;
  instance.teacher = rows({{"1", "0"}});
  instance.student = rows({{"0", "0"}, {"-1", "0"}});
  const auto network = approximate_network<double>(instance);
  ApproximateLandscape<double> landscape(network);
  std::vector<double> gradient(4);
  CHECK(landscape.loss(network.student) == 0.0);
  CHECK(landscape.gradient(network.student, gradient) == 0.0);
}

TEST_CASE("the accurate loss survives cancellation: Claim 2's pair has L = (2/(3 pi)) delta^3") {
  Instance instance;
  instance.neuron = NeuronForm::unit;
  instance.teacher = rows({{"1", "0"}, {"0", "1"}});
  instance.student = rows({{"1/2", "1e-60"}, {"1/2", "-1e-60"}, {"0", "1"}});
  const Real loss = approximate_accurate_loss(instance);
  const WorkingBits precision(256);
  const Real theta = Real(2e-60);
  const Real ratio = loss / (theta * theta * theta * 2 / (3 * pi<Real>()));
  CHECK(static_cast<double>(ratio) == Approx(1).epsilon(1e-9));
}
