#include <lojacert/ball/double_double_rows.hpp>

// One machine code for each of: plain instructions, AVX2, AVX-512. Fewer targets, less to compile and to
// test.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lojacert/ball/double_double_rows.cpp"
#include <hwy/foreach_target.h>

#include <lojacert/ball/double_double-inl.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

// Bounds: docs/numerics/double-double.md, sections 5 to 7.
HWY_BEFORE_NAMESPACE();
namespace lojacert::ball::double_double::HWY_NAMESPACE {

constexpr std::size_t block = 8;         // products in a ShortSum
constexpr std::size_t rows_at_once = 4;  // independent sums that fill the pipelines

std::size_t lanes() { return hn::Lanes(Lanes()); }

HWY_INLINE Pair load(const DoubleDoubles& numbers, std::size_t i) {
  return load(&numbers.high[i], &numbers.low[i]);
}
HWY_INLINE void store(const Pair& a, DoubleDoubles& numbers, std::size_t i) {
  store(a, &numbers.high[i], &numbers.low[i]);
}
HWY_INLINE Pair broadcast(const DoubleDoubles& numbers, std::size_t i) {
  return all(numbers.high[i], numbers.low[i]);
}

/// The sum of the lanes.
HWY_INLINE DoubleDouble sum_of_lanes(const Pair& a) {
  HWY_ALIGN double high[padding], low[padding];
  store(a, high, low);
  LongSum sum;
  for (std::size_t i = 0; i < lanes(); ++i) sum.add_pair(all(high[i], low[i]));
  const Pair total = sum.value();
  return {hn::GetLane(total.high), hn::GetLane(total.low)};
}

/// <x_g, x_h> in lane h - first for each of the vectors g whose rows are given.
template <std::size_t count>
HWY_INLINE std::array<Pair, count> dot_products(const std::array<const double*, count>& rows,
                                                const PackedVectors& vectors, std::size_t first) {
  const std::size_t stride = padded(vectors.count);
  const double* column = &vectors.columns[first];
  LongSum sums[count];
  for (std::size_t begin = 0; begin < vectors.dimension; begin += block) {
    const std::size_t end = std::min(begin + block, vectors.dimension);
    ShortSum parts[count];
    Vector entry = hn::Load(Lanes(), column + begin * stride);
    for (std::size_t r = 0; r < count; ++r) parts[r].start(all(rows[r][begin]), entry);
    for (std::size_t k = begin + 1; k < end; ++k) {
      entry = hn::Load(Lanes(), column + k * stride);
      for (std::size_t r = 0; r < count; ++r) parts[r].add_product(all(rows[r][k]), entry);
    }
    for (std::size_t r = 0; r < count; ++r) sums[r].add_pair({parts[r].high, parts[r].low});
  }
  std::array<Pair, count> result;
  for (std::size_t r = 0; r < count; ++r) result[r] = sums[r].value();
  return result;
}

/// |x_h|^2 in lane h - first.
HWY_INLINE Pair squared_norms(const PackedVectors& vectors, std::size_t first) {
  const std::size_t stride = padded(vectors.count);
  LongSum sum;
  for (std::size_t begin = 0; begin < vectors.dimension; begin += block) {
    const std::size_t end = std::min(begin + block, vectors.dimension);
    ShortSum part;
    Vector entry = hn::Load(Lanes(), &vectors.columns[begin * stride + first]);
    part.start(entry, entry);
    for (std::size_t k = begin + 1; k < end; ++k) {
      entry = hn::Load(Lanes(), &vectors.columns[k * stride + first]);
      part.add_product(entry, entry);
    }
    sum.add_pair({part.high, part.low});
  }
  return sum.value();
}

Lengths lengths_of(const PackedVectors& vectors) {
  const std::size_t size = padded(vectors.count);
  Lengths lengths{DoubleDoubles(size), DoubleDoubles(size), DoubleDoubles(size)};
  for (std::size_t first = 0; first < size; first += lanes()) {
    Pair squared = squared_norms(vectors, first);
    const Mask used = hn::Gt(squared.high, hn::Zero(Lanes()));
    squared = if_then_else(used, squared, all(1, 0));
    const Pair inverse = inverse_square_root(squared);
    const Pair zero = all(0, 0);
    store(if_then_else(used, squared, zero), lengths.squared, first);
    store(if_then_else(used, inverse, zero), lengths.inverse, first);
    store(if_then_else(used, multiply(squared, inverse), zero), lengths.length, first);
  }
  return lengths;
}

/// sum_h coefficient_h x_h, entries k ... k + lanes - 1.
HWY_INLINE Pair combination(const PackedVectors& vectors, const DoubleDoubles& coefficients, std::size_t k) {
  const std::size_t stride = padded(vectors.dimension);
  LongSum sum;
  for (std::size_t begin = 0; begin < vectors.count; begin += block) {
    const std::size_t end = std::min(begin + block, vectors.count);
    ShortSum part;
    part.start(broadcast(coefficients, begin), hn::Load(Lanes(), &vectors.rows[begin * stride + k]));
    for (std::size_t h = begin + 1; h < end; ++h) {
      part.add_product(broadcast(coefficients, h), hn::Load(Lanes(), &vectors.rows[h * stride + k]));
    }
    sum.add_pair({part.high, part.low});
  }
  return sum.value();
}

OddSum odd_sum_of(const PackedVectors& vectors, const Weights& weights) {
  OddSum odd{DoubleDoubles(padded(vectors.dimension)), {}};
  LongSum squares;
  for (std::size_t k = 0; k < padded(vectors.dimension); k += lanes()) {
    const Pair entries = combination(vectors, weights.direction, k);
    store(entries, odd.vector, k);
    squares.add_pair(multiply(entries, entries));
  }
  odd.squared_norm = sum_of_lanes(squares.value());
  return odd;
}

/// The cosines of x_g, ..., x_{g + count - 1} with all x_h from h = first on.
template <std::size_t count>
void fill_cosines(const PackedVectors& vectors, const Lengths& lengths, std::size_t g, std::size_t first,
                  std::span<DoubleDoubles> cosines) {
  std::array<const double*, count> rows;
  for (std::size_t r = 0; r < count; ++r) rows[r] = &vectors.rows[(g + r) * padded(vectors.dimension)];
  for (std::size_t h = first; h < padded(vectors.count); h += lanes()) {
    const std::array<Pair, count> dots = dot_products<count>(rows, vectors, h);
    const Pair inverse = load(lengths.inverse, h);
    for (std::size_t r = 0; r < count; ++r) {
      store(multiply(multiply(dots[r], inverse), broadcast(lengths.inverse, g + r)), cosines[r], h);
    }
  }
}

/// Which columns of the matrix of pairs a row takes: those from `once` on, and those from `twice` on double,
/// for the transposed entries.
struct Columns {
  std::size_t once;
  std::size_t twice;
};

HWY_INLINE Vector multiplicity(const Columns& columns, std::size_t h) {
  const Vector index = hn::Iota(Lanes(), static_cast<double>(h));
  const Vector one = all(1);
  const Vector first = hn::IfThenElseZero(hn::Ge(index, all(static_cast<double>(columns.once))), one);
  return hn::Add(first, hn::IfThenElseZero(hn::Ge(index, all(static_cast<double>(columns.twice))), one));
}

HWY_INLINE Pair scaled(const Pair& a, Vector power_of_two) {
  return {hn::Mul(a.high, power_of_two), hn::Mul(a.low, power_of_two)};
}

/// Evaluates rows of the sum over pairs; keeps the space that they need.
class PairRows {
 public:
  PairRows(const PackedVectors& vectors, const Lengths& lengths, const Weights& weights)
      : vectors_(vectors),
        lengths_(lengths),
        weights_(weights),
        cosines_(rows_at_once, DoubleDoubles(padded(vectors.count))),
        coefficients_(padded(vectors.count)) {}

