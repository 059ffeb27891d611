#include "cluster_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lojacert::descent {

namespace {

constexpr double two_over_pi = 2 / std::numbers::pi;

/// arcsin z.
double arcsine(double z) {
  const double s = z * z;
  if (s > 7.5e-4) return std::asin(z);
  return z * (1 + s * (1.0 / 6 + s * (3.0 / 40 + s * (15.0 / 336 + s * (105.0 / 3456 + s * 945.0 / 42240)))));
}

/// t - sin t for t >= 0.
double sine_defect(double t) {
  const double s = t * t;
  if (s > 4e-3) return t - std::sin(t);
  return t * s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72 * (1 - s / 110))));
}

}  // namespace

ClusterGradient::ClusterGradient(const Instance& instance, std::span<const DoubleDouble> effective_teacher)
    : activation_(instance.activation),
      neuron_(instance.neuron),
      d_(instance.dimension()),
      r_(instance.teacher_count()),
      teacher_(effective_teacher.begin(), effective_teacher.end()) {
  for (std::size_t i = 0; i < r_; ++i) {
    DoubleDouble squared;
    for (std::size_t k = 0; k < d_; ++k) squared += teacher_[i * d_ + k] * teacher_[i * d_ + k];
    const DoubleDouble length = sqrt(squared);
    teacher_masses_.push_back(length.rounded());
    for (std::size_t k = 0; k < d_; ++k) {
      teacher_units_.push_back(teacher_[i * d_ + k] / length);
      axes_.push_back(teacher_units_.back().rounded());
    }
  }
  constexpr double widest = 0.2;
  near_ = widest;
  for (std::size_t i = 0; i < r_; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const double cosine = std::min(1.0, std::abs(dot(&axes_[i * d_], &axes_[k * d_])));
      near_ = std::min(near_, std::acos(cosine) / 4);
    }
  }
  classes_.resize(r_);
}

double ClusterGradient::dot(const double* u, const double* v) const {
  double sum = 0;
  for (std::size_t k = 0; k < d_; ++k) sum += u[k] * v[k];
  return sum;
}

void ClusterGradient::load(std::span<const DoubleDouble> weights) {
  m_ = weights.size() / d_;
  masses_.assign(m_, 0);
  units_.assign(m_ * d_, 0);
  offsets_.assign(m_ * d_, 0);
  half_squares_.assign(m_, 0);
  signs_.assign(m_, 1);
  class_of_.assign(m_, r_);
  far_.clear();
  for (auto& members : classes_) members.clear();
  residuals_.assign(r_ * d_, DoubleDouble());
  for (std::size_t n = 0; n < r_ * d_; ++n) residuals_[n] = -teacher_[n];
  excess_.assign(d_, DoubleDouble());
  for (std::size_t n = 0; n < r_ * d_; ++n) excess_[n % d_] -= teacher_[n];

  for (std::size_t j = 0; j < m_; ++j) {
    const DoubleDouble* w = &weights[j * d_];
    DoubleDouble squared;
    for (std::size_t k = 0; k < d_; ++k) squared += w[k] * w[k];
    if (!(squared.hi > 0)) continue;
    const DoubleDouble length = sqrt(squared);
    const DoubleDouble inverse = DoubleDouble(1) / length;
    const DoubleDouble scale = neuron_ == NeuronForm::norm ? length : DoubleDouble(1);
    masses_[j] = neuron_ == NeuronForm::norm ? squared.rounded() : length.rounded();
    double best = 0;
    std::size_t nearest = 0;
    for (std::size_t k = 0; k < d_; ++k) units_[j * d_ + k] = w[k].hi * inverse.hi;
    for (std::size_t i = 0; i < r_; ++i) {
      const double cosine = dot(&axes_[i * d_], &units_[j * d_]);
      if (std::abs(cosine) <= std::abs(best)) continue;
      best = cosine;
      nearest = i;
    }
    const double sign = best < 0 ? -1 : 1;
    double square = 0;
    for (std::size_t k = 0; k < d_; ++k) {
      const double offset =
          (DoubleDouble(sign) * w[k] * inverse - teacher_units_[nearest * d_ + k]).rounded();
      offsets_[j * d_ + k] = offset;
      square += offset * offset;
    }
    const bool near = square < near_ * near_;
    if (near) {
      signs_[j] = sign;
      half_squares_[j] = square / 2;
      class_of_[j] = nearest;
      classes_[nearest].push_back(j);
      for (std::size_t k = 0; k < d_; ++k)
        units_[j * d_ + k] = axes_[nearest * d_ + k] + offsets_[j * d_ + k];
    } else {
      far_.push_back(j);
    }
    for (std::size_t k = 0; k < d_; ++k) {
      const DoubleDouble entry = scale * w[k];
      excess_[k] += entry;
      if (near) residuals_[nearest * d_ + k] += DoubleDouble(sign) * entry;
    }
  }
  rounded_residuals_.resize(r_ * d_);
  for (std::size_t n = 0; n < r_ * d_; ++n) rounded_residuals_[n] = residuals_[n].rounded();
}

