#include <lojacert/theory/theorem_g.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lojacert {

namespace {

// The formulas are written once, for intervals and for doubles. These are the operations that they need.
struct Doubles {
  using E = double;
  [[nodiscard]] static E number(long p, long q = 1) {
    return static_cast<double>(p) / static_cast<double>(q);
  }
  [[nodiscard]] static E pi() { return std::numbers::pi; }
  [[nodiscard]] static E root(E x) { return std::sqrt(std::max(x, 0.0)); }
  [[nodiscard]] static E power(E x, long p, long q) { return std::pow(std::max(x, 0.0), number(p, q)); }
  [[nodiscard]] static E sine(E x) { return std::sin(x); }
  [[nodiscard]] static E cosine(E x) { return std::cos(x); }
  [[nodiscard]] static E larger(E x, E y) { return std::max(x, y); }
  [[nodiscard]] static double approximate(E x) { return x; }
};

struct Intervals {
  using E = Interval;
  Bits bits;
  [[nodiscard]] E number(long p, long q = 1) const { return Interval::from(Rational(p, q), bits); }
  [[nodiscard]] E pi() const { return Interval::pi(bits); }
  [[nodiscard]] static E root(const E& x) { return sqrt_nonnegative(x); }
  [[nodiscard]] static E power(const E& x, long p, long q) { return pow_nonnegative(x, Rational(p, q)); }
  [[nodiscard]] static E sine(const E& x) { return sin(x); }
  [[nodiscard]] static E cosine(const E& x) { return cos(x); }
  [[nodiscard]] static E larger(const E& x, const E& y) { return lojacert::larger(x, y); }
  [[nodiscard]] static double approximate(const E& x) { return x.approximate_mid(); }
};

/// The ridge's I(delta) <= int J^2 phi: bounds I_low, I_high of Lemma 2(e), with t = tan delta.
template <class N>
struct Ridge {
  typename N::E tangent, low, high;
};

template <class N>
Ridge<N> ridge_at(const N& n, const typename N::E& delta) {
  using E = typename N::E;
  const E t = n.sine(delta) / n.cosine(delta);
  const E phi0 = n.number(1) / n.root(n.number(2) * n.pi());
  const E j2 = (n.number(1) - n.number(1) / n.root(n.number(2))) / (n.number(3) * n.root(n.pi()));
  return {t, phi0 * (j2 - t * t * n.number(969, 200000)), phi0 * j2};
}

/// The derived constants of Theorem G that stand before (*).
template <class N>
struct Derived {
  using E = typename N::E;
  E A, b0, om, kap, squared_lambda, least_inverse;  // least_inverse = A / sqrt(mu)
  Ridge<N> ridge;
};

template <class N>
Derived<N> derive(const N& n, const CertificateConstants<typename N::E>& k, const typename N::E& delta_cap) {
  using E = typename N::E;
  const Ridge<N> ridge = ridge_at(n, delta_cap);
  const E& t = ridge.tangent;
  const E r = n.number(static_cast<long>(k.r));
  const E A = n.root(n.number(1) + k.S * k.S * k.N * k.N);
  E coupling = n.number(0);
  for (std::size_t i = 0; i < k.r; ++i) {
    E sum = n.number(0);
    for (std::size_t l = 0; l < k.r; ++l)
      if (l != i) sum = sum + t / (n.number(16) * n.pi() * ridge.low * k.sines[i][l]);
    coupling = n.larger(coupling, sum);
  }
  const E nu =
      n.root(r) * t * (k.e_prime + k.S * k.gam) / (A * n.root(n.number(2) * t * ridge.low)) + coupling;
  return {A,
          n.number(1) / n.root(n.number(32) * ridge.low),
          (n.number(1) - n.cosine(delta_cap)) / (t * t),
          k.e_prime * A / (n.number(8) * ridge.low),
          n.number(1) + nu,
          A / n.root(k.mu),
          ridge};
}

/// The two terms of Theta(u0) without alpha: first alpha^(-1/3) + second / (1 - alpha). u0 lies in [left,
/// right].
template <class N>
std::pair<typename N::E, typename N::E> theta_terms(const N& n, const Derived<N>& d, std::size_t r,
                                                    const typename N::E& h_prime, const typename N::E& left,
                                                    const typename N::E& right) {
  using E = typename N::E;
  const E count = n.number(static_cast<long>(r));
  const E scale = n.number(4) * h_prime * d.om;
  const E first = n.number(3, 4) * n.power(d.b0, 4, 3) * n.power(count, 1, 3) *
                  n.power(d.squared_lambda - left * left, 2, 3) / n.power(scale, 1, 3);
  const E second = count * d.kap * d.kap * right * right / scale;
  return {first, second};
}

/// The alpha that makes first alpha^(-1/3) + second / (1 - alpha) small: any alpha in (0, 1) is valid.
double best_alpha(double first, double second) {
  double lo = 1e-6;
  double hi = 1 - 1e-6;
  for (int step = 0; step < 24; ++step) {  // the derivative increases
    const double alpha = 0.5 * (lo + hi);
    const double slope = -first / 3 * std::pow(alpha, -4.0 / 3) + second / ((1 - alpha) * (1 - alpha));
    (slope < 0 ? lo : hi) = alpha;
  }
  return std::clamp(std::round(0.5 * (lo + hi) * 1048576), 1.0, 1048575.0) / 1048576;
}

/// max over u0 in [0, 1] of Theta(u0) and of u0 Theta(u0), from above, by cells.
template <class N>
std::pair<typename N::E, typename N::E> theta_suprema(const N& n, const Derived<N>& d, std::size_t r,
                                                      const typename N::E& h_prime, long cells) {
  using E = typename N::E;
  E theta = n.number(0);
  E product = n.number(0);
  for (long cell = 0; cell < cells; ++cell) {
    const E left = n.number(cell, cells);
    const E right = n.number(cell + 1, cells);
    const auto [first, second] = theta_terms(n, d, r, h_prime, left, right);
    const double chosen = best_alpha(n.approximate(first), n.approximate(second));
    const E alpha = n.number(static_cast<long>(chosen * 1048576), 1048576);
    const E value = first / n.power(alpha, 1, 3) + second / (n.number(1) - alpha);
    theta = n.larger(theta, value);
    product = n.larger(product, right * value);
  }
  return {theta, product};
}

template <class N>
typename N::E cap_constant(const N& n, const Derived<N>& d, const typename N::E& e_prime) {  // Bcap
  using E = typename N::E;
  const E& t = d.ridge.tangent;
  return (n.root(n.number(2) * t * d.ridge.high) + d.A * e_prime * t) / (n.number(8) * d.ridge.low);
}

/// nu_- of Theorem G_relu.
template <class N>
typename N::E nu_minus_of(const N& n, const CertificateConstants<typename N::E>& k, const typename N::E& A,
                          const typename N::E& independence, const typename N::E& delta_prime) {
  using E = typename N::E;
  const E r = n.number(static_cast<long>(k.r));
  const E far = (n.root(r / k.mu) * A + k.N / k.psi_far + n.number(1)) / n.number(2);
  const E near = n.root(n.number(2)) * k.Z * k.N / (n.number(1) - n.cosine(delta_prime));
  return (far + near) / (independence / n.root(r) - n.number(2) * n.sine(delta_prime / n.number(2)));
}

/// eps0 and kappa once (*) and (**) are known to hold.
template <class N>
Threshold<typename N::E> conclude(const N& n, const CertificateConstants<typename N::E>& k,
                                  const Derived<N>& d, const FreeConstants<typename N::E>& free,
                                  const typename N::E& xi, const typename N::E& nu_minus,
                                  Activation activation, NeuronForm students) {
  using E = typename N::E;
  const E one = n.number(1);
  const E r = n.number(static_cast<long>(k.r));
  E least = k.masses[0];
  for (const E& mass : k.masses) least = -n.larger(-least, -mass);
  const bool relu = activation == Activation::relu;
  const bool halved = activation == Activation::relu_linear;
  const E h = free.h_prime + d.least_inverse + nu_minus;
  const E rho0 = (one - free.q) * least / h;
  Threshold<E> result{.eps0 = rho0 * rho0 / n.number(relu || halved ? 8 : 2),
                      .kappa = n.number(0),
                      .kappa_1 = n.number(0),
                      .star = n.number(0),
                      .double_star = n.number(0)};
  const E spread = n.root(r / k.mu) * d.A + k.Z * k.N;
  if (students == NeuronForm::norm) {
    const E Q = (r * h + spread) / n.number(4) + r * h * (one - free.q) / (n.number(2) * free.q) +
                n.number(2) * xi / (free.q * free.q) + k.N / (n.number(4) * k.psi_far);
    // 2^(3/4), for relu 2^(1/4), for relu+linear 2^(3/4) 2^(-1/2)
    result.kappa = free.c * n.power(n.number(2), relu || halved ? 1 : 3, 4) / n.root(Q);
    result.kappa_1 = result.kappa / n.power(result.eps0, 1, 4);
  } else {
    const E R = n.number(2) * r * h + spread + k.N / k.psi_far;
    const E Bcap = cap_constant(n, d, k.e_prime);
    const E b = n.number(2) * Bcap / n.root(n.number(2) * n.sine(free.delta_cap / n.number(2)));
    E sum = n.number(0);
    for (const E& mass : k.masses) sum = sum + n.power(mass + (d.least_inverse + k.Z * k.N) * rho0, 2, 3);
    const E Q = R * R * n.power(rho0, 2, 3) +
                n.number(3) * n.power(n.number(3, 4), 2, 3) * n.power(b, 4, 3) / free.q * sum;
    // 2^(2/3), for relu and for relu+linear 2^(2/3) 4^(-1/3) = 1
    result.kappa = free.c * (relu || halved ? one : n.power(n.number(2), 2, 3)) / n.root(Q);
    result.kappa_1 = result.kappa / n.power(result.eps0, 1, 3);
  }
  return result;
}

FreeConstants<Interval> enclosed(const FreeConstants<Rational>& free, Bits bits) {
  return {Interval::from(free.q, bits), Interval::from(free.c, bits), Interval::from(free.h_prime, bits),
          Interval::from(free.delta_cap, bits)};
}

bool in_unit_interval(const Rational& x) { return x > 0 && x < 1; }

}  // namespace

