// The ladder within rung 0, and its formulas against each other on networks too large for many bits.

#include "support/balls.hpp"

#include <lojacert/ball/cluster_form.hpp>
#include <lojacert/ball/double_double_sum.hpp>
#include <lojacert/ball/evaluate.hpp>
#include <lojacert/ball/pair_sum.hpp>

#include <hwy/targets.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace lojacert;
using namespace lojacert::ball;
using namespace lojacert::test;

namespace {

DoubleNetwork gaussian(std::size_t dimension, std::size_t students, std::size_t teachers,
                       std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  DoubleNetwork network;
  network.activation = static_cast<Activation>(seed % 3);
  network.neuron = static_cast<NeuronForm>(seed % 2);
  network.dimension = dimension;
  network.student_count = students;
  for (std::size_t k = 0; k < (students + teachers) * dimension; ++k)
    network.vectors.push_back(normal(generator));
  return network;
}

/// Two students v/2 + y and v/2 - y for each of 20 teachers v in 50 dimensions, |y| about `distance`.
DoubleNetwork split(double distance) {
  constexpr std::size_t d = 50;
  std::mt19937_64 generator(3);
  std::normal_distribution<double> normal(0, 1 / std::sqrt(50.0));
  DoubleNetwork network;
  network.neuron = NeuronForm::unit;
  network.dimension = d;
  network.student_count = 40;
  std::vector<double> teachers;
  for (int i = 0; i < 20; ++i) {
    std::vector<double> rest;
    for (std::size_t k = 0; k < d; ++k) {
      teachers.push_back(normal(generator));
      network.vectors.push_back(teachers.back() / 2 + distance * normal(generator));
      rest.push_back(teachers.back() - network.vectors.back());
    }
    network.vectors.insert(network.vectors.end(), rest.begin(), rest.end());
  }
  network.vectors.insert(network.vectors.end(), teachers.begin(), teachers.end());
  return network;
}

/// Whether two balls can enclose one number.
bool meet(const Ball& a, long exponent_of_a, const Ball& b, long exponent_of_b) {
  const auto at = [](double x, long exponent) { return std::ldexp(x, static_cast<int>(exponent)); };
  return std::fabs(at(a.mid, exponent_of_a) - at(b.mid, exponent_of_b)) <=
         at(a.rad, exponent_of_a) + at(b.rad, exponent_of_b);
}

/// The first row of the gradients that is not within both radii, or the number of rows.
std::size_t first_row_apart(const BallGradient& a, const BallGradient& b, std::size_t dimension) {
  const std::size_t rows = a.row_radii.size();
  for (std::size_t j = 0; j < rows; ++j) {
    double squared = 0;
    for (std::size_t e = j * dimension; e < (j + 1) * dimension; ++e) {
      const double difference = std::ldexp(a.partials[e], static_cast<int>(a.exponent)) -
                                std::ldexp(b.partials[e], static_cast<int>(b.exponent));
      squared += difference * difference;
    }
    const double radii = std::ldexp(a.row_radii[j], static_cast<int>(a.exponent)) +
                         std::ldexp(b.row_radii[j], static_cast<int>(b.exponent));
    if (!(std::sqrt(squared) <= radii)) return j;
  }
  return rows;
}

}  // namespace

TEST_CASE("the pair sum meets double-double wherever tiles, strips and blocks may end") {
  std::uint64_t seed = 1;
  for (const std::int64_t set : instruction_sets()) {
    hwy::SetSupportedTargetsForTest(set);
    for (const std::size_t students : {1, 5, 6, 7, 47, 48, 49, 95, 97, 191, 192, 193, 251, 258, 288, 385}) {
      const DoubleNetwork network = gaussian(1 + seed % 20, students, 1 + seed % 9, seed);
      ++seed;
      const BallEvaluation plain = pair_sum(network, {true, 1 + static_cast<unsigned>(seed % 3)});
      const BallEvaluation twice = double_double_sum(network, true);
      INFO(students << " students, " << hwy::TargetName(set));
      CHECK(meet(plain.loss.ball, plain.loss.exponent, twice.loss.ball, twice.loss.exponent));
      REQUIRE((plain.gradient && twice.gradient));
      CHECK(first_row_apart(*plain.gradient, *twice.gradient, network.dimension) == students);
      CHECK(meet(plain.gradient->norm, plain.gradient->exponent, twice.gradient->norm,
                 twice.gradient->exponent));
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("the ladder is as narrow as asked at every distance from a minimum") {
  for (const double distance : {1.0, 1e-3, 1e-6, 1e-10, 1e-13}) {
    const BallEvaluation found = evaluate(split(distance), true);
    INFO("distance " << distance);
    CHECK(2 * relative_radius(found.loss.ball) <= 1e-6);
    CHECK(2 * relative_radius(found.gradient->norm) <= 1e-6);
  }
  CHECK(relative_radius(evaluate(split(1e-10), false).loss.ball) < 1e-10);
}

TEST_CASE("the refined evaluation is the narrowest of its formulas") {
  for (const double distance : {1e-2, 1e-6, 1e-11}) {
    const DoubleNetwork network = split(distance);
    const BallEvaluation coarse = coarse_evaluation(network, true);
    const BallEvaluation refined = refined_evaluation(network, coarse, true, 0);
    const auto radius = [](const BallEvaluation& e) {
      return std::ldexp(e.loss.ball.rad, static_cast<int>(e.loss.exponent));
    };
    CHECK(radius(refined) <= radius(coarse));
    CHECK(radius(refined) <= radius(double_double_sum(network, true)));
    if (const auto cluster = cluster_form(network, true)) CHECK(radius(refined) <= radius(*cluster));
  }
}
