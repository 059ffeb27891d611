#include <lojacert/claims/landscape.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/tangent_gram.hpp>

#include <fmt/format.h>

#include <memory>

namespace lojacert {

namespace {

constexpr Bits bits_of_search{128};
constexpr int digits = 5;
constexpr int digits_of_mu = 12;

struct Values {
  Rational delta;
  Rational s;
  Rational mu;
  Rational eps0;
  Rational kappa;
  Rational kappa_1;
};

Rational parse_delta(const std::string& text) {
  const Rational value = parse_positive_constant("delta", text);
  if (value > Rational(3, 2)) throw InputError(fmt::format("delta = {} must be at most 3/2 radians", text));
  return value;
}

Rational parse_s(const std::string& text) {
  const Rational value = parse_constant("s", text);
  if (value <= 1) throw InputError(fmt::format("s = {} must exceed 1", text));
  return value;
}

Decision decide(const TeacherGeometry& teacher, const Values& values, Activation activation,
                NeuronForm students, Bits bits) {
  const Decision mu = mu_is_at_least(teacher, values.mu, bits);
  if (mu.verdict != Verdict::proved)
    return sufficient(mu, "the lower bound of mu that the proof uses exceeds mu");
  const LocalConstants proved =
      local_constants(teacher_constants(teacher, values.mu, bits), Interval::from(values.delta, bits),
                      Interval::from(values.s, bits), activation, students);
  const auto number = [&](const Rational& value) { return Interval::from(value, bits); };
  const Interval zero = Interval::zero(bits);
  Decision decision =
      both(decide_less(zero, proved.denominator, "8 I - e T0 > 0"), decide_less(zero, proved.c, "c > 0"));
  if (decision.verdict != Verdict::proved)
    return sufficient(decision, "Theorem L does not hold for so large a delta");
  if (!proved.conditions_hold()) return never("the constants of Theorem L are unbounded");
  decision = both(decision, decide_less_equal(number(values.eps0), proved.eps0, "eps0 <= Theorem L's"));
  decision = both(decision, decide_less_equal(number(values.kappa), proved.kappa, "kappa <= Theorem L's"));
  decision = both(decision, decide_less_equal(number(values.kappa_1),
                                              linear_constant(proved.kappa, values.eps0, students),
                                              "kappa_1 <= kappa eps0^(beta - 1)"));
  return sufficient(decision, "Theorem L gives less than what is claimed");
}

std::string sentence_of(const Instance& instance, const LandscapeConstants& given) {
  const bool unit = instance.neuron == NeuronForm::unit;
  return fmt::format(
      "in which every {} lies within {} radians of a teacher's {} and L(W) <= {}: ||grad L(W)||_F >= {} * "
      "L(W)^({}) and ||grad L(W)||_F >= {} * L(W)",
      unit ? "student" : "nonzero student", *given.delta,
      instance.activation == Activation::relu ? "direction" : "line", *given.eps0, *given.kappa,
      unit ? "2/3" : "3/4", *given.kappa_1);
}

}  // namespace

Claim landscape_claim(const Instance& instance, const LandscapeConstants& constants, LocalAim aim,
                      const Budget& budget) {
  const auto teacher = std::make_shared<const TeacherGeometry>(instance);
  LandscapeConstants given = constants;
  Values values;
  const MuBounds bounds =
      mu_bounds(*teacher, Rational(1, pow(Integer(10), digits_of_mu + 1)), budget.max_bits);
  const std::string mu = decimal_lower(
      teacher->count() == 1 ? bounds.lo
                            : Rational(bounds.lo * (1 - Rational(1, pow(Integer(10), digits_of_mu)))),
      digits_of_mu);
  values.mu = parse_exact_point(mu);
  const TeacherConstants data = teacher_constants(*teacher, values.mu, bits_of_search);
  if (!given.delta) given.delta = decimal_lower(approximate_best_delta(data, aim), digits);
  values.delta = parse_delta(*given.delta);
  if (!given.s) {
    const Rational s = approximate_best_s(data, values.delta, instance.activation, instance.neuron, aim);
    if (s <= 1) {
      throw UndecidedError(
          fmt::format("Theorem L has no c > 0 for delta = {}; the largest delta it allows is "
                      "about {}",
                      *given.delta, decimal_lower(approximate_best_delta(data, LocalAim::eps0), 3)));
    }
    given.s = decimal_lower(s, digits);
  }
  values.s = parse_s(*given.s);
  const LocalConstants found =
      local_constants(data, Interval::from(values.delta, bits_of_search),
                      Interval::from(values.s, bits_of_search), instance.activation, instance.neuron);
  if (!found.conditions_hold())
    throw UndecidedError(fmt::format("Theorem L has no c > 0 for delta = {} and s = {}; make them smaller",
                                     *given.delta, *given.s));
  if (!given.eps0) given.eps0 = a_little_below(found.eps0);
  values.eps0 = parse_positive_constant("eps0", *given.eps0);
  if (!given.kappa) given.kappa = a_little_below(found.kappa);
  values.kappa = parse_positive_constant("kappa", *given.kappa);
  if (!given.kappa_1)
    given.kappa_1 = a_little_below(linear_constant(found.kappa, values.eps0, instance.neuron));
  values.kappa_1 = parse_positive_constant("kappa_1", *given.kappa_1);

  Claim claim;
  claim.kind = "landscape";
  claim.subject = Subject::teacher;
  claim.quantifier = "forall-students";
  claim.prefix = every_student_prefix(instance);
  claim.constants = {{"delta", json::string(*given.delta)},
                     {"eps0", json::string(*given.eps0)},
                     {"kappa", json::string(*given.kappa)},
                     {"beta", json::string(instance.neuron == NeuronForm::norm ? "3/4" : "2/3")},
                     {"kappa_1", json::string(*given.kappa_1)}};
  claim.body = sentence_of(instance, given);
  claim.evidence = {{"by", json::string("L")}, {"mu", json::string(mu)}, {"s", json::string(*given.s)}};
  claim.attempt_for = [teacher, values, activation = instance.activation,
                       students = instance.neuron](const Instance&) -> Attempt {
    return [=](Bits bits) { return decide(*teacher, values, activation, students, bits); };
  };
  return claim;
}

}  // namespace lojacert
