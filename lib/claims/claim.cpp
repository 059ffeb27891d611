#include <lojacert/claims/claim.hpp>

#include <lojacert/ball/arithmetic.hpp>
#include <lojacert/ball/double_network.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace lojacert {

namespace {

json::Value claim_object(const Instance& instance, const Claim& claim, bool negated) {
  json::Value object = json::object();
  object.members = {{"kind", json::string(claim.kind)},
                    {"quantifier", json::string(claim.quantifier)},
                    {"negated", json::boolean(negated)}};
  object.members.insert(object.members.end(), claim.constants.begin(), claim.constants.end());
  object.members.emplace_back("statement", json::string(statement(instance, claim, negated)));
  return object;
}

json::Value witness_value(const Instance& instance, const Instance& point) {
  json::Value witness = json::object({{"student", rows_value(*point.student)}});
  if (!instance.teacher.is_point()) witness.members.emplace_back("teacher", rows_value(point.teacher));
  return witness;
}

struct Witness {
  Instance point;
  Escalated found;
};

/// A choice of the numbers in the boxes that violates the claim, if one of a few likely ones does.
std::optional<Witness> find_witness(const Instance& instance, const Claim& claim, const Budget& budget) {
  for (const Corner corner : {Corner::middle, Corner::lower, Corner::upper}) {
    Instance point = point_in(instance, corner);
    Escalated found = escalate(claim.attempt_for(point), budget);
    if (found.decision.verdict == Verdict::disproved) return Witness{std::move(point), std::move(found)};
  }
  return std::nullopt;
}

Proof proof_of(const Instance& instance, const Claim& claim, const Escalated& ended, const Budget& budget) {
  Proof proof;
  proof.verdict = ended.decision.verdict;
  proof.margin_bits = ended.decision.margin_bits;
  proof.reason = ended.decision.reason;
  proof.subject = claim.subject;
  proof.notes = claim.notes;
  proof.rung = ended.rung;
  proof.limit_reached = ended.hit_max_bits && budget.max_bits_given;
  proof.claim = claim_object(instance, claim, proof.verdict == Verdict::disproved);
  proof.evidence = json::object({{"precision_bits", json::number(ended.bits)}});
  proof.evidence.members.insert(proof.evidence.members.end(), claim.evidence.begin(), claim.evidence.end());
  return proof;
}

/// The length of the longest constant: a claim stated to n digits asks for more than n digits.
std::size_t longest_text(const json::Value& value) {
  std::size_t longest = value.text.size();
  for (const json::Value& item : value.items) longest = std::max(longest, longest_text(item));
  for (const auto& [key, member] : value.members) longest = std::max(longest, longest_text(member));
  return longest;
}

/// Balls help where the claim is about the weights, the entries have the size of doubles, and the arithmetic
/// is sound.
bool balls_apply(const Instance& instance, const Claim& claim) {
  return claim.subject == Subject::weights && ball::in_doubles(instance) && !ball::arithmetic_fault();
}

Budget budget_for(const Claim& claim, Budget budget) {
  constexpr long bits_per_digit = 4;
  std::size_t longest = 0;
  for (const auto& [key, value] : claim.constants) longest = std::max(longest, longest_text(value));
  budget.equality_bits += bits_per_digit * static_cast<long>(longest);
  return budget;
}

}  // namespace

std::string teacher_prefix(const Instance& instance) {
  return fmt::format("For the r = {} {}-form teachers,", instance.teacher_count(),
                     to_string(instance.teacher_neuron));
}

std::string every_student_prefix(const Instance& instance) {
  return fmt::format(
      "For the {} network with r = {} {}-form teachers, for every number of {}-form students, in every "
      "dimension, and every choice W of their {}",
      to_string(instance.activation), instance.teacher_count(), to_string(instance.teacher_neuron),
      to_string(instance.neuron), instance.neuron == NeuronForm::unit ? "nonzero weights" : "weights");
}

