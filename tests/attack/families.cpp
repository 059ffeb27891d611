#include "families.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace lojacert::attack {

double Dice::uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

double Dice::log_uniform(double low, double high) { return low * std::pow(high / low, uniform()); }

double Dice::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::vector<double> Dice::direction(std::size_t dimension, const double* axis) {
  for (;;) {
    std::vector<double> v(dimension);
    double along = 0;
    for (std::size_t k = 0; k < dimension; ++k) {
      v[k] = normal();
      if (axis != nullptr) along += v[k] * axis[k];
    }
    double squared = 0;
    for (std::size_t k = 0; k < dimension; ++k) {
      if (axis != nullptr) v[k] -= along * axis[k];
      squared += v[k] * v[k];
    }
    if (squared < 1e-12) continue;
    for (double& entry : v) entry /= std::sqrt(squared);
    return v;
  }
}

std::vector<DoubleDouble> Draft::at(double rho) const {
  const DoubleDouble middle_scale = std::pow(rho, 2.0 / 3);
  const DoubleDouble fine_scale = rho;
  std::vector<DoubleDouble> p(base.size());
  for (std::size_t n = 0; n < p.size(); ++n) p[n] = base[n] + middle_scale * middle[n] + fine_scale * fine[n];
  return p;
}

namespace {

/// One draft being made.
class Drawing {
 public:
  Drawing(std::size_t m, double rho, double widest, const FastLandscape& landscape, Dice& dice)
      : m_(m),
        d_(landscape.dimension()),
        r_(landscape.teacher_count()),
        rho_(rho),
        widest_(widest),
        landscape_(landscape),
        dice_(dice) {
    draft_.base.resize(m * d_);
    draft_.middle.resize(m * d_);
    draft_.fine.resize(m * d_);
  }

  Draft take() { return std::move(draft_); }

  /// The first n students get classes and shares: every class at least one.
  void share(std::size_t n, bool uneven) {
    classes_.assign(r_, {});
    for (std::size_t j = 0; j < n; ++j) classes_[j < r_ ? j : dice_.below(r_)].push_back(j);
    shares_.assign(n, 0);
    for (std::size_t i = 0; i < r_; ++i) {
      double sum = 0;
      for (const std::size_t j : classes_[i]) {
        shares_[j] = uneven ? dice_.log_uniform(1e-4, 1) : 0.05 - std::log(1 - dice_.uniform());
        sum += shares_[j];
      }
      set_base(i, sum);
    }
  }

  void share_equally(std::size_t n) {
    share(n, false);
    for (std::size_t i = 0; i < r_; ++i) {
      for (const std::size_t j : classes_[i]) shares_[j] = 1;
      set_base(i, static_cast<double>(classes_[i].size()));
    }
  }

  /// Random turns, then the sum 0 in every class.
  void turn(bool heavy_tails) {
    const double scale = dice_.log_uniform(0.2, 2);
    for (std::size_t i = 0; i < r_; ++i) {
      const double* axis = &landscape_.directions()[i * d_];
      for (const std::size_t j : classes_[i]) {
        const std::vector<double> e = dice_.direction(d_, axis);
        double angle = scale * std::abs(dice_.normal());
        // A light student may turn further at the same cost: its mass times angle^(3/2) counts.
        if (heavy_tails) angle *= std::pow(shares_[j], -dice_.uniform(0, 2.0 / 3));
        add(draft_.middle, j, e, angle * shares_[j] * mass(i));
      }
      centre(i);
    }
  }

  /// Students of a class at equal angles around the teacher.
  void ring() {
    for (std::size_t i = 0; i < r_; ++i) {
      const double* axis = &landscape_.directions()[i * d_];
      const std::vector<double> first = dice_.direction(d_, axis);
      std::vector<double> second = first;
      if (d_ > 2) {
        second = dice_.direction(d_, axis);
        double along = 0;
        for (std::size_t k = 0; k < d_; ++k) along += first[k] * second[k];
        double squared = 0;
        for (std::size_t k = 0; k < d_; ++k) {
          second[k] -= along * first[k];
          squared += second[k] * second[k];
        }
        for (double& entry : second) entry /= std::sqrt(std::max(squared, 1e-30));
      }
      const double scale = dice_.log_uniform(0.3, 1.5);
      const auto n = static_cast<double>(classes_[i].size());
      for (std::size_t q = 0; q < classes_[i].size(); ++q) {
        const double turn = 2 * std::numbers::pi * static_cast<double>(q) / n;
        const double size = scale * shares_[classes_[i][q]] * mass(i);
        add(draft_.middle, classes_[i][q], first, size * std::cos(turn));
        if (d_ > 2) add(draft_.middle, classes_[i][q], second, size * std::sin(turn));
      }
      centre(i);
    }
  }

