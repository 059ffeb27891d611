#pragma once
// What the proofs of rung 0 assume of the machine, tested where they rely on it.

#include <optional>
#include <string>

namespace lojacert::ball {

/// What is wrong with the calling thread's arithmetic of doubles, or nothing: rounding to nearest, gradual
/// underflow (no flush to zero, subnormal numbers as operands), no excess precision, no contraction, fused
/// multiply-add with one rounding where the instructions in use have it. Found by computing; takes
/// nanoseconds, and is asked before every evaluation, in every thread, as any library may change the control
/// word.
[[nodiscard]] std::optional<std::string> arithmetic_fault();

}  // namespace lojacert::ball
