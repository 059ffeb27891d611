#pragma once
// Numbers with the count of their roundings, for the prediction of bits (docs/numerics/stress.md, section 5).

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/exact/rational.hpp>
#include <lojacert/stress/binary_float.hpp>

#include <optional>

namespace lojacert::stress {

// Sizes and errors need few digits and every exponent.
using Size = BinaryFloat;
[[nodiscard]] Size size(const Rational& value);
[[nodiscard]] Size middle(const Interval& x);

/// A computed number: its size and its error, in roundings of a number of size 1.
struct Rounded {
  Size value;
  Size error;
  /// What the enclosure consists of where it is a point: nothing was rounded on the way.
  std::optional<Rational> exact;
};

/// Counts the outward roundings of N bits. A binary fraction of at most N bits that comes from such is not
/// rounded.
class Rounding {
 public:
  explicit Rounding(long bits) : bits_(bits) {}

  [[nodiscard]] Rounded zero() const { return once(Rational(0)); }
  [[nodiscard]] Rounded once(const Rational& value) const;  ///< an input
  [[nodiscard]] Rounded once(const Size& value) const;      ///< a constant that is no binary fraction
  [[nodiscard]] Rounded sum(const Rounded& a, const Rounded& b) const;
  /// a + b where the true value is known, as it may be lost in `Size`.
  [[nodiscard]] Rounded sum(const Rounded& a, const Rounded& b, const Size& value) const;
  [[nodiscard]] Rounded product(const Rounded& a, const Rounded& b) const;
  [[nodiscard]] Rounded quotient(const Rounded& a, const Rounded& b) const;  ///< b is not 0
  [[nodiscard]] Rounded square_root(const Rounded& a) const;

 private:
  [[nodiscard]] Rounded rounded(const Size& value, const Size& carried,
                                const std::optional<Rational>& exact) const;
  long bits_;
};

}  // namespace lojacert::stress
