#include "dynamics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace lojacert::descent {

namespace {

void add(std::vector<DoubleDouble>& weights, double factor, const std::vector<double>& slope) {
  for (std::size_t n = 0; n < weights.size(); ++n) weights[n] += search::two_product(factor, slope[n]);
}

}  // namespace

void Dynamics::descend(std::vector<DoubleDouble>& weights, double step) {
  slope_.resize(weights.size());
  gradient_.at(weights, slope_);
  add(weights, -step, slope_);
}

/// At most h, and so short that no student moves by more than a part of its length; absorbs those for which
/// that is too short.
double Dynamics::safe_step(std::vector<DoubleDouble>& weights, double h) {
  constexpr double part = 0.1;
  const double least = h / 1024;
  slope_.resize(weights.size());
  gradient_.at(weights, slope_);
  double step = h;
  for (std::size_t j = 0; j < weights.size() / d_; ++j) {
    double length = 0;
    double speed = 0;
    for (std::size_t k = 0; k < d_; ++k) {
      length = std::hypot(length, weights[j * d_ + k].hi);
      speed = std::hypot(speed, slope_[j * d_ + k]);
    }
    if (length > 2 * least * speed) {
      step = std::min(step, part * length / speed);
    } else {
      std::fill_n(&weights[j * d_], d_, DoubleDouble());
    }
  }
  return std::max(step, least);
}

void Dynamics::flow(std::vector<DoubleDouble>& weights, double h) {
  if (neuron_ == NeuronForm::norm) {
    runge_kutta(weights, h);
    return;
  }
  for (double left = h; left > 0;) {
    const double step = std::min(left, safe_step(weights, h));
    runge_kutta(weights, step);
    left -= step;
  }
}

void Dynamics::runge_kutta(std::vector<DoubleDouble>& weights, double h) {
  constexpr std::array parts = {0.5, 0.5, 1.0};
  constexpr std::array shares = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
  std::vector<double> total(weights.size(), 0);
  slope_.resize(weights.size());
  std::vector<DoubleDouble> at = weights;
  for (std::size_t stage = 0; stage < shares.size(); ++stage) {
    gradient_.at(at, slope_);
    for (std::size_t n = 0; n < total.size(); ++n) total[n] += shares[stage] * slope_[n];
    if (stage == parts.size()) break;
    at = weights;
    add(at, -h * parts[stage], slope_);
  }
  add(weights, -h, total);
}

Dynamics::Curvature Dynamics::curvature(const std::vector<DoubleDouble>& weights) {
  constexpr double difference = 1e-7;
  constexpr int iterations = 2000;
  Curvature result;
  result.direction.resize(weights.size());
  for (std::size_t n = 0; n < weights.size(); ++n) result.direction[n] = 1 + 0.1 * static_cast<double>(n % 7);
  std::vector<double> base(weights.size());
  slope_.resize(weights.size());
  gradient_.at(weights, base);
  for (int n = 0; n < iterations; ++n) {
    double norm = 0;
    for (const double entry : result.direction) norm += entry * entry;
    norm = std::sqrt(norm);
    for (double& entry : result.direction) entry /= norm;
    std::vector<DoubleDouble> at = weights;
    add(at, difference, result.direction);
    gradient_.at(at, slope_);
    double rayleigh = 0;
    for (std::size_t k = 0; k < slope_.size(); ++k) {
      const double image = (slope_[k] - base[k]) / difference;
      rayleigh += image * result.direction[k];
      result.direction[k] = image;
    }
    result.largest = rayleigh;
  }
  return result;
}

}  // namespace lojacert::descent
