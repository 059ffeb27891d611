#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/dual_polynomial.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace lojacert {

namespace {

using Exponents = std::vector<int>;
using Expansion = std::map<Exponents, Rational>;

Expansion product(const Expansion& p, const Expansion& q) {
  Expansion result;
  for (const auto& [e, a] : p) {
    for (const auto& [f, b] : q) {
      Exponents sum = e;
      for (std::size_t l = 0; l < sum.size(); ++l) sum[l] += f[l];
      result[std::move(sum)] += a * b;
    }
  }
  return result;
}

/// x to the nearest multiple of a power of two, about `bits` bits below `size`.
Rational rounded(const Rational& x, double size, int bits) {
  const double step = std::ldexp(1.0, std::ilogb(std::max(size, 1e-300)) - bits);
  const Rational shifted = x / exact(step) + Rational(1, 2);
  const Integer nearest = numerator(shifted) / denominator(shifted);  // truncated: any choice will do
  return Rational(nearest) * exact(step);
}

/// The teachers whose coordinates are independent, and the coordinates in terms of their inner products:
/// w_j = sum over k of inverse[j][k] <w, P_chosen[k]>.
struct Substitution {
  std::vector<std::size_t> chosen;
  std::vector<std::vector<double>> inverse;
};

Substitution substitution(const std::vector<std::vector<double>>& rows) {
  const std::size_t rank = rows.front().size();
  // Gauss-Jordan on the rows; a row that brings no new direction is skipped.
  Substitution result;
  std::vector<std::vector<double>> reduced;  // independent rows, reduced
  std::vector<std::vector<double>> origin;   // as combinations of the chosen teachers
  std::vector<std::size_t> lead;
  for (std::size_t k = 0; k < rows.size() && reduced.size() < rank; ++k) {
    std::vector<double> row = rows[k];
    std::vector<double> from(rank, 0);
    from[reduced.size()] = 1;
    double size = 0;
    for (const double x : row) size = std::max(size, std::fabs(x));
    for (std::size_t n = 0; n < reduced.size(); ++n) {
      const double factor = row[lead[n]];
      for (std::size_t l = 0; l < rank; ++l) row[l] -= factor * reduced[n][l];
      for (std::size_t l = 0; l < rank; ++l) from[l] -= factor * origin[n][l];
    }
    const auto largest = std::max_element(row.begin(), row.end(),
                                          [](double x, double y) { return std::fabs(x) < std::fabs(y); });
    if (std::fabs(*largest) < 1e-9 * size) continue;
    const auto column = static_cast<std::size_t>(largest - row.begin());
    const double pivot = row[column];
    for (double& x : row) x /= pivot;
    for (double& x : from) x /= pivot;
    for (std::size_t n = 0; n < reduced.size(); ++n) {
      const double factor = reduced[n][column];
      for (std::size_t l = 0; l < rank; ++l) reduced[n][l] -= factor * row[l];
      for (std::size_t l = 0; l < rank; ++l) origin[n][l] -= factor * from[l];
    }
    reduced.push_back(std::move(row));
    origin.push_back(std::move(from));
    lead.push_back(column);
    result.chosen.push_back(k);
  }
  if (reduced.size() < rank) throw UndecidedError("the teachers' coordinates are too nearly dependent");
  result.inverse.assign(rank, std::vector<double>(rank, 0));
  for (std::size_t n = 0; n < rank; ++n) result.inverse[lead[n]] = origin[n];
  return result;
}

/// One linear condition on the coefficients: row . coefficients = right.
struct Condition {
  std::vector<Rational> row;
  Rational right;
};

double magnitude(const Rational& x) { return std::fabs(static_cast<double>(x)); }

/// Changes a few coefficients so that every condition holds: Gaussian elimination, in each row on the largest
/// entry.
void satisfy(std::vector<Condition> conditions, std::vector<Rational>& coefficients) {
  for (Condition& condition : conditions) {
    for (std::size_t m = 0; m < coefficients.size(); ++m)
      condition.right -= condition.row[m] * coefficients[m];  // what the correction must bring
  }
  std::vector<std::pair<std::size_t, std::size_t>> pivots;  // condition, coefficient
  for (std::size_t n = 0; n < conditions.size(); ++n) {
    const auto largest =
        std::max_element(conditions[n].row.begin(), conditions[n].row.end(),
                         [](const Rational& x, const Rational& y) { return magnitude(x) < magnitude(y); });
    if (largest->is_zero()) {
      if (!conditions[n].right.is_zero())
        throw UndecidedError("no polynomial of this degree vanishes to second order at the teachers");
      continue;
    }
    const auto column = static_cast<std::size_t>(largest - conditions[n].row.begin());
    const Rational pivot = *largest;
    for (Rational& x : conditions[n].row) x /= pivot;
    conditions[n].right /= pivot;
    for (std::size_t other = 0; other < conditions.size(); ++other) {
      const Rational factor = conditions[other].row[column];
      if (other == n || factor.is_zero()) continue;
      for (std::size_t m = 0; m < coefficients.size(); ++m)
        conditions[other].row[m] -= factor * conditions[n].row[m];
      conditions[other].right -= factor * conditions[n].right;
    }
    pivots.emplace_back(n, column);
  }
  for (const auto& [n, column] : pivots) coefficients[column] += conditions[n].right;
}

}  // namespace

