#include <lojacert/theory/theorem_a.hpp>

#include <lojacert/enclosure/vector.hpp>

#include <utility>

namespace lojacert {

namespace {

/// A neuron's row w, its length, and the effective vector p.
struct Neuron {
  std::vector<Interval> row;
  Interval length;
  std::vector<Interval> effective;
};

std::vector<Neuron> neurons_of(const ExactMatrix& rows, NeuronForm form, Bits bits) {
  std::vector<Neuron> neurons;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::vector<Interval> row = interval_row(rows, i, bits);
    Interval length = sqrt_nonnegative(squared_length(row, bits));
    std::vector<Interval> effective = row;
    if (form == NeuronForm::norm) {
      for (Interval& entry : effective) entry *= length;
    }
    neurons.push_back({std::move(row), std::move(length), std::move(effective)});
  }
  return neurons;
}

bool is_certainly_positive(const Interval& x, Bits bits) { return certainly_less(Interval::zero(bits), x); }

bool is_exactly_zero(const Interval& x) { return x.is_point() && x.contains_zero(); }

/// +1 or -1 such that <sign w, a> >= 0 for every choice, if one of them is.
std::optional<long> orientation(const Neuron& student, const Neuron& teacher, Bits bits) {
  const Interval dot = inner_product(student.row, teacher.row, bits);
  const Interval zero = Interval::zero(bits);
  if (certainly_less_equal(zero, dot)) return 1;
  if (certainly_less_equal(dot, zero)) return -1;
  return std::nullopt;
}

/// 1 - cos of the angle of the two lines, as sin^2 / (1 + cos). S(u, v) = S(u - lambda v, v).
Interval one_minus_cosine(const Neuron& student, const Neuron& teacher, Bits bits) {
  const Interval squared = squared_length(teacher.row, bits);
  const Interval dot = inner_product(student.row, teacher.row, bits);
  Interval lambda = (dot / squared).midpoint();
  if (!lambda.is_finite()) lambda = Interval::zero(bits);
  std::vector<Interval> rest = student.row;
  for (std::size_t k = 0; k < rest.size(); ++k) rest[k] -= lambda * teacher.row[k];
  const Interval squared_gap =
      max_zero(squared * squared_length(rest, bits) - sqr(inner_product(rest, teacher.row, bits)));
  const Interval product = student.length * teacher.length;
  return squared_gap / (product * (product + abs(dot)));
}

/// |D|^2, or |d|^2 = (|D|^2 - (3/4) <w^, D>^2) / |w|^2 in norm form.
Interval squared_step(const std::vector<Interval>& step, const Neuron& student, NeuronForm form, Bits bits) {
  const Interval squared = squared_length(step, bits);
  if (form == NeuronForm::unit) return squared;
  const Interval along = inner_product(student.row, step, bits) / student.length;
  const Interval three_quarters = Interval::exact(3L, bits) / Interval::exact(4L, bits);
  return max_zero(squared - three_quarters * sqr(along)) / sqr(student.length);
}

/// Whether there is one weight and one class entry a student, and in every class they are nonnegative and
/// sum to 1.
bool are_weights(const std::vector<std::optional<std::size_t>>& assignment,
                 const std::vector<Rational>& weights, const Instance& instance) {
  if (assignment.size() != instance.student_count() || weights.size() != assignment.size()) return false;
  std::vector<Rational> sums(instance.teacher_count(), Rational(0));
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (weights[j] < 0) return false;
    if (!assignment[j]) continue;
    if (*assignment[j] >= sums.size()) return false;
    sums[*assignment[j]] += weights[j];
  }
  for (const Rational& sum : sums) {
    if (sum != 1) return false;
  }
  return true;
}

}  // namespace

std::optional<DescentBound> descent_bound(const Instance& instance,
                                          const std::vector<std::optional<std::size_t>>& assignment,
                                          const std::vector<Rational>& weights, Bits bits) {
  if (!are_weights(assignment, weights, instance)) return std::nullopt;
  const Interval zero = Interval::zero(bits);
  const Interval one = Interval::exact(1L, bits);
  const std::vector<Neuron> students = neurons_of(*instance.student, instance.neuron, bits);
  const std::vector<Neuron> teachers = neurons_of(instance.teacher, instance.teacher_neuron, bits);
  std::vector<std::vector<Interval>> residuals;  // v_i
  std::vector<Interval> masses;                  // |p_i*|
  for (const Neuron& teacher : teachers) {
    if (!is_certainly_positive(teacher.length, bits)) return std::nullopt;
    masses.push_back(sqrt_nonnegative(squared_length(teacher.effective, bits)));
    residuals.push_back(teacher.effective);
    for (Interval& entry : residuals.back()) entry = -entry;
  }
  std::vector<Interval> odd(instance.dimension(), zero);     // z
  std::vector<Interval> signed_sums(teachers.size(), zero);  // s_i
  Interval weighted = zero;                                  // sum |p_i*| lambda_j (1 - cos theta_j)
  Interval squared = zero;                                   // sum of |D_j|^2 or |d_j|^2
  for (std::size_t j = 0; j < students.size(); ++j) {
    const Neuron& student = students[j];
    for (std::size_t k = 0; k < odd.size(); ++k) odd[k] += student.effective[k];
    if (!assignment[j]) {  // D = p, d = w / 2; both are 0 for a zero student
      const Interval own = sqr(student.length);
      squared += instance.neuron == NeuronForm::unit ? own : own / Interval::exact(4L, bits);
      continue;
    }
    const std::size_t i = *assignment[j];
    const std::optional<long> sign = orientation(student, teachers[i], bits);
    if (!sign || !is_certainly_positive(student.length, bits)) return std::nullopt;
    const Interval weight = Interval::from(weights[j], bits);
    const Interval oriented_weight = *sign > 0 ? weight : -weight;
    signed_sums[i] += oriented_weight;
    std::vector<Interval> step = student.effective;
    for (std::size_t k = 0; k < step.size(); ++k) {
      residuals[i][k] += *sign > 0 ? step[k] : -step[k];
      step[k] -= oriented_weight * teachers[i].effective[k];
    }
    squared += squared_step(step, student, instance.neuron, bits);
    if (!is_exactly_zero(weight))
      weighted.add_product(masses[i] * weight, one_minus_cosine(student, teachers[i], bits));
  }
  Interval residual_sum = zero;
  for (const std::vector<Interval>& v : residuals) residual_sum += sqrt_nonnegative(squared_length(v, bits));
  const Interval four = Interval::exact(4L, bits);
  Interval deficit = four / Interval::pi(bits) * residual_sum * weighted;
  if (instance.activation == Activation::relu) {
    for (const Neuron& teacher : teachers) {
      for (std::size_t k = 0; k < odd.size(); ++k) odd[k] -= teacher.effective[k];
    }
    for (std::size_t i = 0; i < teachers.size(); ++i)
      deficit -= (one - signed_sums[i]) * inner_product(odd, teachers[i].effective, bits);
  }
  if (instance.activation != Activation::abs) deficit /= four;
  return DescentBound{std::move(deficit), sqrt_nonnegative(squared)};
}

}  // namespace lojacert
