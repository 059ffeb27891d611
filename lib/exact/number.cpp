#include <lojacert/exact/error.hpp>
#include <lojacert/exact/excerpt.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/exact/scaling.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace lojacert {
namespace {

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
  if (text.size() > max_number_characters) refuse(text, "it has more than 20000 characters");
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
  if (text.size() > max_number_characters) refuse(text, "it has more than 20000 characters");
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

}  // namespace lojacert
