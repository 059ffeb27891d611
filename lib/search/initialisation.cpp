#include "initialisation.hpp"

#include "approximate_landscape.hpp"
#include "nonnegative_least_squares.hpp"
#include "random.hpp"

#include <lojacert/exact/error.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace lojacert::search {

double approximate_kernel(Activation activation, const double* u, const double* v, std::size_t dimension) {
  double dot = 0;
  double uu = 0;
  double vv = 0;
  for (std::size_t k = 0; k < dimension; ++k) {
    dot += u[k] * v[k];
    uu += u[k] * u[k];
    vv += v[k] * v[k];
  }
  double gap = 0;  // |u|^2 |v|^2 sin^2 = |u|^2 |v - (u.v/|u|^2) u|^2
  for (std::size_t k = 0; uu > 0 && k < dimension; ++k) gap += std::pow(v[k] - dot / uu * u[k], 2);
  const double angle = std::atan2(std::sqrt(uu * gap), std::abs(dot));
  const double h = 2 / std::numbers::pi * std::sqrt(uu * vv) * approximate_h(angle);
  switch (activation) {
    case Activation::abs:
      return std::abs(dot) + h;
    case Activation::relu:
      return (std::abs(dot) + h) / 4 + dot / 4;
    case Activation::relu_linear:
      break;
  }
  return (std::abs(dot) + h) / 4;
}

namespace {

std::vector<double> random_directions(std::size_t count, std::size_t d, std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<double> directions = random.normal_rows(count, d, 1);
  for (std::size_t j = 0; j < count; ++j) {
    double square = 0;
    for (std::size_t k = 0; k < d; ++k) square += directions[j * d + k] * directions[j * d + k];
    for (std::size_t k = 0; k < d; ++k) directions[j * d + k] /= std::sqrt(square);
  }
  return directions;
}

std::vector<double> masses(const ApproximateNetwork<double>& network, const std::vector<double>& directions) {
  const std::size_t d = network.dimension;
  const std::size_t count = directions.size() / d;
  std::vector<double> a(count * count);
  std::vector<double> b(count, 0.0);
  for (std::size_t j = 0; j < count; ++j) {
    for (std::size_t k = 0; k <= j; ++k)
      a[j * count + k] = a[k * count + j] =
          approximate_kernel(network.activation, &directions[j * d], &directions[k * d], d);
    for (std::size_t i = 0; i < network.teacher_count(); ++i)
      b[j] += approximate_kernel(network.activation, &directions[j * d], &network.teacher[i * d], d);
  }
  return nonnegative_minimiser(a, b);
}

}  // namespace

Initialisation initialise(const Instance& instance, std::size_t count, std::uint64_t seed) {
  if (count == 0) throw InputError("--m: at least one direction is needed");
  const ApproximateNetwork<double> network = approximate_network<double>(instance);
  const std::size_t d = network.dimension;
  const std::vector<double> directions = random_directions(count, d, seed);
  const std::vector<double> mass = masses(network, directions);
  std::vector<double> effective;
  for (std::size_t j = 0; j < count; ++j)
    for (std::size_t k = 0; mass[j] > 0 && k < d; ++k) effective.push_back(mass[j] * directions[j * d + k]);
  if (effective.empty())
    throw InputError("init: no direction got a positive mass; draw more (--m) or another --seed");
  const std::vector<double> rows = rows_of_effective<double>(effective, d, network.neuron);
  return {exact_rows<double>(rows, d), count - rows.size() / d};
}

}  // namespace lojacert::search
