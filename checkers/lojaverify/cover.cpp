#include "cover.hpp"

#include <cstdio>

namespace lojaverify {

std::vector<Cell> cube_faces(std::size_t n, bool lines) {
  std::vector<Cell> faces;
  for (std::size_t j = 0; j < n; ++j) {
    Cell face{std::vector<double>(n, -1), std::vector<double>(n, 1)};
    face.lo[n - 1] = 0;
    face.lo[j] = 1;
    // v and -v are one line, and the last coordinate's sign is free: a face of the last coordinate needs only
    // one sign of the first.
    if (lines && j == n - 1 && n > 1) face.lo[0] = 0;
    faces.push_back(face);
    if (lines || j == n - 1) continue;
    face.lo[j] = face.hi[j] = -1;
    faces.push_back(face);
  }
  return faces;
}

void set_parameter(const Cell& cell, std::size_t m, Ball& middle, Ball& displacement) {
  arb_set_d(middle.get(), cell.lo[m] + (cell.hi[m] - cell.lo[m]) / 2);
  // The farther end counts, should the middle be rounded.
  Ball low, high;
  arb_set_d(low.get(), cell.lo[m]);
  arb_set_d(high.get(), cell.hi[m]);
  arb_zero(displacement.get());
  if (cell.lo[m] == cell.hi[m]) return;
  arb_sub(low.get(), middle.get(), low.get(), 64);
  arb_sub(high.get(), high.get(), middle.get(), 64);
  arb_max(high.get(), high.get(), low.get(), 64);
  arb_add_error(displacement.get(), high.get());
}

void Patch::set(const Cell& cell, std::size_t first, slong bits) {
  const std::size_t n = cell.lo.size() - first;
  centre.resize(n);
  box.resize(n);
  displacement.resize(n);
  Ball length, box_length, half;  // squared
  for (std::size_t m = 0; m < n; ++m) {
    set_parameter(cell, first + m, centre[m], displacement[m]);
    box[m] = add(centre[m], displacement[m], bits);
    length = add(length, square(centre[m], bits), bits);
    box_length = add(box_length, square(box[m], bits), bits);
    half = add(half, square(displacement[m], bits), bits);
  }
  const Ball inverse = made<Ball>(arb_rsqrt, length, bits);
  inverse_length = made<Ball>(arb_rsqrt, box_length, bits);
  arc = magnitude_upper(mul(root(half, bits), inverse_length, bits), bits);
  for (std::size_t m = 0; m < n; ++m) {
    arb_mul(centre[m].get(), centre[m].get(), inverse.get(), bits);
    arb_mul(box[m].get(), box[m].get(), inverse_length.get(), bits);
  }
}

std::string shown(const Ball& x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", arf_get_d(arb_midref(x.get()), ARF_RND_NEAR));
  return text;
}

std::string shown(std::span<const Ball> x) {
  std::string text;
  for (const Ball& entry : x) text += (text.empty() ? "(" : ", ") + shown(entry);
  return text + ')';
}

}  // namespace lojaverify
