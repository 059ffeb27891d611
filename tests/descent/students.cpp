#include "students.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace lojacert::descent {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double over(double seen, const std::optional<double>& constant, double e) {
  return constant ? seen / (*constant * e) : 0;
}

double angle_of_chord(double chord) { return 2 * std::asin(std::min(1.0, chord / 2)); }

}  // namespace

double Ratios::largest() const {
  return std::max({misalignment, far_mass, residual, deficit, excess, opposed, angle, delta});
}

void Ratios::raise_to(const Ratios& other) {
  misalignment = std::max(misalignment, other.misalignment);
  far_mass = std::max(far_mass, other.far_mass);
  residual = std::max(residual, other.residual);
  deficit = std::max(deficit, other.deficit);
  excess = std::max(excess, other.excess);
  opposed = std::max(opposed, other.opposed);
  angle = std::max(angle, other.angle);
  delta = std::max(delta, other.delta);
}

Students::Students(const Instance& instance, std::span<const DoubleDouble> effective_teacher)
    : activation_(instance.activation),
      neuron_(instance.neuron),
      d_(instance.dimension()),
      r_(instance.teacher_count()),
      teacher_(effective_teacher.begin(), effective_teacher.end()) {
  for (std::size_t i = 0; i < r_; ++i) {
    DoubleDouble squared;
    for (std::size_t k = 0; k < d_; ++k) squared += teacher_[i * d_ + k] * teacher_[i * d_ + k];
    for (std::size_t k = 0; k < d_; ++k) {
      units_.push_back(teacher_[i * d_ + k] / sqrt(squared));
      axes_.push_back(units_.back().rounded());
    }
  }
}

/// With `fixed`, that teacher; else the one whose line is nearest.
Students::Place Students::place(const DoubleDouble* w, std::optional<std::size_t> fixed) const {
  Place result;
  DoubleDouble squared;
  for (std::size_t k = 0; k < d_; ++k) squared += w[k] * w[k];
  const DoubleDouble length = sqrt(squared);
  result.mass = neuron_ == NeuronForm::norm ? squared.rounded() : length.rounded();
  for (std::size_t k = 0; k < d_; ++k)
    result.effective.push_back(neuron_ == NeuronForm::norm ? length * w[k] : w[k]);
  if (!(length.hi > 0)) return result;
  double best = 0;
  for (std::size_t i = 0; i < r_; ++i) {
    if (fixed && *fixed != i) continue;
    double cosine = 0;
    for (std::size_t k = 0; k < d_; ++k) cosine += axes_[i * d_ + k] * w[k].hi;
    if (result.teacher && std::abs(cosine) <= std::abs(best)) continue;
    best = cosine;
    result.teacher = i;
  }
  result.sign = best < 0 ? -1 : 1;
  double square = 0;
  for (std::size_t k = 0; k < d_; ++k) {
    const double x = (DoubleDouble(result.sign) * w[k] / length - units_[*result.teacher * d_ + k]).rounded();
    square += x * x;
  }
  result.chord = std::sqrt(square);
  return result;
}

Ratios Students::ratios(std::span<const DoubleDouble> weights, const Claim::Recovery& recovery,
                        double e) const {
  Ratios result;
  double misalignment = 0;
  double far_mass = 0;
  double opposed = 0;
  std::vector<double> misaligned(r_, 0);
  std::vector<DoubleDouble> residuals(r_ * d_);
  for (std::size_t n = 0; n < r_ * d_; ++n) residuals[n] = -teacher_[n];

  for (std::size_t j = 0; j < weights.size() / d_; ++j) {
    if (recovery.classes && !(*recovery.classes)[j]) continue;
    Place at = place(&weights[j * d_], recovery.classes ? (*recovery.classes)[j] : std::nullopt);
    if (!(at.mass > 0)) continue;
    const double angle = angle_of_chord(at.chord);
    if (recovery.delta) {
      // For relu the angle of directions: that of a student that points away is above pi/2.
      const bool away = activation_ == Activation::relu && at.sign < 0;
      result.delta = std::max(result.delta, (away ? std::numbers::pi - angle : angle) / *recovery.delta);
    }
    const bool far = recovery.delta1 && angle > *recovery.delta1;
    const bool heavy = !recovery.heavy || at.mass > *recovery.heavy * e;
    if (recovery.angle && heavy) {
      const double bound = std::pow(*recovery.angle * e / at.mass, 2.0 / 3);
      result.angle = std::max(result.angle, far ? infinity : at.chord / bound);
    }
    if (far) {
      far_mass += at.mass;
      continue;
    }
    const std::size_t i = *at.teacher;
    if (at.sign < 0) opposed += at.mass;
    misaligned[i] += at.mass * at.chord * at.chord / 2;
    for (std::size_t k = 0; k < d_; ++k) residuals[i * d_ + k] += DoubleDouble(at.sign) * at.effective[k];
  }

  double residual = 0;
  double deficit = 0;
  double excess = 0;
  for (std::size_t i = 0; i < r_; ++i) {
    double along = 0;  // Mass_i - |p_i*| = <a_i, v_i> + the misalignment
    for (std::size_t k = 0; k < d_; ++k) {
      const double v = residuals[i * d_ + k].rounded();
      residual += v * v;
      along += v * axes_[i * d_ + k];
    }
    deficit = std::max(deficit, -along - misaligned[i]);
    excess = std::max(excess, along + misaligned[i]);
    misalignment += misaligned[i];
  }
  result.misalignment = over(misalignment, recovery.misalignment, e);
  result.far_mass = over(far_mass, recovery.far_mass, e);
  result.residual = over(std::sqrt(residual), recovery.residual, e);
  result.deficit = over(deficit, recovery.deficit, e);
  result.excess = over(excess, recovery.excess, e);
  result.opposed = over(opposed, recovery.opposed, e);
  return result;
}

std::optional<std::size_t> Students::nearest(std::span<const DoubleDouble> weights, std::size_t j) const {
  const Place at = place(&weights[j * d_], std::nullopt);
  if (activation_ == Activation::relu && at.sign < 0) return std::nullopt;
  return at.teacher;
}

double Students::mass(std::span<const DoubleDouble> weights, std::size_t j) const {
  return place(&weights[j * d_], std::nullopt).mass;
}

}  // namespace lojacert::descent
