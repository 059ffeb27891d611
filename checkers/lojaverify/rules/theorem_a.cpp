// Theorem A. Every student j belongs to a teacher i(j) or is far; T_i is the class of teacher i. In every
// class the weights lambda_j >= 0 sum to 1, and its students are not zero. sg_j = +-1 is such that <sg_j p_j,
// p_i*> >= 0, theta_j the angle of the lines of p_j and p_i*, in [0, pi/2]. With
//
//   v_i = sum over T_i of sg_j p_j - p_i*,    D_j = p_j - sg_j lambda_j p_i*, D_j = p_j (far),
//   P = (4/pi) (sum_i |v_i|) sum_i |p_i*| sum over T_i of lambda_j (1 - cos theta_j),
//
// sum_j <grad_{p_j} L, D_j> >= 2L - P under abs, 2L - P/4 under relu+linear, and under relu
// 2L - (P - sum_i (1 - sum over T_i of sg_j lambda_j) <z, p_i*>) / 4, z the sum of all p_j less that of all
// p_i*. The left side is at most ||grad L|| times the length of (D_j)_j in unit form, and of (d_j)_j,
// d_j = (D_j - (1/2) (w^.D_j) w^) / |w_j|, in norm form.

#include "theorem_a.hpp"

#include <cmath>

#include "../linear.hpp"

