#pragma once
// What a claim bounds of the students at given weights: where each belongs, how far it is turned, and the
// sums over the classes (certificates/README.md, Section 4.10).

#include "claim.hpp"

#include <lojacert/network/instance.hpp>
#include <lojacert/search/double_double.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert::descent {

using search::DoubleDouble;

/// A number seen, over its bound: at most 1 where the claim holds. 0 where nothing is claimed.
struct Ratios {
  double misalignment = 0;
  double far_mass = 0;
  double residual = 0;
  double deficit = 0;
  double excess = 0;
  double opposed = 0;
  double angle = 0;
  double delta = 0;
  [[nodiscard]] double largest() const;
  void raise_to(const Ratios& other);
};

class Students {
 public:
  Students(const Instance& instance, std::span<const DoubleDouble> effective_teacher);

  /// The quantities of `recovery` at these weights (m x d) over the bounds with e.
  [[nodiscard]] Ratios ratios(std::span<const DoubleDouble> weights, const Claim::Recovery& recovery,
                              double e) const;

  /// The teacher whose line (for relu: ray) is nearest to student j; nothing for a zero student.
  [[nodiscard]] std::optional<std::size_t> nearest(std::span<const DoubleDouble> weights,
                                                   std::size_t j) const;

  /// |p_j|, in doubles.
  [[nodiscard]] double mass(std::span<const DoubleDouble> weights, std::size_t j) const;

 private:
  struct Place {
    double mass = 0;
    std::optional<std::size_t> teacher;
    double sign = 1;
    double chord = 0;  // 2 sin(theta/2) to that teacher's line
    std::vector<DoubleDouble> effective;
  };
  [[nodiscard]] Place place(const DoubleDouble* w, std::optional<std::size_t> fixed) const;

  Activation activation_;
  NeuronForm neuron_;
  std::size_t d_;
  std::size_t r_;
  std::vector<DoubleDouble> teacher_;
  std::vector<DoubleDouble> units_;
  std::vector<double> axes_;
};

}  // namespace lojacert::descent
