#include <lojacert/ball/residual_sum.hpp>

#include <cmath>

namespace lojacert::ball {

namespace {

/// a + b with a relative error below 3.1 * 2^-106 (Joldes, Muller, Popescu, ACM TOMS 44, 2017, algorithm 6).
TwoParts sum_of(const TwoParts& a, const TwoParts& b) {
  const auto renormalised = [](double high, double low) {
    const double sum = high + low;
    return TwoParts{sum, low - (sum - high)};
  };
  const TwoParts high = two_sum(a.high, b.high);
  const TwoParts low = two_sum(a.low, b.low);
  const TwoParts first = renormalised(high.high, high.low + low.high);
  return renormalised(first.high, first.low + low.low);
}

}  // namespace

TwoParts accurate_length(std::span<const double> row) {
  TwoParts squared;
  for (const double entry : row) squared = sum_of(squared, two_product(entry, entry));
  const double root = std::sqrt(squared.high);
  const TwoParts square = two_product(root, root);
  const double rest = ((squared.high - square.high) - square.low) + squared.low;
  return {root, rest / (2 * root)};
}

void ResidualSum::add_to_low(std::size_t k, double value) {
  const TwoParts sum = two_sum(low_[k], value);
  low_[k] = sum.high;
  lowest_[k] += sum.low;
}

void ResidualSum::add(std::span<const double> row, double factor, UpperBound mass) {
  for (std::size_t k = 0; k < row.size(); ++k) {
    const TwoParts sum = two_sum(high_[k], factor * row[k]);
    high_[k] = sum.high;
    add_to_low(k, sum.low);
  }
  ++count_;
  mass_ += mass;
}

void ResidualSum::add(std::span<const double> row, double factor, const TwoParts& length, UpperBound mass) {
  for (std::size_t k = 0; k < row.size(); ++k) {
    const TwoParts product = two_product(row[k], length.high);
    const double tail = product.low + row[k] * length.low;
    const TwoParts sum = two_sum(high_[k], factor * product.high);
    high_[k] = sum.high;
    add_to_low(k, sum.low);
    add_to_low(k, factor * tail);
  }
  ++count_;
  mass_ += mass;
  mass_with_length_ += mass;
}

UpperBound ResidualSum::round_to(std::span<double> sum) const {
  double squared = 0;
  double squared_rest = 0;
  for (std::size_t k = 0; k < sum.size(); ++k) {
    const TwoParts first = two_sum(high_[k], low_[k]);
    const double rest = first.low + lowest_[k];
    sum[k] = first.high + rest;
    squared += sum[k] * sum[k];
    squared_rest += rest * rest;
  }
  const double n = static_cast<double>(count_);
  const double d = static_cast<double>(sum.size());
  const auto length = [&](double square) {
    return square_root(UpperBound(square) * UpperBound(1 + (d + 4) * 0x1p-52) + UpperBound(1e-290));
  };
  return UpperBound(4 * n * n * (n + 3) * 0x1.001p-159) * mass_ +
         UpperBound((2 * d + 40) * 0x1.001p-106) * mass_with_length_ +
         UpperBound(0x1p-53) * (length(squared) + length(squared_rest)) + UpperBound(1e-290);
}

}  // namespace lojacert::ball