ProvedThreshold prove_theorem_g(const CertificateConstants<Interval>& k, const FreeConstants<Rational>& given,
                                Activation activation, NeuronForm students, const ReluData* relu, Bits bits) {
  constexpr long cells = 1000;
  const Intervals n{bits};
  const FreeConstants<Interval> free = enclosed(given, bits);
  const Interval zero = Interval::zero(bits);
  ProvedThreshold proved{.failure = {}, .constants = {zero, zero, zero, zero, zero}};
  const auto failed = [&](const char* what) {
    proved.failure = what;
    return proved;
  };
  if (!in_unit_interval(given.q) || !in_unit_interval(given.c) || !(given.h_prime > 0) ||
      !(given.delta_cap > 0) || !(given.delta_cap < Rational(3, 2)))
    return failed("q, c, h_prime or delta_cap is out of its range");
  if ((activation == Activation::relu) != (relu != nullptr))
    return failed("delta_prime goes with the activation relu alone");
  const Derived<Intervals> d = derive(n, k, free.delta_cap);
  if (!certainly_less(zero, d.ridge.low)) return failed("I_low is not positive: delta_cap is too large");
  Interval nu_minus = zero;
  if (relu != nullptr) {
    const Interval delta_prime = Interval::from(relu->delta_prime, bits);
    const Interval room = relu->independence / n.root(n.number(static_cast<long>(k.r))) -
                          n.number(2) * sin(delta_prime / n.number(2));
    if (!(relu->delta_prime > 0 && relu->delta_prime < Rational(3, 2)) || !certainly_less(zero, room))
      return failed("delta_prime is out of its range");
    nu_minus = nu_minus_of(n, k, d.A, relu->independence, delta_prime);
  }
  const auto [xi, product] = theta_suprema(n, d, k.r, free.h_prime, cells);
  const Interval star = k.T * d.A / free.q * product;
  const Interval double_star = cap_constant(n, d, k.e_prime) / (n.number(1) - cos(free.delta_cap));
  if (!certainly_less_equal(star, n.number(1) - free.c)) return failed("(*) does not hold");
  if (!certainly_less(double_star, free.h_prime)) return failed("(**) does not hold");
  proved.constants = conclude(n, k, d, free, xi, nu_minus, activation, students);
  proved.constants.star = star;
  proved.constants.double_star = double_star;
  proved.conditions_hold = true;
  return proved;
}

