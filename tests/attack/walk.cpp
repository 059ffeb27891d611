#include "walk.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace lojacert::attack {

namespace {

/// The inverse of a small positive definite matrix, by Gauss and Jordan.
std::vector<double> inverse(std::vector<double> a, std::size_t n) {
  std::vector<double> b(n * n, 0);
  for (std::size_t i = 0; i < n; ++i) b[i * n + i] = 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double pivot = a[i * n + i];
    for (std::size_t k = 0; k < n; ++k) {
      a[i * n + k] /= pivot;
      b[i * n + k] /= pivot;
    }
    for (std::size_t j = 0; j < n; ++j) {
      if (j == i) continue;
      const double factor = a[j * n + i];
      for (std::size_t k = 0; k < n; ++k) {
        a[j * n + k] -= factor * a[i * n + k];
        b[j * n + k] -= factor * b[i * n + k];
      }
    }
  }
  return b;
}

/// The tangent Gram matrix of unit vectors: blocks (1 - 2t/pi) I + (2/pi)(u w^T + w u^T - cos t (u u^T + w
/// w^T))/sin t.
std::vector<double> tangent_gram(const std::vector<double>& units, std::size_t d) {
  const std::size_t r = units.size() / d;
  const std::size_t n = r * d;
  std::vector<double> gram(n * n, 0);
  for (std::size_t i = 0; i < r; ++i) {
    for (std::size_t k = 0; k < r; ++k) {
      const double* u = &units[i * d];
      const double* w = &units[k * d];
      double cosine = 0;
      for (std::size_t a = 0; a < d; ++a) cosine += u[a] * w[a];
      cosine = std::clamp(cosine, -1.0, 1.0);
      const double angle = i == k ? 0 : std::acos(cosine);
      for (std::size_t a = 0; a < d; ++a) {
        for (std::size_t b = 0; b < d; ++b) {
          double entry = a == b ? 1 - 2 * angle / std::numbers::pi : 0;
          if (i != k) {
            entry += 2 / std::numbers::pi *
                     (u[a] * w[b] + w[a] * u[b] - cosine * (u[a] * u[b] + w[a] * w[b])) / std::sin(angle);
          }
          gram[(i * d + a) * n + k * d + b] = entry;
        }
      }
    }
  }
  return gram;
}

}  // namespace

Walk::Walk(FastLandscape& landscape, Dice& dice)
    : landscape_(landscape),
      dice_(dice),
      d_(landscape.dimension()),
      inverse_gram_(inverse(tangent_gram(landscape.directions(), d_), landscape.teacher_count() * d_)) {}

double Walk::height(const Measure& measure, const Limits& limits) const {
  if (!measure.resolved || measure.angle > limits.widest_angle) return HUGE_VAL;
  const double above = std::log(measure.loss / limits.cap);
  return std::log(measure.gradient_norm) - limits.beta * std::log(measure.loss) +
         (above > 0 ? 30 * above : 0);
}

void Walk::remember() {
  gradient_ = landscape_.gradient();
  masses_ = landscape_.masses();
  nearest_ = landscape_.nearest();
  signs_ = landscape_.signs();
}

void Walk::run(std::vector<DoubleDouble> students, const Limits& limits, const Seen& seen) {
  Measure measure = landscape_.measure(students);
  seen(students, measure);
  double best = height(measure, limits);
  remember();
  double size = 0.5;
  double step = 0.1;
  for (std::size_t n = 0; n < limits.steps; ++n) {
    const double rho = std::sqrt(2 * std::max(measure.loss, 1e-300));
    std::vector<DoubleDouble> p = students;
    const double kind = n == 0 ? 1 : dice_.uniform();
    const bool descends = kind < 0.35;
    if (descends) {
      descend(p, step);
    } else if (kind < 0.55) {
      exchange(p, rho, size * dice_.log_uniform(0.03, 1));
    } else if (kind < 0.7) {
      scatter(p, rho, size * dice_.log_uniform(0.03, 1));
    } else if (kind < 0.85) {
      resize(p, rho, size * dice_.log_uniform(0.03, 1));
    } else {
      balance(p);
    }
    const Measure next = landscape_.measure(p);
    seen(p, next);
    const double reached = height(next, limits);
    const bool better = reached < best;
    if (descends)
      step *= better ? 1.6 : 0.4;
    else
      size = std::clamp(size * (better ? 1.2 : 0.96), 1e-3, 1.0);
    if (!better) continue;
    best = reached;
    measure = next;
    students = std::move(p);
    remember();
  }
}