  /// Two by two to opposite sides, one direction a class.
  void pairs() {
    for (std::size_t i = 0; i < r_; ++i) {
      const double* axis = &landscape_.directions()[i * d_];
      const double scale = dice_.log_uniform(0.3, 1.5);
      for (std::size_t q = 0; q + 1 < classes_[i].size(); q += 2) {
        const std::vector<double> e = dice_.direction(d_, axis);
        const double size = scale * mass(i) * shares_[classes_[i][q]];
        add(draft_.middle, classes_[i][q], e, size);
        add(draft_.middle, classes_[i][q + 1], e, -size);
      }
    }
  }

  /// Every class moves by a random vector, each student by its share; along the teacher only, if so wanted.
  void shift(double size, bool along) {
    for (std::size_t i = 0; i < r_; ++i) {
      const double* axis = &landscape_.directions()[i * d_];
      const std::vector<double> e = along ? std::vector<double>(axis, axis + d_) : dice_.direction(d_);
      const double length = size * dice_.normal();
      for (const std::size_t j : classes_[i]) add(draft_.fine, j, e, length * shares_[j]);
    }
  }

  /// Random multiples of the teacher, of any sum.
  void stretch() {
    for (std::size_t i = 0; i < r_; ++i) {
      const double* axis = &landscape_.directions()[i * d_];
      const std::vector<double> e(axis, axis + d_);
      for (const std::size_t j : classes_[i]) add(draft_.fine, j, e, dice_.normal());
    }
  }

  /// Student j far from its share of anything: a direction anywhere (within `widest` of a teacher), a mass ~
  /// rho.
  void far(std::size_t j, double smallest) {
    const std::size_t i = dice_.below(r_);
    const double* axis = &landscape_.directions()[i * d_];
    std::vector<double> e = dice_.direction(d_);
    if (dice_.chance(0.3)) e = dice_.direction(d_, axis);
    if (widest_ < 1.5) e = turned(axis, widest_ * std::sqrt(dice_.uniform()));
    add(draft_.fine, j, e, dice_.log_uniform(smallest, 1));
  }

  /// The students from `first` on in orthogonal directions (as many as there are), with equal masses ~ rho.
  void frame(std::size_t first) {
    std::vector<std::vector<double>> axes;
    for (std::size_t j = first; j < m_; ++j) {
      if (axes.size() == d_) axes.clear();
      std::vector<double> e = dice_.direction(d_);
      for (const std::vector<double>& axis : axes) {
        double along = 0;
        for (std::size_t k = 0; k < d_; ++k) along += e[k] * axis[k];
        for (std::size_t k = 0; k < d_; ++k) e[k] -= along * axis[k];
      }
      double squared = 0;
      for (const double entry : e) squared += entry * entry;
      for (double& entry : e) entry /= std::sqrt(squared);
      add(draft_.fine, j, e, 1);
      axes.push_back(std::move(e));
    }
  }

  /// Student j at an angle between rho^(2/3) and 1 with the mass rho angle^(-3/2), about what the loss
  /// allows; the rest of its class gives that mass.
  void rung(std::size_t j) {
    const std::size_t i = dice_.below(r_);
    const double* axis = &landscape_.directions()[i * d_];
    const double angle = std::min(dice_.log_uniform(std::min(1.0, std::pow(rho_, 2.0 / 3)), 1.0),
                                  widest_ < 1.5 ? widest_ : 1.5);
    const std::vector<double> e = turned(axis, angle);
    const double size = dice_.log_uniform(1e-2, 1) * std::pow(angle, -1.5);
    add(draft_.fine, j, e, size);
    for (const std::size_t other : classes_[i]) add(draft_.fine, other, e, -size * shares_[other]);
  }

 private:
  [[nodiscard]] double mass(std::size_t i) const { return landscape_.teacher_masses()[i]; }

  [[nodiscard]] std::vector<double> turned(const double* axis, double angle) {
    std::vector<double> e = dice_.direction(d_, axis);
    for (std::size_t k = 0; k < d_; ++k) e[k] = std::cos(angle) * axis[k] + std::sin(angle) * e[k];
    return e;
  }

