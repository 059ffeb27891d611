// Millions of random directions: which of them matter, and masses that no rounding spoils.

#include "fixtures.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/approximate_landscape.hpp>
#include <lojacert/search/initialisation.hpp>
#include <lojacert/search/nearest_directions.hpp>
#include <lojacert/search/teachers.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

using namespace lojacert;
using namespace lojacert::search;
using namespace lojacert::test;

namespace {

Instance orthonormal(std::size_t r, std::size_t d, Activation activation = Activation::abs,
                     NeuronForm neuron = NeuronForm::norm) {
  Instance instance;
  instance.activation = activation;
  instance.neuron = neuron;
  instance.teacher = orthonormal_rows(r, d);
  return instance;
}

Instance started(Instance instance, std::uint64_t count, std::size_t keep) {
  instance.student = initialise_near_teachers(instance, count, keep, 1).student;
  return instance;
}

double loss_of(const Instance& instance) { return static_cast<double>(approximate_accurate_loss(instance)); }

/// The rows among the `keep` nearest of a teacher, by sorting them all.
std::vector<double> nearest_by_sorting(const ApproximateNetwork<double>& network, std::vector<double> all,
                                       std::size_t keep) {
  const std::size_t d = network.dimension;
  const std::size_t count = all.size() / d;
  std::vector<bool> kept(count, false);
  for (std::size_t i = 0; i < network.teacher_count(); ++i) {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t j = 0; j < count; ++j) {
      double dot = 0;
      for (std::size_t k = 0; k < d; ++k) dot += network.teacher[i * d + k] * all[j * d + k];
      order.emplace_back(network.activation == Activation::relu ? -dot : -std::abs(dot), j);
    }
    std::sort(order.begin(), order.end());
    for (std::size_t n = 0; n < keep; ++n) kept[order[n].second] = true;
  }
  std::vector<double> rows;
  for (std::size_t j = 0; j < count; ++j)
    for (std::size_t k = 0; kept[j] && k < d; ++k) rows.push_back(all[j * d + k]);
  return rows;
}

}  // namespace

TEST_CASE("rough normal numbers are those of the stream, nearly") {
  RandomStream points(11);
  RandomStream numbers(11);
  for (int n = 0; n < 10000; ++n) {
    const DiscPoint point = points.disc_point();
    const double normal = numbers.normal();
    CHECK(normal_of(point) == normal);
    CHECK(std::abs(roughly_normal_of(point) - normal) < 1e-12);
  }
}

TEST_CASE("the kept directions are the nearest of those that are drawn without keeping") {
  for (const Activation activation : all_activations) {
    for (const std::size_t d : {2UL, 3UL, 5UL}) {
      Instance instance = orthonormal(1, d, activation);
      for (std::size_t k = 0; k < d; ++k) instance.teacher.append(Rational(k == 0 ? -2 : 1));
      const auto network = approximate_network<double>(instance);
      CHECK(nearest_random_directions(network, 2000, 7, 5) ==
            nearest_by_sorting(network, random_directions(2000, d, 5), 7));
    }
  }
}

TEST_CASE("parallel directions are kept once, for relu once a side") {
  const auto kept = [](Activation activation) {
    return nearest_random_directions(approximate_network<double>(orthonormal(1, 1, activation)), 50, 50, 1);
  };
  CHECK(kept(Activation::abs).size() == 1);
  CHECK(kept(Activation::relu).size() == 2);
  CHECK(loss_of(started(orthonormal(1, 1), 50, 50)) == 0);
}

TEST_CASE("directions far from every teacher change nothing") {
  for (const Activation activation : all_activations) {
    for (const NeuronForm neuron : both_forms) {
      Instance plain = orthonormal(2, 2, activation, neuron);
      plain.student = initialise(plain, 1000, 1).student;
      const double loss = loss_of(started(plain, 1000, 8));
      CHECK(loss == Approx(loss_of(plain)).epsilon(1e-6));
      CHECK(loss_of(started(plain, 1000, 16)) == Approx(loss).epsilon(1e-12));
    }
  }
}