/// One student turns, another of its class turns back.
void Walk::exchange(std::vector<DoubleDouble>& p, double rho, double size) {
  const std::size_t m = masses_.size();
  const std::size_t j = dice_.below(m);
  const std::size_t other = dice_.below(m);
  const double mass = std::min(masses_[j], masses_[other]);
  if (j == other || nearest_[j] != nearest_[other] || !(mass > 0)) return;
  const double angle = std::pow(std::min(1.0, rho / mass), 2.0 / 3);
  for (std::size_t k = 0; k < d_; ++k) {
    const DoubleDouble move = size * angle * mass * dice_.normal();
    p[j * d_ + k] += DoubleDouble(signs_[j]) * move;
    p[other * d_ + k] -= DoubleDouble(signs_[other]) * move;
  }
}

/// Some students move by about rho, or by about their mass where that is less.
void Walk::scatter(std::vector<DoubleDouble>& p, double rho, double size) {
  const double part = dice_.chance(0.5) ? 1 : 0.3;
  for (std::size_t j = 0; j < masses_.size(); ++j) {
    if (!(masses_[j] > 0) || !dice_.chance(part)) continue;
    const double length = size * std::min(rho, masses_[j]);
    for (std::size_t k = 0; k < d_; ++k) p[j * d_ + k] += DoubleDouble(length * dice_.normal());
  }
}

/// One student changes its mass, and another of its class makes up for it.
void Walk::resize(std::vector<DoubleDouble>& p, double rho, double size) {
  const std::size_t m = masses_.size();
  const std::size_t j = dice_.below(m);
  if (!(masses_[j] > 0)) return;
  const double mass = masses_[j];
  const double change = mass > 10 * rho && dice_.chance(0.5) ? size * dice_.normal() * rho / mass
                                                             : std::expm1(size * dice_.normal());
  for (std::size_t k = 0; k < d_; ++k) {
    const DoubleDouble move = p[j * d_ + k] * DoubleDouble(change);
    p[j * d_ + k] += move;
    if (mass <= 10 * rho) continue;
    double rest = 0;
    for (std::size_t q = 0; q < m; ++q) rest += q != j && nearest_[q] == nearest_[j] ? masses_[q] : 0;
    if (!(rest > 0)) continue;
    for (std::size_t q = 0; q < m; ++q) {
      if (q == j || nearest_[q] != nearest_[j]) continue;
      p[q * d_ + k] -= DoubleDouble(signs_[q] * signs_[j] * masses_[q] / rest) * move;
    }
  }
}

void Walk::descend(std::vector<DoubleDouble>& p, double step) {
  for (std::size_t j = 0; j < masses_.size(); ++j) {
    if (!(masses_[j] > 0)) continue;
    double along = 0;
    for (std::size_t k = 0; k < d_; ++k) along += gradient_[j * d_ + k] * p[j * d_ + k].hi / masses_[j];
    for (std::size_t k = 0; k < d_; ++k) {
      double move = gradient_[j * d_ + k];
      if (landscape_.neuron() == NeuronForm::norm) {  // in w: p moves by J J^T times the gradient in p
        move = masses_[j] * (move + 3 * along * p[j * d_ + k].hi / masses_[j]);
      }
      p[j * d_ + k] -= DoubleDouble(step * move);
    }
  }
}

/// The class sums move to the minimum of the loss over them; each student takes its share.
void Walk::balance(std::vector<DoubleDouble>& p) {
  const std::size_t n = landscape_.teacher_count() * d_;
  std::vector<double> sums(landscape_.teacher_count(), 0);
  std::vector<double> mean(n, 0);
  for (std::size_t j = 0; j < masses_.size(); ++j) {
    sums[nearest_[j]] += masses_[j];
    for (std::size_t k = 0; k < d_; ++k) {
      mean[nearest_[j] * d_ + k] += masses_[j] * signs_[j] * gradient_[j * d_ + k];
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (!(sums[i] > 0)) return;
    for (std::size_t k = 0; k < d_; ++k) mean[i * d_ + k] /= sums[i];
  }
  const double scale = landscape_.activation() == Activation::abs    ? 1
                       : landscape_.activation() == Activation::relu ? 2
                                                                     : 4;
  for (std::size_t j = 0; j < masses_.size(); ++j) {
    for (std::size_t k = 0; k < d_; ++k) {
      double move = 0;
      for (std::size_t a = 0; a < n; ++a) move += inverse_gram_[(nearest_[j] * d_ + k) * n + a] * mean[a];
      p[j * d_ + k] -= DoubleDouble(scale * signs_[j] * move * masses_[j] / sums[nearest_[j]]);
    }
  }
}

}  // namespace lojacert::attack
