#include <lojacert/claims/convergence.hpp>

#include <lojacert/claims/convergence_plan.hpp>
#include <lojacert/claims/recovery_for_all.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace lojacert {

namespace {

constexpr Bits least_bits{192};
constexpr double relative_width = 1e-12;

/// A constant of the claim: its text and its value.
struct Stated {
  std::string text;
  Rational value;
};

Stated stated(std::string text) {
  Rational value = parse_exact_point(text);
  return {std::move(text), std::move(value)};
}

struct StatedLine {
  Stated a;
  Stated c;
};

struct Target {
  Stated loss;
  Stated steps;
};

/// Everything that the claim states.
struct ConvergenceStatement {
  std::vector<StatedLine> lines;
  std::optional<Stated> linear_rate;
  Stated distance;
  std::vector<std::optional<std::size_t>> limit;
  std::vector<std::pair<std::string, Stated>> recovery;
  std::optional<Target> target;
};

void refuse_what_is_not_covered(const Instance& instance, const ConvergenceRequest& request) {
  if (instance.gram || !instance.student)
    throw InstanceError("convergence: the instance needs the teachers' vectors and a student");
  if (!instance.is_point())
    throw UnsupportedError("convergence: proved for exact weights only, and the instance has boxes");
  if (instance.neuron == NeuronForm::norm) return;
  if (request.step)
    throw UnsupportedError(
        "convergence: for students in unit form only the flow is covered (--flow): with a step, what happens "
        "near a zero student is open");
  if (request.route == ConvergenceRoute::theorem_i)
    throw UnsupportedError(
        "convergence: Theorem I is for students in norm form; for unit form use Theorem G");
}

/// Theorem G for these weights: the certificate with the larger kappa, if the loss is below its eps0.
CitedThreshold threshold_for(const Instance& instance, const ConvergenceRequest& request, double loss) {
  if (request.threshold) return cite_threshold(instance, *request.threshold);
  CitedThreshold cited = find_cited_threshold(instance, {});
  constexpr double plenty = 10;
  if (loss * plenty > static_cast<double>(cited.eps0)) return cited;
  ThresholdRequest steep;
  steep.maximise_kappa = true;
  CitedThreshold steeper = find_cited_threshold(instance, steep);
  const bool reaches = loss * 1.001 < static_cast<double>(steeper.eps0);
  return reaches && steeper.kappa > cited.kappa ? std::move(steeper) : std::move(cited);
}

struct Chosen {
  ConvergencePlan plan;
  std::string note;
};

Chosen choose(const ConvergenceSetting& setting, const ConvergenceRequest& request, Bits bits) {
  std::string missing;
  const bool norm = setting.instance.neuron == NeuronForm::norm;
  if (norm && request.route != ConvergenceRoute::theorem_g) {
    if (auto plan = plan_by_invariance(setting, std::nullopt, bits, missing))
      return {*std::move(plan), "by Theorem I: the students stay in their classes for ever"};
  }
  const double loss = setting.loss(bits).approximate_mid();
  std::optional<CitedThreshold> cited;
  std::string by_g;
  try {
    if (request.route != ConvergenceRoute::theorem_i || request.threshold)
      cited = threshold_for(setting.instance, request, loss);
  } catch (const UnsupportedError& error) {
    if (request.route == ConvergenceRoute::theorem_g) throw;
    by_g = error.what();
  }
  if (cited && request.route != ConvergenceRoute::theorem_i) {
    ConvergencePlan plan{cited, {}, {}};
    const ConvergenceBounds bounds = bounds_of(setting, plan, bits);
    if (bounds.hypotheses.verdict == Verdict::proved)
      return {std::move(plan), "by Theorem G: whatever the number of students"};
    by_g = bounds.hypotheses.reason;
  }
  if (cited && norm && request.route != ConvergenceRoute::theorem_g) {
    if (auto plan = plan_by_invariance(setting, cited, bits, missing))
      return {*std::move(plan), "by Theorem I down to eps0, then by Theorem G"};
  }
  throw UndecidedError(fmt::format("no theorem covers these weights. {}{}{}", by_g,
                                   by_g.empty() || missing.empty() ? "" : ". ", missing));
}

std::vector<std::optional<std::size_t>> certain_limits(const ConvergenceSetting& setting,
                                                       const ConvergencePlan& plan,
                                                       const ConvergenceBounds& bounds, Bits bits) {
  std::vector<std::optional<std::size_t>> limit(setting.instance.student_count());
  for (std::size_t j = 0; j < limit.size(); ++j) {
    for (std::size_t i = 0; i < setting.teacher.count() && !limit[j]; ++i) {
      const Decision decision = limit_is(setting, plan, bounds, j, i, bits);
      constexpr double least_margin = 20;  // another arithmetic must be able to show it
      if (decision.verdict == Verdict::proved && decision.margin_bits >= least_margin) limit[j] = i;
    }
  }
  return limit;
}

/// The first time from which the envelope, or the linear rate, is below the loss.
Target target_for(const ConvergenceStatement& statement, const std::string& loss, NeuronForm students,
                  Bits bits) {
  const Interval value = Interval::from(parse_positive_constant("loss", loss), bits);
  const Rational power(1, students == NeuronForm::norm ? 2 : 3);
  const Interval level = Interval::exact(1L, bits) / pow_nonnegative(value, power);
  Interval time = Interval::zero(bits);
  for (const StatedLine& line : statement.lines) {
    time = larger(time, (level - Interval::from(line.a.value, bits)) / Interval::from(line.c.value, bits));
  }
  if (statement.linear_rate) {
    const Interval other =
        Interval::exact(1L, bits) / (Interval::from(statement.linear_rate->value, bits) * value);
    if (certainly_less(other, time)) time = other;
  }
  if (certainly_less_equal(time, Interval::zero(bits))) return {stated(loss), stated("0")};
  return {stated(loss), stated(a_little_above(time))};
}

ConvergenceStatement statement_from(const ConvergenceSetting& setting, const ConvergencePlan& plan,
                                    const ConvergenceRequest& request, Bits bits) {
  const ConvergenceBounds bounds = bounds_of(setting, plan, bits);
  ConvergenceStatement result;
  for (const EnvelopeLine& line : bounds.lines)
    result.lines.push_back({stated(a_little_below(line.a)), stated(a_little_below(line.c))});
  if (bounds.linear_rate) result.linear_rate = stated(a_little_below(*bounds.linear_rate));
  result.distance = stated(a_little_above(bounds.distance));
  result.limit = certain_limits(setting, plan, bounds, bits);
  for (const auto& [key, bound] : bounds.recovery)
    result.recovery.emplace_back(key, stated(a_little_above(bound)));
  if (request.target_loss)
    result.target = target_for(result, *request.target_loss, setting.instance.neuron, bits);
  return result;
}

Decision decide_target(const ConvergenceStatement& statement, NeuronForm students, Bits bits) {
  if (!statement.target) return exactly(true);
  const Interval loss = Interval::from(statement.target->loss.value, bits);
  const Interval steps = Interval::from(statement.target->steps.value, bits);
  const Rational power(students == NeuronForm::norm ? 2 : 3);
  const Interval one = Interval::exact(1L, bits);
  Decision by_envelope = exactly(true);
  for (const StatedLine& line : statement.lines) {
    const Interval q = Interval::from(line.a.value, bits) + Interval::from(line.c.value, bits) * steps;
    by_envelope = both(by_envelope, decide_less_equal(one, pow_nonnegative(q, power) * loss, "target"));
  }
  if (by_envelope.verdict == Verdict::proved || !statement.linear_rate) return by_envelope;
  return decide_less_equal(one, Interval::from(statement.linear_rate->value, bits) * steps * loss, "target");
}

/// Whether the plan gives everything that is stated.
Decision decide(const ConvergenceSetting& setting, const ConvergencePlan& plan,
                const ConvergenceStatement& statement, Bits bits) {
  const auto number = [&](const Stated& s) { return Interval::from(s.value, bits); };
  const ConvergenceBounds bounds = bounds_of(setting, plan, bits);
  Decision decision = bounds.hypotheses;
  if (decision.verdict != Verdict::proved) return decision;
  for (std::size_t k = 0; k < statement.lines.size(); ++k) {
    decision = both(decision, decide_less_equal(number(statement.lines[k].a), bounds.lines[k].a, "a"));
    decision = both(decision, decide_less_equal(number(statement.lines[k].c), bounds.lines[k].c, "c"));
  }
  if (statement.linear_rate)
    decision =
        both(decision, decide_less_equal(number(*statement.linear_rate), *bounds.linear_rate, "linear_rate"));
  decision = both(decision, decide_less_equal(bounds.distance, number(statement.distance), "distance"));
  for (std::size_t j = 0; j < statement.limit.size(); ++j) {
    if (statement.limit[j])
      decision = both(decision, limit_is(setting, plan, bounds, j, *statement.limit[j], bits));
  }
  for (std::size_t k = 0; k < statement.recovery.size(); ++k) {
    decision = both(decision, decide_less_equal(bounds.recovery[k].second,
                                                number(statement.recovery[k].second), "recovery"));
  }
  decision = both(decision, decide_target(statement, setting.instance.neuron, bits));
  return sufficient(decision, "the theorem gives less than what is claimed");
}

json::Value indices(const std::vector<std::optional<std::size_t>>& values) {
  json::Value array = json::array();
  for (const auto& value : values)
    array.items.push_back(value ? json::number(static_cast<long long>(*value)) : json::Value{});
  return array;
}

bool names_any(const std::vector<std::optional<std::size_t>>& values) {
  return std::any_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); });
}

