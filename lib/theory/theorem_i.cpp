#include <lojacert/theory/theorem_i.hpp>

#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/theory/tangent_gram.hpp>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace lojacert {

namespace {

Interval whole(long value, Bits bits) { return Interval::exact(value, bits); }

/// Collects hypotheses; after one that is not proved nothing that follows has a meaning.
class Hypotheses {
 public:
  void require_less(const Interval& a, const Interval& b, const std::string& text) {
    require(decide_less(a, b, text), text);
  }
  void require_less_equal(const Interval& a, const Interval& b, const std::string& text) {
    require(decide_less_equal(a, b, text), text);
  }
  void require(const Decision& decision, const std::string& text) {
    all_ = both(all_, sufficient(decision, "Theorem I does not apply: not " + text));
    if (hold()) ++shown_;
  }
  [[nodiscard]] bool hold() const { return all_.verdict == Verdict::proved; }
  [[nodiscard]] const Decision& all() const { return all_; }
  [[nodiscard]] int shown() const { return shown_; }

 private:
  Decision all_ = exactly(true);
  int shown_ = 0;
};

/// The sums over the students that the potential FF needs, exactly.
struct Masses {
  std::vector<Rational> of_class;  ///< M_i
  std::vector<Rational> aligned;   ///< Z_i = sum |p_j| cos^4 theta_j
  Rational rest;                   ///< sum over S
};

Masses masses_of(std::size_t r, const ClassedStudents& students, const InvarianceChoice& choice) {
  Masses masses{std::vector<Rational>(r), std::vector<Rational>(r), 0};
  for (std::size_t j = 0; j < students.students.size(); ++j) {
    const auto& student = students.students[j];
    if (!choice.classes[j]) {
      masses.rest += student.squared_norm;
      continue;
    }
    masses.of_class[*choice.classes[j]] += student.squared_norm;
    masses.aligned[*choice.classes[j]] +=
        student.squared_norm * student.squared_cosine * student.squared_cosine;
  }
  return masses;
}

/// FF_0 = (1/4) sum_i (M_i - |p_i*| - |p_i*| log(Z_i / |p_i*|)) + (1/4) sum over S of |p_j|
Interval potential(const Masses& masses, const TeacherConstants& teacher) {
  const Bits bits = teacher.mu.precision();
  Interval sum = Interval::from(masses.rest, bits);
  for (std::size_t i = 0; i < teacher.r; ++i) {
    const Interval& mass = teacher.masses[i];
    sum += Interval::from(masses.of_class[i], bits) - mass -
           mass * log(Interval::from(masses.aligned[i], bits) / mass);
  }
  return sum / whole(4L, bits);
}

/// The students of the classes that come nearest to breaking a hypothesis: those for the others follow.
struct Extremes {
  std::optional<std::size_t> points_away;
  std::pair<Rational, std::size_t> least_cosine;  ///< cos^2 of the largest angle, and whose
  std::pair<Rational, std::size_t> least_norm;    ///< |w|^2 of the lightest, and which
};

Extremes extremes_of(const ClassedStudents& students, const InvarianceChoice& choice) {
  Extremes extremes;
  bool first = true;
  for (std::size_t j = 0; j < students.students.size(); ++j) {
    const auto& student = students.students[j];
    if (!choice.classes[j]) continue;
    if (student.points_away) extremes.points_away = j;
    if (first || student.squared_cosine < extremes.least_cosine.first)
      extremes.least_cosine = {student.squared_cosine, j};
    if (first || student.squared_norm < extremes.least_norm.first)
      extremes.least_norm = {student.squared_norm, j};
    first = false;
  }
  return extremes;
}

}  // namespace

