#pragma once
// Gradient descent and the gradient flow, and the largest curvature: plain numbers, no proof. Weights carry
// about 104 bits, so that many tiny steps add up.

#include "cluster_gradient.hpp"

#include <cstddef>
#include <vector>

namespace lojacert::descent {

class Dynamics {
 public:
  Dynamics(ClusterGradient& gradient, NeuronForm neuron, std::size_t dimension)
      : gradient_(gradient), neuron_(neuron), d_(dimension) {}

  /// W - step grad L(W).
  void descend(std::vector<DoubleDouble>& weights, double step);

  /// The flow for the time h, by Runge and Kutta's fourth order. In unit form the step is shorter while a
  /// student is so small that it would turn or shrink much, and one that would reach 0 even within h / 1024
  /// is absorbed: it is 0 from then on.
  void flow(std::vector<DoubleDouble>& weights, double h);

  /// The largest eigenvalue of the Hessian by power iteration on differences of gradients, and its
  /// eigenvector.
  struct Curvature {
    double largest = 0;
    std::vector<double> direction;
  };
  [[nodiscard]] Curvature curvature(const std::vector<DoubleDouble>& weights);

 private:
  [[nodiscard]] double safe_step(std::vector<DoubleDouble>& weights, double h);
  void runge_kutta(std::vector<DoubleDouble>& weights, double h);

  ClusterGradient& gradient_;
  NeuronForm neuron_;
  std::size_t d_;
  std::vector<double> slope_;
};

}  // namespace lojacert::descent