/// v_k + (2/pi) sum +-|q| (sin t b - t q^), over the class and, with the minus sign, its teacher; where y =
/// q^ - b, sin t b - t q^ = -t y - (t - sin t) b.
void ClusterGradient::add_own_class(const std::vector<std::size_t>& members, std::size_t k) {
  for (std::size_t n = 0; n < members.size(); ++n) {
    const std::size_t j = members[n];
    const double* x = &offsets_[j * d_];
    double* out = &turned_[j * d_];
    {  // the teacher: y = -x
      const double t = 2 * arcsine(std::sqrt(2 * half_squares_[j]) / 2);
      const double factor = two_over_pi * teacher_masses_[k];
      const double along = factor * sine_defect(t);
      for (std::size_t a = 0; a < d_; ++a)
        out[a] += rounded_residuals_[k * d_ + a] - factor * t * x[a] + along * units_[j * d_ + a];
    }
    for (std::size_t l = 0; l < n; ++l) {
      const std::size_t q = members[l];
      const double* other = &offsets_[q * d_];
      double square = 0;
      for (std::size_t a = 0; a < d_; ++a) square += (other[a] - x[a]) * (other[a] - x[a]);
      const double t = 2 * arcsine(std::sqrt(square) / 2);
      const double defect = two_over_pi * sine_defect(t);
      const double turn = two_over_pi * t;
      double* out_of_other = &turned_[q * d_];
      for (std::size_t a = 0; a < d_; ++a) {
        const double y = other[a] - x[a];
        out[a] -= masses_[q] * (turn * y + defect * units_[j * d_ + a]);
        out_of_other[a] += masses_[j] * (turn * y - defect * units_[q * d_ + a]);
      }
    }
  }
}

/// DF(a_k) v_k plus the remainders of the class of teacher k, to which j does not belong.
void ClusterGradient::add_other_class(std::size_t j, std::size_t k) {
  const double* b = &units_[j * d_];
  const double* a = &axes_[k * d_];
  const double* v = &rounded_residuals_[k * d_];
  double* out = &turned_[j * d_];
  const double cosine = std::clamp(dot(a, b), -1.0, 1.0);
  const double sine = std::sqrt((1 - cosine) * (1 + cosine));
  const double angle = std::atan2(sine, cosine);
  double along_a = (dot(b, v) - cosine * dot(a, v)) / sine;
  double along_b = (dot(a, v) - cosine * dot(b, v)) / sine;
  const std::size_t offset = j * d_;
  for (const std::size_t q : classes_[k]) {
    // t = tau + turn is the angle of b and a + x, sin t - sin tau = change.
    const double* x = &offsets_[q * d_];
    const double beta = dot(b, x);
    const double square_change = -beta * (2 * cosine + beta);
    const double change = square_change / (std::sqrt(std::max(0.0, sine * sine + square_change)) + sine);
    const double turn = arcsine(change * cosine - beta * sine);
    const double mass = masses_[q];
    along_a -= mass * (turn + (beta + cosine * half_squares_[q]) / sine);
    along_b += mass * (change + (half_squares_[q] + beta * cosine) / sine);
    for (std::size_t c = 0; c < d_; ++c) turned_[offset + c] -= two_over_pi * mass * turn * x[c];
  }
  for (std::size_t c = 0; c < d_; ++c)
    out[c] += (1 - two_over_pi * angle) * v[c] + two_over_pi * (along_a * a[c] + along_b * b[c]);
}

/// |p_q| ((1 - 2t/pi) q^ + (2/pi) sin t b).
void ClusterGradient::add_far(std::size_t j, std::size_t q) {
  const double* b = &units_[j * d_];
  const double* u = &units_[q * d_];
  double minus = 0;
  double plus = 0;
  for (std::size_t k = 0; k < d_; ++k) {
    minus += (u[k] - b[k]) * (u[k] - b[k]);
    plus += (u[k] + b[k]) * (u[k] + b[k]);
  }
  const double t = 2 * std::atan2(std::sqrt(minus), std::sqrt(plus));
  const double sine = std::sqrt(minus * plus) / 2;
  for (std::size_t k = 0; k < d_; ++k)
    turned_[j * d_ + k] += masses_[q] * ((1 - two_over_pi * t) * u[k] + two_over_pi * sine * b[k]);
}

void ClusterGradient::at(std::span<const DoubleDouble> weights, std::span<double> gradient) {
  load(weights);
  turned_.assign(m_ * d_, 0);
  for (std::size_t k = 0; k < r_; ++k) add_own_class(classes_[k], k);
  for (std::size_t j = 0; j < m_; ++j) {
    double* out = &gradient[j * d_];
    if (!(masses_[j] > 0)) {
      std::fill_n(out, d_, 0.0);
      continue;
    }
    for (std::size_t k = 0; k < r_; ++k) {
      if (k != class_of_[j]) add_other_class(j, k);
    }
    for (const std::size_t q : far_) add_far(j, q);
    double along = 0;
    for (std::size_t k = 0; k < d_; ++k) {
      double entry = signs_[j] * turned_[j * d_ + k];
      if (activation_ == Activation::relu) entry += excess_[k].rounded();
      if (activation_ != Activation::abs) entry /= 4;
      out[k] = entry;
      along += entry * signs_[j] * units_[j * d_ + k];
    }
    if (neuron_ == NeuronForm::unit) continue;
    const double length = std::sqrt(masses_[j]);
    for (std::size_t k = 0; k < d_; ++k) out[k] = length * (out[k] + along * signs_[j] * units_[j * d_ + k]);
  }
}

}  // namespace lojacert::descent
