#include "fast_landscape.hpp"

#include <lojacert/search/approximate_landscape.hpp>
#include <lojacert/search/real.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lojacert::attack {

namespace {

constexpr double epsilon = 0x1p-98;

/// h(t) = sin t - t cos t by its series: (-1)^(k-1) 2k/(2k+1)! t^(2k+1), k = 1, 2, ...
DoubleDouble h_series(const DoubleDouble& t) {
  const DoubleDouble square = t * t;
  DoubleDouble power = t * square;  // t^(2k+1)
  DoubleDouble factorial = 6.0;
  DoubleDouble sum;
  for (int k = 1; k <= 9; ++k) {
    sum += DoubleDouble(k % 2 == 1 ? 2.0 * k : -2.0 * k) * power / factorial;
    power *= square;
    factorial *= DoubleDouble(static_cast<double>((2 * k + 2) * (2 * k + 3)));
  }
  return sum;
}

}  // namespace

FastLandscape::FastLandscape(const Instance& instance)
    : activation_(instance.activation),
      neuron_(instance.neuron),
      d_(instance.dimension()),
      r_(instance.teacher_count()) {
  const search::WorkingBits precision(200);
  Instance teacher = instance;
  teacher.student.reset();
  for (const search::Real& entry : search::approximate_network<search::Real>(teacher).teacher) {
    const auto high = entry.convert_to<double>();
    teacher_.emplace_back(high, search::Real(entry - high).convert_to<double>());
  }
  for (std::size_t i = 0; i < r_; ++i) {
    double squared = 0;
    for (std::size_t k = 0; k < d_; ++k) squared += teacher_[i * d_ + k].hi * teacher_[i * d_ + k].hi;
    teacher_masses_.push_back(std::sqrt(squared));
    for (std::size_t k = 0; k < d_; ++k) directions_.push_back(teacher_[i * d_ + k].hi / teacher_masses_[i]);
  }
  difference_.resize(d_);
  load({});
  for (std::size_t i = 0; i < r_; ++i) {
    for (std::size_t k = 0; k < i; ++k) teacher_sum_ += lengths_[i] * lengths_[k] * pair(i, k).h;
  }
}

void FastLandscape::load(std::span<const DoubleDouble> effective) {
  m_ = effective.size() / d_;
  units_.resize((r_ + m_) * d_);
  lengths_.resize(r_ + m_);
  signs_.assign(m_, 1);
  nearest_.assign(m_, 0);
  masses_.assign(m_, 0);
  excess_.assign(d_, DoubleDouble());
  plain_excess_.assign(d_, DoubleDouble());
  total_mass_ = 0;
  largest_angle_ = 0;
  for (std::size_t n = 0; n < r_ + m_; ++n) {
    const DoubleDouble* vector = n < r_ ? &teacher_[n * d_] : &effective[(n - r_) * d_];
    DoubleDouble squared;
    for (std::size_t k = 0; k < d_; ++k) squared += vector[k] * vector[k];
    lengths_[n] = sqrt(squared);
    total_mass_ += lengths_[n].hi;
    if (!(lengths_[n].hi > 0)) {
      std::fill_n(&units_[n * d_], d_, DoubleDouble());
      continue;
    }
    double sign = n < r_ ? -1 : 1;
    const DoubleDouble inverse = DoubleDouble(1) / lengths_[n];
    for (std::size_t k = 0; k < d_; ++k) {
      units_[n * d_ + k] = vector[k] * inverse;
      plain_excess_[k] += DoubleDouble(sign) * vector[k];
    }
    if (n >= r_) {
      const std::size_t j = n - r_;
      masses_[j] = lengths_[n].hi;
      double best = 0;
      for (std::size_t i = 0; i < r_; ++i) {
        double cosine = 0;
        for (std::size_t k = 0; k < d_; ++k) cosine += directions_[i * d_ + k] * units_[n * d_ + k].hi;
        if (std::abs(cosine) <= std::abs(best)) continue;
        best = cosine;
        nearest_[j] = i;
      }
      if (best < 0) {
        signs_[j] = -1;
        sign = -1;
        for (std::size_t k = 0; k < d_; ++k) units_[n * d_ + k] = -units_[n * d_ + k];
      }
    }
    for (std::size_t k = 0; k < d_; ++k) excess_[k] += DoubleDouble(sign) * vector[k];
  }
}

FastLandscape::Pair FastLandscape::pair(std::size_t u, std::size_t v) {
  DoubleDouble near;
  for (std::size_t k = 0; k < d_; ++k) {
    difference_[k] = units_[v * d_ + k] - units_[u * d_ + k];
    near += difference_[k] * difference_[k];
  }
  Pair result;
  if (near.hi == 0) return result;
  result.squared_distance = near;
  DoubleDouble far = DoubleDouble(4) - near;
  if (near.hi > 2) {
    far = DoubleDouble();
    for (std::size_t k = 0; k < d_; ++k) {
      const DoubleDouble sum = units_[v * d_ + k] + units_[u * d_ + k];
      far += sum * sum;
    }
    near = DoubleDouble(4) - far;
  }
  const bool acute = near.hi <= far.hi;
  const DoubleDouble ratio = sqrt(acute ? near / far : far / near);
  const DoubleDouble half =
      acute ? arctangent(ratio) : DoubleDouble(0.5) * search::double_double_pi() - arctangent(ratio);
  result.angle = half + half;
  if (result.angle.hi < 0.05) {
    result.h = h_series(result.angle);
  } else {
    const DoubleDouble sine = DoubleDouble(0.5) * ratio * (acute ? far : near);
    result.h = sine - result.angle * (DoubleDouble(1) - DoubleDouble(0.5) * result.squared_distance);
  }
  return result;
}