std::string q_of(const std::vector<StatedLine>& lines) {
  std::string text;
  for (const StatedLine& line : lines)
    text += fmt::format("{}{} + {} * t", text.empty() ? "" : ", ", line.a.text, line.c.text);
  return lines.size() == 1 ? "(" + text + ")" : "min(" + text + ")";
}

/// The constants of the claim and its sentence, written side by side.
class Writer {
 public:
  Writer(const ConvergenceSetting& setting, const ConvergencePlan& plan,
         const ConvergenceStatement& statement, const ConvergenceRequest& request)
      : setting_(setting), plan_(plan), statement_(statement), request_(request) {}

  void write(Claim& claim) {
    write_dynamics();
    write_envelope();
    write_limit();
    write_recovery();
    if (statement_.target) {
      const Target& target = *statement_.target;
      constants_.emplace_back("target", json::object({{"loss", json::string(target.loss.text)},
                                                      {"steps", json::string(target.steps.text)}}));
      say(fmt::format("L(W_t) <= {} for every t >= {}", target.loss.text, target.steps.text));
    }
    claim.constants = std::move(constants_);
    claim.body = std::move(dynamics_) + sentence_;
  }

 private:
  void say(const std::string& part) { sentence_ += (sentence_.empty() ? "" : "; ") + part; }
  [[nodiscard]] bool unit() const { return setting_.instance.neuron == NeuronForm::unit; }

