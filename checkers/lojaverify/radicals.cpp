#include "radicals.hpp"

#include <algorithm>
#include <map>

namespace lojaverify {

void RadicalSum::add(const Rational& coefficient, const Integer& radicand) {
  for (Class& known : classes_) {
    const Integer product = known.radicand * radicand;
    if (!product.is_square()) continue;
    // sqrt(N) = (sqrt(N N') / N') sqrt(N')
    known.coefficient = known.coefficient + coefficient * Rational(product.root(), known.radicand);
    return;
  }
  classes_.push_back({radicand, coefficient});
}

bool RadicalSum::is_rational() const {
  return std::all_of(classes_.begin() + 1, classes_.end(),
                     [](const Class& c) { return c.coefficient.sign() == 0; });
}

void add_effective_vector(std::vector<RadicalSum>& sums, int sign, const IntegerRow& row, Form form) {
  const Integer denominator = form == Form::unit ? row.denominator : row.denominator * row.denominator;
  const Integer radicand = form == Form::unit ? Integer(1) : row.squared_norm;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    sums[k].add(Rational(sign) * Rational(row.numerators[k], denominator), radicand);
  }
}

bool loss_is_zero(const Instance& instance) {
  const auto visit_rows = [&](auto visit) {
    for (const Row& w : instance.student) visit(clear_denominators(w), instance.neuron, 1);
    for (const Row& w : instance.teacher) visit(clear_denominators(w), instance.teacher_neuron, -1);
  };
  std::map<std::vector<Integer>, RadicalSum>
      lines;  // the coefficients of |n.x| for primitive integer vectors n
  visit_rows([&](const IntegerRow& row, Form form, int sign) {
    if (row.squared_norm.sign() == 0) return;
    // w = +-size * n, where the first nonzero entry of n is positive
    Integer content;
    for (const Integer& z : row.numerators) fmpz_gcd(content.get(), content.get(), z.get());
    const Rational size(content, row.denominator);
    const auto leading = std::ranges::find_if(row.numerators, [](const Integer& z) { return z.sign() != 0; });
    if (leading->sign() < 0) fmpz_neg(content.get(), content.get());
    std::vector<Integer> n = row.numerators;
    for (Integer& z : n) fmpz_divexact(z.get(), z.get(), content.get());
    // unit form: |w.x| = size |n.x|; norm form: |w| |w.x| = size^2 sqrt(n.n) |n.x|
    const Rational coefficient = Rational(sign) * (form == Form::unit ? size : size * size);
    lines[n].add(coefficient, form == Form::unit ? Integer(1) : dot(n, n));
  });
  if (!std::ranges::all_of(lines, [](const auto& line) { return line.second.is_zero(); })) return false;
  if (instance.is_even()) return true;

  std::vector<RadicalSum> odd_part(instance.d());
  visit_rows(
      [&](const IntegerRow& row, Form form, int sign) { add_effective_vector(odd_part, sign, row, form); });
  return std::ranges::all_of(odd_part, &RadicalSum::is_zero);
}

}  // namespace lojaverify