// Two directions at small angles s and t on the two sides, with masses t/(s + t) and s/(s + t), leave the
// loss (2/(3 pi)) (st (s + t) - st (s^2 + t^2)/(s + t)) = (4/(3 pi)) s^2 t^2/(s + t).
TEST_CASE("in the plane the two neighbours of a teacher share its mass, far below the doubles") {
  const Instance instance = orthonormal(1, 2);
  for (const std::uint64_t count : {1000UL, 300000UL}) {
    const std::vector<double> rows =
        nearest_random_directions(approximate_network<double>(instance), count, 12, 1);
    double above = 1;
    double below = 1;
    for (std::size_t j = 0; j < rows.size(); j += 2) {
      const double tangent = rows[j + 1] / rows[j];
      (tangent > 0 ? above : below) = std::min(tangent > 0 ? above : below, std::abs(tangent));
    }
    const Instance result = started(instance, count, 12);
    CHECK(result.student_count() == 2);
    const double expected = 4 / (3 * std::numbers::pi) * std::pow(above * below, 2) / (above + below);
    CHECK(loss_of(result) == Approx(expected).epsilon(20 * (above + below)));
    if (count > 1000) CHECK(expected < 1e-14);
  }
}

TEST_CASE("no kept direction would lower the loss further") {
  const Instance instance = started(orthonormal(2, 3, Activation::abs, NeuronForm::unit), 100000, 20);
  const WorkingBits precision(256);
  auto network = approximate_network<Real>(instance);
  const std::size_t with_mass = network.student_count();
  const std::vector<double> rows =
      nearest_random_directions(approximate_network<double>(instance), 100000, 20, 1);
  for (const double entry : rows) network.student.push_back(ldexp(Real(entry), -200));  // next to no mass
  std::vector<Real> gradient(network.student.size());
  ApproximateLandscape<Real>(network).gradient(network.student, gradient);
  std::size_t rising = 0;
  for (std::size_t j = 0; j < network.student_count(); ++j) {
    Real slope = 0;
    Real length = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      slope += gradient[3 * j + k] * network.student[3 * j + k];
      length += network.student[3 * j + k] * network.student[3 * j + k];
    }
    slope /= sqrt(length);
    if (j < with_mass) CHECK(abs(slope) < Real(1e-15));
    CHECK(slope > Real(-1e-15));
    if (slope > Real(1e-12)) ++rising;
  }
  CHECK(rising == rows.size() / 3 - with_mass);
}

TEST_CASE("enough random directions reach the thresholds of the claims about every student") {
  CHECK(loss_of(started(orthonormal(1, 2), 200, 5)) < 8.2e-5);
  CHECK(loss_of(started(orthonormal(1, 3), 10000, 20)) < 8.2e-5);
  CHECK(loss_of(started(orthonormal(2, 2), 4000, 5)) < 7.1e-9);
  CHECK(loss_of(started(orthonormal(2, 3), 1000000, 20)) < 7.1e-9);
  CHECK(loss_of(started(orthonormal(2, 2, Activation::relu), 10000, 5)) < 1.5e-9);
  CHECK(loss_of(started(orthonormal(2, 2, Activation::relu_linear), 10000, 5)) < 1.7e-9);
}

TEST_CASE("an initialisation says what is wrong") {
  const Instance instance = orthonormal(2, 2);
  CHECK_THROWS_AS(initialise(instance, 0, 1), InputError);
  CHECK_THROWS_AS(initialise_near_teachers(instance, 0, 5, 1), InputError);
  CHECK_THROWS_AS(initialise_near_teachers(instance, 100, 0, 1), InputError);
  const Initialisation initial = initialise_near_teachers(instance, 1000, 5, 1);
  CHECK(initial.dropped + initial.student.rows() == 1000);
}
