#include "initialisation.hpp"

#include "approximate_landscape.hpp"
#include "nearest_directions.hpp"
#include "nonnegative_least_squares.hpp"
#include "real.hpp"

#include <lojacert/exact/error.hpp>

#include <vector>

namespace lojacert::search {

namespace {

/// Lines of doubles are at an angle t of about 2^-54 or more, and kernels of lines that close leave the
/// matrix of the least squares an eigenvalue of about t^3: 2^-162.
constexpr unsigned least_squares_bits = 320;

/// E sigma(u.x) sigma(v.x) for the activation (relu+linear: after the linear part is minimised away, a
/// quarter of abs).
template <class S>
S approximate_kernel(Activation activation, const S* u, const S* v, std::size_t dimension) {
  using std::abs;
  using std::atan2;
  using std::sqrt;
  S dot(0);
  S uu(0);
  S vv(0);
  for (std::size_t k = 0; k < dimension; ++k) {
    dot += u[k] * v[k];
    uu += u[k] * u[k];
    vv += v[k] * v[k];
  }
  S gap(0);  // |u|^2 |v|^2 sin^2 = |u|^2 |v - (u.v/|u|^2) u|^2
  for (std::size_t k = 0; uu > S(0) && k < dimension; ++k) {
    const S across = v[k] - dot / uu * u[k];
    gap += across * across;
  }
  const S angle = atan2(S(sqrt(S(uu * gap))), S(abs(dot)));
  const S h = S(2) / pi<S>() * sqrt(S(uu * vv)) * approximate_h(angle);
  switch (activation) {
    case Activation::abs:
      return abs(dot) + h;
    case Activation::relu:
      return (abs(dot) + h) / S(4) + dot / S(4);
    case Activation::relu_linear:
      break;
  }
  return (abs(dot) + h) / S(4);
}

/// The least squares for unit vectors in these directions: A and b of their normal equations.
template <class S>
struct LeastSquares {
  std::vector<S> a;
  std::vector<S> b;

  LeastSquares(const ApproximateNetwork<S>& network, const std::vector<S>& directions) {
    const std::size_t d = network.dimension;
    const std::size_t count = directions.size() / d;
    a.resize(count * count);
    b.assign(count, S(0));
    for (std::size_t j = 0; j < count; ++j) {
      for (std::size_t k = 0; k <= j; ++k)
        a[j * count + k] = a[k * count + j] =
            approximate_kernel(network.activation, &directions[j * d], &directions[k * d], d);
      for (std::size_t i = 0; i < network.teacher_count(); ++i)
        b[j] += approximate_kernel(network.activation, &directions[j * d], &network.teacher[i * d], d);
    }
  }
};

/// The rows mass_j b_j with positive masses, in the neuron form.
template <class S>
Initialisation with_masses(const ApproximateNetwork<S>& network, const std::vector<S>& directions,
                           const std::vector<S>& masses, std::uint64_t drawn) {
  constexpr unsigned double_bits = 53;
  const std::size_t d = network.dimension;
  std::vector<S> effective;
  for (std::size_t j = 0; j < masses.size(); ++j)
    for (std::size_t k = 0; masses[j] > S(0) && k < d; ++k)
      effective.push_back(masses[j] * directions[j * d + k]);
  if (effective.empty())
    throw InputError("init: no direction got a positive mass; draw more (--m) or another --seed");
  const std::vector<S> rows = rows_of_effective<S>(effective, d, network.neuron);
  return {exact_rows<S>(rows, d, double_bits), drawn - rows.size() / d};
}

void check(std::uint64_t count) {
  if (count == 0) throw InputError("--m: at least one direction is needed");
}

}  // namespace

Initialisation initialise(const Instance& instance, std::uint64_t count, std::uint64_t seed) {
  check(count);
  const ApproximateNetwork<double> network = approximate_network<double>(instance);
  const std::vector<double> directions = random_directions(count, network.dimension, seed);
  const LeastSquares<double> problem(network, directions);
  return with_masses(network, directions, nonnegative_minimiser<double>(problem.a, problem.b), count);
}

Initialisation initialise_near_teachers(const Instance& instance, std::uint64_t count, std::size_t keep,
                                        std::uint64_t seed) {
  check(count);
  if (keep == 0) throw InputError("--keep: at least one direction a teacher is needed");
  const std::vector<double> nearest =
      nearest_random_directions(approximate_network<double>(instance), count, keep, seed);
  const WorkingBits precision(least_squares_bits);
  const ApproximateNetwork<Real> network = approximate_network<Real>(instance);
  const std::vector<Real> directions(nearest.begin(), nearest.end());
  const LeastSquares<Real> problem(network, directions);
  const Real tolerance = ldexp(Real(1), 32 - static_cast<int>(least_squares_bits));
  return with_masses(network, directions, nonnegative_minimiser<Real>(problem.a, problem.b, tolerance),
                     count);
}

}  // namespace lojacert::search