ClassedStudents classed_students(const Instance& instance,
                                 const std::vector<std::optional<std::size_t>>& classes) {
  if (!instance.is_point()) throw InstanceError("Theorem I: exact weights are needed, not boxes");
  const ExactMatrix& rows = *instance.student;
  ClassedStudents result;
  for (std::size_t j = 0; j < rows.rows(); ++j) {
    ClassedStudents::Student student;
    Rational inner = 0;
    Rational square_of_teacher = 0;
    for (std::size_t k = 0; k < rows.cols(); ++k) {
      const Rational w = rows.point(j, k);
      student.squared_norm += w * w;
      if (!classes[j]) continue;
      const Rational a = instance.teacher.point(*classes[j], k);
      inner += w * a;
      square_of_teacher += a * a;
    }
    if (classes[j]) {
      if (student.squared_norm == 0)
        throw InstanceError(fmt::format("Theorem I: student[{}] is zero and cannot have a class", j));
      student.squared_cosine = inner * inner / (student.squared_norm * square_of_teacher);
      student.points_away = inner <= 0 && (instance.activation == Activation::relu || inner == 0);
    }
    result.students.push_back(std::move(student));
  }
  return result;
}

InvarianceConstants invariance(const TeacherGeometry& geometry, const Instance& instance,
                               const ClassedStudents& students, const InvarianceChoice& choice,
                               const Dynamics& dynamics, const Interval& loss) {
  const Bits bits = loss.precision();
  const Interval zero = Interval::zero(bits);
  const Interval one = whole(1L, bits);
  const Interval four = whole(4L, bits);
  const bool relu = instance.activation == Activation::relu;
  InvarianceConstants result{exactly(false), 0, zero, zero, zero, zero, zero, zero};
  const auto failed = [&](const Hypotheses& hypotheses) {
    result.hypotheses = hypotheses.all();
    result.shown = hypotheses.shown();
    return result;
  };

  Hypotheses hypotheses;
  hypotheses.require(exactly(choice.delta > 0 && choice.delta <= 1), "0 < delta <= 1");
  hypotheses.require(exactly(choice.chi >= 0 && (!relu || choice.chi == 0)), "chi >= 0, and 0 for relu");
  if (!hypotheses.hold()) return failed(hypotheses);
  hypotheses.require(mu_is_at_least(geometry, choice.mu, bits), "mu <= the smallest eigenvalue");
  const TeacherConstants teacher = teacher_constants(geometry, choice.mu, bits);
  const Interval delta = Interval::from(choice.delta, bits);
  const Interval t = sin(delta) / cos(delta);
  const Interval ridge = ridge_lower(t);
  hypotheses.require_less(zero, ridge, "I_low > 0");
  const Interval wedge = wedge_constant(teacher);  // T0
  const Interval e = whole(static_cast<long>(teacher.r), bits) * ridge_projection(teacher, t) * t;
  const Interval denominator = whole(8L, bits) * ridge - e * wedge;
  hypotheses.require_less(zero, denominator, "8 I_low - e T0 > 0");
  if (!hypotheses.hold()) return failed(hypotheses);

  const Interval root_of_mu = sqrt_nonnegative(teacher.mu);
  const Interval far_share = Interval::from(choice.chi, bits) *
                             sqrt_nonnegative(whole(static_cast<long>(teacher.r), bits)) / root_of_mu;
  result.B = (ridge_norm(teacher, t) + e * (one + far_share)) / denominator;
  const Interval A = one + far_share + wedge * result.B;
  result.residual = A / root_of_mu;
  const Interval rho0 = residual_norm(loss, instance.activation);
  const Interval least_mass = smallest(teacher.masses);
  hypotheses.require_less(A * rho0, root_of_mu * least_mass, "A rho_0 < sqrt(mu) p_min");
  hypotheses.require_less((result.residual + whole(3L, bits) * result.B) * rho0, least_mass,
                          "(A / sqrt(mu) + 3 B) rho_0 < p_min");
  if (!hypotheses.hold()) return failed(hypotheses);
  const Interval s = one / (one - A * rho0 / (root_of_mu * least_mass));
  const Interval s_tilde = one / (one - (result.residual + whole(3L, bits) * result.B) * rho0 / least_mass);
  const Interval c = one - wedge * A * result.B * s;
  const Interval first = relu ? sqrt_nonnegative(whole(2L, bits)) : one;
  result.descent_share = one - s_tilde * result.B * (first + wedge * A);
  hypotheses.require_less(zero, c, "c > 0");
  hypotheses.require_less(zero, result.descent_share, "c' > 0");
  if (!hypotheses.hold()) return failed(hypotheses);

  LocalConstants local{denominator, result.B, A, c, rho0, result.residual + result.B, zero, zero};
  const Interval cost = norm_form_cost(teacher, local, s) + Interval::from(choice.chi, bits) / four;
  // Of the abs problem; with 2^(1/4) for relu, and 2^(3/4) 2^(-1/2) in the units of relu+linear.
  const Interval two = whole(2L, bits);
  const bool quarter = instance.activation != Activation::abs;
  result.kappa = c * pow_nonnegative(two, Rational(quarter ? 1 : 3, 4)) / sqrt_nonnegative(cost);
  hypotheses.require_less(zero, result.kappa, "kappa > 0");

  const DescentRate rate = descent_rate(dynamics, curvature_bound(geometry, loss, instance.activation));
  hypotheses.require_less_equal(rate.step_product, one, "step lbar <= 1");
  if (!hypotheses.hold()) return failed(hypotheses);
  const Masses masses = masses_of(teacher.r, students, choice);
  for (std::size_t i = 0; i < teacher.r; ++i)
    hypotheses.require(exactly(masses.aligned[i] > 0),
                       fmt::format("a student in the class of teacher {}", i));
  if (!hypotheses.hold()) return failed(hypotheses);
  result.potential = potential(masses, teacher);
  if (!dynamics.is_flow()) {
    const Interval K = (one + whole(5L, bits) * s_tilde) / four;
    result.potential += K * rate.step_share * Interval::from(*dynamics.step, bits) * loss;
  }
  // l0: the path of every student.
  const Interval reach =
      path_factor(result.kappa, rate, NeuronForm::norm) * path_power(loss, NeuronForm::norm);
  const Interval cosine_of_delta = cos(delta);
  const Interval opening = one - sqr(sqr(cosine_of_delta));  // 1 - cos^4 delta
  const Interval wall = four * result.potential;
  const Extremes extremes = extremes_of(students, choice);
  if (extremes.points_away)
    hypotheses.require(exactly(false),
                       fmt::format("student[{}] on its teacher's side", *extremes.points_away));
  hypotheses.require_less_equal(
      sqr(cosine_of_delta), Interval::from(extremes.least_cosine.first, bits),
      fmt::format("student[{}] within delta of its teacher", extremes.least_cosine.second));
  const std::size_t lightest = extremes.least_norm.second;
  const Interval left = sqrt_nonnegative(Interval::from(extremes.least_norm.first, bits)) - reach;
  hypotheses.require_less(zero, left, fmt::format("|w_j| > l0 for student[{}]", lightest));
  if (!hypotheses.hold()) return failed(hypotheses);
  hypotheses.require_less(wall, sqr(left) * opening,
                          fmt::format("(|w_j| - l0)^2 (1 - cos^4 delta) > 4 FF for student[{}]", lightest));
  if (!choice.hand_over) {
    hypotheses.require(exactly(masses.rest == 0), "only zero students without a class");
  } else {
    hypotheses.require(exactly(*choice.hand_over > 0 && (!relu || masses.rest == 0)),
                       "L_1 > 0, and for relu only zero students without a class");
    if (!hypotheses.hold()) return failed(hypotheses);
    const Interval last = Interval::from(*choice.hand_over, bits);
    hypotheses.require_less(last, loss, "L_1 < L_0");
    if (!hypotheses.hold()) return failed(hypotheses);
    if (masses.rest > 0) {
      // kappa^2 of the abs problem is twice that of relu+linear.
      const Interval square = quarter ? two * sqr(result.kappa) : sqr(result.kappa);
      const Interval exponent = four * sqrt_nonnegative(two) * rate.step_share / square;
      const Interval growth = exp(exponent * log(loss / last));
      hypotheses.require_less_equal(
          Interval::from(masses.rest, bits) * growth,
          Interval::from(choice.chi, bits) * residual_norm(last, instance.activation),
          "the mass without a class stays below chi sqrt(2 L_1)");
    }
  }
  result.turn = two * result.B / sqrt_nonnegative(two * sin(delta / two));
  result.hypotheses = hypotheses.all();
  result.shown = hypotheses.shown();
  return result;
}

}  // namespace lojacert
