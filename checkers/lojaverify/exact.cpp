#include "exact.hpp"

#include <cmath>
#include <optional>
#include <stdexcept>

namespace lojaverify {

std::string Integer::text() const {
  std::string result(fmpz_sizeinbase(x_, 10) + 2, '\0');
  fmpz_get_str(result.data(), 10, x_);
  result.resize(result.find('\0'));
  return result;
}

Rational Rational::exact(double value) {
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);
  Integer p(static_cast<slong>(std::ldexp(mantissa, 53)));  // an integer below 2^53 in absolute value
  Integer q(1);
  exponent -= 53;
  Integer& scaled = exponent >= 0 ? p : q;
  fmpz_mul_2exp(scaled.get(), scaled.get(), static_cast<ulong>(std::abs(exponent)));
  return Rational(p, q);
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
constexpr slong max_decimal_exponent = 20000;
constexpr slong max_binary_exponent = 65536;

[[noreturn]] void reject(std::string_view text, const std::string& reason) {
  throw std::invalid_argument('\'' + printable(text) + "' " + reason);
}

constexpr std::string_view not_a_number =
    "is not a number: write a decimal (\"0.1\"), a fraction (\"1/3\") or a hexadecimal float (\"0x1.8p-1\")";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

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

  /// The exponent after `letter` if there is one, within +-limit.
  slong exponent(char letter, slong limit) {
    if (!accept(letter)) return 0;
    const bool negative = negative_sign();
    const std::string_view digits = take(is_digit);
    if (digits.empty()) reject(text, std::string(not_a_number));
    slong value = 0;
    for (const char c : digits) value = std::min(value * 10 + (c - '0'), limit + 1);
    if (value > limit) reject(text, "has an exponent beyond +-" + std::to_string(limit));
    return negative ? -value : value;
  }
};

Integer integer(const std::string& digits, int base = 10) {
  return Integer::made(fmpz_set_str, digits.c_str(), base);
}

Rational power(slong base, slong exponent) {
  const Integer result =
      Integer::made(fmpz_pow_ui, Integer(base).get(), static_cast<ulong>(std::abs(exponent)));
  return exponent >= 0 ? Rational(result) : Rational(Integer(1), result);
}

Rational signed_value(bool negative, const Rational& value) { return negative ? Rational() - value : value; }

/// digits [ "." [digits] ] or "." digits in `base`, as an integer of that many fractional digits.
struct Mantissa {
  Integer value;
  slong fraction_digits = 0;
};

Mantissa mantissa(Scanner& scan, bool (*digit)(char), int base) {
  std::string digits(scan.take(digit));
  Mantissa result;
  if (scan.accept('.')) {
    const std::string_view fraction = scan.take(digit);
    digits += fraction;
    result.fraction_digits = static_cast<slong>(fraction.size());
  }
  if (digits.empty()) reject(scan.text, std::string(not_a_number));
  result.value = integer(digits, base);
  return result;
}

/// [sign] digits [ "." digits ] "?" [digits] [ "u" | "d" ] [ "e" [sign] digits ]
Box parse_uncertain(std::string_view text) {
  Scanner scan{text};
  const bool negative = scan.negative_sign();
  if (scan.rest.empty() || !is_digit(scan.rest.front())) reject(text, "is not a number or a box");
  const Mantissa m = mantissa(scan, is_digit, 10);
  if (text[text.size() - scan.rest.size() - 1] == '.' || !scan.accept('?'))
    reject(text, "is not a number or a box");
  const std::string radius_digits(scan.take(is_digit));
  const Rational radius =
      radius_digits.empty() ? Rational(Integer(1), Integer(2)) : Rational(integer(radius_digits));
  const bool up = scan.accept('u');
  const bool down = !up && scan.accept('d');
  const Rational unit = power(10, scan.exponent('e', max_decimal_exponent)) * power(10, -m.fraction_digits);
  if (!scan.rest.empty()) reject(text, "is not a number or a box");
  const Rational middle = signed_value(negative, Rational(m.value));
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
  if (scan.rest.starts_with("0x") || scan.rest.starts_with("0X")) {
    scan.rest.remove_prefix(2);
    const Mantissa m = mantissa(scan, is_hex, 16);
    value = Rational(m.value) * power(2, scan.exponent('p', max_binary_exponent)) *
            power(2, -4 * m.fraction_digits);
  } else if (const std::size_t bar = scan.rest.find('/'); bar != std::string_view::npos) {
    const std::string p(scan.take(is_digit));
    scan.accept('/');
    const std::string q(scan.take(is_digit));
    if (p.empty() || q.empty() || p.size() != bar) reject(text, std::string(not_a_number));
    const Integer denominator = integer(q);
    if (denominator.sign() == 0) reject(text, "has denominator zero");
    value = Rational(integer(p), denominator);
  } else {
    const Mantissa m = mantissa(scan, is_digit, 10);
    value = Rational(m.value) * power(10, scan.exponent('e', max_decimal_exponent)) *
            power(10, -m.fraction_digits);
  }
  if (!scan.rest.empty()) reject(text, std::string(not_a_number));
  return signed_value(negative, value);
}

Box parse_box(std::string_view text) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']') || text.size() < 2) reject(text, "is not a box: write \"[lower, upper]\"");
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