/// gamma_j = excess + (2/pi) sum_q sign_q |q| (h b_j - t (q^ - cos t b_j)), and q^ - cos t b_j = (q^ - b_j) +
/// |q^ - b_j|^2/2 b_j.
void FastLandscape::add_to_gradient(std::size_t j, std::size_t other, double sign, const DoubleDouble& turn,
                                    const DoubleDouble& along) {
  const DoubleDouble mass = DoubleDouble(other < r_ ? -1 : 1) * lengths_[other];
  along_[j] += mass * along;
  const DoubleDouble factor = DoubleDouble(-sign) * mass * turn;
  for (std::size_t k = 0; k < d_; ++k) turned_[j * d_ + k] += factor * difference_[k];
}

DoubleDouble FastLandscape::pair_sum(bool with_gradient) {
  DoubleDouble sum = teacher_sum_;
  if (with_gradient) {
    turned_.assign(m_ * d_, DoubleDouble());
    along_.assign(m_, DoubleDouble());
  }
  for (std::size_t v = r_; v < r_ + m_; ++v) {
    if (!(lengths_[v].hi > 0)) continue;
    double angle = std::numbers::pi;
    for (std::size_t u = 0; u < v; ++u) {
      if (!(lengths_[u].hi > 0)) continue;
      const Pair p = pair(u, v);
      sum += DoubleDouble(u < r_ ? -1 : 1) * lengths_[u] * lengths_[v] * p.h;
      if (u < r_) {
        const bool turned = activation_ == Activation::relu && signs_[v - r_] < 0;
        const double seen = turned ? std::numbers::pi - p.angle.hi : p.angle.hi;
        angle =
            std::min(angle, activation_ == Activation::relu ? seen : std::min(seen, std::numbers::pi - seen));
      }
      if (!with_gradient) continue;
      const DoubleDouble along = p.h - DoubleDouble(0.5) * p.angle * p.squared_distance;
      add_to_gradient(v - r_, u, -1, p.angle, along);  // difference_ is v^ - u^
      if (u >= r_) add_to_gradient(u - r_, v, 1, p.angle, along);
    }
    largest_angle_ = std::max(largest_angle_, angle);
  }
  DoubleDouble excess;
  for (const DoubleDouble& entry : excess_) excess += entry * entry;
  const DoubleDouble loss = DoubleDouble(0.5) * excess + DoubleDouble(2) * sum / search::double_double_pi();
  if (activation_ == Activation::abs) return loss;
  DoubleDouble plain;
  if (activation_ == Activation::relu) {
    for (const DoubleDouble& entry : plain_excess_) plain += entry * entry;
  }
  return DoubleDouble(0.25) * loss + DoubleDouble(0.125) * plain;
}

double FastLandscape::finish_gradient(std::span<const DoubleDouble> effective) {
  gradient_.assign(m_ * d_, 0);
  const DoubleDouble two_over_pi = DoubleDouble(2) / search::double_double_pi();
  const DoubleDouble scale = activation_ == Activation::abs ? 1 : 0.25;
  double squared_norm = 0;
  double weight_sum = 0;
  for (std::size_t j = 0; j < m_; ++j) {
    if (!(masses_[j] > 0)) continue;
    double along = 0;
    double squared = 0;
    for (std::size_t k = 0; k < d_; ++k) {
      const DoubleDouble oriented =
          excess_[k] + two_over_pi * (along_[j] * units_[(r_ + j) * d_ + k] + turned_[j * d_ + k]);
      DoubleDouble entry = DoubleDouble(signs_[j]) * scale * oriented;
      if (activation_ == Activation::relu) entry += scale * plain_excess_[k];
      const double rounded = entry.rounded();
      gradient_[j * d_ + k] = rounded;
      squared += rounded * rounded;
      along += rounded * effective[j * d_ + k].hi / masses_[j];
    }
    const double weight = neuron_ == NeuronForm::unit ? 1 : masses_[j];
    squared_norm += neuron_ == NeuronForm::unit ? squared : weight * (squared + 3 * along * along);
    weight_sum += 4 * weight * static_cast<double>(d_);
  }
  gradient_noise_ = epsilon * total_mass_ * std::sqrt(weight_sum);
  return std::sqrt(squared_norm);
}

Measure FastLandscape::measure(std::span<const DoubleDouble> effective) {
  load(effective);
  Measure result;
  result.loss = pair_sum(true).rounded();
  result.gradient_norm = finish_gradient(effective);
  result.angle = largest_angle_;
  result.resolved =
      result.loss > 100 * epsilon * total_mass_ * total_mass_ && result.gradient_norm > 100 * gradient_noise_;
  return result;
}

double FastLandscape::loss(std::span<const DoubleDouble> effective) {
  load(effective);
  return pair_sum(false).rounded();
}

}  // namespace lojacert::attack
