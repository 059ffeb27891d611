#pragma once
// What the rules for claims about L(W) and grad L(W) share.

#include "../verdict.hpp"

namespace lojaverify {

[[nodiscard]] std::vector<std::string> kernel_assumptions();

/// A student in unit form that is 0 or, in a box, can be 0 has no gradient.
[[nodiscard]] std::optional<std::string> undefined_gradient(const Instance& instance);

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
