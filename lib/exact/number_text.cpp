// Exact text of rationals: hexadecimal floats, fractions, and decimals rounded to one side.

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/exact/scaling.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>

namespace lojacert {
namespace {

mpz_srcptr numerator_of(const Rational& value) { return mpq_numref(value.backend().data()); }
mpz_srcptr denominator_of(const Rational& value) { return mpq_denref(value.backend().data()); }

Integer integer_from(mpz_srcptr value) {
  Integer result;
  mpz_set(result.backend().data(), value);
  return result;
}

std::string digits_of(mpz_srcptr value, int base) {
  std::string text(mpz_sizeinbase(value, base) + 2, '\0');
  mpz_get_str(text.data(), base, value);
  text.resize(std::char_traits<char>::length(text.c_str()));
  return text;
}

std::string digits_of(const Integer& value, int base) { return digits_of(value.backend().data(), base); }

/// A nonzero magnitude = odd * 2^exponent.
struct Dyadic {
  Integer odd;
  long exponent = 0;
};

/// Precondition: the denominator of the nonzero value is a power of two.
Dyadic dyadic_magnitude(const Rational& value) {
  Dyadic result;
  const mp_bitcnt_t trailing = mpz_scan1(numerator_of(value), 0);
  mpz_tdiv_q_2exp(result.odd.backend().data(), numerator_of(value), trailing);
  mpz_abs(result.odd.backend().data(), result.odd.backend().data());
  result.exponent = static_cast<long>(trailing) - static_cast<long>(mpz_scan1(denominator_of(value), 0));
  return result;
}

bool is_dyadic(const Rational& value) { return mpz_popcount(denominator_of(value)) == 1; }

/// Inserts a point so that `part` digits stand behind it; no digit is lost.
std::string with_point(std::string digits, std::size_t part) {
  if (part == 0) return digits;
  if (digits.size() <= part) digits.insert(0, part + 1 - digits.size(), '0');
  digits.insert(digits.size() - part, ".");
  return digits;
}

/// odd * 2^exponent as hexadecimal digits times 2^shown_exponent.
std::string hex_magnitude(const Dyadic& value, long shown_exponent) {
  const long shift = value.exponent - shown_exponent;
  const long part = shift >= 0 ? 0 : (-shift + 3) / 4;
  const std::string digits =
      digits_of(shifted_left(value.odd, static_cast<unsigned long>(shift + 4 * part)), 16);
  std::string text = "0x";
  text += with_point(digits, static_cast<std::size_t>(part));
  if (shown_exponent != 0) text.append("p").append(std::to_string(shown_exponent));
  return text;
}

/// A hexadecimal float within the limits of the grammar; empty where there is none. Precondition: as
/// dyadic_magnitude.
std::string hex_float(const Rational& value) {
  const Dyadic magnitude = dyadic_magnitude(value);
  const long bits = static_cast<long>(mpz_sizeinbase(magnitude.odd.backend().data(), 2));
  const auto allowed = [](long exponent) {
    return std::clamp(exponent, -max_binary_exponent, max_binary_exponent);
  };
  const std::string sign = value < 0 ? "-" : "";
  for (const long shown : {allowed(magnitude.exponent + bits - 1), allowed(magnitude.exponent), 0L}) {
    if (std::abs(magnitude.exponent - shown) > 4 * static_cast<long>(max_number_characters) + bits) continue;
    std::string text = sign + hex_magnitude(magnitude, shown);
    if (text.size() <= max_number_characters) return text;
  }
  return {};
}

/// How often `factor` divides `value`, which becomes what is left.
long remove_factor(Integer& value, unsigned long factor) {
  const Integer divisor(factor);
  return static_cast<long>(
      mpz_remove(value.backend().data(), value.backend().data(), divisor.backend().data()));
}

/// A decimal with an exponent, within the limits of the grammar; empty where the value has none.
std::string short_decimal(const Rational& value) {
  Integer rest = integer_from(denominator_of(value));
  const long twos = remove_factor(rest, 2);
  const long fives = remove_factor(rest, 5);
  if (rest != 1) return {};
  long exponent = -std::max(twos, fives);
  Integer mantissa = integer_from(numerator_of(value));
  mantissa *= power(2, static_cast<unsigned long>(-exponent - twos)) *
              power(5, static_cast<unsigned long>(-exponent - fives));
  exponent += remove_factor(mantissa, 10);
  const long shown = std::clamp(exponent, -max_decimal_exponent, max_decimal_exponent);
  if (std::abs(exponent - shown) > static_cast<long>(max_number_characters)) return {};
  const std::string sign = mantissa < 0 ? "-" : "";
  const std::string digits = digits_of(Integer(abs(mantissa)), 10);
  std::string text =
      sign + (exponent <= shown ? with_point(digits, static_cast<std::size_t>(shown - exponent))
                                : digits + std::string(static_cast<std::size_t>(exponent - shown), '0'));
  text.append("e").append(std::to_string(shown));
  return text.size() <= max_number_characters ? text : std::string();
}

// ---------------------------------------------------------------------------------------------------------------
// Rounded decimals.

/// floor or ceiling of value * 10^exponent.
Integer scaled_integer(const Rational& value, long exponent, bool up) {
  const Rational scaled = value * scaled_by_ten(Integer(1), exponent);
  Integer result;
  (up ? mpz_cdiv_q : mpz_fdiv_q)(result.backend().data(), numerator_of(scaled), denominator_of(scaled));
  return result;
}

/// floor(log10 value) of a positive value.
long decimal_exponent(const Rational& value) {
  const auto bits = static_cast<double>(mpz_sizeinbase(numerator_of(value), 2)) -
                    static_cast<double>(mpz_sizeinbase(denominator_of(value), 2));
  auto exponent = static_cast<long>(std::floor(bits * 0.30102999566398120));  // at most one off, either way
  while (value < scaled_by_ten(Integer(1), exponent)) --exponent;
  while (value >= scaled_by_ten(Integer(1), exponent + 1)) ++exponent;
  return exponent;
}

/// mantissa * 10^exponent, in positional notation near 1 and with an exponent elsewhere.
std::string decimal_notation(Integer mantissa, long exponent) {
  exponent += remove_factor(mantissa, 10);
  const std::string digits = digits_of(mantissa, 10);
  const long leading = exponent + static_cast<long>(digits.size()) - 1;
  if (leading >= -5 && leading < 17) {
    if (exponent >= 0) return digits + std::string(static_cast<std::size_t>(exponent), '0');
    return with_point(digits, static_cast<std::size_t>(-exponent));
  }
  if (std::abs(leading) > max_decimal_exponent)
    throw InputError("a number beyond 10^20000 cannot be written as a decimal");
  return with_point(digits, digits.size() - 1) + "e" + std::to_string(leading);
}

/// The bound of a positive value, upwards or downwards.
std::string rounded_magnitude(const Rational& value, int digits, bool up) {
  const long leading = decimal_exponent(value);
  if (leading < -max_decimal_exponent) return up ? "1e-20000" : "0";
  const long last = leading - digits + 1;
  return decimal_notation(scaled_integer(value, -last, up), last);
}

std::string rounded(const Rational& value, int digits, bool up) {
  if (digits < 1) throw std::logic_error("a decimal needs at least one digit");
  if (value == 0) return "0";
  if (value > 0) return rounded_magnitude(value, digits, up);
  const std::string magnitude = rounded_magnitude(-value, digits, !up);
  return magnitude == "0" ? magnitude : std::string("-").append(magnitude);
}

}  // namespace

std::optional<double> exact_double(const Rational& value) {
  if (value == 0) return 0.0;
  if (!is_dyadic(value)) return std::nullopt;
  const Dyadic magnitude = dyadic_magnitude(value);
  const long bits = static_cast<long>(mpz_sizeinbase(magnitude.odd.backend().data(), 2));
  if (bits > 53 || magnitude.exponent < -1074 || magnitude.exponent + bits > 1024) return std::nullopt;
  const double result =
      std::ldexp(mpz_get_d(magnitude.odd.backend().data()), static_cast<int>(magnitude.exponent));
  return value < 0 ? -result : result;
}

std::string canonical_text(const Rational& value) {
  return digits_of(numerator_of(value), 10) + "/" + digits_of(denominator_of(value), 10);
}

std::string canonical_text(const RationalInterval& value) {
  if (value.is_point()) return canonical_text(value.lo);
  return std::string("[")
      .append(canonical_text(value.lo))
      .append(",")
      .append(canonical_text(value.hi))
      .append("]");
}

std::string exact_text(const Rational& value) {
  constexpr std::size_t always_readable = 16;
  const bool integer = mpz_cmp_ui(denominator_of(value), 1) == 0;
  if (integer && mpz_sizeinbase(numerator_of(value), 10) <= always_readable)
    return digits_of(numerator_of(value), 10);
  if (is_dyadic(value)) {
    if (std::string text = hex_float(value); !text.empty()) return text;
  }
  std::string text = integer ? digits_of(numerator_of(value), 10) : canonical_text(value);
  if (text.size() > max_number_characters) text = short_decimal(value);
  if (text.empty()) throw InputError("a number cannot be written exactly within 20000 characters");
  return text;
}

std::string exact_text(const RationalInterval& value) {
  if (value.is_point()) return exact_text(value.lo);
  return std::string("[").append(exact_text(value.lo)).append(", ").append(exact_text(value.hi)).append("]");
}

std::string decimal_lower(const Rational& value, int digits) { return rounded(value, digits, false); }
std::string decimal_upper(const Rational& value, int digits) { return rounded(value, digits, true); }

}  // namespace lojacert
