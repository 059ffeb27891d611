#include "teachers.hpp"

#include "real.hpp"

#include <lojacert/exact/error.hpp>

#include <string>

namespace lojacert::search {

ExactMatrix orthonormal_rows(std::size_t r, std::size_t d) {
  if (r < 1 || r > d) {
    throw InputError("orthonormal: " + std::to_string(r) + " orthonormal vectors do not fit in dimension " +
                     std::to_string(d) + "; choose 1 <= r <= d");
  }
  ExactMatrix rows(d);
  for (std::size_t i = 0; i < r; ++i)
    for (std::size_t k = 0; k < d; ++k) rows.append(Rational(i == k ? 1 : 0));
  return rows;
}

namespace {

/// Appends the rational point of the circle next to `angle` in (-pi/2, pi/2], or its negative where
/// `opposite`.
void append_point(ExactMatrix& rows, const Real& angle, bool opposite, std::uint64_t denominator) {
  const Real slope = tan(Real(angle / 2)) * Real(denominator);
  const Rational s = Rational(exact_value(Real(round(slope))) / Rational(denominator));
  const Rational norm = 1 + s * s;
  const Rational sign(opposite ? -1 : 1);
  rows.append(Rational(sign * (1 - s * s) / norm));
  rows.append(Rational(sign * 2 * s / norm));
}

}  // namespace

ExactMatrix polygon_rows(std::size_t r, bool half_turn, std::uint64_t denominator) {
  if (r < 1) throw InputError("polygon: r must be at least 1");
  if (denominator < 1) throw InputError("polygon: the denominator must be at least 1");
  const WorkingBits precision(192);
  const Real turn = half_turn ? pi<Real>() : Real(2 * pi<Real>());
  const Real quarter = pi<Real>() / 2;
  ExactMatrix rows(2);
  for (std::size_t i = 0; i < r; ++i) {
    Real angle = turn * Real(i) / Real(r);
    bool opposite = false;
    if (angle > 3 * quarter) {
      angle -= 4 * quarter;
    } else if (angle > quarter) {
      angle -= 2 * quarter;
      opposite = true;
    }
    append_point(rows, angle, opposite, denominator);
  }
  return rows;
}

}  // namespace lojacert::search
