// The smallest eigenvalue: a plain Cholesky factorisation, one certified bound, both bounds from nothing.

#include <lojacert/linalg/eigenvalue_bounds.hpp>

#include <benchmark/benchmark.h>
#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <random>
#include <stdexcept>

using namespace lojacert;

namespace {

/// X X^T / 2n for a matrix X of n x 2n normal numbers: its smallest eigenvalue is near (1 - sqrt(1/2))^2 =
/// 0.086.
SymmetricBalls random_matrix(std::size_t size) {
  const auto n = static_cast<Eigen::Index>(size);
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  const Eigen::MatrixXd x = Eigen::MatrixXd::NullaryExpr(n, 2 * n, [&] { return normal(random); });
  SymmetricBalls result{size, std::vector<double>(size * size), {}};
  Eigen::Map<Eigen::MatrixXd> a(result.mid.data(), n, n);
  a = x * x.transpose() / static_cast<double>(2 * n);
  a.triangularView<Eigen::StrictlyUpper>() = a.transpose();
  return result;
}

void plain_llt(benchmark::State& state) {
  const SymmetricBalls matrix = random_matrix(static_cast<std::size_t>(state.range(0)));
  const Eigen::Map<const Eigen::MatrixXd> a(matrix.mid.data(), state.range(0), state.range(0));
  Eigen::LLT<Eigen::MatrixXd> factor(state.range(0));
  for (auto _ : state) {
    factor.compute(a);
    benchmark::DoNotOptimize(factor.info());
  }
}

void given_shift(benchmark::State& state) {
  const SymmetricBalls matrix = random_matrix(static_cast<std::size_t>(state.range(0)));
  const double shift = 0.99 * smallest_eigenvalue_bounds(matrix).lower;
  for (auto _ : state) {
    const auto lower = smallest_eigenvalue_lower(matrix, shift);
    if (!lower) throw std::logic_error("the shift is not certified");
    benchmark::DoNotOptimize(*lower);
  }
}

void all(benchmark::State& state) {
  const SymmetricBalls matrix = random_matrix(static_cast<std::size_t>(state.range(0)));
  EigenvalueBounds bounds;
  for (auto _ : state) {
    bounds = smallest_eigenvalue_bounds(matrix);
    benchmark::DoNotOptimize(bounds);
  }
  state.counters["upper"] = bounds.upper;
  state.counters["gap"] = bounds.upper - bounds.lower;
}

BENCHMARK(plain_llt)
    ->Name("lambda_min/plain_llt")
    ->Unit(benchmark::kMicrosecond)
    ->Arg(100)
    ->Arg(300)
    ->Arg(1000);
BENCHMARK(given_shift)
    ->Name("lambda_min/given_shift")
    ->Unit(benchmark::kMicrosecond)
    ->Arg(100)
    ->Arg(300)
    ->Arg(1000);
BENCHMARK(all)->Name("lambda_min/all")->Unit(benchmark::kMicrosecond)->Arg(100)->Arg(300)->Arg(1000);

}  // namespace
