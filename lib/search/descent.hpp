#pragma once
// Gradient descent on the population loss: w <- w - step * grad L(w), in floats that grow when they must.

#include "real.hpp"

#include <lojacert/network/instance.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lojacert::search {

struct DescentOptions {
  Rational step = Rational(1, 10);
  std::uint64_t iterations = 0;         ///< at most so many steps
  std::optional<Rational> target_loss;  ///< ends at the first check with loss <= target_loss
  std::uint64_t record_every =
      0;                     ///< records every so many steps (and the last); 0: only the first and the last
  unsigned max_bits = 2048;  ///< the highest precision switched to
};

/// One iterate as handed to observers. The student is exact: the very floats.
struct Iterate {
  std::uint64_t iteration = 0;
  Real loss;               ///< approximate, to about six digits or better
  std::string arithmetic;  ///< "double", "long double" or "N bits"
  ExactMatrix student;
};

enum class DescentEnd { iterations, target, precision, interrupted };
[[nodiscard]] std::string to_string(DescentEnd end);

struct DescentResult {
  Iterate last;
  DescentEnd end = DescentEnd::iterations;
};

/// What descent tells its caller while it runs; any may be empty.
struct DescentObserver {
  std::function<void(const Iterate&)> record;  ///< at iteration 0, every record_every steps, and last
  std::function<void(std::uint64_t, const Real&, const std::string&)>
      progress;                       ///< at every check: iteration, loss, arithmetic
  std::function<bool()> interrupted;  ///< true: stop before the next step
};

/// Runs from the instance's own student, first in double, then in long double, then in Reals of 128, 256, ...
/// bits: a scalar is left as soon as step and gradient come within three digits of its rounding. The loss is
/// checked every record_every (else 100) steps. Ends at the iterations, the target, the last precision
/// (`precision`), or when interrupted. Throws InputError where the instance has no student, is a box, the
/// step is not positive, or the loss grows beyond all bounds.
[[nodiscard]] DescentResult descend(const Instance& start, const DescentOptions& options,
                                    const DescentObserver& observer);

}  // namespace lojacert::search
