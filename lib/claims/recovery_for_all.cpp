#include <lojacert/claims/recovery_for_all.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/gradient_dynamics.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace lojacert {

namespace {

constexpr Bits bits{192};

struct Words {
  const char* key;
  const char* sentence;
};
constexpr Words words[] = {
    {"misalignment", "the misalignment is at most {}"},
    {"far_mass", "the far mass is at most {}"},
    {"residual", "the residuals are at most {}"},
    {"deficit", "every class has at least the mass of its teacher less {}"},
    {"excess", "every class has at most the mass of its teacher plus {}"},
    {"opposed", "the mass that points away from its teacher is at most {}"},
};

struct Stated {
  std::string key;
  Rational value;
};

/// The chord 2 sin(angle / 2) that no student of the mass exceeds; nothing where it may be far.
std::optional<Interval> chord_of(const RecoveryConstants& constants, const Interval& rho,
                                 const Interval& mass) {
  const Interval far = constants.far_mass * rho;
  if (!certainly_less(far, mass)) return std::nullopt;
  const Interval two = Interval::exact(2L, bits);
  Interval chord = sqrt_nonnegative(two * constants.misalignment * rho / mass);
  if (certainly_less(constants.heavy * rho, mass)) {
    const Interval other = pow_nonnegative(constants.turn * rho / mass, Rational(2, 3));
    if (certainly_less(other, chord)) chord = other;
  }
  return chord;
}

/// The smallest angle of 5 digits whose chord is certainly at least the given one: a proposal.
std::string angle_above(const Interval& chord, const Rational& delta1) {
  double low = 0;
  double high = static_cast<double>(delta1);
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high);
    const Interval value = Interval::exact(2L, bits) * sin(Interval::exact(0.5 * middle, bits));
    (certainly_less(chord, value) ? high : low) = middle;
  }
  return decimal_upper(Rational(exact(high) * (1 + Rational(1, 10000000))), 5);
}

Decision decide_bounds(const RecoveryConstants& constants, Activation activation, const Rational& loss,
                       const std::vector<Stated>& stated) {
  const Interval rho = residual_norm(Interval::from(loss, bits), activation);
  Decision decision = exactly(true);
  for (const NamedBound& bound : named_bounds(constants, activation)) {
    for (const Stated& claimed : stated) {
      if (claimed.key != bound.first) continue;
      decision = both(
          decision, decide_less_equal(bound.second * rho, Interval::from(claimed.value, bits), claimed.key));
    }
  }
  return decision;
}

Decision decide_angle(const RecoveryConstants& constants, Activation activation, const Rational& loss,
                      const Rational& mass, const Rational& angle, const Rational& delta1) {
  const Interval rho = residual_norm(Interval::from(loss, bits), activation);
  const auto chord = chord_of(constants, rho, Interval::from(mass, bits));
  if (!chord) return never("students of this mass may be far at this loss; make the mass larger");
  if (angle >= delta1) return exactly(true);
  const Interval half = Interval::from(angle, bits) / Interval::exact(2L, bits);
  return decide_less_equal(*chord, Interval::exact(2L, bits) * sin(half), "angle");
}

}  // namespace

std::vector<NamedBound> named_bounds(const RecoveryConstants& constants, Activation activation) {
  std::vector<NamedBound> bounds = {{"misalignment", constants.misalignment},
                                    {"far_mass", constants.far_mass},
                                    {"residual", constants.residual},
                                    {"deficit", constants.residual},
                                    {"excess", constants.excess}};
  if (activation == Activation::relu) bounds.emplace_back("opposed", constants.opposed);
  return bounds;
}

std::string sentence_of_bound(const std::string& key, const std::string& value) {
  for (const Words& entry : words) {
    if (key == entry.key) return fmt::format(fmt::runtime(entry.sentence), value);
  }
  throw std::logic_error("sentence_of_bound: " + key);
}

Claim recovery_for_all_claim(const Instance& instance, const CitedThreshold& cited,
                             const RecoveryForAllRequest& request) {
  const Rational loss = parse_positive_constant("loss", request.loss);
  const RecoveryConstants constants = recovery_constants(instance, cited.proof, bits);
  const Interval rho = residual_norm(Interval::from(loss, bits), instance.activation);
  const Rational delta1 = cited.proof.certificate.sphere.delta1;
  const std::string& delta1_text = cited.certificate.at("evidence").at("delta1").as_string();

  Claim claim;
  claim.kind = "recovery-for-all";
  claim.subject = Subject::teacher;
  claim.quantifier = "forall-students";
  claim.prefix = every_student_prefix(instance);
  claim.constants = {{"loss", json::string(request.loss)}, {"delta1", json::string(delta1_text)}};
  std::vector<Stated> stated;
  std::string sentences;
  const auto say = [&](const std::string& sentence) {
    sentences += (sentences.empty() ? "" : " and ") + sentence;
  };
  for (const auto& [key, constant] : named_bounds(constants, instance.activation)) {
    const std::string text = a_little_above(constant * rho);
    claim.constants.emplace_back(key, json::string(text));
    stated.push_back({key, parse_exact_point(text)});
    say(sentence_of_bound(key, text));
  }
  std::optional<std::pair<Rational, Rational>> heavy;
  if (request.mass) {
    const Rational mass = parse_positive_constant("mass", *request.mass);
    const auto chord = chord_of(constants, rho, Interval::from(mass, bits));
    if (!chord)
      throw UndecidedError(fmt::format("students of mass {} may be far at this loss; the least mass is {}",
                                       *request.mass, a_little_above(constants.far_mass * rho)));
    const std::string angle = angle_above(*chord, delta1);
    heavy = {mass, parse_exact_point(angle)};
    claim.constants.emplace_back("mass", json::string(*request.mass));
    claim.constants.emplace_back("angle", json::string(angle));
    say(fmt::format("every student of mass at least {} lies within {} radians of a teacher's line",
                    *request.mass, angle));
  }
  claim.body = fmt::format("with L(W) <= {}, classes by the nearest line within {} radians: {}", request.loss,
                           delta1_text, sentences);
  claim.evidence = {{"by", json::string("G")}, {"threshold", cited.certificate}};
  claim.notes = cited.proof.notes;
  claim.attempt_for = [constants, activation = instance.activation, loss, stated, heavy,
                       delta1](const Instance&) -> Attempt {
    return [=](Bits) {
      Decision decision = decide_bounds(constants, activation, loss, stated);
      if (heavy)
        decision =
            both(decision, decide_angle(constants, activation, loss, heavy->first, heavy->second, delta1));
      return sufficient(decision, "the certificate gives less than what is claimed");
    };
  };
  return claim;
}

}  // namespace lojacert
