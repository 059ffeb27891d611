#include "critical_point.hpp"

#include "accurate_loss.hpp"
#include "approximate_landscape.hpp"
#include "random.hpp"
#include "teachers.hpp"

#include <lojacert/exact/error.hpp>

#include <boost/multiprecision/eigen.hpp>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace lojacert::search {

namespace {

constexpr std::uint64_t most_starts = 2000;

/// Plain gradient descent in double until the gradient is small; true where that happened at a loss away from
/// 0. The step: near the teacher the largest Hessian eigenvalue grows like k / (2 pi).
bool descend_to_spurious(ApproximateLandscape<double>& landscape, std::vector<double>& student,
                         std::size_t k) {
  const double step = 1 / (1 + static_cast<double>(k) / 5);
  std::vector<double> gradient(student.size());
  for (int round = 0; round < 400; ++round) {
    double squared_norm = 0;
    for (int n = 0; n < 100; ++n) {
      squared_norm = landscape.gradient(student, gradient);
      for (std::size_t e = 0; e < student.size(); ++e) student[e] -= step * gradient[e];
    }
    if (landscape.loss(student) < 1e-3) return false;
    if (squared_norm < 1e-18) return true;
  }
  return false;
}

std::vector<double> start_rows(std::size_t k, std::uint64_t start, std::uint64_t seed) {
  RandomStream random(seed + start);
  const double scale = start == 0 ? 1e-3 : 1 / std::sqrt(static_cast<double>(k));
  std::vector<double> rows = random.normal_rows(k, k, scale);
  for (std::size_t i = 0; start == 0 && i < k; ++i) rows[i * k + i] += i + 1 == k ? -1.0 : 1.0;
  return rows;
}

Real norm_of(const std::vector<Real>& values) {
  Real square = 0;
  for (const Real& value : values) square += value * value;
  return sqrt(square);
}

}  // namespace

std::vector<double> approximate_hessian_eigenvalues(const Instance& instance) {
  const auto network = approximate_network<double>(instance);
  ApproximateLandscape<double> landscape(network);
  const std::vector<double> hessian = landscape.hessian(network.student);
  const auto size = static_cast<Eigen::Index>(network.student.size());
  const Eigen::Map<const Eigen::MatrixXd> matrix(hessian.data(), size, size);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix, Eigen::EigenvaluesOnly);
  return {solver.eigenvalues().begin(), solver.eigenvalues().end()};
}

void polish_critical_point(Instance& instance, unsigned bits) {
  if (instance.neuron != NeuronForm::unit) throw InputError("neuron: the Newton polish is for unit students");
  const WorkingBits precision(bits + 64);
  using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;
  ApproximateNetwork<Real> network = approximate_network<Real>(instance);
  ApproximateLandscape<Real> landscape(network);
  std::vector<Real>& w = network.student;
  std::vector<Real> gradient(w.size());
  const auto size = static_cast<Eigen::Index>(w.size());
  const Real small = ldexp(Real(1), -static_cast<int>(bits) - 16);
  for (int step = 0; step < 60; ++step) {
    landscape.gradient(w, gradient);
    if (norm_of(gradient) < small) {
      instance.student = exact_rows<Real>(w, instance.dimension(), bits);
      return;
    }
    std::vector<Real> hessian = landscape.hessian(w);
    const Matrix matrix = Eigen::Map<Matrix>(hessian.data(), size, size);
    const Vector move = matrix.partialPivLu().solve(Vector(Eigen::Map<Vector>(gradient.data(), size)));
    for (Eigen::Index e = 0; e < size; ++e) w[static_cast<std::size_t>(e)] -= move[e];
  }
  throw InputError("critical: Newton's method did not converge from this start; try another --seed");
}

CriticalPoint spurious_minimum(std::size_t k, std::uint64_t seed, unsigned bits) {
  if (k < 2) throw InputError("--k: at least 2 neurons are needed");
  Instance instance;
  instance.activation = Activation::relu;
  instance.teacher = orthonormal_rows(k, k);
  ApproximateLandscape<double> landscape(approximate_network<double>(instance));
  for (std::uint64_t start = 0; start < most_starts; ++start) {
    std::vector<double> student = start_rows(k, start, seed);
    if (!descend_to_spurious(landscape, student, k)) continue;
    instance.student = exact_rows<double>(student, k);
    if (!(approximate_hessian_eigenvalues(instance).front() > 1e-8)) continue;
    polish_critical_point(instance, bits);
    const WorkingBits precision(bits + 64);
    auto network = approximate_network<Real>(instance);
    std::vector<Real> gradient(network.student.size());
    ApproximateLandscape<Real>(network).gradient(network.student, gradient);
    return {*instance.student, approximate_accurate_loss(instance), norm_of(gradient),
            approximate_hessian_eigenvalues(instance).front(), start};
  }
  throw InputError("critical: no spurious minimum found for k = " + std::to_string(k) + " in " +
                   std::to_string(most_starts) + " starts; they are known for 6 <= k <= 20");
}

}  // namespace lojacert::search
