#pragma once
// The arithmetics that a formula is tried in: one interface, from emulated half precision to thousands of
// bits.

#include <lojacert/search/double_double.hpp>
#include <lojacert/search/real.hpp>
#include <lojacert/stress/binary_arithmetic.hpp>

#include <Eigen/Core>

#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

namespace lojacert::stress {

// An arithmetic of a number type T: makes numbers, gives the functions that T lacks, and says what a T is
// exactly. +, -, *, / and < are T's own, each rounded.

/// float, double, long double; and Eigen's half and bfloat16, whose every operation is done in float and
/// rounded. For +, -, *, / and the square root that is the correctly rounded result, as a float has more than
/// twice their digits and two more.
template <class T>
class NativeArithmetic {
 public:
  using Number = T;

  [[nodiscard]] T number(long value) const { return T(static_cast<Wide>(value)); }
  [[nodiscard]] T nearest(const Rational& value) const {
    const BinaryFloat rounded(value, Bits{std::numeric_limits<T>::digits});
    if constexpr (std::is_same_v<T, long double>)
      return rounded.to_long_double();
    else if constexpr (std::is_same_v<T, double>)
      return rounded.to_double();
    else
      return T(rounded.to_float());
  }
  [[nodiscard]] T pi() const { return T(search::pi<long double>()); }
  [[nodiscard]] T sqrt(const T& x) const { return T(std::sqrt(static_cast<Wide>(x))); }
  [[nodiscard]] T acos(const T& x) const { return T(std::acos(static_cast<Wide>(x))); }
  [[nodiscard]] T atan2(const T& y, const T& x) const {
    return T(std::atan2(static_cast<Wide>(y), static_cast<Wide>(x)));
  }
  [[nodiscard]] bool is_nan(const T& x) const { return std::isnan(static_cast<Wide>(x)); }
  [[nodiscard]] std::optional<Rational> exact(const T& x) const {
    const auto wide = static_cast<long double>(static_cast<Wide>(x));
    if (!std::isfinite(wide)) return std::nullopt;
    return search::exact_value(wide);
  }

 private:
  using Wide = std::conditional_t<std::is_floating_point_v<T>, T, float>;
};

/// Unevaluated sums of two doubles, about 104 bits.
class DoubleDoubleArithmetic {
 public:
  using Number = search::DoubleDouble;

  [[nodiscard]] Number number(long value) const;
  [[nodiscard]] Number nearest(const Rational& value) const;
  [[nodiscard]] Number pi() const;
  [[nodiscard]] Number sqrt(const Number& x) const;
  [[nodiscard]] Number acos(const Number& x) const;
  [[nodiscard]] Number atan2(const Number& y, const Number& x) const;
  [[nodiscard]] bool is_nan(const Number& x) const;
  [[nodiscard]] std::optional<Rational> exact(const Number& x) const;
};

}  // namespace lojacert::stress
