// Compiled once for each instruction set: what stands between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE.
// Left out are sets that few machines lack alone, to save compile time.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lojacert/ball/tiles.cpp"
#include <hwy/foreach_target.h>  // IWYU pragma: keep

#include <hwy/highway.h>

#include <lojacert/ball/arcsine.hpp>
#include <lojacert/ball/tiles.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

HWY_BEFORE_NAMESPACE();
namespace lojacert::ball::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
using Vector = hn::Vec<Doubles>;

// The Gram matrix is made in blocks of so many rows by so many vectors of columns, which just fit the
// registers.
constexpr std::size_t block_rows = 6;
constexpr std::size_t block_vectors = HWY_TARGET <= HWY_AVX3 ? 4 : 2;
static_assert(tile_rows % block_rows == 0 && tile_columns % block_rows == 0 && padding % tile_rows == 0);

std::size_t lanes() { return hn::Lanes(Doubles()); }
std::size_t strip_columns() { return block_vectors * lanes(); }

/// A matrix in memory: entry (i, k) at data[i * row_step + k * step].
struct Operand {
  const double* data;
  std::size_t row_step;
  std::size_t step;
};

/// target(i, .) = [+=] sum_k a(i, k) b(k, .) for `rows` rows and vectors * lanes columns: one rounding or two
/// for each k.
template <std::size_t rows, std::size_t vectors, bool accumulate>
HWY_INLINE void multiply_block(const Operand& a, const double* HWY_RESTRICT b, std::size_t b_step,
                               std::size_t depth, double* HWY_RESTRICT target, std::size_t target_step) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  Vector sum[rows][vectors];
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t v = 0; v < vectors; ++v) sum[i][v] = hn::Zero(d);
  for (std::size_t k = 0; k < depth; ++k) {
    Vector column[vectors];
    for (std::size_t v = 0; v < vectors; ++v) column[v] = hn::Load(d, b + k * b_step + v * n);
    for (std::size_t i = 0; i < rows; ++i) {
      const Vector factor = hn::Set(d, a.data[i * a.row_step + k * a.step]);
      for (std::size_t v = 0; v < vectors; ++v) sum[i][v] = hn::MulAdd(factor, column[v], sum[i][v]);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t v = 0; v < vectors; ++v) {
      double* place = target + i * target_step + v * n;
      hn::Store(accumulate ? hn::Add(hn::Load(d, place), sum[i][v]) : sum[i][v], d, place);
    }
  }
}

/// target += a b for block_rows rows, `columns` a multiple of the lanes.
HWY_INLINE void add_product_rows(const Operand& a, const double* b, std::size_t stride, std::size_t depth,
                                 std::size_t columns, double* target) {
  const std::size_t n = lanes();
  std::size_t k = 0;
  for (; k + block_vectors * n <= columns; k += block_vectors * n)
    multiply_block<block_rows, block_vectors, true>(a, b + k, stride, depth, target + k, stride);
  const std::size_t rest = (columns - k) / n;
  if constexpr (block_vectors > 2) {
    if (rest == 3) multiply_block<block_rows, 3, true>(a, b + k, stride, depth, target + k, stride);
    if (rest == 2) multiply_block<block_rows, 2, true>(a, b + k, stride, depth, target + k, stride);
  }
  if (rest == 1) multiply_block<block_rows, 1, true>(a, b + k, stride, depth, target + k, stride);
}

/// S = sqrt(1 - x^2) and arcsin(x), |x| <= 1 after clipping (docs/numerics/balls.md, section 4).
struct SineAndArcsine {
  Vector sine;
  Vector arcsine;
};
/// q(z) of the arcsine's polynomial, by Estrin's scheme: pairs of coefficients, then pairs of pairs.
HWY_INLINE Vector arcsine_quotient(Vector z) {
  const Doubles d;
  const auto& c = arcsine_coefficients;
  static_assert(c.size() == 13);
  const auto pair = [&](std::size_t k) { return hn::MulAdd(hn::Set(d, c[k + 1]), z, hn::Set(d, c[k])); };
  const Vector z2 = hn::Mul(z, z);
  const Vector z4 = hn::Mul(z2, z2);
  const Vector first = hn::MulAdd(pair(2), z2, pair(0));
  const Vector second = hn::MulAdd(pair(6), z2, pair(4));
  const Vector third = hn::MulAdd(pair(10), z2, pair(8));
  const Vector upper = hn::MulAdd(hn::MulAdd(hn::Set(d, c[12]), z4, third), z4, second);
  return hn::MulAdd(upper, z4, first);
}

