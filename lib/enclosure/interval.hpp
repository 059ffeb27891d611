#pragma once
// Rung 1 of the precision ladder: intervals with multiprecision end points, rounded outward.

#include <lojacert/exact/rational.hpp>

#include <memory>
#include <span>
#include <string>

namespace lojacert {

/// The precision ladder (docs/numerics/evaluation.md, section 5): what the bulk of an evaluation is done in.
enum class Rung {
  balls,          ///< SIMD: doubles with a-priori radii
  refined_balls,  ///< near convergence: the cluster form, and double-double
  intervals,      ///< MPFI at any precision
};

/// Number of significand bits that an interval's end points carry, and the lowest rung that may do the bulk
/// of the work. Where a rung does not apply the next one is used.
struct Bits {
  long value;
  Rung rung = Rung::intervals;
};

/// What goes with results in balls of doubles.
[[nodiscard]] constexpr Bits double_bits(Rung rung) { return {53, rung}; }

/// A closed interval [inf, sup] of real numbers whose end points are MPFR numbers. Every operation returns an
/// interval that contains the exact result for all members of its operands; the result carries the larger of
/// the operands' precisions. There is no `<` and no `==`: an enclosure is not a number (see certainly_less
/// and its like).
///
/// An interval with an end point that is NaN is invalid: it compares certainly to nothing. An operation
/// outside its domain (a division by an interval that contains 0, the logarithm of one that reaches 0) gives
/// an unbounded or an invalid interval, which decides nothing, instead of throwing.
class Interval {
 public:
  Interval(const Interval& other);
  Interval(Interval&& other) noexcept;
  Interval& operator=(const Interval& other);
  Interval& operator=(Interval&& other) noexcept;
  ~Interval();

  // Construction says how exact it is. A rational that is not representable becomes its tightest enclosure.
  [[nodiscard]] static Interval exact(double value, Bits bits);
  [[nodiscard]] static Interval exact(long value, Bits bits);
  [[nodiscard]] static Interval from(const Integer& value, Bits bits);
  [[nodiscard]] static Interval from(const Rational& value, Bits bits);
  [[nodiscard]] static Interval from(const RationalInterval& value, Bits bits);
  [[nodiscard]] static Interval zero(Bits bits) { return exact(0L, bits); }
  [[nodiscard]] static Interval pi(Bits bits);
  /// [mid - rad, mid + rad] times 2^exponent, rounded outward; the whole line unless mid and rad are finite.
  [[nodiscard]] static Interval ball(double mid, double rad, long exponent, Bits bits);

  [[nodiscard]] Bits precision() const;

  Interval& operator+=(const Interval& other);
  Interval& operator-=(const Interval& other);
  Interval& operator*=(const Interval& other);
  Interval& operator/=(const Interval& other);
  friend Interval operator+(Interval a, const Interval& b) { return a += b; }
  friend Interval operator-(Interval a, const Interval& b) { return a -= b; }
  friend Interval operator*(Interval a, const Interval& b) { return a *= b; }
  friend Interval operator/(Interval a, const Interval& b) { return a /= b; }
  friend Interval operator-(const Interval& a);

  // A bare double does not say what it means: use Interval::exact.
  Interval& operator+=(double) = delete;
  Interval& operator-=(double) = delete;
  Interval& operator*=(double) = delete;
  Interval& operator/=(double) = delete;

  /// this += a * b, without a temporary per term: for dot products.
  void add_product(const Interval& a, const Interval& b);

  /// target[k] += factor * vector[k] for every k, with one temporary in all. The spans have one length.
  friend void add_multiple(std::span<Interval> target, const Interval& factor,
                           std::span<const Interval> vector);

  /// True when both ends are finite numbers.
  [[nodiscard]] bool is_finite() const;
  /// True when the interval is one point.
  [[nodiscard]] bool is_point() const;
  [[nodiscard]] bool contains_zero() const;  ///< true also for an invalid interval: it excludes nothing