  void write_dynamics() {
    constants_.emplace_back("dynamics", json::string(request_.step ? "descent" : "flow"));
    if (request_.step) {
      constants_.emplace_back("step", json::string(*request_.step));
      dynamics_ =
          fmt::format("gradient descent with step {} from there satisfies for every t: ", *request_.step);
    } else {
      dynamics_ =
          fmt::format("the {}gradient flow from there satisfies for every t: ", unit() ? "absorbing " : "");
    }
  }

  void write_envelope() {
    json::Value lines = json::array();
    for (const StatedLine& line : statement_.lines)
      lines.items.push_back(
          json::object({{"a", json::string(line.a.text)}, {"c", json::string(line.c.text)}}));
    constants_.emplace_back("envelope", std::move(lines));
    say(fmt::format("L(W_t) <= {}^(-{})", q_of(statement_.lines), unit() ? 3 : 2));
    if (!statement_.linear_rate) return;
    constants_.emplace_back("linear_rate", json::string(statement_.linear_rate->text));
    say(fmt::format("L(W_t) * {} * t <= 1", statement_.linear_rate->text));
  }

  void write_limit() {
    constants_.emplace_back("distance", json::string(statement_.distance.text));
    say(fmt::format("W_t tends to a limit of zero loss within {} * {}^({})", statement_.distance.text,
                    q_of(statement_.lines), unit() ? "-1" : "-1/2"));
    if (!names_any(statement_.limit)) return;
    constants_.emplace_back("limit", indices(statement_.limit));
    say(fmt::format("every student with a listed limit ends on the {} of that teacher",
                    setting_.instance.activation == Activation::relu ? "ray" : "line"));
  }