RecoveryConstants recovery_constants(const CertificateConstants<Interval>& k, const Rational& delta_cap,
                                     const ReluData* relu, Bits bits) {
  const Intervals n{bits};
  const Interval cap = Interval::from(delta_cap, bits);
  const Derived<Intervals> d = derive(n, k, cap);
  const Interval u_cap = n.number(2) * sin(cap / n.number(2));
  const Interval misalignment = k.Z * k.N;
  const Interval far_mass = k.N / k.psi_far;
  const Interval turn = n.number(2) * cap_constant(n, d, k.e_prime) / n.root(u_cap);
  Interval opposed = n.number(0);
  if (relu != nullptr)
    opposed = nu_minus_of(n, k, d.A, relu->independence, Interval::from(relu->delta_prime, bits));
  return {.misalignment = misalignment,
          .far_mass = far_mass,
          .residual = d.least_inverse,
          .excess = d.least_inverse + misalignment,
          .opposed = opposed,
          .turn = turn,
          .heavy = larger(far_mass, turn / n.power(u_cap, 3, 2))};
}

namespace {

constexpr long steering_cells = 64;

struct Outcome {
  bool valid = false;
  Threshold<double> constants{};
};

Outcome evaluate(const CertificateConstants<double>& k, const FreeConstants<double>& free,
                 Activation activation, NeuronForm students, double nu_minus) {
  const Doubles n;
  const Derived<Doubles> d = derive(n, k, free.delta_cap);
  if (!(d.ridge.low > 0)) return {};
  const auto [xi, product] = theta_suprema(n, d, k.r, free.h_prime, steering_cells);
  Outcome outcome{true, conclude(n, k, d, free, xi, nu_minus, activation, students)};
  outcome.constants.star = k.T * d.A / free.q * product;
  outcome.constants.double_star = cap_constant(n, d, k.e_prime) / (1 - std::cos(free.delta_cap));
  return outcome;
}

/// The smallest h_prime for which (*) and (**) hold, with a little to spare; 0 where there is none.
double least_h_prime(const CertificateConstants<double>& k, FreeConstants<double> free, Activation activation,
                     NeuronForm students) {
  const auto holds = [&](double h_prime) {
    free.h_prime = h_prime;
    const Outcome outcome = evaluate(k, free, activation, students, 0);
    return outcome.valid && outcome.constants.star <= (1 - free.c) * (1 - 1e-6) &&
           outcome.constants.double_star * (1 + 1e-6) < h_prime;
  };
  double lo = 0;
  double hi = 150;  // logarithms
  if (!holds(std::exp(hi))) return 0;
  for (int step = 0; step < 34; ++step) {
    const double middle = 0.5 * (lo + hi);
    (holds(std::exp(middle)) ? hi : lo) = middle;
  }
  return std::exp(hi);
}

}  // namespace

