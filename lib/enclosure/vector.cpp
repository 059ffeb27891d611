#include <lojacert/enclosure/vector.hpp>

namespace lojacert {

Interval inner_product(std::span<const Interval> u, std::span<const Interval> v, Bits bits) {
  Interval sum = Interval::zero(bits);
  for (std::size_t k = 0; k < u.size(); ++k) sum.add_product(u[k], v[k]);
  return sum;
}

Interval squared_length(std::span<const Interval> u, Bits bits) {
  Interval sum = Interval::zero(bits);
  for (const Interval& entry : u) sum += sqr(entry);
  return sum;
}

}  // namespace lojacert
