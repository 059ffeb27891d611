#include "descent_weights.hpp"

#include "accurate_loss.hpp"
#include "approximate_landscape.hpp"
#include "real.hpp"

#include <cstddef>
#include <utility>

namespace lojacert::search {

namespace {

constexpr unsigned working_bits = 320;
constexpr unsigned weight_bits = 256;

using RealRow = std::vector<Real>;

Real dot(const RealRow& u, const RealRow& v) {
  Real sum = 0;
  for (std::size_t k = 0; k < u.size(); ++k) sum += u[k] * v[k];
  return sum;
}

std::vector<RealRow> rows_of(const std::vector<Real>& flat, std::size_t dimension) {
  std::vector<RealRow> rows;
  for (std::size_t k = 0; k < flat.size(); k += dimension) {
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(k);
    rows.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(dimension));
  }
  return rows;
}

/// The share of one student in the sum of squares is quadratic * z^2 - 2 linear * z + rest in its weight z,
/// its share in P is slope * z.
struct Share {
  bool usable = false;
  Real quadratic = 0;
  Real linear = 0;
  Real slope = 0;
};

class Chooser {
 public:
  explicit Chooser(const Instance& instance)
      : activation_(instance.activation), form_(instance.neuron), twice_loss_(0) {
    const Instance point = instance.is_point() ? instance : point_in(instance, Corner::middle);
    const ApproximateNetwork<Real> network = approximate_network<Real>(point);
    students_ =
        rows_of(effective_rows<Real>(network.student, network.dimension, network.neuron), network.dimension);
    teachers_ = rows_of(network.teacher, network.dimension);
    for (const RealRow& p : students_) masses_.push_back(sqrt(dot(p, p)));
    for (const RealRow& p : teachers_) lengths_.push_back(sqrt(dot(p, p)));
    twice_loss_ = 2 * approximate_accurate_loss(point);
  }

  [[nodiscard]] bool has_zero_teacher() const {
    for (const Real& length : lengths_) {
      if (length <= 0) return true;
    }
    return false;
  }

  /// Tries the classes by lines within an angle of the given cosine; keeps the best.
  void consider(double least_cosine) {
    DescentWeights choice;
    std::vector<bool> occupied(teachers_.size());
    for (std::size_t j = 0; j < students_.size(); ++j) {
      choice.assignment.emplace_back();
      if (masses_[j] <= 0) continue;
      std::size_t nearest = 0;
      for (std::size_t i = 1; i < teachers_.size(); ++i) {
        if (abs(cosine(j, i)) > abs(cosine(j, nearest))) nearest = i;
      }
      if (abs(cosine(j, nearest)) < least_cosine) continue;
      choice.assignment[j] = nearest;
      occupied[nearest] = occupied[nearest] || is_usable(j, nearest);
    }
    for (const bool has_student : occupied) {
      if (!has_student) return;
    }
    optimise(std::move(choice));
  }

  [[nodiscard]] std::optional<DescentWeights> best() && { return std::move(best_); }

 private:
  [[nodiscard]] Real cosine(std::size_t j, std::size_t i) const {
    return dot(students_[j], teachers_[i]) / (masses_[j] * lengths_[i]);
  }

  /// Under `relu` a student that points away from its teacher gets the weight 0.
  [[nodiscard]] bool is_usable(std::size_t j, std::size_t i) const {
    return activation_ != Activation::relu || cosine(j, i) > 0;
  }

  void optimise(DescentWeights choice) {
    const std::size_t m = students_.size();
    std::vector<Share> shares(m);
    Real rest = 0;
    const Real residuals = residual_sum(choice);
    for (std::size_t j = 0; j < m; ++j) {
      const Real mass = masses_[j];
      rest += form_ == NeuronForm::unit ? Real(mass * mass) : Real(mass / 4);
      if (!choice.assignment[j]) continue;
      const std::size_t i = *choice.assignment[j];
      const Real c = abs(cosine(j, i));
      const Real length = lengths_[i];
      Share& share = shares[j];
      share.usable = is_usable(j, i);
      share.quadratic = length * length;
      share.linear = mass * length * c;
      if (form_ == NeuronForm::norm) {
        share.quadratic *= (1 - Real(0.75) * c * c) / mass;
        share.linear = length * c / 4;
      }
      share.slope = 4 / pi<Real>() * residuals * length * (1 - c);
      if (activation_ != Activation::abs) share.slope /= 4;
    }
    Real factor = -1;  // P is left aside at first
    constexpr int rounds = 30;
    for (int round = 0; round < rounds; ++round) {
      const std::vector<Real> z = minimiser(choice, shares, factor);
      Real numerator = twice_loss_;
      Real square = rest;
      for (std::size_t j = 0; j < m; ++j) {
        numerator -= shares[j].slope * z[j];
        square += (shares[j].quadratic * z[j] - 2 * shares[j].linear) * z[j];
      }
      if (square <= 0 || numerator <= 0) {
        if (round > 0 || twice_loss_ <= 0) return;  // at a zero loss every choice gives 0
        factor = twice_loss_ / (square > 0 ? square : Real(1));
        continue;
      }
      const Real value = numerator / sqrt(square);
      if (!best_ || value > best_value_) {
        best_value_ = value;
        choice.weights = rounded(choice, z);
        best_ = choice;
      }
      factor = numerator / square;
    }
  }

