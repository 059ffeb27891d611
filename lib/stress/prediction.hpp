#pragma once
// How many bits a claim will take, predicted from a count of roundings (docs/numerics/stress.md, section 5).

#include <lojacert/landscape/lines.hpp>
#include <lojacert/stress/digits.hpp>

#include <map>
#include <string>

namespace lojacert::stress {

/// With N bits lojacert's enclosure of the loss has a relative radius of about 2^(loss - N). The gradient
/// norm lies within about 2^(gradient - N) + 2^(gradient_squared - 2N) above, as the squares of the errors
/// count where entries near 0 have large ones, and 2^(gradient_below - N) below. Estimates, not bounds.
/// -infinity for no error at all. They depend on N by what is not rounded with N bits and by the entries lost
/// in errors.
struct RoundingErrors {
  double log2_loss = 0;
  double log2_gradient = 0;
  double log2_gradient_below = 0;
  double log2_gradient_squared = 0;
};

/// Predicts from the outward roundings of the pair sum and the sizes of what is rounded: masses on lines,
/// kernels, partial sums. The reference says what L and the gradient are. Both outlive the prediction.
class Prediction {
 public:
  Prediction(const Instance& instance, const Reference& reference);

  /// The least N at which the radii are as small as the margin of a frontier_claims claim of this kind asks.
  [[nodiscard]] long bits_for(const std::string& kind);

 private:
  [[nodiscard]] const RoundingErrors& errors(long bits);
  [[nodiscard]] long bits_by_errors_at(long bits, const std::string& kind);

  const Instance& instance_;
  const Reference& reference_;
  LineNetwork network_;
  std::map<long, RoundingErrors> errors_;
};

}  // namespace lojacert::stress