DualPolynomial exact_certificate_near(const std::vector<OrthonormalTerm>& terms,
                                      const std::vector<std::vector<double>>& lengths_times_directions,
                                      const GramMatrix& gram, int bits) {
  const std::size_t r = gram.size();
  const Substitution change = substitution(lengths_times_directions);
  const std::size_t rank = change.chosen.size();
  int degree = 0;
  for (const OrthonormalTerm& term : terms) {
    int sum = 0;
    for (const int n : term.exponents) sum += n;
    degree = std::max(degree, sum);
  }
  std::vector<std::vector<Expansion>> powers;  // of the coordinates w_j, in the y_k
  for (std::size_t j = 0; j < rank; ++j) {
    Expansion linear;
    for (std::size_t k = 0; k < rank; ++k) {
      if (change.inverse[j][k] == 0) continue;
      Exponents exponents(r, 0);
      exponents[change.chosen[k]] = 1;
      linear.emplace(std::move(exponents), exact(change.inverse[j][k]));
    }
    powers.push_back({{{Exponents(r, 0), 1}}});
    for (int n = 1; n <= degree; ++n) powers.back().push_back(product(powers.back().back(), linear));
  }
  Expansion sum;
  for (const OrthonormalTerm& term : terms) {
    Expansion part{{Exponents(r, 0), exact(term.coefficient)}};
    for (std::size_t j = 0; j < rank; ++j)
      if (term.exponents[j] > 0) part = product(part, powers[j][static_cast<std::size_t>(term.exponents[j])]);
    for (const auto& [exponents, coefficient] : part) sum[exponents] += coefficient;
  }
  DualPolynomial psi;
  std::vector<Rational> coefficients;
  for (const auto& [exponents, coefficient] : sum) {
    // A monomial's size on the unit sphere is at most the product of the lengths.
    double size = 1;
    for (std::size_t k = 0; k < r; ++k)
      size *= std::pow(static_cast<double>(gram[k][k]), -0.5 * exponents[k]);
    psi.terms.push_back({exponents, 0});
    coefficients.push_back(rounded(coefficient, size, bits));
  }
  std::vector<std::vector<Rational>> columns;  // of all conditions, one a monomial
  for (const DualTerm& term : psi.terms) {
    const DualPolynomial monomial{{{term.exponents, 1}}};
    std::vector<Rational> column;
    for (std::size_t i = 0; i < r; ++i)
      for (Rational& x : residues_at_teacher(monomial, gram, i)) column.push_back(std::move(x));
    columns.push_back(std::move(column));
  }
  std::vector<Condition> conditions;
  for (std::size_t n = 0; n < columns.front().size(); ++n) {
    Condition condition{{}, 0};
    for (const auto& column : columns) condition.row.push_back(column[n]);
    conditions.push_back(std::move(condition));
  }
  satisfy(std::move(conditions), coefficients);
  for (std::size_t m = 0; m < coefficients.size(); ++m) psi.terms[m].coefficient = coefficients[m];
  std::erase_if(psi.terms, [](const DualTerm& term) { return term.coefficient.is_zero(); });
  return psi;
}

}  // namespace lojacert
