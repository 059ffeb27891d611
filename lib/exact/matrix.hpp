#pragma once
// A matrix of exact numbers or boxes, stored compactly.

#include <lojacert/exact/rational.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace lojacert {

/// A rows x cols matrix whose entries are exact rationals or boxes of rationals, filled in row order.
/// An entry that is a double takes 8 bytes; any other takes 8 bytes and about the bytes of its numerators and
/// denominators.
class ExactMatrix {
 public:
  ExactMatrix() = default;
  /// Starts an empty matrix with `cols` columns; rows grow as entries are appended.
  explicit ExactMatrix(std::size_t cols) : cols_(cols) {}

  void append(double value);                   ///< a finite double, taken exactly (-0 is 0)
  void append(const RationalInterval& value);  ///< a point or a box
  void append(const Rational& value);
  /// Appends what parse_exact reads in `text`. Where the number is far longer than its text (1e-20000), the
  /// text is kept and read again at every use: memory stays within a small multiple of the text. Throws
  /// InputError as parse_exact.
  void append_text(std::string_view text);

  /// Gives the entries so far `cols` columns, for a reader that learns the shape late.
  /// Throws std::logic_error unless their number is a multiple of `cols`.
  void reshape(std::size_t cols);

  [[nodiscard]] std::size_t rows() const { return cols_ == 0 ? 0 : cells_.size() / cols_; }
  [[nodiscard]] std::size_t cols() const { return cols_; }
  [[nodiscard]] bool empty() const { return cells_.empty(); }

  /// The entry in row i and column k.
  [[nodiscard]] RationalInterval at(std::size_t i, std::size_t k) const;
  /// The entry's value when it is a point; throws std::logic_error on a box of positive width.
  [[nodiscard]] Rational point(std::size_t i, std::size_t k) const;
  /// The entry where it is a double, exactly.
  [[nodiscard]] std::optional<double> as_double(std::size_t i, std::size_t k) const;
  /// True when every entry is a point.
  [[nodiscard]] bool is_point() const { return box_count_ == 0; }
  /// True when every entry of row i is a point.
  [[nodiscard]] bool row_is_point(std::size_t i) const;

  /// Equal shapes and equal entries.
  friend bool operator==(const ExactMatrix& a, const ExactMatrix& b);

 private:
  [[nodiscard]] std::uint64_t cell(std::size_t i, std::size_t k) const;
  void append_aside(const RationalInterval& value, std::string_view text);

  std::size_t cols_ = 0;
  std::size_t box_count_ = 0;
  std::vector<std::uint64_t> cells_;  // the bits of a finite double; or of a NaN with a place in aside_
  std::vector<unsigned char> aside_;  // the other entries, packed one after the other
};

}  // namespace lojacert
