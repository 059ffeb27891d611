#include <lojacert/audit/paper_rows.hpp>

#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/theory/theorem_l.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lojacert {

namespace {

Interval whole(long value, Bits bits) { return Interval::exact(value, bits); }

Interval power(const Interval& x, long p, long q = 1) { return pow_nonnegative(x, Rational(p, q)); }

Interval greatest(const std::vector<Interval>& numbers) {
  Interval result = numbers.front();
  for (const Interval& x : numbers) result = larger(result, x);
  return result;
}

Interval sum_of_masses(const ClassedNetwork& network, const ClassedResidual& residual) {
  Interval sum = Interval::zero(residual.bits());
  for (std::size_t j = 0; j < network.students(); ++j) sum += residual.mass(j);
  return sum;
}

/// The students of teacher i from the nearest to the farthest, with their exact cos^2.
struct Member {
  std::size_t student;
  Rational squared_cosine;
};
std::vector<Member> members_by_angle(const ClassedNetwork& network, const Assignment& classes,
                                     std::size_t i) {
  std::vector<Member> members;
  for (std::size_t j = 0; j < classes.size(); ++j) {
    if (classes[j] == i) members.push_back({j, network.squared_cosine(j, i)});
  }
  std::ranges::stable_sort(
      members, [](const Member& a, const Member& b) { return a.squared_cosine > b.squared_cosine; });
  return members;
}

/// The student up to which teacher i's students certainly have half its mass.
std::optional<Member> half_mass_member(const std::vector<Member>& members, const ClassedResidual& residual,
                                       std::size_t i) {
  const Interval half = residual.teacher_mass(i) / whole(2, residual.bits());
  Interval mass = Interval::zero(residual.bits());
  for (const Member& member : members) {
    mass += residual.mass(member.student);
    if (certainly_less_equal(half, mass)) return member;
  }
  return std::nullopt;
}

AuditRow claim_2(const ClassedNetwork& network, const ClassedResidual& residual) {
  AuditRow row{"claim-2", "Claim 2",
               "one teacher, two students at +-delta with p_1 + p_2 = p*: L = Theta(delta^3)"};
  const bool is_pair = network.teachers() == 1 && network.students() == 2 && !network.is_zero(0) &&
                       !network.is_zero(1) && network.squared_cosine(0, 0) == network.squared_cosine(1, 0) &&
                       network.squared_cosine(0, 0) != 1;
  if (is_pair) {
    const Interval v =
        Clusters(network.instance()).report(residual.classes(), residual.bits()).teachers[0].residual;
    if (v.is_point() && v.contains_zero()) {
      row = row_with_constant(std::move(row), residual.loss(), "=", power(residual.angle(0), 3));
      row.note = "the limit for delta -> 0 and |p*| = 1 is 2/(3 pi) = 0.2122...";
      return row;
    }
  }
  row.note = "the instance is not such a pair";
  return row;
}

/// Lemma 8, and its step that drops E[R_2 E'] >= 0.
std::vector<AuditRow> lemma_8(const ClassedResidual& residual, const std::optional<PaperWeights>& weights) {
  AuditRow lemma{"lemma-8", "Lemma 8", "<grad L, g> >= L for the paper's g, delta_max and q_ij"};
  AuditRow step{"lemma-8-tangent", "Lemma 8, a step", "<grad L, g> >= 2L + E[R_1 E']"};
  if (!residual.gradient()) {
    lemma.note = "the gradient is undefined: a student is zero and in unit form";
  } else if (!weights) {
    lemma.note = "Lemma 9 fails at every angle, so that there are no q_ij";
  } else {
    const Interval inner = residual.descent(weights->weights).inner;
    lemma = explicit_row(std::move(lemma), inner, ">=", residual.loss());
    step = explicit_row(std::move(step), inner,
                        ">=", residual.squared_residual() + residual.tangent_remainder(weights->weights));
  }
  if (!lemma.left) step.note = lemma.note;
  return {std::move(lemma), std::move(step)};
}

AuditRow lemma_9(const ClassedResidual& residual, const PaperConstants& paper,
                 const std::optional<PaperWeights>& weights) {
  AuditRow row{"lemma-9", "Lemma 9",
               "students within delta_max have half of every teacher's mass, delta_max <= C r w_max "
               "w_min^(-5/3) L^(1/3)"};
  if (!weights) {
    row.note = "the students nearest to some teacher have less than half its mass";
    return row;
  }
  return row_with_constant(
      std::move(row), weights->delta_max,
      "<=", paper.r * paper.greatest_mass * power(residual.loss(), 1, 3) / power(paper.least_mass, 5, 3));
}

}  // namespace

