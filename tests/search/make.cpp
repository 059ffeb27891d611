// Teachers, splits, contractions, initialisations, spurious minima.

#include "fixtures.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/approximate_landscape.hpp>
#include <lojacert/search/contraction.hpp>
#include <lojacert/search/critical_point.hpp>
#include <lojacert/search/initialisation.hpp>
#include <lojacert/search/nonnegative_least_squares.hpp>
#include <lojacert/search/split.hpp>
#include <lojacert/search/teachers.hpp>

#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace lojacert;
using namespace lojacert::search;
using namespace lojacert::test;

TEST_CASE("random numbers are fixed by the seed on every platform") {
  RandomStream random(42);
  CHECK(random.uniform() == static_cast<double>(13930160852258120406ULL >> 11) * 0x1p-53);
  CHECK(random.normal() == 0x1.6f501e1f0411cp-1);
  RandomStream again(7);
  std::vector<double> sample = again.normal_rows(200, 50, 1);
  double mean = 0;
  double square = 0;
  for (const double x : sample) {
    mean += x / 10000;
    square += x * x / 10000;
  }
  CHECK(std::abs(mean) < 0.05);
  CHECK(square == Approx(1).epsilon(0.05));
  RandomStream same(7);
  CHECK(same.normal_rows(200, 50, 1) == sample);
}

TEST_CASE("polygon vectors are unit exactly and nearly regular") {
  for (const bool half_turn : {true, false}) {
    const ExactMatrix polygon = polygon_rows(5, half_turn, 1 << 20);
    for (std::size_t i = 0; i < 5; ++i) {
      const Rational x = polygon.point(i, 0);
      const Rational y = polygon.point(i, 1);
      CHECK(x * x + y * y == 1);
      const double angle =
          std::remainder(std::atan2(nearest<double>(y), nearest<double>(x)) -
                             (half_turn ? 1 : 2) * std::numbers::pi * static_cast<double>(i) / 5,
                         2 * std::numbers::pi);
      CHECK(std::abs(angle) < 1e-5);
    }
  }
}

TEST_CASE("a split of exact shares has L = 0 exactly: the shares of every teacher add up") {
  Instance instance;
  for (const NeuronForm neuron : both_forms) {
    for (const NeuronForm teacher_neuron : both_forms) {
      instance.neuron = neuron;
      instance.teacher_neuron = teacher_neuron;
      instance.teacher =
          neuron == teacher_neuron ? rows({{"1/3", "1"}, {"2", "7"}}) : rows({{"3/5", "4/5"}, {"0", "1"}});
      const Split split = split_teacher(instance, {Rational(9, 25), Rational(16, 25)}, 64);
      CHECK(split.exact);
      instance.student = split.student;
      CHECK(approximate_accurate_loss(instance) == 0);
    }
  }
  instance.neuron = NeuronForm::norm;
  instance.teacher_neuron = NeuronForm::unit;
  CHECK_FALSE(split_teacher(instance, {Rational(1, 2), Rational(1, 2)}, 64).exact);
  CHECK_THROWS_AS(split_teacher(instance, {Rational(1, 2), Rational(1, 3)}, 64), InputError);
  CHECK_THROWS_AS(split_teacher(instance, {Rational(3, 2), Rational(-1, 2)}, 64), InputError);
}

TEST_CASE("contraction reaches the prescribed loss to three digits") {
  for (const Activation activation : all_activations) {
    for (const NeuronForm neuron : both_forms) {
      Instance instance;
      instance.activation = activation;
      instance.neuron = neuron;
      instance.teacher = rows({{"1", "0", "0"}, {"3/5", "4/5", "0"}});
      const Split split = split_teacher(instance, {Rational(9, 25), Rational(16, 25)}, 64);
      instance.student = perturbed(split.student, Rational(1, 10), 3);
      for (const char* target : {"1e-6", "1e-40", "1e-600"}) {
        const Contraction contraction = contract_to_loss(instance, parse_exact_point(target), 1.5);
        Instance contracted = instance;
        contracted.student = contraction.student;
        const Real loss = approximate_accurate_loss(contracted);
        const WorkingBits precision(128);
        CHECK(abs(Real(loss / nearest<Real>(parse_exact_point(target)) - 1)) < Real(1e-3));
      }
      CHECK_THROWS_AS(contract_to_loss(instance, Rational(1000), 1.5), InputError);
    }
  }
}

TEST_CASE("nonnegative least squares meets the KKT conditions") {
  CHECK(rc::check("random positive semidefinite problems", [] {
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(1, 12));
    RandomStream random(static_cast<std::uint64_t>(*rc::gen::inRange(0, 1000000)));
    const std::size_t rank = n + 2;
    const std::vector<double> factor = random.normal_rows(rank, n, 1);
    const std::vector<double> b = random.normal_rows(1, n, 1);
    std::vector<double> a(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        for (std::size_t k = 0; k < rank; ++k) a[i * n + j] += factor[k * n + i] * factor[k * n + j];
    const std::vector<double> c = nonnegative_minimiser<double>(a, b);
    for (std::size_t i = 0; i < n; ++i) {
      double slope = -b[i];
      for (std::size_t j = 0; j < n; ++j) slope += a[i * n + j] * c[j];
      RC_ASSERT(c[i] >= 0);
      RC_ASSERT((c[i] > 0 ? std::abs(slope) < 1e-8 : slope > -1e-8));
    }
  }));
}

TEST_CASE("more random directions bring the initial loss down") {
  Instance instance;
  instance.neuron = NeuronForm::norm;
  instance.teacher = rows({{"1", "0"}, {"0", "1"}});
  double before = 1e9;
  for (const std::size_t count : {3UL, 30UL, 300UL}) {
    instance.student = initialise(instance, count, 5).student;
    const double loss = static_cast<double>(approximate_accurate_loss(instance));
    CHECK(loss < before / 10);
    before = loss;
  }
}

TEST_CASE("the spurious minimum with six ReLU neurons") {
  const CriticalPoint point = spurious_minimum(6, 1, 200);
  CHECK(static_cast<double>(point.loss) == Approx(0.02508).epsilon(1e-3));
  CHECK(point.gradient_norm < Real(1e-50));
  CHECK(point.smallest_eigenvalue == Approx(0.0047).epsilon(0.02));
  CHECK_THROWS_AS(spurious_minimum(1, 1, 100), InputError);
}
