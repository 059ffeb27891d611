// Theorem G: the conditions (C1) to (C6) of a certificate, each shown from the exact teacher and the stated
// constants.

#include <algorithm>

#include "../caps.hpp"
#include "../product.hpp"
#include "../theorem_g.hpp"
#include "threshold.hpp"

namespace lojaverify {

namespace {

constexpr unsigned max_exponent = 100;
constexpr std::size_t max_terms = 5000;
constexpr slong extra_bits = 64;  // for what is computed once
constexpr int cap_attempts = 10;
constexpr std::size_t max_rank_of_sweep = 3;  // where other bounds have failed

std::string counted(std::size_t cells) { return std::to_string(cells) + " boxes"; }

class ProofByG final : public ThresholdTheorem {
 public:
  explicit ProofByG(const Json& evidence) {
    evidence.allow_only({"by", "precision_bits", "psi", "mu", "delta1", "S", "Z", "psi_far", "delta_cap", "T",
                         "e_prime", "gam", "q", "c", "h_prime", "delta_prime"});
    const auto read = [&](std::string_view key) { return read_constant(evidence.at(key)).value; };
    stated_ = {.mu = read("mu"),
               .delta1 = read("delta1"),
               .s = read("S"),
               .z = read("Z"),
               .psi_far = read("psi_far"),
               .delta_cap = read("delta_cap"),
               .t = read("T"),
               .e_prime = read("e_prime"),
               .gam = read("gam"),
               .q = read("q"),
               .c = read("c"),
               .h_prime = read("h_prime"),
               .delta_prime = {}};
    if (const auto turn = evidence.find("delta_prime")) stated_.delta_prime = read_constant(*turn).value;
    const Json psi = evidence.at("psi");
    if (!psi.is_string())
      read_terms(psi);
    else if (psi.string() != "product")
      psi.fail("must be \"product\" or an array of terms");
  }

  std::optional<std::string> misfit(const Instance& instance) const override {
    const auto in_unit_interval = [](const Rational& x) { return x.sign() > 0 && x < Rational(1); };
    const auto is_angle = [](const Rational& x) {
      return x.sign() > 0 &&
             less_than(mul(ball(x, 128), 2, 128), made<Ball>(arb_const_pi, 128), 128).truth == Truth::yes;
    };
    for (const Rational* x : {&stated_.mu, &stated_.s, &stated_.z, &stated_.psi_far, &stated_.h_prime}) {
      if (x->sign() <= 0) return "mu, S, Z, psi_far and h_prime must be positive";
    }
    for (const Rational* x : {&stated_.t, &stated_.e_prime, &stated_.gam}) {
      if (x->sign() < 0) return "T, e_prime and gam must not be negative";
    }
    if (!is_angle(stated_.delta1) || !is_angle(stated_.delta_cap))
      return "delta1 and delta_cap must lie in (0, pi/2)";
    if (!in_unit_interval(stated_.q) || !in_unit_interval(stated_.c)) return "q and c must lie in (0, 1)";
    if ((instance.activation == Activation::relu) != stated_.delta_prime.has_value())
      return "delta_prime is for relu, and only for relu";
    if (stated_.delta_prime && !is_angle(*stated_.delta_prime)) return "delta_prime must lie in (0, pi/2)";
    for (const auto& [exponents, coefficient] : terms_) {
      if (exponents.size() != instance.teacher.size()) return "a term of psi does not have r exponents";
      if (degree(exponents) % 2 != 0) return "a term of psi has an odd degree";
    }
    return {};
  }