PaperConstants paper_constants(const TeacherGeometry& teacher, Bits bits) {
  std::vector<Interval> masses;
  for (std::size_t i = 0; i < teacher.count(); ++i) masses.push_back(teacher.mass(i, bits));
  return {whole(static_cast<long>(teacher.count()), bits),
          teacher.count() > 1 ? teacher.separation(bits) : Interval::pi(bits) / whole(2, bits),
          smallest(masses), greatest(masses)};
}

std::optional<PaperWeights> paper_weights(const ClassedNetwork& network, const ClassedResidual& residual) {
  std::vector<std::vector<Member>> members;
  std::optional<Member> last;
  for (std::size_t i = 0; i < network.teachers(); ++i) {
    members.push_back(members_by_angle(network, residual.classes(), i));
    const std::optional<Member> half = half_mass_member(members.back(), residual, i);
    if (!half) return std::nullopt;
    if (!last || half->squared_cosine < last->squared_cosine) last = half;
  }
  PaperWeights result{residual.angle(last->student),
                      std::vector(network.students(), Interval::zero(residual.bits()))};
  for (const auto& of_teacher : members) {
    Interval mass = Interval::zero(residual.bits());
    for (const Member& member : of_teacher) {
      if (member.squared_cosine >= last->squared_cosine) mass += residual.mass(member.student);
    }
    for (const Member& member : of_teacher) {
      if (member.squared_cosine >= last->squared_cosine)
        result.weights[member.student] = residual.mass(member.student) / mass;
    }
  }
  return result;
}

std::vector<AuditRow> theorem_rows(const Instance& instance, const Landscape& landscape,
                                   const Evaluation& evaluation, const TeacherGeometry& teacher, Bits bits) {
  std::vector<AuditRow> rows;
  const PaperConstants paper = paper_constants(teacher, bits);
  AuditRow zero_loss{"theorem-3", "Theorem 3",
                     "L = 0 implies that every nonzero student lies on a teacher's line"};
  if (landscape.loss_is_exactly_zero()) {
    const Clusters clusters(instance);
    const Assignment assignment = clusters.propose(Rational(0));
    bool all = true;
    for (std::size_t j = 0; j < assignment.size(); ++j)
      all = all && (assignment[j] || exact_row(*instance.student, j).is_zero());
    zero_loss.verdict = all ? Verdict::proved : Verdict::disproved;
    if (!all && instance.activation == Activation::relu)
      zero_loss.note = "the paper's Claim 1: the theorem is false for relu";
  } else {
    zero_loss.note = "L > 0: it says nothing here";
  }
  rows.push_back(std::move(zero_loss));

  AuditRow inequality{"theorem-4", "Theorem 4", "||grad L|| >= kappa L, kappa = Theta((r w_max)^(-1/2))"};
  AuditRow sharp{"theorem-4-sharp", "Theorem 4, sharp exponent",
                 fmt::format("||grad L|| >= kappa L^({})", local_exponent(instance.neuron).str())};
  if (!evaluation.gradient) {
    inequality.note = "the gradient is undefined: a student is zero and in unit form";
    sharp.note = inequality.note;
  } else {
    const Interval& gradient = evaluation.gradient->norm;
    inequality = row_with_constant(std::move(inequality), gradient,
                                   ">=", evaluation.loss / power(paper.r * paper.greatest_mass, 1, 2));
    sharp = row_with_constant(std::move(sharp), gradient,
                              ">=", pow_nonnegative(evaluation.loss, local_exponent(instance.neuron)));
  }
  rows.push_back(std::move(inequality));
  rows.push_back(std::move(sharp));

  AuditRow threshold{"theorem-4-threshold", "Theorem 4, eps0",
                     "L <= eps0, eps0 = C Delta^36 w_min^80 r^-162 w_max^-78 (the appendix)"};
  rows.push_back(row_with_constant(std::move(threshold), evaluation.loss, "<=",
                                   power(paper.separation, 36) * power(paper.least_mass, 80) /
                                       (power(paper.r, 162) * power(paper.greatest_mass, 78))));
  return rows;
}

