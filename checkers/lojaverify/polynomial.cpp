#include "polynomial.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace lojaverify {

namespace {

Polynomial times(const Polynomial& p, const Polynomial& q) {
  Polynomial result;
  for (const auto& [a, x] : p) {
    for (const auto& [b, y] : q) {
      Exponents sum = a;
      for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += b[j];
      Rational& coefficient = result[std::move(sum)];
      coefficient = coefficient + x * y;
    }
  }
  std::erase_if(result, [](const auto& term) { return term.second.sign() == 0; });
  return result;
}

Rational power(const Rational& x, unsigned n) {
  return made<Rational>(fmpq_pow_si, x, static_cast<slong>(n));
}

/// The derivative by variable j.
Polynomial derivative(const Polynomial& p, std::size_t j) {
  Polynomial result;
  for (const auto& [a, x] : p) {
    if (a[j] == 0) continue;
    Exponents lower = a;
    --lower[j];
    result[std::move(lower)] = x * Rational(static_cast<slong>(a[j]));
  }
  return result;
}

/// The value at a_i, where v_j = factor_ij pivot_j / |P_i|; of odd degrees without one factor 1 / |P_i|.
Rational value_at(const Polynomial& p, const Teacher& teacher, std::size_t i) {
  Rational sum;
  for (const auto& [a, x] : p) {
    Rational term = x / power(teacher.gram[i][i], degree(a) / 2);
    for (std::size_t j = 0; j < a.size(); ++j)
      term = term * power(teacher.factor[i][j] * teacher.pivots[j], a[j]);
    sum = sum + term;
  }
  return sum;
}

/// y_i
Polynomial linear_form(const Teacher& teacher, std::size_t i) {
  Polynomial y;
  for (std::size_t j = 0; j < teacher.rank(); ++j) {
    Exponents one(teacher.rank(), 0);
    one[j] = 1;
    if (teacher.factor[i][j].sign() != 0) y.emplace(std::move(one), teacher.factor[i][j]);
  }
  return y;
}

}  // namespace

unsigned degree(const Exponents& exponents) {
  return std::accumulate(exponents.begin(), exponents.end(), 0U);
}

bool is_too_large(std::size_t variables, unsigned degree) {
  std::size_t terms = 1;  // binomial(variables + degree, variables)
  for (std::size_t j = 1; j <= variables; ++j) {
    terms = terms * (degree + j) / j;
    if (terms > max_coefficients) return true;
  }
  return false;
}

Polynomial product_polynomial(const Teacher& teacher) {
  const Exponents zero(teacher.rank(), 0);
  Polynomial result{{zero, Rational(1)}};
  for (std::size_t i = 0; i < teacher.size(); ++i) {
    const Polynomial y = linear_form(teacher, i);
    Polynomial factor = times(y, times(y, {{zero, -(Rational(1) / teacher.gram[i][i])}}));
    factor.emplace(zero, Rational(1));
    result = times(result, factor);
  }
  return result;
}

std::optional<std::size_t> teacher_without_zero(const Polynomial& psi, const Teacher& teacher) {
  std::vector<Polynomial> partials;
  for (std::size_t j = 0; j < teacher.rank(); ++j) partials.push_back(derivative(psi, j));
  for (std::size_t i = 0; i < teacher.size(); ++i) {
    if (value_at(psi, teacher, i).sign() != 0) return i;
    // In orthonormal coordinates the gradient is sqrt(pivot_j) d/dv_j and P_i is factor_ij sqrt(pivot_j):
    // they are parallel where the d/dv_j are to the factor_ij.
    std::vector<Rational> gradient;
    for (const Polynomial& partial : partials) gradient.push_back(value_at(partial, teacher, i));
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      for (std::size_t l = 0; l < j; ++l) {
        if (gradient[j] * teacher.factor[i][l] != gradient[l] * teacher.factor[i][j]) return i;
      }
    }
  }
  return {};
}

std::vector<Rational> parts_at(const Polynomial& psi, const Teacher& teacher, std::size_t i) {
  std::map<unsigned, Polynomial> parts;
  for (const auto& [a, x] : psi) parts[degree(a) / 2].emplace(a, x);
  std::vector<Rational> values(parts.empty() ? 1 : parts.rbegin()->first + 1);
  for (const auto& [k, part] : parts) values[k] = value_at(part, teacher, i);
  return values;
}

Polynomial in_coordinates(const Polynomial& in_y, const Teacher& teacher) {
  std::vector<Polynomial> y;
  for (std::size_t i = 0; i < teacher.size(); ++i) y.push_back(linear_form(teacher, i));
  // Horner's rule in y_0, then in y_1 for each coefficient, and so on.
  const std::function<Polynomial(const Polynomial&, std::size_t)> expand = [&](const Polynomial& p,
                                                                               std::size_t i) {
    if (i == teacher.size()) return Polynomial{{Exponents(teacher.rank(), 0), p.begin()->second}};
    std::map<unsigned, Polynomial, std::greater<>> by_power;
    for (const auto& [a, x] : p) by_power[a[i]].emplace(a, x);
    Polynomial result;
    unsigned last = by_power.begin()->first;
    for (const auto& [exponent, part] : by_power) {
      for (; last > exponent; --last) result = times(result, y[i]);
      for (const auto& [a, x] : expand(part, i + 1)) {
        Rational& coefficient = result[a];
        coefficient = coefficient + x;
      }
    }
    for (; last > 0; --last) result = times(result, y[i]);
    return result;
  };
  if (in_y.empty()) return {};
  Polynomial result = expand(in_y, 0);
  std::erase_if(result, [](const auto& term) { return term.second.sign() == 0; });
  return result;
}

