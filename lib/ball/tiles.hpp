#pragma once
// The bulk work of the pair sum, by SIMD instructions chosen at run time: rows of unit vectors, a tile of
// their Gram matrix at a time (docs/numerics/balls.md, sections 3 to 5, proves the rounding errors).

#include <lojacert/ball/compensated_sum.hpp>

#include <cstddef>
#include <span>

#include <hwy/aligned_allocator.h>

namespace lojacert::ball {

/// Doubles, aligned for every instruction set.
class AlignedDoubles {
 public:
  explicit AlignedDoubles(std::size_t size);  ///< zero at the start
  [[nodiscard]] static AlignedDoubles unset(std::size_t size);
  [[nodiscard]] double* data() { return values_.get(); }
  [[nodiscard]] const double* data() const { return values_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  double& operator[](std::size_t k) { return values_[k]; }
  double operator[](std::size_t k) const { return values_[k]; }

 private:
  struct Unset {};
  AlignedDoubles(std::size_t size, Unset);

  std::size_t size_;
  hwy::AlignedFreeUniquePtr<double[]> values_;
};

/// Rows of a tile.
inline constexpr std::size_t tile_rows = 48;
/// Columns of a tile.
inline constexpr std::size_t tile_columns = 192;
/// The multiple to which rows are padded with zero vectors of mass zero: whole tiles, whole strips of every
/// instruction set.
inline constexpr std::size_t padding = 96;

/// Neurons as nearly unit vectors with signed masses, students first.
struct UnitRows {
  /// The padding of `unit` and `weighted` and all masses are 0; the rows are to be filled.
  UnitRows(std::size_t count, std::size_t dimension);

  std::size_t count;
  std::size_t dimension;
  std::size_t padded_count;  ///< a multiple of `padding`
  std::size_t stride;        ///< of a row: the dimension, padded to whole vectors of every instruction set
  // One piece of memory for all: an allocator gives back to the system, page by page, what it is asked for in
  // middling pieces.
  AlignedDoubles storage;
  std::span<double> unit;      ///< b_g
  std::span<double> packed;    ///< the same, transposed in strips as the Gram matrix takes them
  std::span<double> weighted;  ///< mass_g b_g
  std::span<double> mass;      ///< signed; 0 for zero vectors and padding
};

/// What tiles add up to. `gamma` and `along` are for students only.
struct TileSums {
  TileSums(const UnitRows& rows, std::size_t student_count);
  void add(const TileSums& other);

  std::size_t student_count;
  AlignedDoubles gamma;  ///< row g: sum over h != g of (2/pi) arcsin<b_g, b_h> mass_h b_h
  AlignedDoubles along;  ///< g: sum over h != g of mass_h S(b_g, b_h)
  CompensatedSum loss;   ///< sum over g < h of mass_g mass_h (S + <b_g, b_h> arcsin<b_g, b_h>)
};

/// Row g of `unit`: x / |x| for a finite x with largest entry in [1/2, 1), |x| from a compensated sum.
/// Returns |x|.
double normalise(double* row, std::size_t stride);

/// Fills `packed` from `unit`.
void pack(UnitRows& rows);

/// Adds the pairs (g, h), g < h, with g among the `tile_rows` rows from `first` on.
void add_pairs_of_rows(const UnitRows& rows, std::size_t first, bool with_gradient, TileSums& sums);

/// Bounds of the roundings that one summand meets on its way through add_pairs_of_rows, at the instructions
/// in use.
struct SummationDepth {
  std::size_t loss;  ///< in a tile's row, before the exact part
  std::size_t along;
  std::size_t gamma;
};
[[nodiscard]] SummationDepth summation_depth(std::size_t padded_count);

/// Whether vector instructions round to nearest, keep subnormal numbers, and fuse where they are said to.
[[nodiscard]] bool vector_arithmetic_is_sound();

/// (S, arcsin x) for |x| <= 1 as the tiles compute them, for tests: S = sqrt(1 - x^2).
void sine_and_arcsine(const double* x, std::size_t size, double* sine, double* arcsine);

/// The name of the instructions in use.
[[nodiscard]] const char* instruction_set_name();

}  // namespace lojacert::ball
