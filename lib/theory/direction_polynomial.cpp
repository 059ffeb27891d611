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

void DirectionPolynomial::gradient(std::span<const DoubleInterval> w,
                                   std::vector<DoubleInterval>& gradient) const {
  const std::vector<DoubleInterval> table = powers(w);
  std::vector<DoubleInterval> slopes(table.size());  // n w_l^(n-1)
  for (std::size_t l = 0; l < variables_; ++l)
    for (std::size_t n = 1; n < stride_; ++n)
      slopes[l * stride_ + n] = DoubleInterval(static_cast<double>(n)) * table[l * stride_ + n - 1];
  gradient.assign(variables_, DoubleInterval());
  std::vector<DoubleInterval> before(variables_ + 1);  // the product of the factors before l
  for (const Term& term : terms_) {
    before[0] = term.coefficient;
    for (std::size_t l = 0; l < variables_; ++l) {
      const auto n = static_cast<std::size_t>(term.exponents[l]);
      before[l + 1] = n == 0 ? before[l] : before[l] * table[l * stride_ + n];
    }
    DoubleInterval after(1);
    for (std::size_t l = variables_; l-- > 0;) {
      const auto n = static_cast<std::size_t>(term.exponents[l]);
      if (n == 0) continue;
      gradient[l] += before[l] * slopes[l * stride_ + n] * after;
      if (l > 0) after *= table[l * stride_ + n];
    }
  }
}

void DirectionPolynomial::gradient_on_box(std::span<const DoubleInterval> centre,
                                          std::span<const DoubleInterval> box,
                                          std::span<const DoubleInterval> offset,
                                          std::vector<DoubleInterval>& gradient) const {
  this->gradient(centre, gradient);
  const std::vector<DoubleInterval> table = powers(box);
  std::vector<DoubleInterval> first(table.size());   // n w_l^(n-1)
  std::vector<DoubleInterval> second(table.size());  // n (n-1) w_l^(n-2)
  for (std::size_t l = 0; l < variables_; ++l) {
    for (std::size_t n = 1; n < stride_; ++n) {
      first[l * stride_ + n] = DoubleInterval(static_cast<double>(n)) * table[l * stride_ + n - 1];
      if (n > 1)
        second[l * stride_ + n] =
            DoubleInterval(static_cast<double>(n * (n - 1))) * table[l * stride_ + n - 2];
    }
  }
  std::vector<DoubleInterval> hessian(variables_ * variables_);
  for (const Term& term : terms_) {
    for (std::size_t l = 0; l < variables_; ++l) {
      if (term.exponents[l] == 0) continue;
      for (std::size_t m = 0; m <= l; ++m) {
        if (term.exponents[m] == 0 || (l == m && term.exponents[l] < 2)) continue;
        DoubleInterval product = term.coefficient;
        for (std::size_t k = 0; k < variables_; ++k) {
          const auto n = static_cast<std::size_t>(term.exponents[k]);
          if (n == 0) continue;
          const std::vector<DoubleInterval>& factor = k != l && k != m ? table : l == m ? second : first;
          product *= factor[k * stride_ + n];
        }
        hessian[l * variables_ + m] += product;
      }
    }
  }
  for (std::size_t l = 0; l < variables_; ++l)
    for (std::size_t m = 0; m < variables_; ++m)
      gradient[l] += hessian[std::max(l, m) * variables_ + std::min(l, m)] * offset[m];
}

DoubleInterval DirectionPolynomial::second_derivative(std::span<const DoubleInterval> w,
                                                      std::span<const DoubleInterval> velocity) const {
  struct Jet {  // a function of t with its first two derivatives
    DoubleInterval value{1}, first, second;
  };
  const std::vector<DoubleInterval> table = powers(w);
  std::vector<Jet> jets(table.size());
  for (std::size_t l = 0; l < variables_; ++l) {
    const DoubleInterval square = sqr(velocity[l]);
    for (std::size_t n = 1; n < stride_; ++n) {
      const DoubleInterval* power = &table[l * stride_];
      const DoubleInterval count(static_cast<double>(n));
      Jet& jet = jets[l * stride_ + n];
      jet.value = power[n];
      jet.first = count * power[n - 1] * velocity[l];
      jet.second = -(count * power[n]);  // w'' = -w
      if (n > 1) jet.second += DoubleInterval(static_cast<double>(n * (n - 1))) * power[n - 2] * square;
    }
  }
  DoubleInterval sum;
  for (const Term& term : terms_) {
    Jet product;
    bool first = true;
    for (std::size_t l = 0; l < variables_; ++l) {
      const auto n = static_cast<std::size_t>(term.exponents[l]);
      if (n == 0) continue;
      const Jet& factor = jets[l * stride_ + n];
      if (first) {
        product = factor;
        first = false;
        continue;
      }
      product.second = product.second * factor.value + DoubleInterval(2) * product.first * factor.first +
                       product.value * factor.second;
      product.first = product.first * factor.value + product.value * factor.first;
      product.value *= factor.value;
    }
    sum += term.coefficient * product.second;
  }
  return sum;
}

}  // namespace lojacert
