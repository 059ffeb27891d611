#pragma once
// The arithmetic of MPFR floats, with the interface of arithmetic.hpp.

#include <lojacert/stress/binary_float.hpp>

#include <optional>

namespace lojacert::stress {

/// MPFR at any number of bits.
class BinaryArithmetic {
 public:
  using Number = BinaryFloat;

  explicit BinaryArithmetic(Bits bits) : bits_(bits) {}
  [[nodiscard]] Number number(long value) const { return {value, bits_}; }
  [[nodiscard]] Number nearest(const Rational& value) const { return {value, bits_}; }
  [[nodiscard]] Number pi() const { return BinaryFloat::pi(bits_); }
  [[nodiscard]] Number sqrt(const Number& x) const { return stress::sqrt(x); }
  [[nodiscard]] Number acos(const Number& x) const { return stress::acos(x); }
  [[nodiscard]] Number atan2(const Number& y, const Number& x) const { return stress::atan2(y, x); }
  [[nodiscard]] bool is_nan(const Number& x) const { return x.is_nan(); }
  [[nodiscard]] std::optional<Rational> exact(const Number& x) const { return x.exact(); }

 private:
  Bits bits_;
};

}  // namespace lojacert::stress
