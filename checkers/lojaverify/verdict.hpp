#pragma once
// Certificates, rules and verdicts: certificates/README.md, sections 4 to 6.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel.hpp"

namespace lojaverify {

/// What a rule is asked at one precision about one instance.
struct Question {
  const Instance& instance;
  bool negated = false;
  slong bits = 64;
  const Deadline& deadline;
};

/// The shape that the certificate declares; the verdict compares it with the instance's.
struct Shape {
  std::int64_t d = 0, m = 0, r = 0;
  bool operator==(const Shape&) const = default;
};

/// A claim of one kind. Each kind has its file in rules/, which reads the claim's constants and decides it.
class Rule {
 public:
  virtual ~Rule() = default;

  /// The sentence of sections 4.6 to 4.9.
  [[nodiscard]] virtual std::string statement(const Instance& instance, bool negated) const = 0;

  /// Reads the evidence; a reason where it does not fit the claim.
  [[nodiscard]] virtual std::optional<std::string> read_evidence(const Json& evidence) = 0;

  /// A reason why neither the claim nor its negation can hold at this instance.
  [[nodiscard]] virtual std::optional<std::string> undefined(const Instance&) const { return {}; }

  /// `yes`: the claim (or its negation) holds for every choice of the numbers in the instance's boxes; `no`:
  /// for none. Not `yes`, and with a note: this evidence does not give the claim.
  [[nodiscard]] virtual Finding decide(const Question& question) const = 0;

  /// What the verdict rests on beyond this program's own correctness.
  [[nodiscard]] virtual std::vector<std::string> assumptions() const = 0;
};

struct RuleEntry {
  std::string_view kind;
  std::unique_ptr<Rule> (*read)(const Json& claim, const Shape& shape);
  DigestOf bound_to =
      DigestOf::instance;  // of the teacher: students are ignored, and d, m are absent, here 0
  std::string_view quantifier = "forall";
};

[[nodiscard]] std::span<const RuleEntry> rules();  // rules/registry.cpp

/// A constant of a claim: its text, for the statement, and its exact value.
struct Constant {
  std::string text;
  Rational value;
};

[[nodiscard]] Constant read_constant(const Json& json);

struct Options {
  slong max_bits = 32768;
  Deadline deadline;
};

struct Verdict {
  bool verified = false;
  std::string code, explanation;     // of section 6, where not verified
  std::vector<std::string> details;  // for --explain
};

/// A certificate as read; its parts point into the document.
struct Certificate {
  explicit Certificate(const Json& json);  // throws InputError, or Unsupported

  std::unique_ptr<Rule> rule;
  DigestOf bound_to = DigestOf::instance;
  bool negated = false;
  std::optional<std::string> statement;
  std::string digest;
  Shape shape;
  std::optional<Instance> embedded;
  std::optional<Json> witness;
  slong precision_hint = 64;
  std::optional<std::string> misfit;  // evidence that does not fit the claim
};

[[nodiscard]] Verdict verify(const Certificate& certificate, const Instance& instance,
                             const Options& options);

}  // namespace lojaverify
