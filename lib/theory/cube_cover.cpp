#include <lojacert/theory/cube_cover.hpp>

#include <algorithm>

namespace lojacert {

namespace {

double length(const std::pair<double, double>& range) { return range.second - range.first; }

}  // namespace

double width(const CubeBox& box) {
  double widest = 0;
  for (const auto& range : box.ranges) widest = std::max(widest, length(range));
  return widest;
}

DoubleInterval dot(std::span<const DoubleInterval> u, std::span<const DoubleInterval> v) {
  DoubleInterval sum;
  for (std::size_t l = 0; l < u.size(); ++l) sum += u[l] * v[l];
  return sum;
}

std::array<CubeBox, 2> halves(const CubeBox& box) {
  const auto widest = std::max_element(box.ranges.begin(), box.ranges.end(),
                                       [](const auto& x, const auto& y) { return length(x) < length(y); });
  const auto place = static_cast<std::size_t>(widest - box.ranges.begin());
  const double middle = 0.5 * (widest->first + widest->second);
  std::array<CubeBox, 2> parts{box, box};
  parts[0].ranges[place].second = middle;
  parts[1].ranges[place].first = middle;
  return parts;
}

}  // namespace lojacert
