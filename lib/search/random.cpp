#include "random.hpp"

#include "real.hpp"

#include <cmath>

namespace lojacert::search {

namespace {

constexpr unsigned disc_bits = 120;  // x^2 + y^2 is exact: x and y are multiples of 2^-52

/// x^2 + y^2 < 1, decided exactly.
bool inside_disc(const DiscPoint& point) {
  const double square = point.x * point.x + point.y * point.y;
  if (std::abs(square - 1) > 1e-12) return square < 1;
  const WorkingBits precision(disc_bits);
  const Real x = point.x;
  const Real y = point.y;
  return x * x + y * y < 1;
}

}  // namespace

double normal_of(const DiscPoint& point) {
  const WorkingBits precision(disc_bits);
  const Real x = point.x;
  const Real y = point.y;
  const Real square = x * x + y * y;
  return static_cast<double>(Real(x * sqrt(Real(-2 * log(square) / square))));
}

double roughly_normal_of(const DiscPoint& point) {
  const double square = point.x * point.x + point.y * point.y;
  return point.x * std::sqrt(-2 * std::log(square) / square);
}

double RandomStream::uniform() {
  constexpr double unit = 0x1p-53;
  for (;;) {
    const std::uint64_t bits = engine_() >> 11;
    if (bits != 0) return static_cast<double>(bits) * unit;
  }
}

DiscPoint RandomStream::disc_point() {
  for (;;) {
    const double x = 2 * uniform() - 1;  // exact: a multiple of 2^-52
    const double y = 2 * uniform() - 1;
    const DiscPoint point{x, y};
    if (inside_disc(point) && (x != 0 || y != 0)) return point;
  }
}

std::vector<double> RandomStream::normal_rows(std::size_t rows, std::size_t dimension, double scale) {
  std::vector<double> result(rows * dimension);
  for (double& entry : result) entry = normal() * scale;
  return result;
}

}  // namespace lojacert::search
