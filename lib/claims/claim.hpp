#pragma once
// What every claim has in common: its object, its sentence, and the way from an instance to a verdict.

#include <lojacert/certificate/certificate.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/network/json.hpp>
#include <lojacert/proof/escalation.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace lojacert {

/// One attempt at a given precision. It decides the claim for every choice of the numbers in the boxes of the
/// instance it was made for: proved means all choices satisfy it, disproved that none does.
using Attempt = std::function<Decision(Bits)>;

/// One claim about one instance (certificates/README.md, section 4), ready to be decided.
struct Claim {
  std::string kind;
  std::vector<std::pair<std::string, json::Value>> constants;  ///< in the order of the specification
  std::string body;                                            ///< section 4.6
  std::string negated_body;
  std::function<Attempt(const Instance&)>
      attempt_for;  ///< the decider of an instance: this one, or a witness in its boxes
  std::vector<std::pair<std::string, json::Value>> evidence =
      {};  ///< what this kind adds to the common evidence
  Subject subject = Subject::weights;
  std::string quantifier = "forall";
  std::string prefix = {};              ///< of the sentence, where the subject is the teacher
  std::vector<std::string> notes = {};  ///< how it was found, for the reader
};

/// What a prover hands over. `claim` is the object of the certificate: negated where disproved, the claim as
/// asked where undecided.
struct Proof {
  Verdict verdict = Verdict::undecided;
  double margin_bits = 0;
  std::string reason;              ///< for undecided: why, and what would help
  std::vector<std::string> notes;  ///< how the claim was found
  Subject subject = Subject::weights;
  bool limit_reached = false;   ///< undecided because of a limit that the user gave
  Rung rung = Rung::intervals;  ///< what the last attempt was made in
  json::Value claim;
  json::Value evidence;
};

// Prefixes of sentences whose subject is the teacher (certificates/README.md, section 4.6): "For the r = ...
// teachers,", and up to "... every choice W of their weights" for claims about all students.
[[nodiscard]] std::string teacher_prefix(const Instance& instance);
[[nodiscard]] std::string every_student_prefix(const Instance& instance);

/// The sentence of certificates/README.md, section 4.6.
[[nodiscard]] std::string statement(const Instance& instance, const Claim& claim, bool negated);

/// Decides the claim with as much precision as it takes; students are ignored where the teacher is the
/// subject. On boxes a disproof names a witness in them.
[[nodiscard]] Proof prove(const Instance& instance, const Claim& claim, const Budget& budget);

/// The exact value of a constant given as text. Throws InputError that names the constant.
[[nodiscard]] Rational parse_constant(const std::string& name, const std::string& text);

/// The same for a constant that must be positive; throws InputError where it is not.
[[nodiscard]] Rational parse_positive_constant(const std::string& name, const std::string& text);

/// The largest number of 5 digits below `value` with a margin that another arithmetic can show.
[[nodiscard]] std::string a_little_below(const Interval& value);
/// The smallest above it, likewise. Throws UndecidedError where `value` is unbounded.
[[nodiscard]] std::string a_little_above(const Interval& value);

/// Bounds that a prover found, as decimals with `digits` digits, a little wider than the enclosure: by
/// twice its width where it comes from boxes, and by one unit of the last digit. So the claim has a margin,
/// and another arithmetic can verify it. An enclosure that is exactly 0 stays 0. Throws UndecidedError where
/// it is unbounded.
struct FoundBounds {
  std::string lo;
  std::string hi;
};
[[nodiscard]] FoundBounds found_bounds(const Interval& enclosure, int digits, const Instance& instance);

/// The rows of a matrix of points as arrays of exact strings.
[[nodiscard]] json::Value rows_value(const ExactMatrix& rows);

/// {"lo": lo, "hi": hi}
[[nodiscard]] json::Value bounds_value(const std::string& lo, const std::string& hi);

/// The reason why no claim about the gradient can be decided where a unit-form student is, or may be, zero.
[[nodiscard]] std::string undefined_gradient_reason(std::size_t student);

}  // namespace lojacert
