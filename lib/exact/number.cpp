#include <lojacert/exact/error.hpp>
#include <lojacert/exact/excerpt.hpp>
#include <lojacert/exact/number.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace lojacert {
namespace {

constexpr std::size_t max_characters = 20000;
constexpr long max_decimal_exponent = 20000;
constexpr long max_binary_exponent = 65536;

// ---------------------------------------------------------------------------------------------------------------
// Characters. The classification functions of <cctype> depend on the locale; these do not.

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Reads a text from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  /// Takes the next character where it is the letter or sign `c` in either case.
  bool take(char c) {
    if (rest_.empty() || lower(rest_.front()) != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <class Predicate>
  std::string_view take_while(Predicate predicate) {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), predicate);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  /// Takes an optional sign; true for minus.
  bool take_sign() {
    if (take('-')) return true;
    take('+');
    return false;
  }

 private:
  std::string_view rest_;
};

// ---------------------------------------------------------------------------------------------------------------
// Integers and fractions.

Integer power(unsigned long base, unsigned long exponent) {
  Integer result;
  mpz_ui_pow_ui(result.backend().data(), base, exponent);
  return result;
}

Integer shifted_left(const Integer& value, unsigned long bits) {
  Integer result;
  mpz_mul_2exp(result.backend().data(), value.backend().data(), bits);
  return result;
}

/// numerator/denominator in lowest terms.
Rational fraction(const Integer& numerator, const Integer& denominator) {
  Rational result;
  mpq_ptr q = result.backend().data();
  mpz_set(mpq_numref(q), numerator.backend().data());
  mpz_set(mpq_denref(q), denominator.backend().data());
  mpq_canonicalize(q);
  return result;
}

/// The integer that the digits (of `base` 10 or 16, already checked) spell.
Integer integer_of(std::string_view digits, int base) {
  constexpr std::size_t always_fit = 15;
  if (digits.size() <= always_fit) {
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return Integer(value);
  }
  Integer result;
  mpz_set_str(result.backend().data(), std::string(digits).c_str(), base);
  return result;
}

/// mantissa * 10^exponent, exactly.
Rational scaled_by_ten(const Integer& mantissa, long exponent) {
  if (mantissa == 0) return Rational(0);
  const Integer factor = power(10, static_cast<unsigned long>(std::abs(exponent)));
  return exponent >= 0 ? Rational(mantissa * factor) : fraction(mantissa, factor);
}

/// mantissa * 2^exponent, exactly.
Rational scaled_by_two(const Integer& mantissa, long exponent) {
  Rational result(mantissa);
  mpq_ptr q = result.backend().data();
  if (exponent >= 0) {
    mpq_mul_2exp(q, q, static_cast<mp_bitcnt_t>(exponent));
  } else {
    mpq_div_2exp(q, q, static_cast<mp_bitcnt_t>(-exponent));
  }
  return result;
}

// ---------------------------------------------------------------------------------------------------------------
// The grammar.

[[noreturn]] void refuse(std::string_view text, std::string_view reason) {
  throw InputError(excerpt(text) + " is not an exact number: " + std::string(reason));
}

/// Digits with at most one point among them.
struct Digits {
  std::string_view whole;
  std::string_view part;
  bool point = false;

