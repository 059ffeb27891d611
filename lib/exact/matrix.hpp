#pragma once
// A matrix of exact numbers or boxes, stored compactly.

#include <lojacert/exact/rational.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert {

/// A rows x cols matrix whose entries are exact rationals or boxes of rationals, filled in row order.
/// Entries that are doubles take 8 bytes; others are kept aside. Immutable once full.
class ExactMatrix {
 public:
  ExactMatrix() = default;
  /// Starts an empty matrix with `cols` columns; rows grow as entries are appended.
  explicit ExactMatrix(std::size_t cols) : cols_(cols) {}

  void append(double value);                   ///< a finite double, taken exactly
  void append(const RationalInterval& value);  ///< a point or a box
  void append(const Rational& value);

  [[nodiscard]] std::size_t rows() const { return cols_ == 0 ? 0 : doubles_.size() / cols_; }
  [[nodiscard]] std::size_t cols() const { return cols_; }
  [[nodiscard]] bool empty() const { return doubles_.empty(); }

  /// The entry in row i and column k.
  [[nodiscard]] RationalInterval at(std::size_t i, std::size_t k) const;
  /// The entry's value when it is a point; throws std::logic_error on a box of positive width.
  [[nodiscard]] Rational point(std::size_t i, std::size_t k) const;
  /// True when every entry is a point.
  [[nodiscard]] bool is_point() const { return box_count_ == 0; }
  /// True when every entry of row i is a point.
  [[nodiscard]] bool row_is_point(std::size_t i) const;

  friend bool operator==(const ExactMatrix& a, const ExactMatrix& b);

 private:
  struct Aside {
    std::size_t index;
    RationalInterval value;
  };
  [[nodiscard]] const RationalInterval& aside(std::size_t index) const;

  std::size_t cols_ = 0;
  std::size_t box_count_ = 0;
  std::vector<double> doubles_;  // NaN: the entry is kept in aside_
  std::vector<Aside> aside_;     // ascending index
};

}  // namespace lojacert
