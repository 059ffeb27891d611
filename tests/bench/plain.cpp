#include "plain.hpp"

#include "plain_kernel.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

constexpr double two_over_pi = 0.63661977236758134;
constexpr std::size_t tile_rows = 48;
constexpr std::size_t tile_columns = 768;
const std::size_t width = hn::Lanes(lanes);

// The register tile of the fused product: 8 rows by 3 vectors fill 24 of AVX-512's 32 registers.
constexpr std::size_t strip_rows = 8;
constexpr std::size_t strip_vectors = 3;
const std::size_t strip_columns = strip_vectors * width;

std::size_t rounded_up(std::size_t x, std::size_t unit) { return (x + unit - 1) / unit * unit; }

HWY_INLINE double sum_of(Vector x) { return hn::GetLane(hn::SumOfLanes(lanes, x)); }

int to_int(std::size_t x) { return static_cast<int>(x); }

/// What the pass over one row of cosines adds up.
struct RowSums {
  Vector kernel = hn::Zero(lanes);  // sum of weight (sqrt(1 - c^2) + c arcsin c)
  Vector sine = hn::Zero(lanes);    // sum of weight sqrt(1 - c^2)
};

/// One vector of cosines of row g: adds its kernel values; with a gradient, leaves the arcsines in `cosines`.
/// Where is_diagonal, pairs whose weight was masked count nothing.
template <bool with_gradient, bool is_diagonal>
HWY_INLINE void take(Vector c, const double* weights, double weight_of_row, double* arcsines,
                     double* sines_of_columns, RowSums& sums) {
  auto [sine, arcsine] = sine_and_arcsine(c);
  const Vector weight = hn::LoadU(lanes, weights);
  sums.kernel = hn::MulAdd(hn::MulAdd(c, arcsine, sine), weight, sums.kernel);
  if constexpr (with_gradient) {
    sums.sine = hn::MulAdd(sine, weight, sums.sine);
    if constexpr (is_diagonal) {
      const auto is_done = weight == hn::Zero(lanes);
      sine = hn::IfThenZeroElse(is_done, sine);
      arcsine = hn::IfThenZeroElse(is_done, arcsine);
    }
    hn::StoreU(arcsine, lanes, arcsines);
    hn::StoreU(hn::MulAdd(sine, hn::Set(lanes, weight_of_row), hn::LoadU(lanes, sines_of_columns)), lanes,
               sines_of_columns);
  }
}

/// The cosines of 8 rows with the columns of one strip, in registers: result[i * strip_vectors + v].
HWY_INLINE void strip_product(const double* rows, std::size_t dimension, const double* strip,
                              Vector* HWY_RESTRICT result) {
  Vector sums[strip_rows * strip_vectors];
#pragma GCC unroll 24
  for (auto& sum : sums) sum = hn::Zero(lanes);
  for (std::size_t k = 0; k < dimension; ++k) {
    Vector columns[strip_vectors];
#pragma GCC unroll 3
    for (std::size_t v = 0; v < strip_vectors; ++v) {
      columns[v] = hn::LoadU(lanes, strip + k * strip_columns + v * width);
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < strip_rows; ++i) {
      const Vector entry = hn::Set(lanes, rows[i * dimension + k]);
#pragma GCC unroll 3
      for (std::size_t v = 0; v < strip_vectors; ++v) {
        sums[i * strip_vectors + v] = hn::MulAdd(entry, columns[v], sums[i * strip_vectors + v]);
      }
    }
  }
#pragma GCC unroll 24
  for (std::size_t n = 0; n < strip_rows * strip_vectors; ++n) result[n] = sums[n];
}

}  // namespace

/// Rows [first_row, end_row) by columns [first_column, end_column); rows and columns are neurons.
struct Plain::Tile {
  std::size_t first_row;
  std::size_t end_row;
  std::size_t first_column;
  std::size_t end_column;  // rounded up to whole strips
  std::size_t column_limit;

  [[nodiscard]] std::size_t rows() const { return end_row - first_row; }
  [[nodiscard]] std::size_t columns() const { return end_column - first_column; }
  /// Whether it has pairs of a neuron with itself, or twice.
  [[nodiscard]] bool is_diagonal() const { return first_column < end_row; }
  [[nodiscard]] std::size_t real_columns() const { return std::min(end_column, column_limit) - first_column; }
};

Plain::Plain(PlainGram gram) : gram_(gram) { openblas_set_num_threads(1); }

