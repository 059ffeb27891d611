#include "random.hpp"

#include "real.hpp"

namespace lojacert::search {

double RandomStream::uniform() {
  constexpr double unit = 0x1p-53;
  for (;;) {
    const std::uint64_t bits = engine_() >> 11;
    if (bits != 0) return static_cast<double>(bits) * unit;
  }
}

double RandomStream::normal() {
  const WorkingBits precision(120);
  for (;;) {
    const Real x = Real(2) * Real(uniform()) - 1;
    const Real y = Real(2) * Real(uniform()) - 1;
    const Real square = x * x + y * y;
    if (square >= 1 || square == 0) continue;
    return static_cast<double>(Real(x * sqrt(Real(-2 * log(square) / square))));
  }
}

std::vector<double> RandomStream::normal_rows(std::size_t rows, std::size_t dimension, double scale) {
  std::vector<double> result(rows * dimension);
  for (double& entry : result) entry = normal() * scale;
  return result;
}

}  // namespace lojacert::search
