#pragma once
// What every rigorous peer gives, in one shape, so that all can be checked against the same reference.

#include <lojacert/ball/double_network.hpp>

#include <vector>

namespace bench {

/// Ends rounded outward to doubles.
struct Enclosure {
  double lower = 0;
  double upper = 0;

  /// Width relative to the smaller end; infinite where it contains 0.
  [[nodiscard]] double relative_width() const;
};

struct Enclosures {
  Enclosure loss;
  std::vector<Enclosure> partials;  ///< m x d; empty without gradient
  Enclosure gradient_norm;

  /// Loss and norm of the gradient, each to this relative width.
  [[nodiscard]] bool are_narrow(double relative_width) const;
};

/// How Arb computes products of matrices: the Gram matrix, and the gradient's.
enum class ArbProducts { dot, mat_mul };

/// In Arb: S = sqrt(|u|^2 |v|^2 - c^2), atan2(c, S) and sums at `bits`; c and the difference under the root
/// at `product_bits`, which costs little and is needed where vectors are nearly parallel.
[[nodiscard]] Enclosures arb_evaluate(const lojacert::ball::DoubleNetwork& network, bool with_gradient,
                                      ArbProducts products, long bits, long product_bits);

/// In MPFI, by the same formulas at one precision, with temporaries that live as long as the evaluation.
[[nodiscard]] Enclosures mpfi_evaluate(const lojacert::ball::DoubleNetwork& network, bool with_gradient,
                                       long bits);

}  // namespace bench
