#include "ridge.hpp"

namespace lojaverify {

namespace {

/// He_2k as a polynomial in v = s^2: the coefficient of v^(k-m) is (-1)^m (2k)! / (m! (2k-2m)! 2^m).
std::vector<Rational> hermite(unsigned k) {
  const auto factorial = [](unsigned n) { return made<Integer>(fmpz_fac_ui, ulong{n}); };
  std::vector<Rational> coefficients(k + 1);
  for (unsigned m = 0; m <= k; ++m) {
    const Integer power = made<Integer>(fmpz_ui_pow_ui, ulong{2}, ulong{m});
    const Rational size(factorial(2 * k), factorial(m) * factorial(2 * k - 2 * m) * power);
    coefficients[k - m] = m % 2 == 0 ? size : -size;
  }
  return coefficients;
}

/// R: as 1 / (s_2k sqrt((2k)!)) = sqrt(pi/2) (-1)^(k-1) / (2k-3)!! (for k = 0: sqrt(pi/2)), it is
/// parts_0 + sum over k >= 1 of parts_k (-1)^(k-1) / (2k-3)!! He_2k.
std::vector<Rational> conditional_mean(const std::vector<Rational>& parts) {
  std::vector<Rational> r(parts.size());
  for (unsigned k = 0; k < parts.size(); ++k) {
    const Rational weight = parts[k] / Rational(odd_factorial(k));
    const std::vector<Rational> he = hermite(k);
    for (std::size_t j = 0; j < he.size(); ++j)
      r[j] = k == 0 || k % 2 == 1 ? r[j] + weight * he[j] : r[j] - weight * he[j];
  }
  return r;
}

/// f(v) = 4 gam e^(v/2) - R(v) and its derivative.
class Excess {
 public:
  Excess(const std::vector<Rational>& r, const Rational& gam, slong bits)
      : bits_(bits), scale_(ball(Rational(4) * gam, bits)), at_zero_(Rational(4) * gam - r.front()) {
    for (const Rational& x : r) {
      coefficients_.push_back(ball(x, bits));
      sizes_.push_back(made<Ball>(arb_abs, coefficients_.back()));
    }
    for (std::size_t j = 1; j < r.size(); ++j)
      slopes_.push_back(mul(coefficients_[j], static_cast<slong>(j), bits));
  }

  Outcome operator()(const Cell& cell, std::string& text) const {
    Ball v, displacement;
    set_parameter(cell, 0, v, displacement);
    const Ball box = add(v, displacement, bits_);
    const Ball slope = sub(div(growth(box), 2, bits_), polynomial(slopes_, box), bits_);
    const Ball value = sub(growth(v), polynomial(coefficients_, v), bits_);
    if (arb_is_nonnegative(add(value, mul(displacement, slope, bits_), bits_).get()) != 0)
      return Outcome::holds;
    if (cell.lo[0] == 0 && at_zero_.sign() >= 0 && arb_is_nonnegative(slope.get()) != 0)
      return Outcome::holds;
    text = "(C5) gam at s^2 = " + shown(v) + ": 4 gam e^(s^2/2) - R = " + shown(value);
    return value.is_negative() ? Outcome::fails : Outcome::open;
  }

  /// f >= 0 from v >= 2 deg R on: there |r_j| v^j e^(-v/2) falls for every j.
  bool is_nonnegative_from(slong v) const {
    return at_most(polynomial(sizes_, Ball(v)), growth(Ball(v)), bits_).truth == Truth::yes;
  }

 private:
  Ball growth(const Ball& v) const {
    return mul(scale_, made<Ball>(arb_exp, div(v, 2, bits_), bits_), bits_);
  }

  Ball polynomial(const Vector& coefficients, const Ball& v) const {
    Ball sum;
    for (std::size_t j = coefficients.size(); j-- > 0;) sum = add(mul(sum, v, bits_), coefficients[j], bits_);
    return sum;
  }

  slong bits_;
  Ball scale_;
  Rational at_zero_;
  Vector coefficients_, sizes_, slopes_;
};

}  // namespace

Ridge::Ridge(const Real& t)
    : phi0(1 / root(2 * t.pi())),
      j2((1 - 1 / root(t.number(2))) / (3 * root(t.pi()))),
      j2_prime((3 - 2 * root(t.number(2))) / (10 * root(t.pi()))),
      low(phi0 * (j2 - square(t) * j2_prime / 2)),
      high(phi0 * j2) {}

std::optional<Shortfall> check_ridges(const Setting& setting, const Rational& e_prime, const Ball& t) {
  const Frame& frame = setting.frame;
  const std::size_t r = frame.size(), n = frame.n;
  const slong bits = setting.bits;
  const Ball pi = made<Ball>(arb_const_pi, bits), bound = ball(e_prime, bits), t2 = square(t, bits);
  for (std::size_t i = 0; i < r; ++i) {
    const Vector& a = frame.directions[i];
    Vector c(r * n), whitened(r * n);
    for (std::size_t k = 0; k < r; ++k) {
      const Ball &cosine = frame.cosine(i, k), &sine = frame.sine(i, k);
      const Ball smaller =
          k == i ? Ball() : sub(Ball(1), div(t2, mul(square(sine, bits), 4, bits), bits), bits);
      const Ball across = div(hull(smaller, Ball(1), bits), mul(pi, 2, bits), bits);
      const Ball along =
          k == i ? div(hull(Ball(), t, bits), mul(pi, 3, bits), bits)
                 : mul(div(hull(Ball(), t2, bits), mul(pi, 4, bits), bits), div(cosine, sine, bits), bits);
      for (std::size_t p = 0; p < n; ++p) {
        Ball& x = c[k * n + p];
        x = mul(along, a[p], bits);
        if (k == i) continue;
        const Ball projection = sub(frame.directions[k][p], mul(cosine, a[p], bits), bits);
        x = add(x, mul(across, div(projection, sine, bits), bits), bits);
      }
    }
    setting.whiten(c, whitened);
    const Ball norm = upper(root(dot(whitened, whitened, bits), bits), bits);
    if (at_most(norm, bound, bits).truth == Truth::yes) continue;
    // Otherwise by |c_k| <= (t / (2 pi)) sqrt(1 + (4/9) t^2), |c_i| <= t^2 / (3 pi), and the bound of mu.
    const Ball others = mul(add(Ball(9), mul(t2, 4, bits), bits), static_cast<slong>(r - 1), bits);
    const Ball squares = div(div(add(others, mul(t2, 4, bits), bits), 36, bits), square(pi, bits), bits);
    const Ball simple = root(div(squares, ball(setting.mu, bits), bits), bits);
    if (at_most(simple, bound, bits).truth == Truth::yes) continue;
    return Shortfall{false, "(C5) e_prime = " + shown(bound) + " is below " + shown(norm) +
                                ", the bound of ||Pi F_i|| / tan delta for teacher " + std::to_string(i)};
  }
  return {};
}

std::optional<Shortfall> check_correlation(const std::vector<Rational>& parts, const Rational& gam,
                                           slong bits, const Deadline& deadline) {
  const Excess excess(conditional_mean(parts), gam, bits);
  slong end = std::max<slong>(4, 2 * static_cast<slong>(parts.size()));
  while (!excess.is_nonnegative_from(end)) {
    if (end > 4096) return Shortfall{false, "(C5) gam is too small"};
    end *= 2;
  }
  std::size_t cells = 0;
  return cover({{{0}, {static_cast<double>(end)}}}, excess, cells, deadline);
}

}  // namespace lojaverify
