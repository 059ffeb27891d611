#include "common.hpp"

#include <algorithm>

namespace lojaverify {

std::vector<std::string> kernel_assumptions() {
  return {"FLINT/Arb: exact integers and rationals, enclosures of +, -, *, /, sqrt, atan2, pow and pi",
          "OpenSSL: SHA-256, which binds the claim to the instance; nlohmann-json: the reading of JSON text",
          "E |u.x| |v.x| = (2/pi) |u| |v| (sin t + (pi/2 - t) cos t) for x ~ N(0, I), and its derivative"};
}

std::optional<std::string> undefined_gradient(const Instance& instance) {
  const auto zero = std::ranges::find_if(instance.student, can_be_zero);
  if (instance.neuron == Form::norm || zero == instance.student.end()) return {};
  return "the gradient is undefined: student " + std::to_string(zero - instance.student.begin()) +
         (is_point(*zero) ? " is" : " can be") + " zero in unit form";
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