std::string statement(const Instance& instance, const Claim& claim, bool negated) {
  const std::string& body = negated ? claim.negated_body : claim.body;
  if (claim.subject == Subject::teacher) return fmt::format("{} {}.", claim.prefix, body);
  const char* quantifier = instance.is_point() ? "at the given weights,"
                           : negated           ? "for some choice of the weights in the given boxes,"
                                               : "for every choice of the weights in the given boxes,";
  return fmt::format(
      "For the {} network with d = {}, m = {} {}-form students and r = {} {}-form teachers, {} {}.",
      to_string(instance.activation), instance.dimension(), instance.student_count(),
      to_string(instance.neuron), instance.teacher_count(), to_string(instance.teacher_neuron), quantifier,
      body);
}

Proof prove(const Instance& instance, const Claim& claim, const Budget& given) {
  Budget budget = budget_for(claim, given);
  if (!balls_apply(instance, claim)) budget.first_rung = Rung::intervals;
  if (claim.subject == Subject::teacher || instance.is_point())
    return proof_of(instance, claim, escalate(claim.attempt_for(instance), budget), budget);
  const Escalated whole = escalate_on_box(claim.attempt_for(instance), budget);
  if (whole.decision.verdict == Verdict::proved) return proof_of(instance, claim, whole, budget);
  if (const auto witness = find_witness(instance, claim, budget)) {
    Proof proof = proof_of(instance, claim, witness->found, budget);
    proof.evidence.members.emplace_back("witness", witness_value(instance, witness->point));
    return proof;
  }
  Escalated undecided = whole;  // without a witness even a claim that fails everywhere stays open
  undecided.decision.verdict = Verdict::undecided;
  return proof_of(instance, claim, undecided, budget);
}

Rational parse_constant(const std::string& name, const std::string& text) {
  try {
    return parse_exact_point(text);
  } catch (const InputError& error) {
    throw InputError(name + ": " + error.what());
  }
}

Rational parse_positive_constant(const std::string& name, const std::string& text) {
  Rational value = parse_constant(name, text);
  if (value <= 0) throw InputError(fmt::format("{} = {} must be positive", name, text));
  return value;
}

std::string a_little_below(const Interval& value) {
  constexpr int digits = 5;
  return decimal_lower(Rational(value.inf() * (1 - Rational(1, 10000000))), digits);
}

std::string a_little_above(const Interval& value) {
  constexpr int digits = 5;
  if (!value.is_finite()) throw UndecidedError("no bounded constant was found");
  return decimal_upper(Rational(value.sup() * (1 + Rational(1, 10000000))), digits);
}

FoundBounds found_bounds(const Interval& enclosure, int digits, const Instance& instance) {
  if (!enclosure.is_finite()) {
    throw UndecidedError("no bounded enclosure was found" +
                         std::string(instance.is_point() ? "" : "; make the boxes smaller"));
  }
  const Rational lo = enclosure.inf();
  const Rational hi = enclosure.sup();
  const Rational unit(1, pow(Integer(10), static_cast<unsigned>(digits - 1)));
  const Rational share = instance.is_point() ? Rational(0) : Rational(2 * (hi - lo));
  return {decimal_lower(Rational(lo - share - abs(lo) * unit), digits),
          decimal_upper(Rational(hi + share + abs(hi) * unit), digits)};
}

json::Value rows_value(const ExactMatrix& rows) {
  json::Value value = json::array();
  for (std::size_t j = 0; j < rows.rows(); ++j) {
    json::Value row = json::array();
    for (std::size_t k = 0; k < rows.cols(); ++k)
      row.items.push_back(json::string(exact_text(rows.point(j, k))));
    value.items.push_back(std::move(row));
  }
  return value;
}

json::Value bounds_value(const std::string& lo, const std::string& hi) {
  return json::object({{"lo", json::string(lo)}, {"hi", json::string(hi)}});
}

std::string undefined_gradient_reason(std::size_t student) {
  return fmt::format(
      "the gradient is undefined where a unit-form student is zero, and student[{}] is or may be zero",
      student);
}

}  // namespace lojacert
