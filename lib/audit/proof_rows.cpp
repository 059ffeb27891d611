#include <lojacert/audit/proof_rows.hpp>

#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/search/descent_weights.hpp>
#include <lojacert/theory/tangent_gram.hpp>
#include <lojacert/theory/theorem_a.hpp>
#include <lojacert/theory/theorem_l.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lojacert {

namespace {

Interval whole(long value, Bits bits) { return Interval::exact(value, bits); }

Interval least_mass(const ClassedNetwork& network, const ClassedResidual& residual) {
  std::vector<Interval> masses;
  for (std::size_t i = 0; i < network.teachers(); ++i) masses.push_back(residual.teacher_mass(i));
  return smallest(masses);
}

std::string inequality_text(const Instance& instance) {
  return fmt::format("in all: ||grad L|| >= kappa L^({})", local_exponent(instance.neuron).str());
}

/// From a lower bound c rho^2 of the descent and kappa L^beta, the inequality that the theorem ends with:
/// the length |D| that the theorem assumes is c rho^2 / (kappa L^beta).
void add_descent_chain(AuditReport& report, const char* theorem, const ClassedResidual& residual,
                       const Instance& instance, const DescentSum& sum, const Interval& least_descent,
                       const Interval& least_gradient) {
  const Interval length = sqrt_nonnegative(sum.squared_length);
  const Interval& gradient = residual.gradient()->norm;
  report.factors.push_back(factor_of(theorem, "Cauchy and Schwarz: ||grad L|| |D| >= sum <grad, D>",
                                     gradient * length, ">=", sum.inner));
  report.factors.push_back(
      factor_of(theorem, "descent: sum <grad, D> >= c 2L", sum.inner, ">=", least_descent));
  report.factors.push_back(factor_of(theorem, "length: |D| <= what the theorem allows", length,
                                     "<=", least_descent / least_gradient));
  report.factors.push_back(factor_of(theorem, inequality_text(instance), gradient, ">=", least_gradient));
}

/// lambda_j of the theorem's inner students: those of class i, from the nearest on, up to the mass `inner`;
/// students at one angle share what is left of it in equal parts.
void add_inner_weights(std::vector<Interval>& weights, const ClassedNetwork& network,
                       const ClassedResidual& residual, std::size_t i, const Interval& inner) {
  const Bits bits = residual.bits();
  std::vector<std::pair<Rational, std::size_t>> members;
  for (std::size_t j = 0; j < network.students(); ++j) {
    if (residual.classes()[j] == i) members.emplace_back(network.squared_cosine(j, i), j);
  }
  std::ranges::sort(members, [](const auto& a, const auto& b) { return a.first > b.first; });
  Interval before = Interval::zero(bits);
  for (std::size_t first = 0; first < members.size();) {
    std::size_t last = first;
    Interval mass = Interval::zero(bits);
    while (last < members.size() && members[last].first == members[first].first)
      mass += residual.mass(members[last++].second);
    const Interval share = max_zero(inner - before) / mass;
    const std::vector<Interval> candidates = {share, whole(1, bits)};
    for (; first < last; ++first) {
      const std::size_t j = members[first].second;
      weights[j] = residual.mass(j) * smallest(candidates) / inner;
    }
    before += mass;
  }
}

}  // namespace

void add_theorem_a(AuditReport& report, const Instance& instance, const ClassedNetwork* network,
                   const Evaluation& evaluation, Bits bits) {
  const auto choice = search::descent_weights(instance);
  if (!choice) {
    report.notes.emplace_back("Theorem A: no classes and weights were found for it");
    return;
  }
  const auto bound = descent_bound(instance, choice->assignment, choice->weights, bits);
  if (!bound) {
    report.notes.emplace_back("Theorem A does not apply with the classes and weights that were found");
    return;
  }
  const Interval twice_loss = evaluation.loss + evaluation.loss;
  const Interval guaranteed = twice_loss - bound->deficit;
  report.hypotheses.push_back(hypothesis_of("A", "2L > P", twice_loss, ">", bound->deficit));
  if (!certainly_less(Interval::zero(bits), guaranteed)) return;
  const Interval& gradient = evaluation.gradient->norm;
  if (network != nullptr) {
    const ClassedResidual residual(*network, choice->assignment, evaluation, bits);
    std::vector<Interval> weights;
    for (const Rational& weight : choice->weights) weights.push_back(Interval::from(weight, bits));
    const DescentSum sum = residual.descent(weights);
    const Interval kept = twice_loss + residual.tangent_remainder(weights);
    report.factors.push_back(factor_of("A", "Cauchy and Schwarz: ||grad L|| |D| >= sum <grad, D>",
                                       gradient * sqrt_nonnegative(sum.squared_length), ">=", sum.inner));
    report.factors.push_back(
        factor_of("A", "E[R_2 E'] >= 0 is dropped: sum <grad, D> >= 2L + E[R_1 E']", sum.inner, ">=", kept));
    report.factors.push_back(
        factor_of("A", "Lemma 1 (wedge): 2L + E[R_1 E'] >= 2L - P", kept, ">=", guaranteed));
  }
  report.factors.push_back(
      factor_of("A", "in all: ||grad L|| >= (2L - P) / |D|", gradient, ">=", guaranteed / bound->length));
}

