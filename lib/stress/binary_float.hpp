#pragma once
// MPFR floats of exactly as many bits as asked: a measured candidate. They round to nearest and enclose
// nothing.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/rational.hpp>

#include <mpfr.h>

#include <optional>

namespace lojacert::stress {

/// A binary float that carries its precision, as Interval does: the result of an operation is rounded to
/// nearest at the larger of the operands' precisions. NaN and infinities are values, as in IEEE arithmetic.
/// (search::Real counts its precision in decimal digits, so that "53 bits" would be 57.)
class BinaryFloat {
 public:
  explicit BinaryFloat(Bits bits);  ///< 0
  BinaryFloat(long value, Bits bits);
  BinaryFloat(const Rational& value, Bits bits);  ///< the nearest one
  BinaryFloat(const BinaryFloat& other);
  BinaryFloat(BinaryFloat&& other) noexcept;
  BinaryFloat& operator=(const BinaryFloat& other);
  BinaryFloat& operator=(BinaryFloat&& other) noexcept;
  ~BinaryFloat();

  [[nodiscard]] static BinaryFloat pi(Bits bits);

  [[nodiscard]] Bits precision() const;
  /// The value rounded to nearest at another precision.
  [[nodiscard]] BinaryFloat rounded(Bits bits) const;
  [[nodiscard]] bool is_finite() const;
  [[nodiscard]] bool is_nan() const;
  /// The exact value; absent for NaN and infinities.
  [[nodiscard]] std::optional<Rational> exact() const;
  /// The nearest float, double or long double.
  [[nodiscard]] float to_float() const;
  [[nodiscard]] double to_double() const;
  [[nodiscard]] long double to_long_double() const;
  /// log2 of the magnitude, rounded to double, whatever the exponent; -infinity for 0.
  [[nodiscard]] double approximate_log2() const;

  BinaryFloat& operator+=(const BinaryFloat& other);
  BinaryFloat& operator-=(const BinaryFloat& other);
  BinaryFloat& operator*=(const BinaryFloat& other);
  BinaryFloat& operator/=(const BinaryFloat& other);
  friend BinaryFloat operator+(BinaryFloat a, const BinaryFloat& b) { return a += b; }
  friend BinaryFloat operator-(BinaryFloat a, const BinaryFloat& b) { return a -= b; }
  friend BinaryFloat operator*(BinaryFloat a, const BinaryFloat& b) { return a *= b; }
  friend BinaryFloat operator/(BinaryFloat a, const BinaryFloat& b) { return a /= b; }
  friend BinaryFloat operator-(BinaryFloat a);
  friend bool operator<(const BinaryFloat& a, const BinaryFloat& b);  ///< false where one is NaN

  friend BinaryFloat abs(BinaryFloat a);
  friend BinaryFloat sqrt(BinaryFloat a);
  friend BinaryFloat acos(BinaryFloat a);
  friend BinaryFloat atan2(const BinaryFloat& y, const BinaryFloat& x);

 private:
  void widen_to(const BinaryFloat& other);
  mpfr_t value_;
};

// Declared here as well, so that a class with members of these names can call them.
[[nodiscard]] BinaryFloat abs(BinaryFloat a);
[[nodiscard]] BinaryFloat sqrt(BinaryFloat a);
[[nodiscard]] BinaryFloat acos(BinaryFloat a);
[[nodiscard]] BinaryFloat atan2(const BinaryFloat& y, const BinaryFloat& x);

}  // namespace lojacert::stress