HWY_INLINE SineAndArcsine sine_and_arcsine_of(Vector x) {
  const Doubles d;
  const Vector one = hn::Set(d, 1.0);
  const Vector half = hn::Set(d, 0.5);
  const Vector size = hn::Min(hn::Abs(x), one);
  const Vector rest = hn::Sub(one, size);
  const Vector sine = hn::Sqrt(hn::Mul(rest, hn::Add(one, size)));
  const auto is_large = hn::Gt(size, half);
  Vector z = hn::Mul(size, size);
  if (HWY_LIKELY(hn::AllFalse(d, is_large))) {
    return {sine, hn::CopySign(hn::MulAdd(hn::Mul(z, arcsine_quotient(z)), size, size), x)};
  }
  // Above 1/2 by arcsin(x) = pi/2 - 2 arcsin(sqrt((1 - x)/2)).
  z = hn::IfThenElse(is_large, hn::Mul(rest, half), z);
  const Vector y = hn::IfThenElse(is_large, hn::Sqrt(z), size);
  const Vector small = hn::MulAdd(hn::Mul(z, arcsine_quotient(z)), y, y);
  const Vector large = hn::Sub(hn::Set(d, std::numbers::pi / 2), hn::Add(small, small));
  return {sine, hn::CopySign(hn::IfThenElse(is_large, large, small), x)};
}

/// One row of a tile.
struct RowOfTile {
  double* entries;        ///< <b_g, b_h> in, (2/pi) arcsin<b_g, b_h> out
  const double* mass;     ///< of the columns
  double* along_columns;  ///< += mass_g S
  double mass_of_row;
};

/// What the columns of a row add up to: sum of mass_h (S + c arcsin c), and of mass_h S.
struct RowSums {
  Vector loss;
  Vector along;
};

template <bool with_gradient, bool masked>
HWY_INLINE void add_columns(const RowOfTile& row, std::size_t at, std::size_t first_valid, RowSums& sums) {
  const Doubles d;
  const Vector cosine = hn::Load(d, row.entries + at);
  SineAndArcsine pair = sine_and_arcsine_of(cosine);
  Vector mass = hn::Load(d, row.mass + at);
  if constexpr (masked) {
    const auto valid =
        hn::Ge(hn::Iota(d, static_cast<double>(at)), hn::Set(d, static_cast<double>(first_valid)));
    mass = hn::IfThenElseZero(valid, mass);
    pair.sine = hn::IfThenElseZero(valid, pair.sine);
    pair.arcsine = hn::IfThenElseZero(valid, pair.arcsine);
  }
  const Vector clipped = hn::Max(hn::Min(cosine, hn::Set(d, 1.0)), hn::Set(d, -1.0));
  sums.loss = hn::MulAdd(mass, hn::MulAdd(pair.arcsine, clipped, pair.sine), sums.loss);
  if constexpr (with_gradient) {
    sums.along = hn::MulAdd(mass, pair.sine, sums.along);
    double* along = row.along_columns + at;
    hn::Store(hn::MulAdd(hn::Set(d, row.mass_of_row), pair.sine, hn::Load(d, along)), d, along);
    hn::Store(hn::Mul(hn::Set(d, 2 / std::numbers::pi), pair.arcsine), d, row.entries + at);
  }
}

/// The columns of a row from first_valid on; those before it become 0.
template <bool with_gradient>
HWY_INLINE RowSums add_row(const RowOfTile& row, std::size_t first_valid, std::size_t columns) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  RowSums sums{hn::Zero(d), hn::Zero(d)};
  RowSums others{hn::Zero(d), hn::Zero(d)};
  std::size_t at = first_valid / n * n;
  if constexpr (with_gradient) {
    for (std::size_t k = 0; k < std::min(at, columns); k += n) hn::Store(hn::Zero(d), d, row.entries + k);
  }
  if (at >= columns) return sums;
  add_columns<with_gradient, true>(row, at, first_valid, sums);
  at += n;
  for (; at + 2 * n <= columns; at += 2 * n) {
    add_columns<with_gradient, false>(row, at, 0, sums);
    add_columns<with_gradient, false>(row, at + n, 0, others);
  }
  if (at < columns) add_columns<with_gradient, false>(row, at, 0, sums);
  return {hn::Add(sums.loss, others.loss), hn::Add(sums.along, others.along)};
}

/// Scratch of one call.
struct Tile {
  explicit Tile(std::size_t step_)
      : step(step_), entries(tile_rows * step + block_rows), along_columns(step) {}

  std::size_t step;        ///< between rows
  AlignedDoubles entries;  // and a block of columns past the last
  AlignedDoubles along_columns;
};