  Proved prove(const Instance& instance, const Reaches& reaches, slong bits,
               const Deadline& deadline) const override {
    const Teacher teacher(instance);
    if (instance.activation == Activation::relu && !teacher.is_independent())
      return Proved::nothing(true, "relu: the teachers are linearly dependent");
    unsigned largest = is_product() ? 2 * static_cast<unsigned>(teacher.size()) : 0;
    for (const auto& [exponents, coefficient] : terms_) largest = std::max(largest, degree(exponents));
    if (is_too_large(teacher.rank(), largest))
      return Proved::nothing(false, "psi has more terms than this verifier expands");

    const Polynomial psi = is_product() ? product_polynomial(teacher) : in_coordinates(terms_, teacher);
    if (const auto i = teacher_without_zero(psi, teacher))
      return Proved::nothing(
          true, "(C2) psi or its gradient along the sphere is not 0 at teacher " + std::to_string(*i));
    const Frame frame(teacher, bits + extra_bits);
    if (const Truth is_bound = is_at_most_mu(stated_.mu, frame); is_bound != Truth::yes)
      return Proved::nothing(is_bound == Truth::no,
                             "(C1) mu is not shown to be below the smallest eigenvalue");

    const TheoremG constants(frame, stated_, squared_norm_over_pi(psi, teacher), instance.activation);
    Proved proved;
    proved.eps0 = constants.eps0().ball();
    proved.kappa = constants.kappa(instance.neuron).ball();
    for (const auto& [text, holds] : constants.conditions()) {
      if (holds.truth != Truth::yes) return Proved::nothing(holds.truth == Truth::no, "not shown: " + text);
      proved.details.push_back(text);
    }
    const auto show = [](const Real& x) { return shown(x.ball()); };
    proved.details.push_back("N = " + show(constants.n) + ", A = " + show(constants.a) +
                             ", Lambda = " + show(constants.lambda) + ", xi = " + show(constants.xi) +
                             ", h = " + show(constants.h) + ", rho0 = " + show(constants.rho0) +
                             ", Q_N = " + show(constants.q_norm) + ", Q_U = " + show(constants.q_unit));
    proved.shortfall = reaches(proved);
    if (proved.shortfall) return proved;
    Setting setting(teacher, psi, stated_.mu, stated_.delta1, bits);
    proved.shortfall = show_conditions(setting, teacher, psi, constants.t.ball(), proved.details, deadline);
    return proved;
  }

  /// (4.2), Steps 1 and 7, Section 8 of the page. b rests on I_low > 0, nu_- on the gap of delta_prime; where
  /// this precision does not show them, they are no numbers.
  RecoveryFactors factors(const Instance& instance, slong bits) const override {
    const Teacher teacher(instance);
    const Polynomial psi = is_product() ? product_polynomial(teacher) : in_coordinates(terms_, teacher);
    const TheoremG g(Frame(teacher, bits), stated_, squared_norm_over_pi(psi, teacher), instance.activation);
    const auto given = [](const Real& condition, const Real& value) {
      return condition.is_positive() ? value : value / value.number(0);
    };
    RecoveryFactors factors{.misalignment = g.z * g.n,
                            .residual = g.a / root(g.mu),
                            .excess = g.a / root(g.mu) + g.z * g.n,
                            .turn = given(g.ridge.low, g.turn),
                            .far_mass = g.n / g.psi_far,
                            .cap = 2 * sine(g.delta_cap / 2),
                            .opposed = {}};
    if (g.gap) factors.opposed = given(*g.gap, *g.opposed);
    return factors;
  }

  const Rational& delta1() const override { return stated_.delta1; }

  std::string name() const override {
    return "Theorem G (docs/theory/theorem-g.md): the descent identity, the wedge, ridge, dual certificate "
           "and dyadic lemmas";
  }

 private:
  [[nodiscard]] bool is_product() const { return terms_.empty(); }

  void read_terms(const Json& array) {
    for (const Json term : array.elements()) {
      term.allow_only({"exponents", "coefficient"});
      Exponents exponents;
      for (const Json entry : term.at("exponents").elements()) {
        if (entry.integer() < 0 || entry.integer() > max_exponent) entry.fail("must lie between 0 and 100");
        exponents.push_back(static_cast<unsigned>(entry.integer()));
      }
      if (!terms_.emplace(std::move(exponents), read_constant(term.at("coefficient")).value).second)
        term.fail("these exponents appear twice");
      if (terms_.size() > max_terms) array.fail("has too many terms");
    }
    if (terms_.empty()) array.fail("must have at least one term");
  }