  void add(std::vector<DoubleDouble>& part, std::size_t j, const std::vector<double>& direction,
           double size) {
    for (std::size_t k = 0; k < d_; ++k) part[j * d_ + k] += DoubleDouble(size * direction[k]);
  }

  /// Shares of the sum 1 to the last bit, so that the base has the loss 0.
  void set_base(std::size_t i, double sum) {
    DoubleDouble rest = 1;
    for (std::size_t q = classes_[i].size(); q-- > 0;) {
      const std::size_t j = classes_[i][q];
      shares_[j] /= sum;
      const DoubleDouble share = q > 0 ? DoubleDouble(shares_[j]) : rest;
      rest -= share;
      for (std::size_t k = 0; k < d_; ++k) draft_.base[j * d_ + k] = share * landscape_.teacher()[i * d_ + k];
    }
  }

  void centre(std::size_t i) {
    for (std::size_t k = 0; k < d_; ++k) {
      DoubleDouble sum;
      for (const std::size_t j : classes_[i]) sum += draft_.middle[j * d_ + k];
      DoubleDouble rest = sum;
      for (std::size_t q = classes_[i].size(); q-- > 0;) {
        const std::size_t j = classes_[i][q];
        const DoubleDouble part = q > 0 ? sum * DoubleDouble(shares_[j]) : rest;
        draft_.middle[j * d_ + k] -= part;
        rest -= part;
      }
    }
  }

  std::size_t m_;
  std::size_t d_;
  std::size_t r_;
  double rho_;
  double widest_;
  const FastLandscape& landscape_;
  Dice& dice_;
  Draft draft_;
  std::vector<std::vector<std::size_t>> classes_;
  std::vector<double> shares_;
};

}  // namespace

Draft draw(Family family, std::size_t m, double rho, double widest, const FastLandscape& landscape,
           Dice& dice) {
  Drawing drawing(m, rho, widest, landscape, dice);
  const std::size_t r = landscape.teacher_count();
  const std::size_t others = m > r ? 1 + dice.below(m - r) : 0;
  switch (family) {
    case Family::near:
      drawing.share(m, false);
      drawing.turn(false);
      if (dice.chance(0.6)) drawing.shift(dice.log_uniform(1e-2, 1), false);
      break;
    case Family::ring:
      drawing.share_equally(m);
      drawing.ring();
      if (dice.chance(0.3)) drawing.shift(dice.log_uniform(1e-2, 1), dice.chance(0.5));
      break;
    case Family::pairs:
      drawing.share_equally(m);
      drawing.pairs();
      if (dice.chance(0.3)) drawing.shift(dice.log_uniform(1e-2, 1), dice.chance(0.5));
      break;
    case Family::split:
      drawing.share(m, true);
      drawing.turn(true);
      if (dice.chance(0.3)) drawing.shift(dice.log_uniform(1e-2, 1), false);
      break;
    case Family::far:
      drawing.share(m - others, false);
      drawing.turn(false);
      for (std::size_t j = m - others; j < m; ++j) drawing.far(j, 1e-3);
      break;
    case Family::outliers:
      drawing.share(m - others, dice.chance(0.5));
      if (widest >= 1.5 && dice.chance(0.4)) {
        drawing.frame(m - others);
        break;
      }
      for (std::size_t j = m - others; j < m; ++j) drawing.far(j, 0.1);
      break;
    case Family::ladder:
      drawing.share(m - others, false);
      if (dice.chance(0.5)) drawing.turn(false);
      for (std::size_t j = m - others; j < m; ++j) drawing.rung(j);
      break;
    case Family::parallel:
      drawing.share(m, dice.chance(0.5));
      if (dice.chance(0.5))
        drawing.shift(1, true);
      else
        drawing.stretch();
      break;
    case Family::zero:  // the students after those that share are zero
      drawing.share(m - others, dice.chance(0.5));
      drawing.turn(false);
      drawing.shift(dice.log_uniform(1e-2, 1), false);
      break;
    case Family::equator:
      break;  // `equator` below
  }
  return drawing.take();
}

std::vector<DoubleDouble> equator(std::size_t k, const FastLandscape& landscape) {
  const double g = 2 / std::numbers::pi;
  double sum = 0;
  for (const double mass : landscape.teacher_masses()) sum += mass;
  const double mass = g * sum / (1 + static_cast<double>(k - 1) * g);
  const std::size_t d = landscape.dimension();
  std::vector<DoubleDouble> p(k * d);
  for (std::size_t j = 0; j < k; ++j) p[j * d + (d - 1 - j)] = mass;
  return p;
}

}  // namespace lojacert::attack
