#include "double_double.hpp"

#include "real.hpp"

#include <array>

namespace lojacert::search {

namespace {

DoubleDouble from_real(const Real& value) {
  const auto high = value.convert_to<double>();
  return {high, Real(value - high).convert_to<double>()};
}

constexpr int cells = 64;
constexpr int terms = 9;  // (1/128)^(2*9) < 2^-125

struct Table {
  std::array<DoubleDouble, cells + 1> arctangents;
  std::array<DoubleDouble, terms> inverse_odd;
  DoubleDouble pi;

  Table() {
    const search::WorkingBits precision(200);
    for (int k = 0; k <= cells; ++k) {
      arctangents[static_cast<std::size_t>(k)] = from_real(atan(Real(k) / cells));
    }
    for (int n = 0; n < terms; ++n) {
      inverse_odd[static_cast<std::size_t>(n)] = from_real(Real(n % 2 == 0 ? 1 : -1) / (2 * n + 1));
    }
    pi = from_real(Real(4 * atan(Real(1))));
  }
};

const Table& table() {
  static const Table made;
  return made;
}

}  // namespace

DoubleDouble arctangent(const DoubleDouble& z) {
  const Table& constants = table();
  const double nearest = std::nearbyint(z.hi * cells);
  const DoubleDouble centre = nearest / cells;
  const DoubleDouble w = nearest == 0 ? z : (z - centre) / (DoubleDouble(1) + z * centre);
  const DoubleDouble square = w * w;
  DoubleDouble sum;
  for (std::size_t n = terms; n-- > 0;) sum = constants.inverse_odd[n] + square * sum;
  return constants.arctangents[static_cast<std::size_t>(nearest)] + w * sum;
}

const DoubleDouble& double_double_pi() { return table().pi; }

}  // namespace lojacert::search
