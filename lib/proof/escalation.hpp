#pragma once
// Raising the precision until a claim is decided, or until more precision cannot help.

#include <lojacert/proof/verdict.hpp>

#include <functional>

namespace lojacert {

struct Budget {
  long max_bits = 32768;        ///< the highest working precision tried
  bool max_bits_given = false;  ///< the user set it: running into it is a limit, not the default budget
  long equality_bits = 256;     ///< sides known to so many bits that still agree are left undecided
  std::function<void(long bits, const Decision&)> on_attempt = {};  ///< told of every attempt, where set
  Rung first_rung = Rung::balls;  ///< where to begin with points; intervals alone for boxes
};

/// What an escalation ended with.
struct Escalated {
  Decision decision;
  long bits = 0;                ///< the precision of the last attempt
  Rung rung = Rung::intervals;  ///< and its rung
  bool hit_max_bits = false;    ///< undecided because of Budget::max_bits
};

/// "balls", "refined balls", "intervals"
[[nodiscard]] const char* to_string(Rung rung);

/// Calls decide with the rungs of balls from Budget::first_rung on, then in intervals at 64 bits, then at
/// what the margin asks for (at least half as many again, at most twice as many where nothing is known yet).
/// Ends when decided; when both sides are known to Budget::equality_bits and still agree; or at the budget.
[[nodiscard]] Escalated escalate(const std::function<Decision(Bits)>& decide, const Budget& budget);

/// The same for box instances, where the width of the boxes and not the precision is what limits: ends also
/// as soon as a higher precision brings less than a tenth of a bit.
[[nodiscard]] Escalated escalate_on_box(const std::function<Decision(Bits)>& decide, const Budget& budget);

}  // namespace lojacert