Threshold<double> approximate_theorem_g(const CertificateConstants<double>& certificate,
                                        const FreeConstants<double>& free, Activation activation,
                                        NeuronForm students, double nu_minus) {
  return evaluate(certificate, free, activation, students, nu_minus).constants;
}

FreeConstants<double> approximate_best_constants(const CertificateConstants<double>& k, Activation activation,
                                                 NeuronForm students, double nu_minus, Aim aim) {
  FreeConstants<double> best{};
  double best_value = -1;
  const auto consider = [&](double q, double c, double delta_cap) {
    FreeConstants<double> free{q, c, 1, delta_cap};
    free.h_prime = least_h_prime(k, free, activation, students);
    if (!(free.h_prime > 0)) return -1.0;
    const Outcome outcome = evaluate(k, free, activation, students, nu_minus);
    const double value = aim == Aim::eps0 ? outcome.constants.eps0 : outcome.constants.kappa;
    if (value > best_value) {
      best_value = value;
      best = free;
    }
    return value;
  };
  // A coarse grid, then coordinate steps that shrink.
  const std::vector<double> qs = aim == Aim::eps0 ? std::vector{0.5, 0.6, 0.7} : std::vector{0.6, 0.75, 0.9};
  const std::vector<double> cs = aim == Aim::eps0 ? std::vector{0.1} : std::vector{0.3, 0.5, 0.7};
  for (const double q : qs)
    for (const double c : cs)
      for (double exponent = -14; exponent <= -0.5; exponent += 0.5) consider(q, c, std::exp(exponent));
  double step = 0.2;
  for (int round = 0; round < 8 && best_value > 0; ++round, step *= 0.6) {
    const FreeConstants<double> at = best;
    for (const double factor : {1 - step, 1 + step}) {
      consider(at.q, at.c, at.delta_cap * factor);
      consider(1 - (1 - at.q) * factor, at.c, at.delta_cap);
      if (aim == Aim::kappa) consider(at.q, std::min(at.c * factor, 0.95), at.delta_cap);
    }
  }
  return best;
}

double approximate_nu_minus(const CertificateConstants<double>& certificate, double independence,
                            double delta_prime) {
  const Doubles n;
  const double A = std::sqrt(1 + certificate.S * certificate.S * certificate.N * certificate.N);
  return nu_minus_of(n, certificate, A, independence, delta_prime);
}

double approximate_best_delta_prime(const CertificateConstants<double>& certificate, double independence) {
  const double room = independence / std::sqrt(static_cast<double>(certificate.r));
  double best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (int step = 1; step < 60; ++step) {
    const double delta = 2 * std::asin(0.5 * room * step / 60);
    const double value = approximate_nu_minus(certificate, independence, delta);
    if (!(value < least) || !(value > 0)) continue;
    least = value;
    best = delta;
  }
  return best;
}

}  // namespace lojacert
