#pragma once
// The number grammar of certificates/README.md, section 1, and exact text.

#include <lojacert/exact/rational.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lojacert {

// Limits of the grammar: they bound the work that a hostile file can cause; beyond them is an error, never a
// rounding.
inline constexpr std::size_t max_number_characters = 20000;
inline constexpr long max_decimal_exponent = 20000;
inline constexpr long max_binary_exponent = 65536;

/// The exact value of a `number` or a `box` (certificates/README.md, section 1).
/// Throws InputError with the reason and the cure; nothing is ever rounded.
[[nodiscard]] RationalInterval parse_exact(std::string_view text);

/// The exact value of a `number`; a box of positive width is refused.
[[nodiscard]] Rational parse_exact_point(std::string_view text);

/// The double nearest to a JSON number's text. Throws InputError when the text lies beyond the range of
/// doubles.
[[nodiscard]] double parse_nearest_double(std::string_view text);

/// The exact rational value of a finite double.
[[nodiscard]] Rational exact(double value);

/// The double that equals `value`, where there is one (never -0).
[[nodiscard]] std::optional<double> exact_double(const Rational& value);

/// The reduced fraction `p/q` with q >= 1, as the canonical form writes it (zero is `0/1`).
[[nodiscard]] std::string canonical_text(const Rational& value);
/// `p/q`, or `[p/q,p/q]` where the width is positive.
[[nodiscard]] std::string canonical_text(const RationalInterval& value);

/// Text that `parse_exact` reads back exactly: a short integer, a C99 hexadecimal float for other dyadic
/// values, else `p/q` (a decimal, where p/q exceeds the grammar's 20000 characters). Throws InputError where
/// no such text keeps within them.
[[nodiscard]] std::string exact_text(const Rational& value);
/// As above, or `[lo, hi]` where the width is positive.
[[nodiscard]] std::string exact_text(const RationalInterval& value);

/// The decimal with at most `digits` significant digits next to `value`, rounded towards -infinity or
/// +infinity. The text is an exact bound: parse_exact_point(decimal_lower(x, n)) <= x <=
/// parse_exact_point(decimal_upper(x, n)). Throws InputError beyond 10^20000, where the grammar ends.
[[nodiscard]] std::string decimal_lower(const Rational& value, int digits);
[[nodiscard]] std::string decimal_upper(const Rational& value, int digits);

}  // namespace lojacert
