#include <lojacert/theory/dual_polynomial.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

namespace lojacert {

namespace {

using Exponents = std::vector<int>;
using Sparse = std::map<Exponents, Rational>;

int degree_of(const Exponents& exponents) { return std::accumulate(exponents.begin(), exponents.end(), 0); }

void add(Sparse& sum, const Exponents& exponents, const Rational& coefficient) {
  Rational& place = sum[exponents];
  place += coefficient;
  if (place.is_zero()) sum.erase(exponents);
}

/// The parts of psi by half degree: result[k] has degree 2k.
std::vector<Sparse> homogeneous_parts(const DualPolynomial& psi) {
  std::vector<Sparse> parts(static_cast<std::size_t>(psi.degree() / 2 + 1));
  for (const DualTerm& term : psi.terms)
    add(parts[static_cast<std::size_t>(degree_of(term.exponents) / 2)], term.exponents, term.coefficient);
  return parts;
}

/// The derivative along P_i: sum over j of <P_i, P_j> d/dy_j.
Sparse derivative(const Sparse& q, const GramMatrix& gram, std::size_t i) {
  Sparse result;
  for (const auto& [exponents, coefficient] : q) {
    for (std::size_t j = 0; j < exponents.size(); ++j) {
      if (exponents[j] == 0 || gram[i][j].is_zero()) continue;
      Exponents lower = exponents;
      --lower[j];
      add(result, lower, coefficient * exponents[j] * gram[i][j]);
    }
  }
  return result;
}

/// <T, T'> of the symmetric tensors of two forms of one degree n, the Bombieri product:
/// <prod y_i^e_i, q> = (prod of the derivatives along P_i, e_i times) q / n!.
Rational bombieri_product(const Sparse& p, const Sparse& q, const GramMatrix& gram) {
  Rational sum = 0;
  Rational factorial = 1;
  for (const auto& [exponents, coefficient] : p) {
    Sparse rest = q;
    for (std::size_t i = 0; i < exponents.size(); ++i)
      for (int n = 0; n < exponents[i]; ++n) rest = derivative(rest, gram, i);
    if (!rest.empty()) sum += coefficient * rest.begin()->second;  // a constant is left
  }
  if (!p.empty())
    for (int n = 2; n <= degree_of(p.begin()->first); ++n) factorial *= n;
  return sum / factorial;
}

Rational power(const Rational& x, int n) {
  Rational result = 1;
  for (int k = 0; k < n; ++k) result *= x;
  return result;
}

/// A form's value at a_i times |P_i|^degree.
Rational value_at_teacher(const Sparse& form, const GramMatrix& gram, std::size_t i) {
  Rational sum = 0;
  for (const auto& [exponents, coefficient] : form) {
    Rational product = coefficient;
    for (std::size_t j = 0; j < exponents.size(); ++j) product *= power(gram[i][j], exponents[j]);
    sum += product;
  }
  return sum;
}

/// (2k-3)!! for k >= 1 (1 for k = 1, 2).
Rational double_factorial(int k) {
  Rational result = 1;
  for (int n = 2 * k - 3; n > 1; n -= 2) result *= n;
  return result;
}

/// The coefficients of the Hermite polynomials He_0, He_2, ..., He_2K, by increasing power.
std::vector<std::vector<Rational>> even_hermite(int half_degree) {
  std::vector<std::vector<Rational>> all = {{1}, {0, 1}};
  for (int n = 1; n < 2 * half_degree; ++n) {
    std::vector<Rational> next(static_cast<std::size_t>(n) + 2, 0);
    for (std::size_t j = 0; j < all.back().size(); ++j) next[j + 1] += all.back()[j];
    const std::vector<Rational>& before = all[all.size() - 2];
    for (std::size_t j = 0; j < before.size(); ++j) next[j] -= n * before[j];
    all.push_back(std::move(next));
  }
  std::vector<std::vector<Rational>> even;
  const auto last = 2 * static_cast<std::size_t>(half_degree);
  for (std::size_t n = 0; n < all.size() && n <= last; n += 2) even.push_back(all[n]);
  return even;
}

/// Horner's rule.
Interval value(const std::vector<Interval>& polynomial, const Interval& s, Bits bits) {
  return std::accumulate(polynomial.rbegin(), polynomial.rend(), Interval::zero(bits),
                         [&](const Interval& sum, const Interval& c) { return sum * s + c; });
}

std::vector<Interval> enclosed(const std::vector<Rational>& polynomial, Bits bits) {
  std::vector<Interval> result;
  for (const Rational& c : polynomial) result.push_back(Interval::from(c, bits));
  return result;
}

}  // namespace

int DualPolynomial::degree() const {
  int largest = 0;
  for (const DualTerm& term : terms) largest = std::max(largest, degree_of(term.exponents));
  return largest;
}

DualPolynomial product_polynomial(const GramMatrix& gram) {
  const std::size_t r = gram.size();
  DualPolynomial psi{{{Exponents(r, 0), 1}}};
  for (std::size_t i = 0; i < r; ++i) {
    const std::size_t count = psi.terms.size();
    for (std::size_t n = 0; n < count; ++n) {
      DualTerm term = psi.terms[n];
      term.exponents[i] = 2;
      term.coefficient /= -gram[i][i];
      psi.terms.push_back(std::move(term));
    }
  }
  return psi;
}

std::vector<Rational> residues_at_teacher(const DualPolynomial& psi, const GramMatrix& gram, std::size_t i) {
  const std::size_t r = gram.size();
  std::vector<Rational> residues(r + 1, 0);
  std::vector<Rational> derivatives(r, 0);
  const std::vector<Sparse> parts = homogeneous_parts(psi);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const Rational scale = power(gram[i][i], static_cast<int>(k));
    residues[0] += value_at_teacher(parts[k], gram, i) / scale;
    for (std::size_t l = 0; l < r; ++l)
      derivatives[l] += value_at_teacher(derivative(parts[k], gram, l), gram, i) / scale;
  }
  for (std::size_t l = 0; l < r; ++l)
    residues[l + 1] = derivatives[l] - gram[l][i] / gram[i][i] * derivatives[i];
  return residues;
}

