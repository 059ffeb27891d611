// The claim `convergence`: its constants and its sentence.

#include "common.hpp"
#include "convergence.hpp"

namespace lojaverify {

namespace {

std::optional<Constant> read_optional(const Json& json, std::string_view key) {
  const std::optional<Json> value = json.find(key);
  if (!value) return {};
  return read_positive(*value);
}

/// q of the sentence
std::string envelope_of(const std::vector<ConvergenceClaim::Line>& lines) {
  std::string text;
  for (const auto& [a, c] : lines) text += (text.empty() ? "" : ", ") + a.text + " + " + c.text + " * t";
  return (lines.size() > 1 ? "min(" : "(") + text + ')';
}

std::string recovery_sentence(const ConvergenceClaim::Recovery& recovery, const std::string& e) {
  const auto bound = [](const Constant& angle) { return "(" + angle.text + " * e(t) / M)^(2/3)"; };
  std::string bounds = recovery.bounds.sentences(" * e(t)");
  if (recovery.angle) {
    const std::string which = recovery.heavy ? "above " + recovery.heavy->text + " * e(t)" : "in a class";
    bounds = joined(
        bounds, "every student of mass M " + which + " has 2 sin(theta / 2) <= " + bound(*recovery.angle));
  }
  const std::string beginning = "with e(t) = " + e + " and ";
  if (recovery.delta1)
    return beginning + "classes by the nearest line within " + recovery.delta1->text + " radians, " + bounds;
  return beginning + "the listed classes, every student of a class stays within " + recovery.delta->text +
         " radians of its teacher and " + bounds;
}

}  // namespace

Classes read_classes(const Json& json, const Shape& shape) {
  Classes classes;
  for (const Json entry : json.elements()) {
    if (entry.is_null()) {
      classes.emplace_back();
      continue;
    }
    if (entry.integer() < 0 || entry.integer() >= shape.r) {
      entry.fail("must be null or the index of a teacher, from 0 to " + std::to_string(shape.r - 1));
    }
    classes.emplace_back(static_cast<std::size_t>(entry.integer()));
  }
  if (static_cast<std::int64_t>(classes.size()) != shape.m)
    json.fail("must have one entry for each of the m students");
  return classes;
}

ConvergenceClaim::Recovery::Recovery(const Json& json, const Shape& shape)
    : delta1(read_optional(json, "delta1")),
      delta(read_optional(json, "delta")),
      bounds(json),
      heavy(read_optional(json, "heavy")),
      angle(read_optional(json, "angle")) {
  if (const auto list = json.find("classes")) classes = read_classes(*list, shape);
  if (delta1.has_value() == classes.has_value()) json.fail("needs either 'delta1' or 'classes'");
  if (delta1) {
    json.allow_only(
        {"delta1", "misalignment", "far_mass", "residual", "deficit", "excess", "opposed", "heavy", "angle"});
    const Ball twice = ball(delta1->value * Rational(2), 128);
    if (less_than(twice, made<Ball>(arb_const_pi, 128), 128).truth != Truth::yes)
      json.at("delta1").fail("must lie in (0, pi/2)");
    if (heavy.has_value() != angle.has_value()) json.fail("'heavy' and 'angle' belong together");
  } else {
    json.allow_only({"classes", "delta", "misalignment", "residual", "deficit", "excess", "angle"});
    static_cast<void>(json.at("delta"));
    if (delta->value > Rational(1)) json.at("delta").fail("must be at most 1");
  }
  if (bounds.is_empty()) json.fail("needs a bound");
}

ConvergenceClaim::ConvergenceClaim(const Json& claim, const Shape& shape)
    : step(read_optional(claim, "step")),
      linear_rate(read_optional(claim, "linear_rate")),
      distance(read_optional(claim, "distance")) {
  claim.allow_only({"kind", "quantifier", "negated", "statement", "dynamics", "step", "envelope",
                    "linear_rate", "distance", "limit", "recovery", "target"});
  if (claim.at("negated").boolean()) claim.at("negated").fail("must be false: the claim has no negation");
  const std::string& dynamics = claim.at("dynamics").string();
  if (dynamics != "descent" && dynamics != "flow")
    claim.at("dynamics").fail("must be \"descent\" or \"flow\"");
  if ((dynamics == "descent") != step.has_value())
    claim.fail("'step' belongs to \"descent\", and only to it");
  const Json lines = claim.at("envelope");
  for (const Json line : lines.elements()) {
    line.allow_only({"a", "c"});
    envelope.push_back({read_positive(line.at("a")), read_positive(line.at("c"))});
  }
  if (envelope.empty() || envelope.size() > 2) lines.fail("must have one or two objects");
  if (const auto list = claim.find("limit")) {
    limit = read_classes(*list, shape);
    if (!distance) list->fail("needs 'distance' beside it");
  }
  if (const auto object = claim.find("recovery")) recovery.emplace(*object, shape);
  if (const auto object = claim.find("target")) {
    object->allow_only({"loss", "steps"});
    target = Target{read_positive(object->at("loss")), read_constant(object->at("steps"))};
    if (target->steps.value.sign() < 0) object->at("steps").fail("must not be negative");
  }
}

std::string ConvergenceClaim::body(const Instance& instance) const {
  const bool unit = instance.neuron == Form::unit;
  const std::string q = envelope_of(envelope);
  std::string text = step   ? "gradient descent with step " + step->text
                     : unit ? "the absorbing gradient flow"
                            : "the gradient flow";
  text += " from there satisfies for every t: L(W_t) <= " + q + (unit ? "^(-3)" : "^(-2)");
  if (linear_rate) text += "; L(W_t) * " + linear_rate->text + " * t <= 1";
  if (distance) {
    text += "; W_t tends to a limit of zero loss within " + distance->text + " * " + q +
            (unit ? "^(-1)" : "^(-1/2)");
  }
  if (limit) {
    text += std::string("; every student with a listed limit ends on the ") +
            (instance.is_even() ? "line" : "ray") + " of that teacher";
  }
  if (recovery) text += "; " + recovery_sentence(*recovery, q + (unit ? "^(-3/2)" : "^(-1)"));
  if (target) text += "; L(W_t) <= " + target->loss.text + " for every t >= " + target->steps.text;
  return text;
}

}  // namespace lojaverify
