#pragma once
// What the rules share: sentences, evidence, intervals, and what the verdicts rest on.

#include "../verdict.hpp"

namespace lojaverify {

/// A claim about L(W) and grad L(W).
class WeightsRule : public Rule {
 public:
  /// BODY of section 4.6.
  [[nodiscard]] virtual std::string statement_body(bool negated) const = 0;

  [[nodiscard]] std::string statement(const Instance& instance, bool negated) const final;
  [[nodiscard]] std::optional<std::string> read_evidence(const Json& evidence) override;
};

/// The beginning of a sentence about weights, up to BODY.
[[nodiscard]] std::string weights_prefix(const Instance& instance, bool negated);

/// The beginning of a sentence about a teacher, and of one about every student of it, up to "their weights".
[[nodiscard]] std::string teacher_prefix(const Instance& instance);
[[nodiscard]] std::string every_student_prefix(const Instance& instance);

[[nodiscard]] std::vector<std::string> kernel_assumptions();
[[nodiscard]] std::vector<std::string> teacher_assumptions();

/// A student in unit form that is 0 or, in a box, can be 0 has no gradient.
[[nodiscard]] std::optional<std::string> undefined_gradient(const Instance& instance);

/// A constant > 0.
[[nodiscard]] Constant read_positive(const Json& json);

/// m rows of d strings, each a `number`.
[[nodiscard]] std::vector<Row> read_points(const Json& json, const Shape& shape);

/// An interval {lo, hi} of a claim, of which either side can be absent.
struct Range {
  std::optional<Constant> lo, hi;
};

/// The object {"lo", "hi"} with exactly these keys, lo <= hi.
[[nodiscard]] Range read_range(const Json& json);
void check_order(const Json& json, const Range& range);

/// lo <= value <= hi.
[[nodiscard]] Finding lies_in(const Ball& value, const Range& range, slong bits);

}  // namespace lojaverify
