#include <lojacert/exact/matrix.hpp>
#include <lojacert/exact/number.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace lojacert {
namespace {

// A cell is the bit pattern of a finite double, or, where all exponent bits are set, a place among the packed
// entries. Cells are kept as integers because a NaN that travels through a floating-point register may lose
// its payload.
constexpr std::uint64_t aside_mark = 0x7FF0'0000'0000'0000;
constexpr std::uint64_t box_mark = 0x8000'0000'0000'0000;
constexpr std::uint64_t text_mark = 0x0008'0000'0000'0000;
constexpr std::uint64_t place_mask = 0x0007'FFFF'FFFF'FFFF;

constexpr bool is_aside(std::uint64_t cell) { return (cell & aside_mark) == aside_mark; }
constexpr bool is_box(std::uint64_t cell) { return is_aside(cell) && (cell & box_mark) != 0; }

constexpr bool is_text(std::uint64_t cell) { return is_aside(cell) && (cell & text_mark) != 0; }

/// The size beyond which the packed form of an entry gives way to its text.
constexpr std::size_t longest_packed(std::string_view text) { return 16 + 2 * text.size(); }

// The packed form of an integer: its byte count and sign as a base-128 number, then the bytes of its
// magnitude.

void pack_count(std::vector<unsigned char>& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<unsigned char>(value | 128));
  out.push_back(static_cast<unsigned char>(value));
}

std::uint64_t unpack_count(const unsigned char*& at) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const unsigned char byte = *at++;
    value |= static_cast<std::uint64_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

void pack(std::vector<unsigned char>& out, mpz_srcptr value) {
  const std::size_t bytes = mpz_sgn(value) == 0 ? 0 : (mpz_sizeinbase(value, 2) + 7) / 8;
  pack_count(out, 2 * bytes + (mpz_sgn(value) < 0 ? 1 : 0));
  const std::size_t start = out.size();
  out.resize(start + bytes);
  if (bytes != 0) mpz_export(out.data() + start, nullptr, -1, 1, 0, 0, value);
}

void unpack(const unsigned char*& at, mpz_ptr value) {
  const std::uint64_t head = unpack_count(at);
  const std::size_t bytes = head / 2;
  mpz_import(value, bytes, -1, 1, 0, 0, at);
  if (head % 2 != 0) mpz_neg(value, value);
  at += bytes;
}

void pack(std::vector<unsigned char>& out, const Rational& value) {
  pack(out, mpq_numref(value.backend().data()));
  pack(out, mpq_denref(value.backend().data()));
}

Rational unpack(const unsigned char*& at) {
  Rational value;
  unpack(at, mpq_numref(value.backend().data()));
  unpack(at, mpq_denref(value.backend().data()));
  return value;
}

std::string_view unpack_text(const unsigned char* at) {
  const std::uint64_t size = unpack_count(at);
  return {reinterpret_cast<const char*>(at), size};
}

}  // namespace

void ExactMatrix::append(double value) {
  if (!std::isfinite(value)) throw std::logic_error("an entry of a matrix must be finite");
  cells_.push_back(std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value));
}

void ExactMatrix::append(const Rational& value) { append(RationalInterval{value, value}); }

void ExactMatrix::append(const RationalInterval& value) {
  if (value.lo > value.hi) throw std::logic_error("the ends of a box are in the wrong order");
  if (value.is_point()) {
    if (const auto number = exact_double(value.lo)) return append(*number);
  }
  append_aside(value, {});
}

void ExactMatrix::append_text(std::string_view text) {
  const RationalInterval value = parse_exact(text);
  if (value.is_point() && exact_double(value.lo)) return append(value);
  append_aside(value, text);
}

/// `text` is empty where the entry has none.
void ExactMatrix::append_aside(const RationalInterval& value, std::string_view text) {
  if (aside_.size() > place_mask) throw std::length_error("a matrix has too many entries");
  const bool box = !value.is_point();
  cells_.push_back(aside_mark | (box ? box_mark : 0) | aside_.size());
  const std::size_t place = aside_.size();
  pack(aside_, value.lo);
  if (box) pack(aside_, value.hi);
  if (!text.empty() && aside_.size() - place > longest_packed(text)) {
    aside_.resize(place);
    pack_count(aside_, text.size());
    aside_.insert(aside_.end(), text.begin(), text.end());
    cells_.back() |= text_mark;
  }
  if (box) ++box_count_;
}

void ExactMatrix::reshape(std::size_t cols) {
  if (cols == 0 ? !cells_.empty() : cells_.size() % cols != 0) {
    throw std::logic_error("the entries do not fill whole rows");
  }
  cols_ = cols;
}

std::uint64_t ExactMatrix::cell(std::size_t i, std::size_t k) const {
  if (k >= cols_ || i >= rows()) throw std::logic_error("an entry outside the matrix");
  return cells_[i * cols_ + k];
}

RationalInterval ExactMatrix::at(std::size_t i, std::size_t k) const {
  const std::uint64_t bits = cell(i, k);
  if (!is_aside(bits)) {
    const Rational value = exact(std::bit_cast<double>(bits));
    return {value, value};
  }
  const unsigned char* place = aside_.data() + (bits & place_mask);
  if (is_text(bits)) return parse_exact(unpack_text(place));
  Rational lo = unpack(place);
  Rational hi = is_box(bits) ? unpack(place) : lo;
  return {std::move(lo), std::move(hi)};
}

Rational ExactMatrix::point(std::size_t i, std::size_t k) const {
  const std::uint64_t bits = cell(i, k);
  if (is_box(bits)) throw std::logic_error("a box stands where a point is needed");
  if (!is_aside(bits)) return exact(std::bit_cast<double>(bits));
  const unsigned char* place = aside_.data() + (bits & place_mask);
  return is_text(bits) ? parse_exact_point(unpack_text(place)) : unpack(place);
}

std::optional<double> ExactMatrix::as_double(std::size_t i, std::size_t k) const {
  const std::uint64_t bits = cell(i, k);
  return is_aside(bits) ? std::nullopt : std::optional(std::bit_cast<double>(bits));
}

bool ExactMatrix::row_is_point(std::size_t i) const {
  for (std::size_t k = 0; k < cols_; ++k) {
    if (is_box(cell(i, k))) return false;
  }
  return true;
}

bool operator==(const ExactMatrix& a, const ExactMatrix& b) {
  if (a.cols_ != b.cols_ || a.cells_.size() != b.cells_.size() || a.box_count_ != b.box_count_) return false;
  // Equal entries have equal cells, except that one number may stand in its packed form or in one of several
  // texts.
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t k = 0; k < a.cols_; ++k) {
      const std::uint64_t left = a.cell(i, k);
      const std::uint64_t right = b.cell(i, k);
      if (is_aside(left) != is_aside(right)) return false;
      if (is_aside(left) ? a.at(i, k) != b.at(i, k) : left != right) return false;
    }
  }
  return true;
}

}  // namespace lojacert