  /// The end points, exactly. Throws std::domain_error unless is_finite().
  [[nodiscard]] Rational inf() const;
  [[nodiscard]] Rational sup() const;
  /// A point near the middle, at the same precision: a choice that any formula may make, not a bound. Invalid
  /// where unbounded.
  [[nodiscard]] Interval midpoint() const;
  /// The point intervals [inf, inf] and [sup, sup], exactly.
  [[nodiscard]] Interval lower_end() const;
  [[nodiscard]] Interval upper_end() const;
  /// The midpoint, rounded to double: a number to look at or to steer by, not a bound.
  [[nodiscard]] double approximate_mid() const;
  /// log2 of sup |x| and of the width, up to one unit; -infinity for 0, +infinity where unbounded: to steer
  /// by, not a bound.
  [[nodiscard]] double approximate_log2_mag() const;
  [[nodiscard]] double approximate_log2_width() const;

  /// Decimals of `digits` significant digits: inf rounded down, sup rounded up. Valid bounds; "-inf", "inf"
  /// where unbounded.
  [[nodiscard]] std::string decimal_inf(int digits) const;
  [[nodiscard]] std::string decimal_sup(int digits) const;

  friend Interval sqr(const Interval& a);
  /// Square root; the part of `a` below 0 is cut off (for a quantity known to be >= 0 whose enclosure dips
  /// below).
  friend Interval sqrt_nonnegative(const Interval& a);
  friend Interval abs(const Interval& a);
  friend Interval exp(const Interval& a);
  friend Interval log(const Interval& a);
  friend Interval sin(const Interval& a);
  friend Interval cos(const Interval& a);
  /// The angle atan2(y, x) in [0, pi] for y >= 0 (the part of y below 0 is cut off), by monotonicity at the
  /// end points. Where y and x may both be 0 the angle is [0, pi] or the part of it that the signs leave.
  friend Interval angle_of(const Interval& y, const Interval& x);
  /// The smallest interval that contains both.
  friend Interval hull(const Interval& a, const Interval& b);
  /// The common part of two enclosures of one number; throws std::domain_error if they are disjoint (then one
  /// is wrong).
  friend Interval intersection(const Interval& a, const Interval& b);
  /// [-sup|a|, sup|a|].
  friend Interval symmetric(const Interval& a);
  friend Interval max_zero(const Interval& a);  ///< the enclosure of max(x, 0)

  // "Certainly" holds for all members; false says nothing about the converse.
  friend bool certainly_less(const Interval& a, const Interval& b);
  friend bool certainly_less_equal(const Interval& a, const Interval& b);
  /// Every member of a lies in b's [inf, sup].
  friend bool certainly_subset(const Interval& a, const Interval& b);

 private:
  class Number;  // holds Boost.Multiprecision's MPFI number; only interval.cpp knows it
  explicit Interval(Bits bits);
  std::unique_ptr<Number> number_;
};

// Declared here as well, so that they are found by name and not only through their arguments.
void add_multiple(std::span<Interval> target, const Interval& factor, std::span<const Interval> vector);
[[nodiscard]] Interval operator-(const Interval& a);
[[nodiscard]] Interval sqr(const Interval& a);
[[nodiscard]] Interval sqrt_nonnegative(const Interval& a);
[[nodiscard]] Interval abs(const Interval& a);
[[nodiscard]] Interval exp(const Interval& a);
[[nodiscard]] Interval log(const Interval& a);
[[nodiscard]] Interval sin(const Interval& a);
[[nodiscard]] Interval cos(const Interval& a);
[[nodiscard]] Interval angle_of(const Interval& y, const Interval& x);
[[nodiscard]] Interval hull(const Interval& a, const Interval& b);
[[nodiscard]] Interval intersection(const Interval& a, const Interval& b);
[[nodiscard]] Interval symmetric(const Interval& a);
[[nodiscard]] Interval max_zero(const Interval& a);
[[nodiscard]] bool certainly_less(const Interval& a, const Interval& b);
[[nodiscard]] bool certainly_less_equal(const Interval& a, const Interval& b);
[[nodiscard]] bool certainly_subset(const Interval& a, const Interval& b);

/// An enclosure of max(x, y).
[[nodiscard]] Interval larger(const Interval& a, const Interval& b);

/// x^(p/q) for x >= 0 and p/q > 0: 0 at 0, increasing; the part of x below 0 is cut off.
[[nodiscard]] Interval pow_nonnegative(const Interval& x, const Rational& exponent);

}  // namespace lojacert
