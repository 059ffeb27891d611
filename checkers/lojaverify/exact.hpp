#pragma once
// Exact integers, rationals and boxes (RAII over FLINT), and the number grammar of certificates/README.md,
// section 1.

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flint.hpp"

namespace lojaverify {

class Integer {
 public:
  Integer() { fmpz_init(x_); }
  explicit Integer(slong value) { fmpz_init_set_si(x_, value); }
  Integer(const Integer& other) { fmpz_init_set(x_, other.x_); }
  Integer(Integer&& other) noexcept : Integer() { fmpz_swap(x_, other.x_); }
  Integer& operator=(Integer other) noexcept { return fmpz_swap(x_, other.x_), *this; }
  ~Integer() { fmpz_clear(x_); }

  [[nodiscard]] fmpz* get() { return x_; }
  [[nodiscard]] const fmpz* get() const { return x_; }
  [[nodiscard]] int sign() const { return fmpz_sgn(x_); }
  [[nodiscard]] bool is_square() const { return fmpz_is_square(x_) != 0; }
  [[nodiscard]] Integer root() const { return made(fmpz_sqrt, x_); }  // of a square
  [[nodiscard]] std::string text() const;

  friend Integer operator*(const Integer& a, const Integer& b) { return made(fmpz_mul, a.x_, b.x_); }
  friend Integer operator-(const Integer& a, const Integer& b) { return made(fmpz_sub, a.x_, b.x_); }
  friend bool operator==(const Integer& a, const Integer& b) { return fmpz_equal(a.x_, b.x_) != 0; }
  friend std::strong_ordering operator<=>(const Integer& a, const Integer& b) {
    return fmpz_cmp(a.x_, b.x_) <=> 0;
  }

  /// The result of a FLINT function that writes its first argument.
  template <typename Function, typename... Arguments>
  static Integer made(Function function, Arguments... arguments) {
    Integer result;
    function(result.x_, arguments...);
    return result;
  }

 private:
  fmpz_t x_;
};

class Rational {
 public:
  Rational() { fmpq_init(x_); }
  explicit Rational(slong value) : Rational() { fmpq_set_si(x_, value, 1); }
  explicit Rational(const Integer& p, const Integer& q = Integer(1)) : Rational() {
    fmpq_set_fmpz_frac(x_, p.get(), q.get());
  }
  Rational(const Rational& other) : Rational() { fmpq_set(x_, other.x_); }
  Rational(Rational&& other) noexcept : Rational() { fmpq_swap(x_, other.x_); }
  Rational& operator=(Rational other) noexcept { return fmpq_swap(x_, other.x_), *this; }
  ~Rational() { fmpq_clear(x_); }
  static Rational exact(double value);  // finite; no rounding

  [[nodiscard]] fmpq* get() { return x_; }
  [[nodiscard]] const fmpq* get() const { return x_; }
  [[nodiscard]] int sign() const { return fmpq_sgn(x_); }
  [[nodiscard]] Integer numerator() const { return Integer::made(fmpz_set, fmpq_numref(x_)); }
  [[nodiscard]] Integer denominator() const { return Integer::made(fmpz_set, fmpq_denref(x_)); }
  [[nodiscard]] std::string text() const { return numerator().text() + '/' + denominator().text(); }

  friend Rational operator+(const Rational& a, const Rational& b) { return made(fmpq_add, a, b); }
  friend Rational operator-(const Rational& a, const Rational& b) { return made(fmpq_sub, a, b); }
  friend Rational operator*(const Rational& a, const Rational& b) { return made(fmpq_mul, a, b); }
  friend Rational operator/(const Rational& a, const Rational& b) { return made(fmpq_div, a, b); }  // b != 0
  friend bool operator==(const Rational& a, const Rational& b) { return fmpq_equal(a.x_, b.x_) != 0; }
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
    return fmpq_cmp(a.x_, b.x_) <=> 0;
  }

 private:
  template <typename Function>
  static Rational made(Function function, const Rational& a, const Rational& b) {
    Rational result;
    function(result.x_, a.x_, b.x_);
    return result;
  }

  fmpq_t x_;
};

/// A closed interval of reals with rational ends, lo <= hi: one entry of an instance.
struct Box {
  Rational lo, hi;
  [[nodiscard]] bool is_point() const { return lo == hi; }
  [[nodiscard]] bool contains(const Rational& x) const { return lo <= x && x <= hi; }
};

/// A row of exact points over one denominator: w = numerators / denominator, with n = |numerators|^2.
struct IntegerRow {
  std::vector<Integer> numerators;
  Integer denominator;
  Integer squared_norm;
};

[[nodiscard]] IntegerRow clear_denominators(std::span<const Box> points);
[[nodiscard]] Integer dot(std::span<const Integer> a, std::span<const Integer> b);

/// `number` and `number | box` of the grammar; both throw std::invalid_argument, and never round.
[[nodiscard]] Rational parse_number(std::string_view text);
[[nodiscard]] Box parse_box(std::string_view text);

/// At most 60 characters of foreign text with control characters made visible, so that no input can forge a
/// line of output.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 60);

}  // namespace lojaverify