/// Where the pairs of a row end: whole strips.
std::size_t end_of_columns(const UnitRows& rows) {
  const std::size_t strip = strip_columns();
  return std::min(rows.padded_count, (rows.count + strip - 1) / strip * strip);
}

/// The rows of a tile that are not padding.
std::size_t rows_in_tile(const UnitRows& rows, std::size_t first) {
  return std::min(tile_rows, rows.count - std::min(first, rows.count));
}

void gram_tile(const UnitRows& rows, std::size_t first, std::size_t column, std::size_t columns, Tile& tile) {
  const std::size_t strip = strip_columns();
  for (std::size_t c = 0; c < columns; c += strip) {
    const double* packed = rows.packed.data() + (column + c) * rows.dimension;
    for (std::size_t r = 0; r < rows_in_tile(rows, first); r += block_rows) {
      if (column + c + strip <= first + r + 1) continue;  // below the diagonal
      const Operand a{rows.unit.data() + (first + r) * rows.stride, rows.stride, 1};
      multiply_block<block_rows, block_vectors, false>(a, packed, strip, rows.dimension,
                                                       tile.entries.data() + r * tile.step + c, tile.step);
    }
  }
}

template <bool with_gradient>
void add_tile_rows(const UnitRows& rows, std::size_t first, std::size_t column, std::size_t columns,
                   Tile& tile, TileSums& sums) {
  const Doubles d;
  for (std::size_t r = 0; r < rows_in_tile(rows, first); ++r) {
    const std::size_t g = first + r;
    const RowOfTile row{tile.entries.data() + r * tile.step, rows.mass.data() + column,
                        tile.along_columns.data(), rows.mass[g]};
    const std::size_t first_valid = g + 1 > column ? g + 1 - column : 0;
    const RowSums of_row = add_row<with_gradient>(row, first_valid, columns);
    sums.loss.add(rows.mass[g] * hn::GetLane(hn::SumOfLanes(d, of_row.loss)));
    if (with_gradient && g < sums.student_count)
      sums.along[g] += hn::GetLane(hn::SumOfLanes(d, of_row.along));
  }
}

/// The gradients' share of a tile: rows take mass_h b_h of columns, columns take mass_g b_g of rows. What
/// lies below the diagonal is 0 and left out.
void add_tile_gradients(const UnitRows& rows, std::size_t first, std::size_t column, std::size_t columns,
                        const Tile& tile, TileSums& sums) {
  const std::size_t stride = rows.stride;
  const std::size_t row_count = rows_in_tile(rows, first);
  for (std::size_t r = 0; r < row_count && first + r < sums.student_count; r += block_rows) {
    const std::size_t begin = first + r + 1 > column ? first + r + 1 - column : 0;
    if (begin >= columns) break;
    const Operand a{tile.entries.data() + r * tile.step + begin, tile.step, 1};
    add_product_rows(a, rows.weighted.data() + (column + begin) * stride, stride, columns - begin, stride,
                     sums.gamma.data() + (first + r) * stride);
  }
  const std::size_t student_columns =
      sums.student_count > column ? std::min(columns, sums.student_count - column) : 0;
  for (std::size_t c = 0; c < student_columns; c += block_rows) {
    const std::size_t last = column + c + block_rows - 1;  // takes the rows before it
    if (last <= first) continue;
    const Operand a{tile.entries.data() + c, 1, tile.step};
    add_product_rows(a, rows.weighted.data() + first * stride, stride, std::min(row_count, last - first),
                     stride, sums.gamma.data() + (column + c) * stride);
  }
  for (std::size_t c = 0; c < student_columns; ++c) sums.along[column + c] += tile.along_columns[c];
}

void add_pairs_of_rows(const UnitRows& rows, std::size_t first, bool with_gradient, TileSums& sums) {
  const std::size_t end = end_of_columns(rows);
  if (first >= end) return;
  Tile tile(std::min(tile_columns, end));
  // Columns begin with a strip.
  const std::size_t strip = strip_columns();
  for (std::size_t column = first / strip * strip; column < end; column += tile_columns) {
    const std::size_t columns = std::min(tile_columns, end - column);
    gram_tile(rows, first, column, columns, tile);
    if (!with_gradient) {
      add_tile_rows<false>(rows, first, column, columns, tile, sums);
      continue;
    }
    std::fill_n(tile.along_columns.data(), tile.step, 0.0);
    add_tile_rows<true>(rows, first, column, columns, tile, sums);
    add_tile_gradients(rows, first, column, columns, tile, sums);
  }
}

