#pragma once
// Exact integers, rationals and boxes (RAII over FLINT), and the number grammar of certificates/README.md,
// section 1.

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// FLINT 3 contains Arb; before that Arb is a library of its own (Debian 12: FLINT 2.9, Arb 2.23).
#if __has_include(<flint/arb.h>)
#include <flint/arb.h>
#else
#include <arb.h>
#endif
#include <flint/fmpq.h>
#include <flint/fmpz.h>

namespace lojaverify {

/// An argument as FLINT's functions take it: the pointer that a class of ours wraps, or the value itself.
template <typename T>
auto raw(const T& x) {
  if constexpr (requires { x.get(); })
    return x.get();
  else
    return x;
}

/// The result of a FLINT function that writes its first argument: made<Integer>(fmpz_mul, a, b) is a * b.
template <typename Result, typename Function, typename... Arguments>
Result made(Function function, const Arguments&... arguments) {
  Result result;
  function(result.get(), raw(arguments)...);
  return result;
}

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
  [[nodiscard]] Integer root() const { return made<Integer>(fmpz_sqrt, *this); }  // of a square
  [[nodiscard]] std::string text() const;

  friend Integer operator*(const Integer& a, const Integer& b) { return made<Integer>(fmpz_mul, a, b); }
  friend Integer operator-(const Integer& a, const Integer& b) { return made<Integer>(fmpz_sub, a, b); }
  friend bool operator==(const Integer& a, const Integer& b) { return fmpz_equal(a.x_, b.x_) != 0; }
  friend auto operator<=>(const Integer& a, const Integer& b) { return fmpz_cmp(a.x_, b.x_) <=> 0; }

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
  [[nodiscard]] Integer numerator() const { return made<Integer>(fmpz_set, fmpq_numref(x_)); }
  [[nodiscard]] Integer denominator() const { return made<Integer>(fmpz_set, fmpq_denref(x_)); }
  [[nodiscard]] std::string text() const { return numerator().text() + '/' + denominator().text(); }

  friend Rational operator+(const Rational& a, const Rational& b) { return made<Rational>(fmpq_add, a, b); }
  friend Rational operator-(const Rational& a, const Rational& b) { return made<Rational>(fmpq_sub, a, b); }
  friend Rational operator*(const Rational& a, const Rational& b) { return made<Rational>(fmpq_mul, a, b); }
  friend Rational operator/(const Rational& a, const Rational& b) { return made<Rational>(fmpq_div, a, b); }
  friend Rational operator-(const Rational& a) { return made<Rational>(fmpq_neg, a); }
  friend bool operator==(const Rational& a, const Rational& b) { return fmpq_equal(a.x_, b.x_) != 0; }
  friend auto operator<=>(const Rational& a, const Rational& b) { return fmpq_cmp(a.x_, b.x_) <=> 0; }

 private:
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

/// At most `limit` characters of foreign text with control characters made visible, so that no input can
/// forge a line of output.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 60);

}  // namespace lojaverify