  [[nodiscard]] bool none() const { return whole.empty() && part.empty(); }
  [[nodiscard]] std::string joined() const { return std::string(whole).append(part); }
  [[nodiscard]] long part_size() const { return static_cast<long>(part.size()); }
};

Digits take_digits(Cursor& cursor, bool (*is_one)(char)) {
  Digits digits;
  digits.whole = cursor.take_while(is_one);
  digits.point = cursor.take('.');
  if (digits.point) digits.part = cursor.take_while(is_one);
  return digits;
}

/// An exponent after its letter. Its size is checked here, before any power is computed.
long take_exponent(Cursor& cursor, std::string_view text, long limit) {
  const bool negative = cursor.take_sign();
  const std::string_view digits = cursor.take_while(is_digit);
  if (digits.empty()) refuse(text, "its exponent has no digits");
  long value = 0;
  for (const char c : digits) value = std::min(10 * value + (c - '0'), limit + 1);
  if (value > limit) {
    refuse(text, "the exponent lies outside [-" + std::to_string(limit) + ", " + std::to_string(limit) + "]");
  }
  return negative ? -value : value;
}

void expect_end(const Cursor& cursor, std::string_view text) {
  if (cursor.done()) return;
  if (cursor.peek() == ' ') refuse(text, "remove the white space");
  if (cursor.peek() == ',') refuse(text, "the decimal point is '.', not ','");
  refuse(text, "unexpected " + excerpt(cursor.rest().substr(0, 1)) +
                   "; write a decimal like 0.1, a fraction like 1/10, " +
                   "a hexadecimal float like 0x1.8p-1 or a box like [0.1, 0.2]");
}

Integer with_sign(const Integer& magnitude, bool negative) {
  return negative ? Integer(-magnitude) : magnitude;
}

Rational hexadecimal(Cursor cursor, bool negative, std::string_view text) {
  const Digits digits = take_digits(cursor, is_hex_digit);
  if (digits.none()) refuse(text, "0x is followed by no hexadecimal digit");
  const long exponent = cursor.take('p') ? take_exponent(cursor, text, max_binary_exponent) : 0;
  expect_end(cursor, text);
  return scaled_by_two(with_sign(integer_of(digits.joined(), 16), negative),
                       exponent - 4 * digits.part_size());
}

Rational quotient(Cursor cursor, std::string_view numerator, bool negative, std::string_view text) {
  const std::string_view denominator = cursor.take_while(is_digit);
  if (denominator.empty()) refuse(text, "'/' is followed by no digit");
  expect_end(cursor, text);
  const Integer divisor = integer_of(denominator, 10);
  if (divisor == 0) refuse(text, "the denominator is zero");
  return fraction(with_sign(integer_of(numerator, 10), negative), divisor);
}

std::string_view reason_for_no_digits(std::string_view unsigned_text) {
  std::string word;
  for (const char c : unsigned_text.substr(0, 3)) word += lower(c);
  if (word == "inf" || word == "nan") return "every number must be finite";
  if (word.starts_with(' ')) return "remove the white space";
  return "it does not begin with a digit; write a decimal like 0.1, a fraction like 1/10 or a hexadecimal "
         "float like "
         "0x1.8p-1";
}

/// number = decimal | rational | hexfloat
Rational parse_number(std::string_view text) {
  if (text.empty()) throw InputError("an empty text is not an exact number: write its digits");
  if (text.size() > max_characters) refuse(text, "it has more than 20000 characters");
  Cursor cursor(text);
  const bool negative = cursor.take_sign();
  const std::string_view unsigned_text = cursor.rest();
  if (unsigned_text.size() >= 2 && unsigned_text[0] == '0' && lower(unsigned_text[1]) == 'x') {
    return hexadecimal(Cursor(unsigned_text.substr(2)), negative, text);
  }
  const Digits digits = take_digits(cursor, is_digit);
  if (digits.none()) refuse(text, reason_for_no_digits(unsigned_text));
  if (!digits.point && cursor.take('/')) return quotient(cursor, digits.whole, negative, text);
  const long exponent = cursor.take('e') ? take_exponent(cursor, text, max_decimal_exponent) : 0;
  expect_end(cursor, text);
  return scaled_by_ten(with_sign(integer_of(digits.joined(), 10), negative), exponent - digits.part_size());
}

std::string_view without_outer_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

RationalInterval point_interval(Rational value) { return {value, value}; }

/// "[" ws number ws "]" or "[" ws number ws "," ws number ws "]"
RationalInterval parse_brackets(std::string_view text) {
  if (!text.ends_with(']') || text.size() < 2) refuse(text, "a box ends with ']' and nothing follows it");
  const std::string_view inside = text.substr(1, text.size() - 2);
  const std::size_t comma = inside.find(',');
  if (comma == std::string_view::npos) {
    const std::string_view only = without_outer_spaces(inside);
    if (only.empty() || only == "empty" || only == "entire")
      refuse(text, "a box has two finite ends: [lower, upper]");
    return point_interval(parse_number(only));
  }
  const std::string_view lower_text = without_outer_spaces(inside.substr(0, comma));
  const std::string_view upper_text = without_outer_spaces(inside.substr(comma + 1));
  if (lower_text.empty() || upper_text.empty()) refuse(text, "a box has two finite ends: [lower, upper]");
  RationalInterval box{parse_number(lower_text), parse_number(upper_text)};
  if (box.lo > box.hi) refuse(text, "the lower end is greater than the upper end; exchange them");
  return box;
}

/// IEEE 1788's uncertain form m?r: `m` plus or minus r units in its last place.
RationalInterval parse_uncertain(std::string_view text) {
  if (text.size() > max_characters) refuse(text, "it has more than 20000 characters");
  Cursor cursor(text);
  const bool negative = cursor.take_sign();
  const Digits digits = take_digits(cursor, is_digit);
  if (digits.whole.empty() || (digits.point && digits.part.empty())) {
    refuse(text, "the form m?r has digits before '?' and on both sides of a point, like 3.56?1");
  }
  if (!cursor.take('?')) expect_end(cursor, text);
  if (cursor.peek() == '?') refuse(text, "unbounded boxes are not allowed; write both ends: [lower, upper]");
  const std::string_view radius_digits = cursor.take_while(is_digit);
  const bool only_up = cursor.take('u');
  const bool only_down = !only_up && cursor.take('d');
  const long exponent = cursor.take('e') ? take_exponent(cursor, text, max_decimal_exponent) : 0;
  expect_end(cursor, text);
  // In tenths of the last place: so half a unit is an integer.
  const Integer mid = with_sign(integer_of(digits.joined(), 10), negative) * 10;
  const Integer radius = radius_digits.empty() ? Integer(5) : Integer(integer_of(radius_digits, 10) * 10);
  const long scale = exponent - digits.part_size() - 1;
  return {scaled_by_ten(only_up ? mid : Integer(mid - radius), scale),
          scaled_by_ten(only_down ? mid : Integer(mid + radius), scale)};
}

// ---------------------------------------------------------------------------------------------------------------
// JSON numbers.

[[noreturn]] void refuse_json_number(std::string_view text, std::string_view reason) {
  throw InputError(excerpt(text) + " is not a JSON number: " + std::string(reason));
}

/// A JSON number split into its parts (RFC 8259, section 6).
struct JsonNumber {
  Digits digits;
  bool negative_exponent = false;
  std::string_view exponent;
};

JsonNumber split_json_number(std::string_view text) {
  JsonNumber number;
  Cursor cursor(text);
  cursor.take('-');
  number.digits = take_digits(cursor, is_digit);
  const std::string_view whole = number.digits.whole;
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) {
    refuse_json_number(text, "it needs digits before the point and no superfluous 0");
  }
  if (number.digits.point && number.digits.part.empty())
    refuse_json_number(text, "the point is followed by no digit");
  if (cursor.take('e')) {
    number.negative_exponent = cursor.take_sign();
    number.exponent = cursor.take_while(is_digit);
    if (number.exponent.empty()) refuse_json_number(text, "its exponent has no digits");
  }
  if (!cursor.done()) refuse_json_number(text, "unexpected " + excerpt(cursor.rest().substr(0, 1)));
  return number;
}