  void write_recovery() {
    if (statement_.recovery.empty()) return;
    json::Value object = json::object();
    std::string bounds;
    const auto add = [&](const std::string& text) { bounds += (bounds.empty() ? "" : " and ") + text; };
    std::string opening;
    const std::string e = fmt::format("with e(t) = {}^({})", q_of(statement_.lines), unit() ? "-3/2" : "-1");
    if (plan_.invariance) {
      const std::string delta = exact_text_of_delta();
      object.members = {{"classes", indices(plan_.invariance->classes)}, {"delta", json::string(delta)}};
      opening = fmt::format(
          "{} and the listed classes, every student of a class stays within {} radians of its teacher and ",
          e, delta);
    } else {
      const std::string delta1 = plan_.cited->certificate.at("evidence").at("delta1").as_string();
      object.members = {{"delta1", json::string(delta1)}};
      opening = fmt::format("{} and classes by the nearest line within {} radians, ", e, delta1);
    }
    std::string heavy;
    for (const auto& [key, value] : statement_.recovery) {
      object.members.emplace_back(key, json::string(value.text));
      if (key == "heavy")
        heavy = value.text;
      else if (key == "angle")
        add(sentence_of_angle(heavy, value.text));
      else
        add(sentence_of_bound(key, value.text + " * e(t)"));
    }
    constants_.emplace_back("recovery", std::move(object));
    say(opening + bounds);
  }

  [[nodiscard]] static std::string sentence_of_angle(const std::string& heavy, const std::string& angle) {
    return fmt::format("every student of mass M {} has 2 sin(theta / 2) <= ({} * e(t) / M)^(2/3)",
                       heavy.empty() ? "in a class" : "above " + heavy + " * e(t)", angle);
  }

  [[nodiscard]] std::string exact_text_of_delta() const { return decimal_lower(plan_.invariance->delta, 4); }

  const ConvergenceSetting& setting_;
  const ConvergencePlan& plan_;
  const ConvergenceStatement& statement_;
  const ConvergenceRequest& request_;
  std::vector<std::pair<std::string, json::Value>> constants_;
  std::string dynamics_;
  std::string sentence_;
};

std::vector<std::pair<std::string, json::Value>> evidence_for(const ConvergencePlan& plan) {
  if (!plan.invariance) return {{"by", json::string("G")}, {"threshold", plan.cited->certificate}};
  const InvarianceChoice& choice = *plan.invariance;
  std::vector<std::pair<std::string, json::Value>> evidence = {
      {"by", json::string("I")},
      {"mu", json::string(exact_text(choice.mu))},
      {"delta", json::string(decimal_lower(choice.delta, 4))},
      {"chi", json::string(exact_text(choice.chi))},
      {"classes", indices(choice.classes)}};
  if (choice.hand_over) {
    evidence.emplace_back("hand_over", json::object({{"loss", json::string(exact_text(*choice.hand_over))},
                                                     {"threshold", plan.cited->certificate}}));
  }
  return evidence;
}

}  // namespace

Claim convergence_claim(const Instance& instance, const ConvergenceRequest& request, const Budget& budget) {
  refuse_what_is_not_covered(instance, request);
  Dynamics dynamics;
  if (request.step) dynamics.step = parse_positive_constant("step", *request.step);
  if (instance.neuron == NeuronForm::unit) {
    if (const auto j = zero_student(instance))
      throw UnsupportedError(
          fmt::format("convergence: student[{}] in unit form is zero, where the flow is not defined", *j));
  }
  if (request.threshold) refuse_unfit_certificate(instance, *request.threshold);
  const auto setting = std::make_shared<const ConvergenceSetting>(instance, dynamics);
  if (setting->landscape.loss_is_exactly_zero())
    throw UndecidedError("L(W_0) = 0: the weights are a global minimum, and stay there");
  const NarrowLoss loss = narrow_loss(setting->landscape, relative_width, budget.max_bits, Rung::intervals);
  if (!loss.is_narrow) throw UndecidedError("the loss is not known well enough: raise --max-bits");
  const Bits bits{std::max(least_bits.value, loss.bits + 64)};

  const auto chosen = std::make_shared<const Chosen>(choose(*setting, request, bits));
  const auto statement =
      std::make_shared<const ConvergenceStatement>(statement_from(*setting, chosen->plan, request, bits));
  Claim claim;
  claim.kind = "convergence";
  Writer(*setting, chosen->plan, *statement, request).write(claim);
  claim.evidence = evidence_for(chosen->plan);
  claim.notes = {chosen->note};
  claim.attempt_for = [setting, chosen, statement](const Instance&) -> Attempt {
    return [=](Bits precision) { return decide(*setting, chosen->plan, *statement, precision); };
  };
  return claim;
}

}  // namespace lojacert