  /// sum |v_k|
  [[nodiscard]] Real residual_sum(const DescentWeights& choice) const {
    Real sum = 0;
    for (std::size_t i = 0; i < teachers_.size(); ++i) {
      RealRow v = teachers_[i];
      for (Real& entry : v) entry = -entry;
      for (std::size_t j = 0; j < students_.size(); ++j) {
        if (choice.assignment[j] != i) continue;
        const bool flip = dot(students_[j], teachers_[i]) < 0;
        for (std::size_t k = 0; k < v.size(); ++k) v[k] += flip ? Real(-students_[j][k]) : students_[j][k];
      }
      sum += sqrt(dot(v, v));
    }
    return sum;
  }

  /// Minimises factor * (half the sum of squares) + P over the weights; P counts for nothing where factor <
  /// 0.
  [[nodiscard]] std::vector<Real> minimiser(const DescentWeights& choice, const std::vector<Share>& shares,
                                            const Real& factor) const {
    std::vector<Real> z(shares.size(), Real(0));
    for (std::size_t i = 0; i < teachers_.size(); ++i) {
      std::vector<std::size_t> active;
      for (std::size_t j = 0; j < shares.size(); ++j) {
        if (choice.assignment[j] == i && shares[j].usable) active.push_back(j);
      }
      while (true) {  // z = (linear - slope/factor + level) / quadratic, without the negative ones
        Real weight = 0;
        Real sum = -1;
        const auto gain = [&](std::size_t j) {
          return factor < 0 ? shares[j].linear : Real(shares[j].linear - shares[j].slope / factor);
        };
        for (const std::size_t j : active) {
          weight += 1 / shares[j].quadratic;
          sum += gain(j) / shares[j].quadratic;
        }
        const Real level = -sum / weight;
        std::vector<std::size_t> kept;
        for (const std::size_t j : active) {
          z[j] = (gain(j) + level) / shares[j].quadratic;
          if (z[j] >= 0) kept.push_back(j);
        }
        if (kept.size() == active.size() || kept.empty()) break;
        for (const std::size_t j : active) {
          if (z[j] < 0) z[j] = 0;
        }
        active = std::move(kept);
      }
    }
    return z;
  }

  /// Dyadic weights that sum to exactly 1: the largest of each class takes the rest.
  [[nodiscard]] std::vector<Rational> rounded(const DescentWeights& choice,
                                              const std::vector<Real>& z) const {
    std::vector<Rational> weights(z.size(), Rational(0));
    const Rational unit(Integer(1), Integer(pow(Integer(2), weight_bits)));
    for (std::size_t i = 0; i < teachers_.size(); ++i) {
      std::optional<std::size_t> largest;
      Rational others = 0;
      for (std::size_t j = 0; j < z.size(); ++j) {
        if (choice.assignment[j] == i && (!largest || z[j] > z[*largest])) largest = j;
      }
      for (std::size_t j = 0; j < z.size(); ++j) {
        if (choice.assignment[j] != i || j == *largest || z[j] <= 0) continue;
        const Rational scaled = exact_value(z[j]) / unit;
        weights[j] = Rational(Integer(numerator(scaled) / denominator(scaled))) * unit;  // rounded down
        others += weights[j];
      }
      weights[*largest] = 1 - others;
    }
    return weights;
  }

  Activation activation_;
  NeuronForm form_;
  std::vector<RealRow> students_;  // effective vectors
  std::vector<RealRow> teachers_;
  std::vector<Real> masses_;
  std::vector<Real> lengths_;
  Real twice_loss_;
  Real best_value_ = 0;
  std::optional<DescentWeights> best_;
};

}  // namespace

std::optional<DescentWeights> descent_weights(const Instance& instance) {
  const WorkingBits precision(working_bits);
  Chooser chooser(instance);
  if (chooser.has_zero_teacher()) return std::nullopt;
  for (const double least_cosine : {0.01, 0.5, 0.8, 0.95, 0.99, 0.999}) chooser.consider(least_cosine);
  return std::move(chooser).best();
}

}  // namespace lojacert::search