void add_theorem_l(AuditReport& report, const ClassedNetwork& network, const TeacherGeometry& teacher,
                   const Evaluation& evaluation, Bits bits) {
  const Instance& instance = network.instance();
  const TeacherConstants constants = teacher_constants(teacher, mu_to_rest_on(teacher), bits);
  const Rational delta = approximate_best_delta(constants, LocalAim::kappa);
  const Rational s =
      approximate_best_s(constants, delta, instance.activation, instance.neuron, LocalAim::kappa);
  const LocalConstants local = local_constants(constants, Interval::from(delta, bits),
                                               Interval::from(s, bits), instance.activation, instance.neuron);
  if (!local.conditions_hold()) {
    report.notes.emplace_back("Theorem L gives no constants for this teacher");
    return;
  }
  const ClassedResidual residual(network, network.nearest(), evaluation, bits);
  Interval widest = Interval::zero(bits);
  for (std::size_t j = 0; j < network.students(); ++j) widest = larger(widest, residual.angle(j));
  report.hypotheses.push_back(hypothesis_of("L", "every student within delta of a teacher", widest,
                                            "<=", Interval::from(delta, bits)));
  report.hypotheses.push_back(hypothesis_of("L", "c > 0", local.c, ">", Interval::zero(bits)));
  report.hypotheses.push_back(hypothesis_of("L", "L <= eps0", residual.loss(), "<=", local.eps0));
  if (!certainly_less_equal(widest, Interval::from(delta, bits)) ||
      !certainly_less_equal(residual.loss(), local.eps0) || !residual.gradient())
    return;
  const Interval rho = sqrt_nonnegative(residual.squared_residual());
  report.factors.push_back(
      factor_of("L", "||R_1|| <= A rho", sqrt_nonnegative(residual.squared_tangent()), "<=", local.A * rho));
  report.factors.push_back(
      factor_of("L", "sum |p_j| (1 - cos theta_j) <= B rho", residual.misalignment(), "<=", local.B * rho));
  std::vector<Interval> masses(network.teachers(), Interval::zero(bits));
  for (std::size_t j = 0; j < network.students(); ++j) {
    if (residual.classes()[j]) masses[*residual.classes()[j]] += residual.mass(j);
  }
  std::vector<Interval> weights(network.students(), Interval::zero(bits));
  for (std::size_t j = 0; j < network.students(); ++j) {
    if (residual.classes()[j]) weights[j] = residual.mass(j) / masses[*residual.classes()[j]];
  }
  add_descent_chain(report, "L", residual, instance, residual.descent(weights), local.c * sqr(rho),
                    local.kappa * pow_nonnegative(residual.loss(), local_exponent(instance.neuron)));
}

void add_theorem_g_hypotheses(AuditReport& report, const ThresholdProof& proof, const Interval& loss) {
  const Threshold<Interval>& constants = *proof.constants;
  const Bits bits = constants.star.precision();
  report.hypotheses.push_back(hypothesis_of("G", "(*): (T A / q) max u_0 Theta(u_0) <= 1 - c", constants.star,
                                            "<=", Interval::from(Rational(1 - proof.free.c), bits)));
  report.hypotheses.push_back(hypothesis_of("G", "(**): B_cap / (1 - cos delta_cap) < h'",
                                            constants.double_star, "<",
                                            Interval::from(proof.free.h_prime, bits)));
  report.hypotheses.push_back(hypothesis_of("G", "L <= eps0", loss, "<=", constants.eps0));
}

void add_theorem_g_factors(AuditReport& report, const ClassedNetwork& network, const ThresholdProof& proof,
                           const Evaluation& evaluation, Bits bits) {
  const Instance& instance = network.instance();
  const Threshold<Interval>& constants = *proof.constants;
  const ClassedResidual residual(network, Clusters(instance).propose(proof.certificate.sphere.delta1),
                                 evaluation, bits);
  const RecoveryConstants bounds = recovery_constants(instance, proof, bits);
  const Interval rho = sqrt_nonnegative(residual.squared_residual());
  const Interval mu = Interval::from(proof.certificate.mu, bits);
  report.factors.push_back(factor_of("G", "Step 1: ||R_1|| <= A rho",
                                     sqrt_nonnegative(residual.squared_tangent()),
                                     "<=", bounds.residual * sqrt_nonnegative(mu) * rho));
  report.factors.push_back(factor_of("G", "(sum ||v_i||^2)^(1/2) <= A rho / sqrt(mu)",
                                     sqrt_nonnegative(residual.squared_residuals()),
                                     "<=", bounds.residual * rho));
  report.factors.push_back(factor_of("G", "sum over the classes of |p_j| (1 - cos theta_j) <= Z N rho",
                                     residual.misalignment(), "<=", bounds.misalignment * rho));
  report.factors.push_back(
      factor_of("G", "far mass <= N rho / psi_far", residual.far_mass(), "<=", bounds.far_mass * rho));
  if (!certainly_less_equal(residual.loss(), constants.eps0) || !residual.gradient()) return;

  // rho0 = (1 - q) p_min / h and eps0 = rho0^2 / 2.
  const Interval q = Interval::from(proof.free.q, bits);
  const Interval c = Interval::from(proof.free.c, bits);
  const Interval h = (whole(1, bits) - q) * least_mass(network, residual) /
                     sqrt_nonnegative(constants.eps0 + constants.eps0);
  std::vector<Interval> weights(network.students(), Interval::zero(bits));
  for (std::size_t i = 0; i < network.teachers(); ++i)
    add_inner_weights(weights, network, residual, i, residual.teacher_mass(i) - h * rho);
  add_descent_chain(report, "G", residual, instance, residual.descent(weights), c * sqr(rho),
                    constants.kappa * pow_nonnegative(residual.loss(), local_exponent(instance.neuron)));
}

}  // namespace lojacert