namespace lojaverify {

namespace {

/// target += factor * x
void add_multiple(Vector& target, const Ball& factor, const Vector& x, slong bits) {
  for (std::size_t k = 0; k < x.size(); ++k) add_product(target[k], factor, x[k], bits);
}

Ball length(const Vector& x, slong bits) {
  Ball sum;
  for (const Ball& entry : x) sum = add(sum, square(entry, bits), bits);
  return root(sum, bits);
}

/// 1 - cos of the acute angle, as sin^2 / (1 + |cos|).
Ball bow(const Pair& pair, slong bits) {
  const Ball size = nonnegative_part(made<Ball>(arb_abs, pair.cosine));
  return div(square(pair.sine, bits), add(Ball(1), size, bits), bits);
}

/// The sums of the theorem.
struct Sums {
  std::vector<Vector> residual;  // v_i
  Vector odd;                    // z
  std::vector<Ball> share;       // sum over T_i of sg_j lambda_j
  Ball bent;                     // sum_j lambda_j |p_i*| (1 - cos theta_j)
  Ball squared;                  // sum_j |D_j|^2 or |d_j|^2
};

/// |D|^2, or |d|^2 in norm form; a far student has d = w/2.
Ball squared_step(const Neuron& student, Vector step, bool is_far, slong bits) {
  if (student.form == Form::norm) {
    if (is_far) return div(square(student.norm, bits), 4, bits);
    const Ball half = div(dot(student.direction, step, bits), -2, bits);
    add_multiple(step, half, student.direction, bits);
    for (Ball& x : step) x = div(x, student.norm, bits);
  }
  Ball sum;
  for (const Ball& x : step) sum = add(sum, square(x, bits), bits);
  return sum;
}

Finding nothing_known() { return {.log2_width = HUGE_VAL}; }

}  // namespace

TheoremA::TheoremA(const Json& evidence, const Shape& shape) {
  std::vector<Rational> sums(static_cast<std::size_t>(shape.r));
  for (const Json entry : evidence.at("assignment").elements())
    assignment_.push_back(entry.is_null() ? far : entry.integer());
  for (const Json entry : evidence.at("weights").elements()) weights_.push_back(entry.parsed(parse_number));
  const auto m = static_cast<std::size_t>(shape.m);
  if (assignment_.size() != m || weights_.size() != m) {
    misfit_ = "evidence.assignment and evidence.weights need one entry for each student";
    return;
  }
  for (std::size_t j = 0; j < m; ++j) {
    const std::int64_t i = assignment_[j];
    if (i != far && (i < 0 || i >= shape.r))
      misfit_ = "evidence.assignment names a teacher that does not exist";
    if (weights_[j].sign() < 0) misfit_ = "a weight is negative";
    if (misfit_) return;
    if (i == far && weights_[j].sign() != 0) misfit_ = "a far student has a weight";
    if (i != far) sums[static_cast<std::size_t>(i)] = sums[static_cast<std::size_t>(i)] + weights_[j];
  }
  for (const Rational& sum : sums) {
    if (sum != Rational(1)) misfit_ = "the weights of a class do not sum to 1";
  }
}

Finding TheoremA::gives(const Question& q, const Rational& kappa, const Rational& beta) const {
  const slong bits = q.bits;
  const Instance& instance = q.instance;
  const std::size_t m = instance.student.size(), r = instance.teacher.size();
  const std::vector<Neuron> neurons = make_neurons(instance, bits);
  Sums sums{std::vector<Vector>(r, Vector(instance.d())), Vector(instance.d()), std::vector<Ball>(r), {}, {}};
  for (std::size_t i = 0; i < r; ++i) {
    const Neuron& teacher = neurons[m + i];
    if (!teacher.norm.is_positive()) return nothing_known();
    add_multiple(sums.residual[i], Ball(-1), teacher.p, bits);
    add_multiple(sums.odd, Ball(-1), teacher.p, bits);
  }
  for (std::size_t j = 0; j < m; ++j) {
    q.deadline.check();
    const Neuron& student = neurons[j];
    add_multiple(sums.odd, Ball(1), student.p, bits);
    if (assignment_[j] == far) {
      sums.squared = add(sums.squared, squared_step(student, student.p, true, bits), bits);
      continue;
    }
    const auto i = static_cast<std::size_t>(assignment_[j]);
    const Neuron& teacher = neurons[m + i];
    const Pair pair = make_pair_of(student, teacher, bits);
    const bool along = arb_is_nonnegative(pair.cosine.get()) != 0;
    const bool against = arb_is_nonpositive(pair.cosine.get()) != 0;
    if (!student.norm.is_positive() || (!along && !against)) return nothing_known();
    const Ball sign(along ? 1 : -1), weight = ball(weights_[j], bits);
    const Ball oriented = mul(weight, sign, bits);
    sums.share[i] = add(sums.share[i], oriented, bits);
    add_multiple(sums.residual[i], sign, student.p, bits);
    Vector step = student.p;
    add_multiple(step, mul(oriented, -1, bits), teacher.p, bits);
    sums.squared = add(sums.squared, squared_step(student, step, false, bits), bits);
    if (!weight.is_zero()) add_product(sums.bent, mul(weight, teacher.mass, bits), bow(pair, bits), bits);
  }
  Ball residuals;
  for (const Vector& v : sums.residual) residuals = add(residuals, length(v, bits), bits);
  Ball deficit = mul(mul(mul(two_over_pi(bits), 2, bits), residuals, bits), sums.bent, bits);
  if (instance.activation == Activation::relu) {
    for (std::size_t i = 0; i < r; ++i) {
      const Ball rest = sub(sums.share[i], Ball(1), bits);
      add_product(deficit, rest, dot(sums.odd, neurons[m + i].p, bits), bits);
    }
  }
  if (instance.activation != Activation::abs) deficit = div(deficit, 4, bits);

  const Ball loss = landscape_of(instance, bits, q.deadline).loss;
  if (!loss.is_positive() || !deficit.is_finite() || !sums.squared.is_finite()) return nothing_known();
  const Ball size = root(sums.squared, bits), positive_deficit = nonnegative_part(deficit);
  const auto holds_at = [&](const Ball& l) {
    const Ball left = mul(mul(ball(kappa, bits), power(l, beta, bits), bits), size, bits);
    return at_most(left, sub(mul(l, 2, bits), positive_deficit, bits), bits);
  };
  Finding finding = holds_at(loss);
  if (finding.truth == Truth::no) return {.notes = {"Theorem A does not give this kappa with these weights"}};
  // As P >= 0, (2L - P) / L^beta rises with L for beta <= 1: the lower end of L decides for all.
  const bool rises = beta <= Rational(1);
  if (finding.truth == Truth::unknown && rises && holds_at(lower(loss, bits)).truth == Truth::yes)
    return Finding::certain(true);
  return finding;
}

}  // namespace lojaverify
