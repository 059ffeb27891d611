#include <lojacert/stress/rounded.hpp>

#include <lojacert/exact/radical.hpp>

namespace lojacert::stress {

namespace {

constexpr Bits size_bits{64};

bool is_zero(const Rounded& a) { return a.exact && *a.exact == 0; }

/// The significant bits of a binary fraction; nothing for other numbers.
std::optional<long> significant_bits(const Rational& value) {
  if (value == 0) return 0;
  const Integer below = denominator(value);
  if (msb(below) != lsb(below)) return std::nullopt;
  const Integer mantissa = abs(numerator(value));
  return static_cast<long>(msb(mantissa) - lsb(mantissa)) + 1;
}

bool is_power_of_two(const Rounded& a) { return a.exact && significant_bits(*a.exact) == 1; }

std::optional<Rational> exact_square_root(const Rational& value) {
  Integer above = 0;
  Integer below = 0;
  if (!is_square(numerator(value), above) || !is_square(denominator(value), below)) return std::nullopt;
  return Rational(above, below);
}

}  // namespace

Size size(const Rational& value) { return {value, size_bits}; }
Size middle(const Interval& x) { return size(Rational((x.inf() + x.sup()) / 2)); }

Rounded Rounding::rounded(const Size& value, const Size& carried,
                          const std::optional<Rational>& exact) const {
  const auto bits = exact ? significant_bits(*exact) : std::nullopt;
  if (bits && *bits <= bits_) return {size(*exact), size(0), exact};
  return {value, carried + abs(value), std::nullopt};
}

Rounded Rounding::once(const Rational& value) const { return rounded(size(value), size(0), value); }
Rounded Rounding::once(const Size& value) const { return rounded(value, size(0), std::nullopt); }

Rounded Rounding::sum(const Rounded& a, const Rounded& b) const { return sum(a, b, a.value + b.value); }

Rounded Rounding::sum(const Rounded& a, const Rounded& b, const Size& value) const {
  if (is_zero(a)) return b;
  if (is_zero(b)) return a;
  const auto exact = a.exact && b.exact ? std::optional<Rational>(*a.exact + *b.exact) : std::nullopt;
  return rounded(value, a.error + b.error, exact);
}

Rounded Rounding::product(const Rounded& a, const Rounded& b) const {
  if (is_zero(a) || is_zero(b)) return zero();
  const Size value = a.value * b.value;
  const Size carried = abs(a.value) * b.error + a.error * abs(b.value);
  const auto exact = a.exact && b.exact ? std::optional<Rational>(*a.exact * *b.exact) : std::nullopt;
  if (!exact && (is_power_of_two(a) || is_power_of_two(b))) return {value, carried, std::nullopt};
  return rounded(value, carried, exact);
}

Rounded Rounding::quotient(const Rounded& a, const Rounded& b) const {
  if (is_zero(a)) return zero();
  const Size value = a.value / b.value;
  const Size carried = (a.error + abs(value) * b.error) / abs(b.value);
  const auto exact = a.exact && b.exact ? std::optional<Rational>(*a.exact / *b.exact) : std::nullopt;
  if (!exact && is_power_of_two(b)) return {value, carried, std::nullopt};
  return rounded(value, carried, exact);
}

Rounded Rounding::square_root(const Rounded& a) const {
  if (is_zero(a)) return zero();
  const Size value = sqrt(a.value);
  const Size carried = size(0) < value ? a.error / (size(2) * value) : size(0);
  return rounded(value, carried, a.exact ? exact_square_root(*a.exact) : std::nullopt);
}

}  // namespace lojacert::stress
