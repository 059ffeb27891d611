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
  IntegerRow row;
  row.denominator = Integer(1);
  for (const Box& x : points) {
    fmpz_lcm(row.denominator.get(), row.denominator.get(), fmpq_denref(x.lo.get()));
  }
  row.numerators.resize(points.size());
  for (std::size_t k = 0; k < points.size(); ++k) {
    fmpz* z = row.numerators[k].get();
    fmpz_divexact(z, row.denominator.get(), fmpq_denref(points[k].lo.get()));
    fmpz_mul(z, z, fmpq_numref(points[k].lo.get()));
  }
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

  bool negative_sign() { return accept('-') || (accept('+'), false); }

  std::string_view take(bool (*wanted)(char)) {
    std::size_t n = 0;
    while (n < rest.size() && wanted(rest[n])) ++n;
    const std::string_view taken = rest.substr(0, n);
    rest.remove_prefix(n);
    return taken;
  }

  /// digits [ "." [digits] ] or "." digits: the digits as one integer; `fraction` counts those behind the
  /// point.
  Integer mantissa(const Notation& notation, slong& fraction) {
    std::string digits(take(notation.is_digit));
    const std::size_t whole = digits.size();
    if (accept('.')) digits += take(notation.is_digit);
    if (digits.empty()) reject(text);
    fraction = static_cast<slong>(digits.size() - whole);
    return integer(digits, notation.digit_base);
  }

  /// The unit of the mantissa's last digit: the exponent, if one is written, less the digits behind the
  /// point.
  Rational unit(const Notation& notation, slong fraction) {
    slong exponent = 0;
    if (accept(notation.exponent_letter)) {
      const bool negative = negative_sign();
      const std::string_view digits = take(is_digit);
      if (digits.empty()) reject(text);
      for (const char c : digits) exponent = std::min(exponent * 10 + (c - '0'), notation.max_exponent + 1);
      if (exponent > notation.max_exponent) reject(text, "has an exponent that is too large");
      if (negative) exponent = -exponent;
    }
    exponent -= fraction * notation.exponents_per_digit;
    const auto size = static_cast<ulong>(std::abs(exponent));
    const Integer power = made<Integer>(fmpz_pow_ui, Integer(notation.exponent_base), size);
    return exponent >= 0 ? Rational(power) : Rational(Integer(1), power);
  }
};

/// [sign] digits [ "." digits ] "?" [digits] [ "u" | "d" ] [ "e" [sign] digits ]
Box parse_uncertain(std::string_view text) {
  Scanner scan{text};
  const bool negative = scan.negative_sign();
  if (scan.rest.empty() || !is_digit(scan.rest.front())) reject(text, not_a_box);
  slong fraction = 0;
  const Rational size(scan.mantissa(decimal, fraction));
  const Rational middle = negative ? -size : size;
  const bool ends_in_point = text[text.size() - scan.rest.size() - 1] == '.';
  if (ends_in_point || !scan.accept('?')) reject(text, not_a_box);
  const std::string digits(scan.take(is_digit));
  const Rational radius = digits.empty() ? Rational(Integer(1), Integer(2)) : Rational(integer(digits));
  const bool up = scan.accept('u');
  const bool down = !up && scan.accept('d');
  const Rational unit = scan.unit(decimal, fraction);
  if (!scan.rest.empty()) reject(text, not_a_box);
  return {(up ? middle : middle - radius) * unit, (down ? middle : middle + radius) * unit};
}

std::string_view trim_spaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

Rational parse_number(std::string_view text) {
  if (text.size() > max_characters) reject(text, "has more than 20000 characters");
  Scanner scan{text};
  const bool negative = scan.negative_sign();
  Rational value;
  if (const std::size_t bar = scan.rest.find('/'); bar != std::string_view::npos) {
    const std::string p(scan.take(is_digit));
    scan.accept('/');
    const std::string q(scan.take(is_digit));
    if (p.empty() || q.empty() || p.size() != bar) reject(text);
    const Integer denominator = integer(q);
    if (denominator.sign() == 0) reject(text, "has denominator zero");
    value = Rational(integer(p), denominator);
  } else {
    const bool is_hexadecimal = scan.rest.starts_with("0x") || scan.rest.starts_with("0X");
    if (is_hexadecimal) scan.rest.remove_prefix(2);
    const Notation& notation = is_hexadecimal ? hexadecimal : decimal;
    slong fraction = 0;
    const Integer mantissa = scan.mantissa(notation, fraction);
    value = Rational(mantissa) * scan.unit(notation, fraction);
  }
  if (!scan.rest.empty()) reject(text);
  return negative ? -value : value;
}

Box parse_box(std::string_view text) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']') || text.size() < 2) reject(text, not_a_box);
    const std::string_view inside = text.substr(1, text.size() - 2);
    const std::size_t comma = inside.find(',');
    const Rational lo = parse_number(trim_spaces(inside.substr(0, comma)));
    const Rational hi =
        comma == std::string_view::npos ? lo : parse_number(trim_spaces(inside.substr(comma + 1)));
    if (lo > hi) reject(text, "is not a box: the lower end is above the upper end");
    return {lo, hi};
  }
  if (text.size() > max_characters) reject(text, "has more than 20000 characters");
  if (text.find('?') != std::string_view::npos) return parse_uncertain(text);
  const Rational value = parse_number(text);
  return {value, value};
}

}  // namespace lojaverify
