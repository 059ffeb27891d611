#pragma once
// Proofs by covering: a condition on every point of a union of boxes is shown on boxes that are split until
// it is, and directions are the points v/|v| of the faces of a cube.

#include <string>
#include <vector>

#include "kernel.hpp"
#include "linear.hpp"

namespace lojaverify {

/// A box with ends that are exact. Sides of width 0 are no parameters.
struct Cell {
  std::vector<double> lo, hi;
};

enum class Outcome { holds, fails, open };

/// Why a condition is not shown: it certainly fails (somewhere), or no subdivision allowed decides it.
struct Shortfall {
  bool certain = false;
  std::string text;
};

constexpr double smallest_cell = 1e-7;
constexpr std::size_t most_cells = 3'000'000;

/// Nothing where check(cell, text) holds on a subdivision of the cells; `count` is raised by its size.
template <typename Check>
std::optional<Shortfall> cover(std::vector<Cell> open, Check check, std::size_t& count,
                               const Deadline& deadline) {
  std::string text;
  for (std::size_t visited = 0; !open.empty(); ++visited) {
    if (visited % 64 == 0) deadline.check();
    Cell cell = std::move(open.back());
    open.pop_back();
    const Outcome outcome = check(cell, text);
    if (outcome == Outcome::fails) return Shortfall{true, text};
    if (outcome == Outcome::holds) {
      ++count;
      continue;
    }
    std::size_t widest = 0;
    const auto width = [&](std::size_t m) { return cell.hi[m] - cell.lo[m]; };
    for (std::size_t m = 1; m < cell.lo.size(); ++m) {
      if (width(m) > width(widest)) widest = m;
    }
    if (width(widest) < smallest_cell || visited > most_cells) return Shortfall{false, text};
    const double middle = cell.lo[widest] + width(widest) / 2;
    open.push_back(cell);
    open.back().hi[widest] = middle;
    cell.lo[widest] = middle;
    open.push_back(std::move(cell));
  }
  return {};
}

/// The faces of the cube of dimension n that meet the directions with last coordinate >= 0; with `lines`,
/// those of a direction of every line.
[[nodiscard]] std::vector<Cell> cube_faces(std::size_t n, bool lines);

/// The directions v/|v| of a cell on a face of the cube, along the segments from its centre.
struct Patch {
  /// The parameters of `cell` from `first` on are v.
  void set(const Cell& cell, std::size_t first, slong bits);

  Vector centre, box;   // v/|v| at the centre and over the cell
  Vector displacement;  // v_m - centre_m, an interval around 0
  Ball inverse_length;  // 1/|v| over the cell
  Ball arc;             // no direction is farther from the centre's than this angle
};

/// [mid - half, mid + half] for the parameter m of the cell; its middle and displacement.
void set_parameter(const Cell& cell, std::size_t m, Ball& middle, Ball& displacement);

/// x widened by the largest |radius|.
inline Ball widened(Ball x, const Ball& radius) {
  arb_add_error(x.get(), radius.get());
  return x;
}

/// "(0.25, -0.5)": the middles.
[[nodiscard]] std::string shown(std::span<const Ball> x);
[[nodiscard]] std::string shown(const Ball& x);

}  // namespace lojaverify