void Plain::normalise(const PlainNetwork& network) {
  const std::size_t count = network.count();
  const std::size_t dimension = network.dimension;
  directions_.resize((count + strip_rows) * dimension);  // the last strip of rows may reach beyond
  weights_.assign(padded_count_, 0);
  for (std::size_t g = 0; g < count; ++g) {
    const double* row = &network.vectors[g * dimension];
    const double length = std::sqrt(cblas_ddot(to_int(dimension), row, 1, row, 1));
    weights_[g] = g < network.student_count ? length : -length;
    const double inverse = length > 0 ? 1 / length : 0;
    for (std::size_t k = 0; k < dimension; ++k) directions_[g * dimension + k] = row[k] * inverse;
  }
}

void Plain::clear_sums(const PlainNetwork& network, bool with_gradient) {
  tile_.resize(tile_rows * tile_columns + strip_columns);
  along_themselves_.assign(padded_count_, 0);
  if (!with_gradient) return;
  const std::size_t dimension = network.dimension;
  gradient_.assign(network.student_count * dimension, 0);
  weighted_.resize(network.vectors.size());
  for (std::size_t g = 0; g < network.count(); ++g) {
    const double sign = g < network.student_count ? 1 : -1;
    for (std::size_t k = 0; k < dimension; ++k) {
      weighted_[g * dimension + k] = sign * network.vectors[g * dimension + k];
    }
  }
}

/// Strips of columns, each dimension x strip_columns, zeros beyond the last neuron.
void Plain::pack_columns(std::size_t dimension) {
  packed_.assign(padded_count_ * dimension, 0);
  const std::size_t count = directions_.size() / dimension - strip_rows;
  for (std::size_t g = 0; g < count; ++g) {
    double* strip = &packed_[g / strip_columns * strip_columns * dimension + g % strip_columns];
    for (std::size_t k = 0; k < dimension; ++k) strip[k * strip_columns] = directions_[g * dimension + k];
  }
}

void Plain::gram_by_blas(const PlainNetwork& network, const Tile& tile) {
  const int dimension = to_int(network.dimension);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, to_int(tile.rows()), to_int(tile.real_columns()),
              dimension, 1.0, &directions_[tile.first_row * network.dimension], dimension,
              &directions_[tile.first_column * network.dimension], dimension, 0.0, tile_.data(),
              to_int(tile.columns()));
}

namespace {

/// The pass over a tile: sum over its pairs of weight_g weight_h (sqrt(1 - c^2) + c arcsin c).
struct Pass {
  const double* directions;
  const double* packed;
  std::size_t dimension;
  double* tile;
  const double* weights;
  double* masked_weights;
  double* along_themselves;
  std::size_t first_row, end_row, first_column, end_column;

  [[nodiscard]] std::size_t columns() const { return end_column - first_column; }
  [[nodiscard]] double* tile_at(std::size_t g, std::size_t h) const {
    return tile + (g - first_row) * columns() + (h - first_column);
  }

  template <bool with_gradient, bool is_diagonal>
  [[nodiscard]] double by_rows() const {
    double total = 0;
    for (std::size_t g = first_row; g < end_row; ++g) {
      if (is_diagonal && g >= first_column) masked_weights[g] = 0;
      RowSums sums;
      for (std::size_t h = first_column; h < end_column; h += width) {
        double* cosines = tile_at(g, h);
        take<with_gradient, is_diagonal>(hn::LoadU(lanes, cosines), masked_weights + h, weights[g], cosines,
                                         along_themselves + h, sums);
      }
      total += weights[g] * sum_of(sums.kernel);
      along_themselves[g] += sum_of(sums.sine);
    }
    return total;
  }

  template <bool with_gradient, bool is_diagonal>
  [[nodiscard]] double by_strips() const {
    double total = 0;
    for (std::size_t g = first_row; g < end_row; g += strip_rows) {
      RowSums sums[strip_rows];
      const std::size_t rows = std::min(strip_rows, end_row - g);
      for (std::size_t h = first_column; h < end_column; h += strip_columns) {
        if (is_diagonal && h + strip_columns <= g) {  // had already
          if (with_gradient) {
            for (std::size_t i = 0; i < rows; ++i) {
              std::fill_n(tile_at(g + i, h), strip_columns, 0.0);
            }
          }
          continue;
        }
        Vector cosines[strip_rows * strip_vectors];
        strip_product(directions + g * dimension, dimension, packed + h * dimension, cosines);
        for (std::size_t i = 0; i < rows; ++i) {
          if (is_diagonal) std::fill(masked_weights + g, masked_weights + g + i + 1, 0.0);
          for (std::size_t v = 0; v < strip_vectors; ++v) {
            const std::size_t at = h + v * width;
            take<with_gradient, is_diagonal>(cosines[i * strip_vectors + v], masked_weights + at,
                                             weights[g + i], tile_at(g + i, at), along_themselves + at,
                                             sums[i]);
          }
          if (is_diagonal) std::copy(weights + g, weights + g + i + 1, masked_weights + g);
        }
      }
      if (is_diagonal) std::fill(masked_weights + g, masked_weights + g + rows, 0.0);
      for (std::size_t i = 0; i < rows; ++i) {
        total += weights[g + i] * sum_of(sums[i].kernel);
        along_themselves[g + i] += sum_of(sums[i].sine);
      }
    }
    return total;
  }

