#pragma once
// Enclosures of the loss and its gradient for one instance, point or box.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace lojacert {

/// The gradient in the student's rows: m x d partial derivatives in row order, and the Frobenius norm.
struct Gradient {
  std::vector<Interval> partials;
  Interval norm;
};

/// Enclosures at one precision. For a box instance each holds for every choice of the numbers in the boxes.
struct Evaluation {
  Interval loss;                     ///< L(W) >= 0
  std::optional<Gradient> gradient;  ///< absent where undefined (below) or not asked for
  std::optional<std::size_t>
      undefined_at;  ///< a unit-form student that is, or may be, zero: L has no gradient there
};

/// Evaluates the loss L(W) and its gradient of an instance with a student, at any precision.
/// Bits say the rung too: balls of doubles where they apply (points whose entries have the size of doubles,
/// on a machine whose arithmetic passes ball::arithmetic_fault), else intervals. The exact part is done once:
/// vectors become integer directions, parallel ones are merged, L = 0 is recognised. Rigorous: every
/// enclosure contains the true value (docs/theory/landscape.md; docs/numerics/evaluation.md).
class Landscape {
 public:
  /// Throws InstanceError when the instance has no student or its teacher is only a Gram matrix.
  /// `checkpoint` is called before every row of the pair sum: what it throws ends an evaluation early.
  explicit Landscape(const Instance& instance, std::function<void()> checkpoint = {});
  ~Landscape();
  Landscape(Landscape&&) noexcept;
  Landscape& operator=(Landscape&&) noexcept;

  [[nodiscard]] Evaluation evaluate(Bits bits) const;
  [[nodiscard]] Interval loss(Bits bits) const;  ///< the loss alone, about half the work

  [[nodiscard]] bool is_point() const;
  [[nodiscard]] bool has_balls() const;  ///< whether a rung below the intervals applies
  [[nodiscard]] std::size_t term_count()
      const;  ///< summands of the pair sum: lines of a point, neurons of a box
  /// log2 of the largest mass of a neuron over the smallest nonzero one, up to a few units; 0 for boxes. So
  /// much can cancel in a gradient without being 0: to steer by.
  [[nodiscard]] long approximate_log2_mass_ratio() const;
  /// log2 of the largest mass, up to a few units; 0 for boxes: to steer by.
  [[nodiscard]] long approximate_log2_largest_mass() const;
  /// True only when L(W) = 0 was proved by exact arithmetic.
  [[nodiscard]] bool loss_is_exactly_zero() const;
  [[nodiscard]] std::optional<std::size_t> undefined_at() const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace lojacert