  /// Prepares the rows g, ..., g + rows_at_once - 1, as far as there are so many, from column `first` on.
  std::size_t prepare(std::size_t g, std::size_t end, std::size_t first) {
    if (g + rows_at_once <= end) {
      fill_cosines<rows_at_once>(vectors_, lengths_, g, first, cosines_);
      return rows_at_once;
    }
    fill_cosines<1>(vectors_, lengths_, g, first, cosines_);
    return 1;
  }

  /// pi/2 times row g of the loss, cosines in `slot`.
  void add_loss(std::size_t g, std::size_t slot, const Columns& columns) {
    LongSum row;
    for (std::size_t h = columns.once / lanes() * lanes(); h < padded(vectors_.count); h += lanes()) {
      const Kernel kernel = kernel_of(load(cosines_[slot], h));
      row.add_pair(scaled(multiply(kernel.value, load(weights_.mass, h)), multiplicity(columns, h)));
    }
    add_row(row, g);
  }

  /// The same for all columns, and pi/2 times E[R(x) sign(x_g.x) x].
  void add_loss_and_gradient(std::size_t g, std::size_t slot, const Columns& columns,
                             const DoubleDoubles* shift, double* gradient) {
    LongSum row, sines;
    for (std::size_t h = 0; h < padded(vectors_.count); h += lanes()) {
      const Pair cosine = load(cosines_[slot], h);
      const Pair mass = load(weights_.mass, h);
      const Kernel kernel = kernel_of(cosine);
      row.add_pair(scaled(multiply(kernel.value, mass), multiplicity(columns, h)));
      sines.add_pair(multiply(kernel.sine, mass));
      store(multiply(load(weights_.direction, h), signed_complement(kernel, cosine)), coefficients_, h);
    }
    add_row(row, g);
    const DoubleDouble sine_sum = sum_of_lanes(sines.value());
    store_gradient(g, multiply(all(sine_sum.high, sine_sum.low), broadcast(lengths_.inverse, g)), shift,
                   gradient);
  }

