#include "radicals.hpp"

#include <algorithm>
#include <map>

namespace lojaverify {

namespace {

bool all_zero(std::span<const Rational> values) {
  return std::ranges::all_of(values, [](const Rational& x) { return x.sign() == 0; });
}

void accumulate(std::vector<Rational>& sum, std::span<const Rational> values, const Rational& factor) {
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] = sum[k] + values[k] * factor;
}

/// A nonzero row as w = factor * direction with a primitive integer direction whose first nonzero entry is
/// positive.
struct OnLine {
  std::vector<Integer> direction;
  Rational factor;
};

OnLine line_of(const IntegerRow& row) {
  Integer content;
  for (const Integer& z : row.numerators) fmpz_gcd(content.get(), content.get(), z.get());
  const auto leading = std::ranges::find_if(row.numerators, [](const Integer& z) { return z.sign() != 0; });
  if (leading->sign() < 0) fmpz_neg(content.get(), content.get());
  OnLine result{row.numerators, Rational(content, row.denominator)};
  for (Integer& z : result.direction) fmpz_divexact(z.get(), z.get(), content.get());
  return result;
}

/// The coefficient of |n.x| on one line: `plain` + `radical` * sqrt(n.n).
struct Coefficient {
  Rational plain, radical;

  [[nodiscard]] bool vanishes(std::span<const Integer> direction) const {
    const Integer n = dot(direction, direction);
    if (n.is_square()) return plain + radical * Rational(n.root()) == Rational();
    return plain == Rational() && radical == Rational();
  }
};

}  // namespace

void RadicalSum::add(std::span<const Rational> coefficients, const Integer& radicand) {
  if (radicand.is_square()) return accumulate(rational_, coefficients, Rational(radicand.root()));
  for (Class& known : classes_) {
    const Integer product = known.radicand * radicand;
    if (product.is_square()) {  // sqrt(N) = (sqrt(N N') / N') sqrt(N')
      return accumulate(known.coefficients, coefficients, Rational(product.root(), known.radicand));
    }
  }
  classes_.push_back({radicand, {coefficients.begin(), coefficients.end()}});
}

bool RadicalSum::is_rational() const {
  return std::ranges::all_of(classes_, [](const Class& c) { return all_zero(c.coefficients); });
}

bool RadicalSum::is_zero() const { return is_rational() && all_zero(rational_); }

void add_effective_vector(RadicalSum& sum, int sign, const IntegerRow& row, Form form) {
  const Integer denominator = form == Form::unit ? row.denominator : row.denominator * row.denominator;
  std::vector<Rational> coefficients;
  for (const Integer& z : row.numerators) coefficients.push_back(Rational(sign) * Rational(z, denominator));
  sum.add(coefficients, form == Form::unit ? Integer(1) : row.squared_norm);
}

bool loss_is_zero(const Instance& instance) {
  std::map<std::vector<Integer>, Coefficient> lines;
  const auto collect = [&](const std::vector<Row>& rows, Form form, int sign) {
    for (const Row& points : rows) {
      const IntegerRow row = clear_denominators(points);
      if (row.squared_norm.sign() == 0) continue;
      const OnLine line = line_of(row);
      const Rational size = line.factor.sign() < 0 ? Rational() - line.factor : line.factor;
      Coefficient& c = lines[line.direction];
      // unit form: |factor| |n.x|; norm form: |w| |w.x| = factor^2 sqrt(n.n) |n.x|
      Rational& part = form == Form::unit ? c.plain : c.radical;
      part = part + Rational(sign) * (form == Form::unit ? size : size * size);
    }
  };
  collect(instance.student, instance.neuron, 1);
  collect(instance.teacher, instance.teacher_neuron, -1);
  for (const auto& [direction, coefficient] : lines) {
    if (!coefficient.vanishes(direction)) return false;
  }
  if (instance.is_even()) return true;

  RadicalSum odd_part(instance.d());
  for (const Row& w : instance.student)
    add_effective_vector(odd_part, 1, clear_denominators(w), instance.neuron);
  for (const Row& w : instance.teacher)
    add_effective_vector(odd_part, -1, clear_denominators(w), instance.teacher_neuron);
  return odd_part.is_zero();
}

}  // namespace lojaverify
