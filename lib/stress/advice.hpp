#pragma once
// The answer to "which precision do I need?".

#include <lojacert/stress/digits.hpp>

#include <optional>
#include <string>

namespace lojacert::stress {

enum class Recommendation {
  safe_in_double,    ///< the formulas by acos have the wanted digits in double
  use_differences,   ///< in double the angle from |u - v| and |u + v| has them
  use_cluster_form,  ///< in double the cluster form has them
  needs_bits,        ///< with so many bits the angle from |u - v| and |u + v| has them
  zero_loss,         ///< L = 0 exactly: no number of digits is right, exact arithmetic decides
  beyond_max_bits
};
[[nodiscard]] const char* name_of(Recommendation recommendation);

struct Advice {
  Recommendation recommendation = Recommendation::beyond_max_bits;
  std::optional<long> bits;  ///< of needs_bits; for zero loss and beyond max-bits absent
  std::string text;          ///< one sentence
};

/// The first recommendation that has `wanted_digits` certified digits of the loss, of the gradient and of the
/// ratio; of the loss alone where the gradient does not exist, or cannot be told from 0.
[[nodiscard]] Advice advise(const Instance& instance, const Reference& reference, int wanted_digits,
                            long max_bits);

}  // namespace lojacert::stress
