#include <lojacert/claims/trajectory.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/theory/gradient_dynamics.hpp>

#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

namespace lojacert {

namespace {

constexpr Bits bits_of_search{256};
constexpr std::size_t most_entries = 1'000'000;  // certificates/README.md, section 4.12

/// The iterates W_0, ..., W_T with their landscapes, made once.
struct Iterates {
  std::vector<ExactMatrix> weights;
  std::vector<Landscape> landscapes;
  Rational step;

  Iterates(const Instance& start, const Trajectory& trajectory) : step(parse_exact_point(trajectory.step)) {
    weights.push_back(*start.student);
    weights.insert(weights.end(), trajectory.iterates.begin(), trajectory.iterates.end());
    Instance at = start;
    for (const ExactMatrix& w : weights) {
      at.student = w;
      landscapes.emplace_back(at);
    }
  }

  [[nodiscard]] std::size_t steps() const { return weights.size() - 1; }
};

/// Both sides of the first condition at step t: ||W_(t+1) - W_t + step grad L||_F and step ||grad L||_F.
struct StepError {
  Interval error;
  Interval length;
};

StepError step_error(const Iterates& iterates, std::size_t t, const Gradient& gradient, Bits bits) {
  const Interval step = Interval::from(iterates.step, bits);
  const ExactMatrix& now = iterates.weights[t];
  const ExactMatrix& next = iterates.weights[t + 1];
  Interval square = Interval::zero(bits);
  for (std::size_t j = 0; j < now.rows(); ++j) {
    for (std::size_t k = 0; k < now.cols(); ++k) {
      const Rational moved = next.point(j, k) - now.point(j, k);
      square += sqr(Interval::from(moved, bits) + step * gradient.partials[j * now.cols() + k]);
    }
  }
  return {sqrt_nonnegative(square), step * gradient.norm};
}

struct StatedEnvelope {
  Rational a;
  Rational c;
};

struct Values {
  Rational epsilon;
  std::optional<StatedEnvelope> envelope;
  NeuronForm form;
};

Decision under_envelope(const Interval& loss, const Values& values, std::size_t t, Bits bits) {
  const Rational q = values.envelope->a + values.envelope->c * static_cast<long>(t);
  const Rational power(values.form == NeuronForm::norm ? 2 : 3);
  return decide_less_equal(loss * pow_nonnegative(Interval::from(q, bits), power), Interval::exact(1L, bits),
                           fmt::format("the envelope at step {}", t));
}

Decision decide(const Iterates& iterates, const Values& values, Bits bits) {
  const Interval epsilon = Interval::from(values.epsilon, bits);
  Decision decision = exactly(true);
  const auto require = [&](const Decision& part, const std::string& what) {
    decision = both(decision, sufficient(part, "this fails: " + what));
  };
  std::optional<Interval> before;
  for (std::size_t t = 0; t < iterates.weights.size(); ++t) {
    Evaluation at{.loss = Interval::zero(bits), .gradient = {}, .undefined_at = {}};
    if (t < iterates.steps())
      at = iterates.landscapes[t].evaluate(bits);
    else
      at.loss = iterates.landscapes[t].loss(bits);
    if (at.undefined_at) return never(undefined_gradient_reason(*at.undefined_at));
    if (before) {
      const std::string what = fmt::format("L falls at step {}", t);
      require(decide_less(at.loss, *before, what), what);
    }
    if (values.envelope)
      require(under_envelope(at.loss, values, t, bits), fmt::format("the envelope at step {}", t));
    if (at.gradient) {
      const StepError sides = step_error(iterates, t, *at.gradient, bits);
      const std::string what = fmt::format("the relative error of step {} is at most epsilon", t + 1);
      require(decide_less_equal(sides.error, epsilon * sides.length, what), what);
    }
    before = std::move(at.loss);
  }
  return decision;
}

/// The smallest relative error of 5 digits that covers every step.
std::string epsilon_of(const Iterates& iterates) {
  Interval largest = Interval::zero(bits_of_search);
  for (std::size_t t = 0; t < iterates.steps(); ++t) {
    const Evaluation evaluation = iterates.landscapes[t].evaluate(bits_of_search);
    if (evaluation.undefined_at) throw UndecidedError(undefined_gradient_reason(*evaluation.undefined_at));
    const StepError sides = step_error(iterates, t, *evaluation.gradient, bits_of_search);
    largest = larger(largest, sides.error / sides.length);
  }
  return a_little_above(largest);
}

/// a and c of the envelope of Theorem G for steps with a relative error.
std::pair<std::string, std::string> envelope_of(const Instance& instance, const Iterates& iterates,
                                                const CitedThreshold& cited, const Rational& epsilon) {
  const Bits bits = bits_of_search;
  if (instance.neuron != NeuronForm::norm)
    throw UnsupportedError("trajectory: the envelope is for students in norm form; leave out --threshold");
  const Interval loss = iterates.landscapes[0].loss(bits);
  if (!certainly_less_equal(loss, Interval::from(cited.eps0, bits)))
    throw UndecidedError(
        "trajectory: the first loss is above eps0 of the certificate; leave out --threshold");
  const Interval one = Interval::exact(1L, bits);
  const Interval error = Interval::from(epsilon, bits);
  const Interval step = Interval::from(iterates.step, bits);
  const Interval curvature = curvature_bound(TeacherGeometry(instance), loss, instance.activation);
  const Interval decrease =
      step * (one - error - step * curvature * sqr(one + error) / Interval::exact(2L, bits));
  if (!certainly_less(Interval::zero(bits), decrease))
    throw UndecidedError("trajectory: the step, or the errors of the steps, are too large for the envelope");
  const EnvelopeLine line =
      envelope_line(loss, Interval::from(cited.kappa, bits), {decrease, one, one}, instance.neuron);
  return {a_little_below(line.a), a_little_below(line.c)};
}

json::Value iterates_value(const Trajectory& trajectory) {
  json::Value all = json::array();
  for (const ExactMatrix& w : trajectory.iterates) all.items.push_back(rows_value(w));
  return all;
}

}  // namespace

Claim trajectory_claim(const Instance& instance, const Trajectory& trajectory,
                       const TrajectoryRequest& request) {
  if (!instance.student || instance.gram || !instance.is_point())
    throw InstanceError("trajectory: the instance must be the first iterate, with exact weights");
  if (instance_digest(instance) != instance_digest(trajectory.start))
    throw InstanceError(
        "trajectory: the instance is not the first iterate of the trajectory: teacher, activation, forms and "
        "weights must be equal, exactly (the text \"0.1\" is no double; train with \"iterations\": 0 writes "
        "the "
        "start as it is recorded)");
  if (trajectory.iterates.size() * instance.student_count() * instance.dimension() > most_entries)
    throw InputError("trajectory: the iterates have more than 1000000 entries; record fewer steps");
  const auto iterates = std::make_shared<const Iterates>(instance, trajectory);
  const std::string epsilon = request.epsilon ? *request.epsilon : epsilon_of(*iterates);
  Values values{parse_constant("epsilon", epsilon), {}, instance.neuron};
  if (values.epsilon < 0 || values.epsilon >= 1)
    throw UndecidedError(fmt::format("trajectory: epsilon = {} must be at least 0 and below 1", epsilon));

  Claim claim;
  claim.kind = "trajectory";
  claim.constants = {{"step", json::string(trajectory.step)},
                     {"epsilon", json::string(epsilon)},
                     {"iterates", iterates_value(trajectory)}};
  claim.body = fmt::format(
      "the {} listed iterates are steps of gradient descent with step {} up to a relative error of {}, L "
      "falls "
      "at every step",
      iterates->steps(), trajectory.step, epsilon);
  if (request.cited) {
    const auto [a, c] = envelope_of(instance, *iterates, *request.cited, values.epsilon);
    values.envelope = StatedEnvelope{parse_exact_point(a), parse_exact_point(c)};
    claim.constants.emplace_back("envelope", json::object({{"a", json::string(a)}, {"c", json::string(c)}}));
    claim.body +=
        fmt::format(" and L(W_t) <= ({} + {} * t)^(-2) for t = 0, ..., {}", a, c, iterates->steps());
  }
  claim.attempt_for = [iterates, values](const Instance&) -> Attempt {
    return [=](Bits bits) { return decide(*iterates, values, bits); };
  };
  return claim;
}

}  // namespace lojacert