  [[nodiscard]] double sum(PlainGram gram, bool with_gradient, bool is_diagonal) const {
    const bool fused = gram == PlainGram::fused;
    if (with_gradient) {
      if (is_diagonal) return fused ? by_strips<true, true>() : by_rows<true, true>();
      return fused ? by_strips<true, false>() : by_rows<true, false>();
    }
    if (is_diagonal) return fused ? by_strips<false, true>() : by_rows<false, true>();
    return fused ? by_strips<false, false>() : by_rows<false, false>();
  }
};

}  // namespace

double Plain::sum_tile(const PlainNetwork& network, const Tile& tile, bool with_gradient) {
  double* weights_of_columns = weights_.data();
  if (tile.is_diagonal()) {
    masked_weights_.resize(padded_count_);
    std::copy(&weights_[tile.first_column], weights_.data() + tile.end_column,
              &masked_weights_[tile.first_column]);
    weights_of_columns = masked_weights_.data();
  }
  if (gram_ == PlainGram::blas) gram_by_blas(network, tile);
  const Pass pass{directions_.data(), packed_.data(),     network.dimension,        tile_.data(),
                  weights_.data(),    weights_of_columns, along_themselves_.data(), tile.first_row,
                  tile.end_row,       tile.first_column,  tile.end_column};
  return pass.sum(gram_, with_gradient, tile.is_diagonal());
}

/// gamma_g += sum over h of arcsin c_gh weighted direction h, for the students among the rows and the
/// columns.
void Plain::add_tile_to_gradient(const PlainNetwork& network, const Tile& tile) {
  const std::size_t students = network.student_count;
  const int dimension = to_int(network.dimension);
  const int leading = to_int(tile.columns());
  if (tile.first_row < students) {
    const std::size_t rows = std::min(tile.end_row, students) - tile.first_row;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, to_int(rows), dimension,
                to_int(tile.real_columns()), two_over_pi, tile_.data(), leading,
                &weighted_[tile.first_column * network.dimension], dimension, 1.0,
                &gradient_[tile.first_row * network.dimension], dimension);
  }
  if (tile.first_column < students) {
    const std::size_t columns = std::min(tile.end_column, students) - tile.first_column;
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, to_int(columns), dimension, to_int(tile.rows()),
                two_over_pi, tile_.data(), leading, &weighted_[tile.first_row * network.dimension], dimension,
                1.0, &gradient_[tile.first_column * network.dimension], dimension);
  }
}

/// What goes along the student itself: its own pair, and the sines.
void Plain::finish_gradient(const PlainNetwork& network) {
  const std::size_t dimension = network.dimension;
  for (std::size_t j = 0; j < network.student_count; ++j) {
    const double along = two_over_pi * along_themselves_[j] + weights_[j];
    for (std::size_t k = 0; k < dimension; ++k) {
      gradient_[j * dimension + k] += along * directions_[j * dimension + k];
    }
  }
}

double Plain::evaluate(const PlainNetwork& network, bool with_gradient) {
  const std::size_t count = network.count();
  padded_count_ = rounded_up(count, strip_columns);
  normalise(network);
  clear_sums(network, with_gradient);
  if (gram_ == PlainGram::fused) pack_columns(network.dimension);

  double pairs = 0;
  for (std::size_t row = 0; row < count; row += tile_rows) {
    const std::size_t first_column = row / strip_columns * strip_columns;
    for (std::size_t column = first_column; column < count; column += tile_columns) {
      const Tile tile{row, std::min(row + tile_rows, count), column,
                      std::min(column + tile_columns, padded_count_), count};
      pairs += sum_tile(network, tile, with_gradient);
      if (with_gradient) add_tile_to_gradient(network, tile);
    }
  }
  if (with_gradient) finish_gradient(network);
  double squares = 0;
  for (std::size_t g = 0; g < count; ++g) squares += weights_[g] * weights_[g];
  return squares / 2 + two_over_pi * pairs;
}

}  // namespace bench