Integer odd_factorial(unsigned k) {
  Integer result(1);
  for (unsigned factor = 3; factor + 3 <= 2 * k; factor += 2)
    result = result * Integer(static_cast<slong>(factor));
  return result;
}

Rational squared_norm_over_pi(const Polynomial& psi, const Teacher& teacher) {
  // In orthonormal u_j = v_j / sqrt(pivot_j): |T|^2 = sum t_a^2 a! / (2k)! and 1 / s_2k^2 = (pi/2) (2k)! /
  // ...
  Rational sum;
  for (const auto& [a, x] : psi) {
    const Integer weight = odd_factorial(degree(a) / 2);
    Rational term = x * x / Rational(weight * weight);
    for (std::size_t j = 0; j < a.size(); ++j)
      term = term * power(teacher.pivots[j], a[j]) * Rational(made<Integer>(fmpz_fac_ui, ulong{a[j]}));
    sum = sum + term;
  }
  return sum / Rational(2);
}

Derivatives::Derivatives(const Polynomial& psi, const Teacher& teacher, slong bits)
    : variables_(teacher.rank()), bits_(bits), partials_(4) {
  // All monomials up to the degree, each as an earlier one times a variable.
  unsigned largest = 0;
  for (const auto& [a, x] : psi) largest = std::max(largest, degree(a));
  std::map<Exponents, std::size_t> index{{Exponents(variables_, 0), 0}};
  products_.emplace_back();
  std::vector<Exponents> layer{Exponents(variables_, 0)};
  for (unsigned d = 1; d <= largest; ++d) {
    std::vector<Exponents> next;
    for (const Exponents& a : layer) {
      for (std::size_t j = 0; j < variables_; ++j) {
        Exponents b = a;
        ++b[j];
        if (!index.emplace(b, index.size()).second) continue;
        products_.emplace_back(index.at(a), j);
        next.push_back(std::move(b));
      }
    }
    layer = std::move(next);
  }
  monomials_.resize(index.size());

  // v_j = sqrt(pivot_j) u_j, of which u_j are the orthonormal coordinates.
  Vector roots;
  for (const Rational& pivot : teacher.pivots) roots.push_back(root(ball(pivot, bits), bits));
  const std::function<void(const Polynomial&, const std::vector<std::size_t>&)> add_partial =
      [&](const Polynomial& p, const std::vector<std::size_t>& by) {
        Partial partial{by, Vector(index.size())};
        Exponents lost(variables_, 0);
        for (const std::size_t j : by) ++lost[j];
        for (const auto& [a, x] : p) {
          Rational whole = x;
          Ball coefficient(1);
          for (std::size_t j = 0; j < variables_; ++j) {
            whole = whole * power(teacher.pivots[j], (a[j] + lost[j]) / 2);
            if ((a[j] + lost[j]) % 2 == 1) coefficient = mul(coefficient, roots[j], bits);
          }
          partial.coefficients[index.at(a)] = mul(coefficient, ball(whole, bits), bits);
        }
        partials_[by.size()].push_back(std::move(partial));
        for (std::size_t j = by.empty() ? 0 : by.back(); by.size() < 3 && j < variables_; ++j) {
          std::vector<std::size_t> more = by;
          more.push_back(j);
          add_partial(derivative(p, j), more);
        }
      };
  add_partial(psi, {});
}

void Derivatives::evaluate(std::span<const Ball> point, unsigned order, Jet& jet) {
  arb_one(monomials_[0].get());
  for (std::size_t i = 1; i < products_.size(); ++i) {
    arb_mul(monomials_[i].get(), monomials_[products_[i].first].get(), point[products_[i].second].get(),
            bits_);
  }
  const std::size_t n = variables_;
  jet.gradient.resize(n);
  jet.hessian.resize(n * n);
  jet.third.resize(n * n * n);
  for (unsigned k = 0; k <= order; ++k) {
    for (const Partial& partial : partials_[k]) {
      const Ball value = dot(partial.coefficients, monomials_, bits_);
      std::vector<std::size_t> by = partial.by;
      do {
        std::size_t position = 0;
        for (const std::size_t j : by) position = position * n + j;
        (k == 0   ? jet.value
         : k == 1 ? jet.gradient[position]
         : k == 2 ? jet.hessian[position]
                  : jet.third[position]) = value;
      } while (std::next_permutation(by.begin(), by.end()));
    }
  }
}

}  // namespace lojaverify
