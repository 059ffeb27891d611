#include <lojacert/theory/direction_polynomial.hpp>

#include <map>
#include <utility>

namespace lojacert {

namespace {

constexpr Bits bits{256};

using Expansion = std::map<std::vector<int>, Interval>;

Expansion product(const Expansion& p, const Expansion& q) {
  Expansion result;
  for (const auto& [e, a] : p) {
    for (const auto& [f, b] : q) {
      std::vector<int> sum = e;
      for (std::size_t l = 0; l < sum.size(); ++l) sum[l] += f[l];
      const auto place = result.try_emplace(std::move(sum), Interval::zero(bits)).first;
      place->second.add_product(a, b);
    }
  }
  return result;
}

/// powers[k][n] = <w, P_k>^n in orthonormal coordinates.
std::vector<std::vector<Expansion>> powers_of_inner_products(const TeacherGeometry& geometry, int degree) {
  const auto directions = geometry.directions(bits);
  std::vector<std::vector<Expansion>> powers;
  for (std::size_t k = 0; k < geometry.count(); ++k) {
    const Interval length = sqrt_nonnegative(Interval::from(geometry.inner(k, k), bits));
    Expansion linear;
    for (std::size_t l = 0; l < geometry.rank(); ++l) {
      const Interval coefficient = length * directions[k][l];
      if (coefficient.is_point() && coefficient.contains_zero()) continue;
      std::vector<int> exponents(geometry.rank(), 0);
      exponents[l] = 1;
      linear.emplace(std::move(exponents), coefficient);
    }
    powers.push_back({{{std::vector<int>(geometry.rank(), 0), Interval::exact(1L, bits)}}});
    for (int n = 1; n <= degree; ++n) powers.back().push_back(product(powers.back().back(), linear));
  }
  return powers;
}

}  // namespace

DirectionPolynomial::DirectionPolynomial(const DualPolynomial& psi, const TeacherGeometry& geometry)
    : variables_(geometry.rank()), stride_(static_cast<std::size_t>(psi.degree()) + 1) {
  const auto powers = powers_of_inner_products(geometry, psi.degree());
  Expansion sum;
  for (const DualTerm& term : psi.terms) {
    Expansion part{{std::vector<int>(variables_, 0), Interval::from(term.coefficient, bits)}};
    for (std::size_t k = 0; k < term.exponents.size(); ++k)
      if (term.exponents[k] > 0) part = product(part, powers[k][static_cast<std::size_t>(term.exponents[k])]);
    for (const auto& [exponents, coefficient] : part)
      sum.try_emplace(exponents, Interval::zero(bits)).first->second += coefficient;
  }
  for (const auto& [exponents, coefficient] : sum)
    if (!(coefficient.is_point() && coefficient.contains_zero()))
      terms_.push_back({exponents, DoubleInterval::from(coefficient)});
}

std::vector<DoubleInterval> DirectionPolynomial::powers(std::span<const DoubleInterval> w) const {
  std::vector<DoubleInterval> table(variables_ * stride_, DoubleInterval(1));
  for (std::size_t l = 0; l < variables_; ++l) {
    for (std::size_t n = 1; n < stride_; ++n) {
      table[l * stride_ + n] =
          n % 2 == 0 ? sqr(table[l * stride_ + n / 2]) : table[l * stride_ + n - 1] * w[l];
    }
  }
  return table;
}

DoubleInterval DirectionPolynomial::value(std::span<const DoubleInterval> w) const {
  const std::vector<DoubleInterval> table = powers(w);
  DoubleInterval sum;
  for (const Term& term : terms_) {
    DoubleInterval product = term.coefficient;
    for (std::size_t l = 0; l < variables_; ++l) {
      const auto n = static_cast<std::size_t>(term.exponents[l]);
      if (n > 0) product *= table[l * stride_ + n];
    }
    sum += product;
  }
  return sum;
}

void DirectionPolynomial::gradient(std::span<const DoubleInterval> w, std::vector<DoubleInterval>& gradient) const {
  const std::vector<DoubleInterval> table = powers(w);
  gradient.assign(variables_, DoubleInterval());
  for (const Term& term : terms_) {
    for (std::size_t m = 0; m < variables_; ++m) {
      if (term.exponents[m] == 0) continue;
      DoubleInterval slope = term.coefficient * DoubleInterval(term.exponents[m]);
      for (std::size_t l = 0; l < variables_; ++l) {
        const auto n = static_cast<std::size_t>(term.exponents[l] - (l == m ? 1 : 0));
        if (n > 0) slope *= table[l * stride_ + n];
      }
      gradient[m] += slope;
    }
  }
}

DoubleInterval DirectionPolynomial::second_derivative(std::span<const DoubleInterval> w,
                                                      std::span<const DoubleInterval> velocity) const {
  const std::vector<DoubleInterval> table = powers(w);
  const auto monomial = [&](const Term& term, std::size_t first, std::size_t second) {
    DoubleInterval product(1);
    for (std::size_t l = 0; l < variables_; ++l) {
      const int n = term.exponents[l] - (l == first ? 1 : 0) - (l == second ? 1 : 0);
      if (n > 0) product *= table[l * stride_ + static_cast<std::size_t>(n)];
    }
    return product;
  };
  DoubleInterval sum;
  for (const Term& term : terms_) {
    DoubleInterval part;
    int total = 0;
    for (std::size_t k = 0; k < variables_; ++k) {
      const int n = term.exponents[k];
      total += n;
      if (n > 1) part += DoubleInterval(n * (n - 1)) * monomial(term, k, k) * sqr(velocity[k]);
      for (std::size_t l = 0; l < k && n > 0; ++l) {
        if (term.exponents[l] > 0)
          part += DoubleInterval(2 * n * term.exponents[l]) * monomial(term, k, l) * velocity[k] * velocity[l];
      }
    }
    // w'' = -w, and the sum of w_l d/dw_l of a monomial is its degree times it
    part -= DoubleInterval(total) * monomial(term, variables_, variables_);
    sum += term.coefficient * part;
  }
  return sum;
}

}  // namespace lojacert