/// floor(log10 |x|) of a nonzero number, cut to a range that no exponent of a double reaches.
long long leading_exponent(const JsonNumber& number) {
  constexpr long long far_beyond = 1'000'000'000'000'000;
  long long exponent = 0;
  for (const char c : number.exponent) exponent = std::min(10 * exponent + (c - '0'), far_beyond);
  if (number.negative_exponent) exponent = -exponent;
  const std::string digits = number.digits.joined();
  const std::size_t first = digits.find_first_not_of('0');
  return exponent + static_cast<long long>(number.digits.whole.size()) - 1 - static_cast<long long>(first);
}

bool is_zero(const JsonNumber& number) {
  const auto only_zeros = [](std::string_view digits) {
    return digits.find_first_not_of('0') == digits.npos;
  };
  return only_zeros(number.digits.whole) && only_zeros(number.digits.part);
}

// ---------------------------------------------------------------------------------------------------------------
// Exact text.

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
    if (std::abs(magnitude.exponent - shown) > 4 * static_cast<long>(max_characters) + bits) continue;
    std::string text = sign + hex_magnitude(magnitude, shown);
    if (text.size() <= max_characters) return text;
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
  if (std::abs(exponent - shown) > static_cast<long>(max_characters)) return {};
  const std::string sign = mantissa < 0 ? "-" : "";
  const std::string digits = digits_of(Integer(abs(mantissa)), 10);
  std::string text =
      sign + (exponent <= shown ? with_point(digits, static_cast<std::size_t>(shown - exponent))
                                : digits + std::string(static_cast<std::size_t>(exponent - shown), '0'));
  text.append("e").append(std::to_string(shown));
  return text.size() <= max_characters ? text : std::string();
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

RationalInterval parse_exact(std::string_view text) {
  if (text.starts_with('[')) return parse_brackets(text);
  if (text.find('?') != std::string_view::npos) return parse_uncertain(text);
  return point_interval(parse_number(text));
}

Rational parse_exact_point(std::string_view text) {
  RationalInterval value = parse_exact(text);
  if (!value.is_point()) refuse(text, "a box stands where one exact number is needed");
  return std::move(value.lo);
}

double parse_nearest_double(std::string_view text) {
  const JsonNumber number = split_json_number(text);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && std::isfinite(value)) return value;
  // Out of range says nothing about the side: overflow, or nearer to 0 than to the smallest subnormal number.
  if (is_zero(number) || leading_exponent(number) < 0) return 0.0;
  throw InputError(excerpt(text) +
                   " lies beyond the range of doubles; write it as a string to keep it exactly");
}

Rational exact(double value) {
  if (!std::isfinite(value)) throw std::logic_error("exact() of a number that is not finite");
  Rational result;
  mpq_set_d(result.backend().data(), value);
  return result;
}

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
  if (text.size() > max_characters) text = short_decimal(value);
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