  /// (C3) to (C5), the cheap ones first.
  std::optional<Shortfall> show_conditions(Setting& setting, const Teacher& teacher, const Polynomial& psi,
                                           const Ball& t, std::vector<std::string>& details,
                                           const Deadline& deadline) const {
    if (auto shortfall = check_ridges(setting, stated_.e_prime, t)) return shortfall;
    for (std::size_t i = 0; i < setting.size(); ++i) {
      if (auto shortfall = check_correlation(parts_at(psi, teacher, i), stated_.gam, setting.bits, deadline))
        return shortfall;
    }
    if (auto shortfall = show_wedges(setting, details, deadline)) return shortfall;
    const SphereBounds bounds{stated_.s, stated_.z, stated_.psi_far};
    if (is_product()) {
      std::size_t cells = 0;
      const auto shortfall = check_product(setting, bounds, cells, deadline);
      if (!shortfall) details.push_back("(C3), (C4) by bounds in the angle alone, " + counted(cells));
      if (!shortfall || teacher.rank() > max_rank_of_sweep) return shortfall;
    }
    return show_on_sphere(setting, bounds, details, deadline);
  }

  std::optional<Shortfall> show_wedges(Setting& setting, std::vector<std::string>& details,
                                       const Deadline& deadline) const {
    const Ball t0 = wedge_bound(setting);
    if (at_most(t0, ball(stated_.t, setting.bits), setting.bits).truth == Truth::yes) {
      details.push_back("(C5) T >= T0 = " + shown(t0));
      return {};
    }
    std::size_t cells = 0;
    const double cap = at_least(std::min(stated_.delta_cap, stated_.delta1));
    for (std::size_t i = 0; i < setting.size(); ++i) {
      if (auto shortfall = check_wedges(setting, stated_.t, i, cap, cells, deadline)) return shortfall;
    }
    details.push_back("(C5) T by " + counted(cells));
    return {};
  }

  /// Caps around the teachers, as large as the comparison of second order allows, and the rest of the sphere.
  std::optional<Shortfall> show_on_sphere(Setting& setting, const SphereBounds& bounds,
                                          std::vector<std::string>& details, const Deadline& deadline) const {
    std::vector<double> caps;
    std::size_t cap_cells = 0, cells = 0;
    for (std::size_t i = 0; i < setting.size(); ++i) {
      double cap = first_cap(setting, i);
      for (int attempt = 1;; ++attempt, cap /= 2) {
        auto shortfall = check_cap(setting, bounds, i, cap, cap_cells, deadline);
        if (!shortfall) break;
        if (attempt == cap_attempts) return Shortfall{false, shortfall->text};
      }
      caps.push_back(cap);
    }
    const auto shortfall = check_sphere(setting, bounds, caps, cells, deadline);
    details.push_back("(C3), (C4) by " + counted(cap_cells) + " within angles " +
                      std::to_string(*std::ranges::min_element(caps)) + " to " +
                      std::to_string(*std::ranges::max_element(caps)) + " of a teacher, " + counted(cells) +
                      " on the rest of the sphere");
    return shortfall;
  }

  /// Below delta1 and below half the angle to any other line, so that the whole cap has the class i.
  double first_cap(const Setting& setting, std::size_t i) const {
    double cap = std::min(0.25, 0.9 * at_least(stated_.delta1));
    for (std::size_t k = 0; k < setting.size(); ++k) {
      if (k == i) continue;
      const Ball half = lower(div(setting.frame.line_angle(i, k), 2, setting.bits), setting.bits);
      cap = std::min(cap, 0.9 * arf_get_d(arb_midref(half.get()), ARF_RND_FLOOR));
    }
    return cap;
  }

  CertificateG stated_;
  Polynomial terms_;  // none: the product
};

}  // namespace

std::unique_ptr<ThresholdTheorem> read_theorem_g(const Json& evidence) {
  return std::make_unique<ProofByG>(evidence);
}

}  // namespace lojaverify
