#include <lojacert/enclosure/vector.hpp>

namespace lojacert {

std::vector<Interval> interval_row(const ExactMatrix& rows, std::size_t i, Bits bits) {
  std::vector<Interval> row;
  for (std::size_t k = 0; k < rows.cols(); ++k) row.push_back(Interval::from(rows.at(i, k), bits));
  return row;
}

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

Interval smallest(std::span<const Interval> numbers) {
  Interval inf = numbers.front().lower_end();
  Interval sup = numbers.front().upper_end();
  for (const Interval& x : numbers) {
    if (!x.is_finite()) return Interval::exact(1L, x.precision()) / Interval::zero(x.precision());
    if (certainly_less(x.lower_end(), inf)) inf = x.lower_end();
    if (certainly_less(x.upper_end(), sup)) sup = x.upper_end();
  }
  return hull(inf, sup);
}

}  // namespace lojacert
