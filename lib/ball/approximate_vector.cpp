#include <lojacert/ball/approximate_vector.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lojacert::ball {

ApproximateVector approximate_vector(std::span<const double> entries, UpperBound error) {
  const UpperBound squared = UpperBound(computed_product(entries, entries)) *
                             (UpperBound(1) + UpperBound(2) * roundings(entries.size()));
  return {entries, square_root(squared + UpperBound(1e-290)), error};
}

double computed_product(std::span<const double> x, std::span<const double> y) {
  double even = 0, odd = 0;
  double even_too = 0, odd_too = 0;
  std::size_t k = 0;
  for (; k + 4 <= x.size(); k += 4) {
    even += x[k] * y[k];
    odd += x[k + 1] * y[k + 1];
    even_too += x[k + 2] * y[k + 2];
    odd_too += x[k + 3] * y[k + 3];
  }
  double sum = (even + even_too) + (odd + odd_too);
  for (; k < x.size(); ++k) sum += x[k] * y[k];
  return sum;
}

DoubleInterval within(double computed, UpperBound error) {
  if (!std::isfinite(computed) || !std::isfinite(error.value())) return DoubleInterval::whole_line();
  return DoubleInterval(computed) + DoubleInterval::between(-error.value(), error.value());
}

UpperBound radius(const DoubleInterval& x) {
  const double middle = x.midpoint();
  return UpperBound(std::max(x.sup() - middle, middle - x.inf())) * UpperBound(1);
}

DoubleInterval inner_product(const ApproximateVector& x, const ApproximateVector& y) {
  // Six roundings in sums and products of numbers >= 0, made good by one factor.
  const double relative = roundings(x.entries.size()).value();
  const double error = (relative * x.length.value() + x.error.value()) * y.length.value() +
                       (x.length.value() + x.error.value()) * y.error.value();
  return within(computed_product(x.entries, y.entries),
                UpperBound(error * (1 + 0x1p-48)) + UpperBound(1e-290));
}

DoubleInterval length_of(const ApproximateVector& x) {
  const ApproximateVector computed{x.entries, x.length, UpperBound()};
  const DoubleInterval length = sqrt_nonnegative(inner_product(computed, computed)) + within(0, x.error);
  return DoubleInterval::between(std::max(length.inf(), 0.0), length.sup());
}

void VectorSum::add(const DoubleInterval& coefficient, const ApproximateVector& x) {
  const double factor = coefficient.midpoint();
  if (!std::isfinite(factor)) {
    add_error(UpperBound(std::numeric_limits<double>::infinity()));
    return;
  }
  for (std::size_t k = 0; k < sum_.size(); ++k) sum_[k] += factor * x.entries[k];
  const double spread = std::max(coefficient.sup() - factor, factor - coefficient.inf());
  error_ += spread * (x.length.value() + x.error.value()) + std::fabs(factor) * x.error.value();
  magnitude_ += std::fabs(factor) * x.length.value();
  ++terms_;
}

}  // namespace lojacert::ball
