#pragma once
// How many bits a claim will take, predicted from a count of roundings (docs/numerics/stress.md, section 5).

#include <lojacert/stress/digits.hpp>

#include <optional>
#include <string>

namespace lojacert::stress {

/// With N bits lojacert's enclosure of the loss has a relative radius of about 2^(loss - N), and that of the
/// gradient norm about 2^(gradient - N) + 2^(gradient_squared - 2N): the squares of the errors count where
/// entries near 0 have large ones. Estimates, not bounds. -infinity for no error at all.
struct RoundingErrors {
  double log2_loss = 0;
  double log2_gradient = 0;
  double log2_gradient_squared = 0;
  /// Where a value is a binary fraction, as on a single line: the bits it has. With so many nothing is
  /// rounded.
  std::optional<long> exact_loss_bits;
  std::optional<long> exact_gradient_bits;
};

/// Counts the outward roundings of the pair sum with the sizes of what is rounded: masses on lines, kernels,
/// partial sums. The reference says what L and the gradient are.
[[nodiscard]] RoundingErrors rounding_errors(const Instance& instance, const Reference& reference);

/// The N at which the radii are as large as the margin of a frontier_claims claim of this kind allows.
[[nodiscard]] long predicted_bits(const std::string& kind, const RoundingErrors& errors,
                                  const Rational& beta);

}  // namespace lojacert::stress