std::vector<AuditRow> lemma_rows(const ClassedNetwork& network, const ClassedResidual& residual,
                                 const TeacherGeometry& teacher, const MuBounds& mu) {
  const Bits bits = residual.bits();
  const PaperConstants paper = paper_constants(teacher, bits);
  const std::optional<PaperWeights> weights = paper_weights(network, residual);
  const Interval& loss = residual.loss();
  const Interval two = whole(2, bits);
  std::vector<Interval> residuals;
  for (std::size_t i = 0; i < network.teachers(); ++i) residuals.push_back(residual.residual_norm(i));
  Interval squared_angles = Interval::zero(bits);
  for (std::size_t j = 0; j < network.students(); ++j)
    squared_angles.add_product(residual.mass(j), sqr(residual.angle(j)));
  const Interval mass = sum_of_masses(network, residual);
  const Interval gap = power(paper.separation, 3) / power(paper.r, 3);

  std::vector<AuditRow> rows = lemma_8(residual, weights);
  rows.push_back(lemma_9(residual, paper, weights));
  rows.push_back(row_with_constant({"lemma-10", "Lemma 10", "max ||v_i|| = poly L^(3/8)"},
                                   greatest(residuals), "<=", power(loss, 3, 8)));
  rows.push_back(row_with_constant({"lemma-10-sharp", "Lemma 10, exponent 1/2", "max ||v_i|| = poly L^(1/2)"},
                                   greatest(residuals), "<=", power(loss, 1, 2)));
  rows.push_back(row_with_constant({"lemma-11", "Lemma 11", "||R_1||^2 = Omega(Delta^3/r^3) sum ||v_i||^2"},
                                   residual.squared_tangent(), ">=", gap * residual.squared_residuals()));
  rows.push_back(explicit_row({"lemma-11-mu", "Lemma 11 with mu", "||R_1||^2 >= mu sum ||v_i||^2"},
                              residual.squared_tangent(),
                              ">=", Interval::from(mu.lo, bits) * residual.squared_residuals()));
  rows.push_back(row_with_constant({"lemma-c4", "Lemma C.4", "lambda_min(M) = mu = Omega(Delta^3/r^3)"},
                                   hull(Interval::from(mu.lo, bits), Interval::from(mu.hi, bits)),
                                   ">=", gap));
  rows.push_back(row_with_constant(
      {"lemma-12", "Lemma 12", "||R_2||^2 = O(r^(5/2) w_max^(1/2) L^(3/4))"}, residual.squared_rest(),
      "<=", power(paper.r, 5, 2) * power(paper.greatest_mass, 1, 2) * power(loss, 3, 4)));
  rows.push_back(row_with_constant({"lemma-12-sharp", "Lemma 12, exponent 1", "||R_2||^2 = O(L)"},
                                   residual.squared_rest(), "<=", loss));
  AuditRow split{"lemma-c3", "Lemma C.3", "R = R_1 + R_2: E R^2 = E R_1^2 + 2 E R_1 R_2 + E R_2^2"};
  split.left = residual.squared_residual();
  split.relation = "=";
  split.right = residual.squared_tangent() + two * residual.mixed() + residual.squared_rest();
  split.note =
      fmt::format("E R_1 R_2 in [{}, {}]", residual.mixed().decimal_inf(6), residual.mixed().decimal_sup(6));
  rows.push_back(std::move(split));
  rows.push_back(
      row_with_constant({"lemma-c5", "Lemma C.5", "sum ||w_j||^2 = O(r w_max), the students' mass"}, mass,
                        "<=", paper.r * paper.greatest_mass));
  rows.push_back(
      explicit_row({"mass", "Lemma C.5, explicit", "|sum |p_j| - sum |p_i*|| <= sqrt(pi/2) sqrt(2L)"},
                   abs(residual.excess_mass()),
                   "<=", sqrt_nonnegative(Interval::pi(bits) / two * residual.squared_residual())));
  rows.push_back(row_with_constant({"lemma-c6", "Lemma C.6", "sum ||w_j||^2 delta_j^2 = O(L^(1/2))"},
                                   squared_angles, "<=", power(loss, 1, 2)));
  rows.push_back(claim_2(network, residual));
  return rows;
}

}  // namespace lojacert
