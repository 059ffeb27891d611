#pragma once
// The network as a signed sum of |n.x| over lines: equal and parallel vectors merged exactly.

#include <lojacert/exact/radical.hpp>
#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace lojacert {

/// a + b sqrt(N), exactly; N is the squared norm of the line's direction.
struct QuadraticNumber {
  Rational plain;
  Rational radical;
  [[nodiscard]] bool is_zero(const Integer& squared_norm) const;
};

/// A line through the origin with everything that lies on it. Its direction n is a primitive integer vector.
/// On the line the signed sum of |neuron's effective vector . x| is `even` |n.x| and the signed sum of
/// effective vectors is `odd` n; students count +1, teachers -1.
struct Line {
  std::vector<Integer> direction;
  Integer squared_norm;  ///< N = n.n
  QuadraticNumber even;
  QuadraticNumber odd;
  bool has_student = false;
};

/// Where one neuron lies: its vector is w = scale * n of its line.
struct Neuron {
  std::optional<std::size_t> line;  ///< empty for a zero vector
  Rational scale;
};

/// A point instance by lines. Lines keep the order of first appearance: students, then teachers.
struct LineNetwork {
  std::vector<Line> lines;
  std::vector<Neuron> students;
  std::vector<Neuron> teachers;
};

/// Merges the vectors of a point instance with a student by lines, exactly. Throws std::logic_error on boxes.
[[nodiscard]] LineNetwork merge_by_lines(const Instance& instance);

/// True exactly when the loss is 0: every line's even part vanishes and, for `relu`, the sum of all odd parts
/// too (docs/theory/landscape.md, zero loss).
[[nodiscard]] bool loss_is_zero(const LineNetwork& network, Activation activation);

}  // namespace lojacert
