#include "exact.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace lojaverify {

std::string Integer::text() const {
  std::string result(fmpz_sizeinbase(x_, 10) + 2, '\0');
  fmpz_get_str(result.data(), 10, x_);
  result.resize(result.find('\0'));
  return result;
}

Rational Rational::exact(double value) {
  Rational result;
  arf_t x;
  arf_init(x);
  arf_set_d(x, value);
  arf_get_fmpq(result.x_, x);
  arf_clear(x);
  return result;
}

IntegerRow clear_denominators(std::span<const Box> points) {
  IntegerRow row{{}, Integer(1), {}};
  for (const Box& x : points) row.denominator = made<Integer>(fmpz_lcm, row.denominator, x.lo.denominator());
  for (const Box& x : points) row.numerators.push_back((x.lo * Rational(row.denominator)).numerator());
  row.squared_norm = dot(row.numerators, row.numerators);
  return row;
}

Integer dot(std::span<const Integer> a, std::span<const Integer> b) {
  Integer sum;
  for (std::size_t k = 0; k < a.size(); ++k) fmpz_addmul(sum.get(), a[k].get(), b[k].get());
  return sum;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string result;
  for (const char c : text.substr(0, limit))
    result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return text.size() > limit ? result + "..." : result;
}

namespace {

constexpr std::size_t max_characters = 20000;

constexpr std::string_view not_a_number =
    "is not a number: write a decimal (\"0.1\"), a fraction (\"1/3\") or a hexadecimal float (\"0x1.8p-1\")";
constexpr std::string_view not_a_box =
    "is not a number or a box: write \"0.1\", \"[0.1, 0.2]\" or \"3.56?1\"";

[[noreturn]] void reject(std::string_view text, std::string_view reason = not_a_number) {
  throw std::invalid_argument('\'' + printable(text) + "' " + std::string(reason));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

struct Notation {
  bool (*is_digit)(char);
  int digit_base;
  char exponent_letter;
  slong exponent_base, exponents_per_digit, max_exponent;
};
constexpr Notation decimal{is_digit, 10, 'e', 10, 1, 20000};
constexpr Notation hexadecimal{is_hex, 16, 'p', 2, 4, 65536};

Integer integer(const std::string& digits, int base = 10) {
  return made<Integer>(fmpz_set_str, digits.c_str(), base);
}

/// Reads one literal from left to right. ASCII only: no locale has a say.
struct Scanner {
  std::string_view text;
  std::string_view rest = text;

  bool accept(char lower) {
    if (rest.empty() || (rest.front() | (lower >= 'a' ? 0x20 : 0)) != lower) return false;
    rest.remove_prefix(1);
    return true;
  }

  int sign() { return accept('-') ? -1 : (accept('+'), 1); }

  std::string take(bool (*wanted)(char)) {
    const auto end = std::ranges::find_if_not(rest, wanted);
    const std::string taken(rest.begin(), end);
    rest.remove_prefix(taken.size());
    return taken;
  }

  /// [ letter [sign] digits ]
  slong exponent(const Notation& notation) {
    if (!accept(notation.exponent_letter)) return 0;
    const int direction = sign();
    const std::string digits = take(is_digit);
    if (digits.empty()) reject(text);
    slong size = 0;
    for (const char c : digits) size = std::min(size * 10 + (c - '0'), notation.max_exponent + 1);
    if (size > notation.max_exponent) reject(text, "has an exponent that is too large");
    return direction * size;
  }
};

Rational power(slong base, slong exponent) {
  const auto size = static_cast<ulong>(std::abs(exponent));
  const Integer power = made<Integer>(fmpz_pow_ui, Integer(base), size);
  return exponent >= 0 ? Rational(power) : Rational(Integer(1), power);
}

/// `number` or, where that is allowed, the uncertain form of a box. Both count a unit: that of the last
/// digit, or one over the denominator.
Box parse_literal(std::string_view text, bool can_be_box) {
  const std::string_view reason = can_be_box ? not_a_box : not_a_number;
  if (text.size() > max_characters) reject(text, "has more than 20000 characters");
  Scanner scan{text};
  const Integer sign(scan.sign());
  const bool is_hexadecimal = scan.rest.starts_with("0x") || scan.rest.starts_with("0X");
  if (is_hexadecimal) scan.rest.remove_prefix(2);
  const Notation& notation = is_hexadecimal ? hexadecimal : decimal;
  std::string digits = scan.take(notation.is_digit);
  const std::size_t whole = digits.size();
  const bool has_point = scan.accept('.');
  if (has_point) digits += scan.take(notation.is_digit);
  if (digits.empty()) reject(text, reason);
  const auto fraction = static_cast<slong>(digits.size() - whole);
  const Rational middle(sign * integer(digits, notation.digit_base));

  Rational unit, below, above;
  if (!is_hexadecimal && !has_point && scan.accept('/')) {
    const std::string denominator = scan.take(is_digit);
    if (denominator.empty()) reject(text, reason);
    if (integer(denominator).sign() == 0) reject(text, "has denominator zero");
    unit = Rational(Integer(1), integer(denominator));
  } else {
    can_be_box = can_be_box && !is_hexadecimal && whole > 0 && has_point == (fraction > 0);
    if (can_be_box && scan.accept('?')) {
      const std::string radius = scan.take(is_digit);
      below = above = radius.empty() ? Rational(Integer(1), Integer(2)) : Rational(integer(radius));
      if (scan.accept('u'))
        below = Rational();
      else if (scan.accept('d'))
        above = Rational();
    }
    unit = power(notation.exponent_base, scan.exponent(notation) - fraction * notation.exponents_per_digit);
  }
  if (!scan.rest.empty()) reject(text, reason);
  return {(middle - below) * unit, (middle + above) * unit};
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

Rational parse_number(std::string_view text) { return parse_literal(text, false).lo; }

Box parse_box(std::string_view text) {
  if (!text.starts_with('[')) return parse_literal(text, true);
  if (!text.ends_with(']')) reject(text, not_a_box);
  const std::string_view inside = text.substr(1, text.size() - 2);
  const std::size_t comma = inside.find(',');  // without one, both ends are the whole
  const Box box{parse_number(trimmed(inside.substr(0, comma))),
                parse_number(trimmed(inside.substr(comma + 1)))};
  if (box.lo > box.hi) reject(text, "is not a box: the lower end is above the upper end");
  return box;
}

}  // namespace lojaverify