void pack(UnitRows& rows) {
  const std::size_t strip = strip_columns();
  for (std::size_t first = 0; first < end_of_columns(rows); first += strip) {
    double* target = rows.packed.data() + first * rows.dimension;
    for (std::size_t c = 0; c < strip; ++c) {
      const double* row = rows.unit.data() + (first + c) * rows.stride;
      for (std::size_t k = 0; k < rows.dimension; ++k) target[k * strip + c] = row[k];
    }
  }
}

/// p + error = x^2 exactly, up to underflow.
HWY_INLINE Vector square_error(Vector x, Vector p) {
#if HWY_NATIVE_FMA
  return hn::MulSub(x, x, p);
#else
  const Doubles d;
  const Vector shifted = hn::Mul(x, hn::Set(d, 134217729.0));  // 2^27 + 1: Veltkamp's splitting
  const Vector hi = hn::Sub(shifted, hn::Sub(shifted, x));
  const Vector lo = hn::Sub(x, hi);
  const Vector twice = hn::Mul(hn::Add(hi, hi), lo);
  return hn::Add(hn::Add(hn::Sub(hn::Mul(hi, hi), p), twice), hn::Mul(lo, lo));
#endif
}

double normalise(double* row, std::size_t stride) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  Vector hi = hn::Zero(d);
  Vector lo = hn::Zero(d);
  for (std::size_t k = 0; k < stride; k += n) {
    const Vector x = hn::Load(d, row + k);
    const Vector p = hn::Mul(x, x);
    const Vector sum = hn::Add(hi, p);
    const Vector shadow = hn::Sub(sum, hi);
    const Vector lost = hn::Add(hn::Sub(hi, hn::Sub(sum, shadow)), hn::Sub(p, shadow));
    lo = hn::Add(lo, hn::Add(lost, square_error(x, p)));
    hi = sum;
  }
  HWY_ALIGN double hi_lanes[HWY_MAX_BYTES / sizeof(double)];
  HWY_ALIGN double lo_lanes[HWY_MAX_BYTES / sizeof(double)];
  hn::Store(hi, d, hi_lanes);
  hn::Store(lo, d, lo_lanes);
  CompensatedSum sum;
  for (std::size_t lane = 0; lane < n; ++lane) {
    sum.add(hi_lanes[lane]);
    sum.add(lo_lanes[lane]);
  }
  const double length = std::sqrt(sum.value());
  for (std::size_t k = 0; k < stride; k += n)
    hn::Store(hn::Mul(hn::Load(d, row + k), hn::Set(d, 1 / length)), d, row + k);
  return length;
}

SummationDepth summation_depth(std::size_t padded_count) {
  const std::size_t n = lanes();
  const std::size_t in_row = tile_columns / n + n + 2;
  const std::size_t tiles = padded_count / tile_columns + padded_count / tile_rows + 2;
  return {in_row, std::max(in_row, tile_rows) + tiles, tile_columns + tiles};
}

bool vector_arithmetic_is_sound() {
  const Doubles d;
  const auto first = [&](Vector v) { return hn::GetLane(v); };
  // volatile: computed now, and not by the compiler
  const volatile double unit = std::numeric_limits<double>::epsilon();
  const volatile double smallest = std::numeric_limits<double>::denorm_min();
  const Vector one = hn::Set(d, 1.0);
  const Vector half_unit = hn::Set(d, unit / 2);
  const Vector more = hn::Set(d, 0.75 * unit);
  const Vector minus = hn::Neg(one);
  bool sound = first(hn::Add(one, half_unit)) == 1 && first(hn::Add(one, more)) == 1 + unit &&
               first(hn::Sub(minus, half_unit)) == -1 && first(hn::Sub(minus, more)) == -1 - unit;
  // Subnormal results and operands.
  const Vector tiny = hn::Set(d, std::numeric_limits<double>::min());
  sound = sound &&
          first(hn::Mul(tiny, hn::Set(d, 0.5 + 0 * unit))) == std::numeric_limits<double>::min() / 2 &&
          first(hn::Mul(hn::Set(d, smallest), hn::Set(d, 4.0))) == 4 * smallest &&
          first(hn::Add(hn::Set(d, smallest), hn::Set(d, smallest))) == 2 * smallest;
#if HWY_NATIVE_FMA
  const Vector x = hn::Set(d, 1 + 1024 * unit);  // x^2 = 1 + 2048 unit + 2^20 unit^2
  const Vector square = hn::Mul(x, x);
  sound = sound && first(hn::MulSub(x, x, square)) == 1048576.0 * unit * unit;
#endif
  const Vector two = hn::Set(d, 2.0 + 0 * unit);
  return sound && first(hn::Sqrt(two)) == std::numbers::sqrt2 &&
         first(hn::Div(one, hn::Set(d, 3.0))) == 1.0 / 3.0;
}

