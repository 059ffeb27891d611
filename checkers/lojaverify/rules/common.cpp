#include "common.hpp"

#include <algorithm>

namespace lojaverify {

namespace {

/// "r = {r} {teacher_neuron}-form teachers,"
std::string teachers(const Instance& instance) {
  return "r = " + std::to_string(instance.teacher.size()) + ' ' + name_of(instance.teacher_neuron) +
         "-form teachers,";
}

}  // namespace

std::string weights_prefix(const Instance& instance, bool negated) {
  std::string quantifier = "at the given weights,";
  if (!instance.is_point())
    quantifier =
        std::string("for ") + (negated ? "some" : "every") + " choice of the weights in the given boxes,";
  return "For the " + name_of(instance.activation) + " network with d = " + std::to_string(instance.d()) +
         ", m = " + std::to_string(instance.student.size()) + ' ' + name_of(instance.neuron) +
         "-form students and " + teachers(instance) + ' ' + quantifier;
}

std::string WeightsRule::statement(const Instance& instance, bool negated) const {
  return weights_prefix(instance, negated) + ' ' + statement_body(negated) + '.';
}

std::optional<std::string> WeightsRule::read_evidence(const Json& evidence) {
  evidence.allow_only({"precision_bits", "by", "witness"});
  if (const auto by = evidence.find("by"))
    return "evidence.by '" + printable(by->string()) + "' is not for this kind of claim";
  return {};
}

std::string teacher_prefix(const Instance& instance) { return "For the " + teachers(instance); }

std::string every_student_prefix(const Instance& instance) {
  return "For the " + name_of(instance.activation) + " network with " + teachers(instance) +
         " for every number of " + name_of(instance.neuron) +
         "-form students, in every dimension, and every choice W of their " +
         (instance.neuron == Form::unit ? "nonzero weights" : "weights");
}

std::vector<std::string> kernel_assumptions() {
  return {"FLINT/Arb: exact integers and rationals, enclosures of +, -, *, /, sqrt, atan2, pow and pi",
          "OpenSSL: SHA-256, which binds the claim to the instance; nlohmann-json: the reading of JSON text",
          "E |u.x| |v.x| = (2/pi) |u| |v| (sin t + (pi/2 - t) cos t) for x ~ N(0, I), and its derivative"};
}

std::vector<std::string> teacher_assumptions() {
  return {
      "FLINT/Arb: exact integers and rationals, enclosures of +, -, *, /, sqrt, atan2, sin, cos, pow and pi",
      "OpenSSL: SHA-256, which binds the claim to the teacher; nlohmann-json: the reading of JSON text",
      "E sign(u.x) sign(w.x) x x^T = (1 - 2t/pi) I + (2/pi) sin t (cos t (u u^T - e e^T) + sin t (u e^T + e "
      "u^T)) "
      "for unit vectors u, w = cos t u + sin t e"};
}

std::optional<std::string> undefined_gradient(const Instance& instance) {
  const auto zero = std::ranges::find_if(instance.student, can_be_zero);
  if (instance.neuron == Form::norm || zero == instance.student.end()) return {};
  return "the gradient is undefined: student " + std::to_string(zero - instance.student.begin()) +
         (is_point(*zero) ? " is" : " can be") + " zero in unit form";
}

Constant read_positive(const Json& json) {
  Constant constant = read_constant(json);
  if (constant.value.sign() <= 0) json.fail("must be positive");
  return constant;
}

std::vector<Row> read_points(const Json& json, const Shape& shape) {
  std::vector<Row> rows;
  for (const Json line : json.elements()) {
    Row& row = rows.emplace_back();
    for (const Json entry : line.elements()) {
      const Rational x = entry.parsed(parse_number);
      row.push_back({x, x});
    }
    if (static_cast<std::int64_t>(row.size()) != shape.d) line.fail("must have d entries");
  }
  if (static_cast<std::int64_t>(rows.size()) != shape.m) json.fail("must have m rows");
  return rows;
}

void check_order(const Json& json, const Range& range) {
  if (range.lo && range.hi && range.lo->value > range.hi->value) json.fail("lo is greater than hi");
}

Range read_range(const Json& json) {
  json.allow_only({"lo", "hi"});
  Range range{read_constant(json.at("lo")), read_constant(json.at("hi"))};
  check_order(json, range);
  return range;
}

Finding lies_in(const Ball& value, const Range& range, slong bits) {
  Finding result = Finding::certain(true);
  if (range.lo) result = both(result, at_most(ball(range.lo->value, bits), value, bits));
  if (range.hi) result = both(result, at_most(value, ball(range.hi->value, bits), bits));
  return result;
}

}  // namespace lojaverify