  [[nodiscard]] DoubleDouble twice_loss() const {
    const DoubleDouble sum = sum_of_lanes(total_.value());
    const Pair result = multiply(all(sum.high, sum.low), all(two_over_pi_pair[0], two_over_pi_pair[1]));
    return {hn::GetLane(result.high), hn::GetLane(result.low)};
  }

 private:
  void add_row(const LongSum& row, std::size_t g) {
    total_.add_pair(multiply(row.value(), broadcast(weights_.mass, g)));
  }

  void store_gradient(std::size_t g, const Pair& along_itself, const DoubleDoubles* shift, double* gradient) {
    const std::size_t stride = padded(vectors_.dimension);
    const Pair two_over_pi = all(two_over_pi_pair[0], two_over_pi_pair[1]);
    for (std::size_t k = 0; k < stride; k += lanes()) {
      const Pair own = multiply(along_itself, hn::Load(Lanes(), &vectors_.rows[g * stride + k]));
      Pair entries = multiply(add(combination(vectors_, coefficients_, k), own), two_over_pi);
      if (shift != nullptr) entries = add(entries, load(*shift, k));
      hn::Store(entries.high, Lanes(), gradient + k);
    }
  }

  const PackedVectors& vectors_;
  const Lengths& lengths_;
  const Weights& weights_;
  std::vector<DoubleDoubles> cosines_;
  DoubleDoubles coefficients_;
  LongSum total_;
};

PairSums pair_sums_of(const PackedVectors& vectors, const Lengths& lengths, const Weights& weights,
                      bool with_gradient, const DoubleDoubles* shift) {
  PairSums sums;
  PairRows rows(vectors, lengths, weights);
  const std::size_t whole_rows = with_gradient ? vectors.student_count : 0;
  const std::size_t stride = padded(vectors.dimension);
  sums.gradient.resize(whole_rows * stride);
  for (std::size_t g = 0; g < whole_rows;) {
    const std::size_t ready = rows.prepare(g, whole_rows, 0);
    for (std::size_t slot = 0; slot < ready; ++slot, ++g) {
      rows.add_loss_and_gradient(g, slot, {0, whole_rows}, shift, &sums.gradient[g * stride]);
    }
  }
  for (std::size_t g = whole_rows; g < vectors.count;) {
    const std::size_t ready = rows.prepare(g, vectors.count, g / lanes() * lanes());
    for (std::size_t slot = 0; slot < ready; ++slot, ++g) rows.add_loss(g, slot, {g, g + 1});
  }
  sums.twice_loss = rows.twice_loss();
  return sums;
}

KernelValues kernel_values_of(const DoubleDoubles& cosines) {
  const std::size_t size = cosines.high.size();
  KernelValues values{DoubleDoubles(size), DoubleDoubles(size), DoubleDoubles(size)};
  for (std::size_t i = 0; i < size; i += lanes()) {
    const Kernel kernel = kernel_of(load(cosines, i));
    store(kernel.sine, values.sine, i);
    store(kernel.complement, values.complement, i);
    store(kernel.value, values.value, i);
  }
  return values;
}

}  // namespace lojacert::ball::double_double::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lojacert::ball::double_double {

HWY_EXPORT(lengths_of);
HWY_EXPORT(odd_sum_of);
HWY_EXPORT(pair_sums_of);
HWY_EXPORT(kernel_values_of);

Lengths lengths_of(const PackedVectors& vectors) { return HWY_DYNAMIC_DISPATCH(lengths_of)(vectors); }

OddSum odd_sum_of(const PackedVectors& vectors, const Weights& weights) {
  return HWY_DYNAMIC_DISPATCH(odd_sum_of)(vectors, weights);
}

PairSums pair_sums_of(const PackedVectors& vectors, const Lengths& lengths, const Weights& weights,
                      bool with_gradient, const DoubleDoubles* shift) {
  return HWY_DYNAMIC_DISPATCH(pair_sums_of)(vectors, lengths, weights, with_gradient, shift);
}

KernelValues kernel_values_of(const DoubleDoubles& cosines) {
  return HWY_DYNAMIC_DISPATCH(kernel_values_of)(cosines);
}

}  // namespace lojacert::ball::double_double
#endif