void sine_and_arcsine(const double* x, std::size_t size, double* sine, double* arcsine) {
  const Doubles d;
  const std::size_t n = hn::Lanes(d);
  HWY_ALIGN double lane[3][HWY_MAX_BYTES / sizeof(double)] = {};
  for (std::size_t k = 0; k < size; k += n) {
    const std::size_t used = std::min(n, size - k);
    std::copy_n(x + k, used, lane[0]);
    const SineAndArcsine pair = sine_and_arcsine_of(hn::Load(d, lane[0]));
    hn::Store(pair.sine, d, lane[1]);
    hn::Store(pair.arcsine, d, lane[2]);
    std::copy_n(lane[1], used, sine + k);
    std::copy_n(lane[2], used, arcsine + k);
  }
}

const char* instruction_set_name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace lojacert::ball::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace lojacert::ball {

namespace {

/// A block of columns may begin at the last student.
constexpr std::size_t spare_rows = 6;

std::size_t round_up(std::size_t x, std::size_t multiple) { return (x + multiple - 1) / multiple * multiple; }

}  // namespace

AlignedDoubles::AlignedDoubles(std::size_t size, Unset)
    : size_(size), values_(hwy::AllocateAligned<double>(std::max<std::size_t>(size, 1))) {
  if (!values_) throw std::bad_alloc();
}

AlignedDoubles::AlignedDoubles(std::size_t size) : AlignedDoubles(size, Unset()) {
  std::fill_n(values_.get(), size, 0.0);
}

AlignedDoubles AlignedDoubles::unset(std::size_t size) { return {size, Unset()}; }

UnitRows::UnitRows(std::size_t count_, std::size_t dimension_)
    : count(count_),
      dimension(dimension_),
      padded_count(round_up(count, padding)),
      stride(round_up(dimension, 8)),
      storage(AlignedDoubles::unset(padded_count * (2 * stride + dimension + 1))),
      unit(storage.data(), padded_count * stride),
      packed(unit.data() + unit.size(), padded_count * dimension),
      weighted(packed.data() + packed.size(), padded_count * stride),
      mass(weighted.data() + weighted.size(), padded_count) {
  for (const std::span<double> rows : {unit, weighted}) {
    for (std::size_t g = 0; g < count; ++g)
      std::fill_n(rows.data() + g * stride + dimension, stride - dimension, 0.0);
    std::fill(rows.begin() + static_cast<std::ptrdiff_t>(count * stride), rows.end(), 0.0);
  }
  std::fill(mass.begin(), mass.end(), 0.0);
}

TileSums::TileSums(const UnitRows& rows, std::size_t student_count_)
    : student_count(student_count_),
      gamma((round_up(student_count, tile_rows) + spare_rows) * rows.stride),
      along(round_up(student_count, tile_rows)) {}

void TileSums::add(const TileSums& other) {
  for (std::size_t k = 0; k < gamma.size(); ++k) gamma[k] += other.gamma[k];
  for (std::size_t k = 0; k < along.size(); ++k) along[k] += other.along[k];
  loss.add(other.loss);
}

HWY_EXPORT(normalise);
HWY_EXPORT(pack);
HWY_EXPORT(add_pairs_of_rows);
HWY_EXPORT(summation_depth);
HWY_EXPORT(vector_arithmetic_is_sound);
HWY_EXPORT(sine_and_arcsine);
HWY_EXPORT(instruction_set_name);

double normalise(double* row, std::size_t stride) { return HWY_DYNAMIC_DISPATCH(normalise)(row, stride); }

void pack(UnitRows& rows) { HWY_DYNAMIC_DISPATCH(pack)(rows); }

void add_pairs_of_rows(const UnitRows& rows, std::size_t first, bool with_gradient, TileSums& sums) {
  HWY_DYNAMIC_DISPATCH(add_pairs_of_rows)(rows, first, with_gradient, sums);
}

SummationDepth summation_depth(std::size_t padded_count) {
  return HWY_DYNAMIC_DISPATCH(summation_depth)(padded_count);
}

bool vector_arithmetic_is_sound() { return HWY_DYNAMIC_DISPATCH(vector_arithmetic_is_sound)(); }

void sine_and_arcsine(const double* x, std::size_t size, double* sine, double* arcsine) {
  HWY_DYNAMIC_DISPATCH(sine_and_arcsine)(x, size, sine, arcsine);
}

const char* instruction_set_name() { return HWY_DYNAMIC_DISPATCH(instruction_set_name)(); }

}  // namespace lojacert::ball

#endif