bool vanishes_at_teachers(const DualPolynomial& psi, const GramMatrix& gram) {
  for (std::size_t i = 0; i < gram.size(); ++i) {
    const std::vector<Rational> residues = residues_at_teacher(psi, gram, i);
    if (!std::all_of(residues.begin(), residues.end(), [](const Rational& x) { return x.is_zero(); }))
      return false;
  }
  return true;
}

Rational squared_dual_norm_over_pi(const DualPolynomial& psi, const GramMatrix& gram) {
  const std::vector<Sparse> parts = homogeneous_parts(psi);
  Rational sum = 0;
  Rational factorial = 1;  // (2k)!
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const int n = static_cast<int>(k);
    if (n > 0) factorial *= Rational(2 * n - 1) * (2 * n);
    // 1 / s_2k^2 = (pi/2) (2k)! / ((2k-3)!!)^2
    const Rational divisor = n == 0 ? Rational(1) : double_factorial(n);
    sum += factorial / (2 * divisor * divisor) * bombieri_product(parts[k], parts[k], gram);
  }
  return sum;
}

std::vector<Rational> hermite_polynomial_at_teacher(const DualPolynomial& psi, const GramMatrix& gram,
                                                    std::size_t i) {
  const std::vector<Sparse> parts = homogeneous_parts(psi);
  const auto hermite = even_hermite(static_cast<int>(parts.size()) - 1);
  std::vector<Rational> result(2 * parts.size() - 1, 0);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const int n = static_cast<int>(k);
    // h_2k / s_2k = sqrt(pi/2) (-1)^(k-1) He_2k / (2k-3)!!
    const Rational sign = n == 0 || n % 2 == 1 ? 1 : -1;
    const Rational factor = sign * value_at_teacher(parts[k], gram, i) / power(gram[i][i], n) /
                            (n == 0 ? Rational(1) : double_factorial(n));
    for (std::size_t j = 0; j < hermite[k].size(); ++j) result[j] += factor * hermite[k][j];
  }
  return result;
}

Interval gaussian_supremum(const std::vector<Rational>& polynomial, Bits bits) {
  const std::vector<Interval> p = enclosed(polynomial, bits);
  std::vector<Rational> slopes;
  for (std::size_t j = 1; j < polynomial.size(); ++j)
    slopes.push_back(polynomial[j] * Integer(static_cast<unsigned long>(j)));
  const std::vector<Interval> derivative = enclosed(slopes, bits);
  const auto weight = [&](const Interval& s) {
    return exp(-(sqr(s) * Interval::from(Rational(1, 2), bits)));
  };
  // the mean value form of f(s) = exp(-s^2/2) P(s), f' = exp(-s^2/2) (P' - s P)
  const auto at = [&](const Rational& s) {
    const Interval point = Interval::from(s, bits);
    return weight(point) * value(p, point, bits);
  };
  const auto bound_on = [&](const Rational& left, const Rational& right) {
    const Interval s = Interval::from(RationalInterval{left, right}, bits);
    const Rational middle = (left + right) / 2;
    const Interval slope = weight(s) * (value(derivative, s, bits) - s * value(p, s, bits));
    return (at(middle) + slope * (s - Interval::from(middle, bits))).upper_end();
  };
  constexpr long cells_per_unit = 64;
  constexpr long last = 16;  // the tail begins here: s^j exp(-s^2/2) falls beyond sqrt(j)
  constexpr int deepest = 10;
  Interval reached = Interval::zero(bits);  // f attains at least this
  for (long cell = 0; cell <= last * cells_per_unit; ++cell)
    reached = larger(reached, at(Rational(cell, cells_per_unit)).lower_end());
  Interval supremum = reached;
  // Cells that may exceed what is attained are halved until they hardly do.
  const std::function<void(const Rational&, const Rational&, int)> refine =
      [&](const Rational& left, const Rational& right, int depth) {
        const Interval bound = bound_on(left, right);
        if (certainly_less_equal(bound, reached)) return;
        if (depth == deepest) {
          supremum = larger(supremum, bound);
          return;
        }
        const Rational middle = (left + right) / 2;
        refine(left, middle, depth + 1);
        refine(middle, right, depth + 1);
      };
  for (long cell = 0; cell < last * cells_per_unit; ++cell)
    refine(Rational(cell, cells_per_unit), Rational(cell + 1, cells_per_unit), 0);
  if (static_cast<long>(polynomial.size()) > last * last)
    return Interval::exact(1L, bits) / Interval::zero(bits);  // the tail is not monotone: no bound
  const Interval tail =
      std::accumulate(polynomial.rbegin(), polynomial.rend(), Interval::zero(bits),
                      [&](const Interval& sum, const Rational& c) {
                        return sum * Interval::exact(last, bits) + Interval::from(Rational(abs(c)), bits);
                      });
  return larger(supremum, tail * exp(Interval::exact(-last * last / 2, bits))).upper_end();
}

}  // namespace lojacert
