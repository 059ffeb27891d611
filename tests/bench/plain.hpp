#pragma once
// The floor: loss and gradient in plain doubles, as fast as they get here. Not rigorous. Knows nothing of the
// library, and is compiled for the machine that it runs on.

#include <cstddef>
#include <span>
#include <vector>

namespace bench {

/// Students, then teachers, as rows of doubles; abs activation, unit form.
struct PlainNetwork {
  std::span<const double> vectors;  ///< count() x dimension
  std::size_t dimension = 0;
  std::size_t student_count = 0;

  [[nodiscard]] std::size_t count() const { return vectors.size() / dimension; }
};

/// How the tiles of the Gram matrix come about; the gradient is two products of matrices a tile in both.
enum class PlainGram {
  blas,  ///< dgemm into a tile, then one pass over it
  fused  ///< products in registers, the kernel on them at once
};

/// Rows divided by their lengths, half the Gram matrix in tiles, sqrt(1 - c^2) and an arcsine polynomial with
/// SIMD instructions, one thread. Its memory is reused from one evaluation to the next.
class Plain {
 public:
  explicit Plain(PlainGram gram);

  /// L, and with it the gradient's student_count x dimension partial derivatives.
  double evaluate(const PlainNetwork& network, bool with_gradient);
  [[nodiscard]] std::span<const double> gradient() const { return gradient_; }

 private:
  struct Tile;

  void normalise(const PlainNetwork& network);
  void clear_sums(const PlainNetwork& network, bool with_gradient);
  void pack_columns(std::size_t dimension);
  double sum_tile(const PlainNetwork& network, const Tile& tile, bool with_gradient);
  void gram_by_blas(const PlainNetwork& network, const Tile& tile);
  void add_tile_to_gradient(const PlainNetwork& network, const Tile& tile);
  void finish_gradient(const PlainNetwork& network);

  PlainGram gram_;
  std::size_t padded_count_ = 0;          // count, rounded up to whole vectors and strips
  std::vector<double> directions_;        // unit rows
  std::vector<double> weighted_;          // unit rows times their weights
  std::vector<double> packed_;            // the unit rows in strips of columns, transposed
  std::vector<double> weights_;           // sign times length; 0 beyond count
  std::vector<double> masked_weights_;    // weights, 0 for pairs that a diagonal tile has had
  std::vector<double> along_themselves_;  // sum over h of weight_h sqrt(1 - c_gh^2)
  std::vector<double> tile_;              // cosines, then arcsines
  std::vector<double> gradient_;
};

}  // namespace bench
