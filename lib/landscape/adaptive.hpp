#pragma once
// The precision ladder: as narrow as asked, at a precision chosen from a first estimate of the loss.

#include <lojacert/landscape/evaluation.hpp>

namespace lojacert {

/// An evaluation with the precision and the rung it took. The 53 bits of balls say nothing of what intervals
/// would need: who goes on with intervals at these bits begins with Rung::intervals.
struct NarrowEvaluation {
  Evaluation evaluation;
  long bits = 0;
  Rung rung = Rung::intervals;
  bool loss_is_narrow = false;      ///< the loss is as narrow as asked
  bool gradient_is_narrow = false;  ///< the gradient norm too, and every partial derivative relative to it
};

struct NarrowLoss {
  Interval loss;
  long bits = 0;
  Rung rung = Rung::intervals;
  bool is_narrow = false;
};

/// Encloses the loss with width <= relative_width * loss: in balls from the rung `first` on, where they
/// apply, then in intervals, at a precision predicted from what the balls say about L; where they say nothing
/// it doubles until L is known to be positive, then jumps to what the width asks for. Stops at max_bits, and
/// on boxes when precision does not help; `is_narrow` says which.
[[nodiscard]] NarrowLoss narrow_loss(const Landscape& landscape, double relative_width, long max_bits,
                                     Rung first);

/// The bits at which intervals are about as narrow, relative to L, as `loss`, of any rung, shows L.
[[nodiscard]] long interval_bits(const Landscape& landscape, const Interval& loss, double relative_width,
                                 long max_bits);

/// Encloses loss, gradient norm and (relative to the norm) every partial derivative as narrowly. A gradient
/// that cancels to nothing (at a critical point with positive loss) cannot be narrow relative to itself: then
/// it stops at twice the precision that sufficed for the loss plus 256 bits, plus what neurons of very
/// different masses can cancel.
[[nodiscard]] NarrowEvaluation narrow_evaluation(const Landscape& landscape, double relative_width,
                                                 long max_bits, Rung first);

}  // namespace lojacert
