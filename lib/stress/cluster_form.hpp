#pragma once
// The cluster form of the loss: small terms instead of differences of large ones, over any arithmetic
// (docs/numerics/stress.md, section 3).

#include <lojacert/stress/pair_formulas.hpp>
#include <lojacert/stress/quadrature.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace lojacert::stress {

/// 2 L_abs = sum_i [ |v_i|^2 + (2/pi) sum sigma sigma' |u||u'| h(t) ] + sum_{i != k} { <v_i, G_ik v_k> +
/// 2 <v_i, sum_{j in T_k} |p_j| (G(a_i, b_j) - G_ik) b_j> + sum_{j in T_i, l in T_k} |p_j||p_l| E[C_j C_l] },
/// with everything in one arithmetic. Every student is turned (p -> -p) towards its nearest teacher line.
/// Needs nonzero teachers on different lines.
template <class A>
class ClusterForm {
  using T = typename A::Number;
  using Vector = std::vector<T>;

 public:
  ClusterForm(const PlainNetwork<A>& network, const A& arithmetic)
      : network_(network),
        arithmetic_(arithmetic),
        d_(network.dimension),
        two_over_pi_(arithmetic.number(2) / arithmetic.pi()),
        zero_(arithmetic.number(0)),
        one_(arithmetic.number(1)) {
    orient();
    for (const Rational& node : gauss_legendre().nodes) nodes_.push_back(arithmetic.nearest(node));
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      const T weight = arithmetic.nearest(gauss_legendre().weights[n]);
      weights_.push_back(weight * (one_ - nodes_[n]));
    }
  }

  [[nodiscard]] PlainValue<T> value() const {
    T twice = zero_;
    for (std::size_t i = 0; i < teachers_.size(); ++i) {
      twice += dot(residuals_[i], residuals_[i]) + two_over_pi_ * own_class(i);
      for (std::size_t k = 0; k < teachers_.size(); ++k) {
        if (k != i) twice += other_class(i, k);
      }
    }
    return finish<A>(network_, twice, gradient(), arithmetic_);
  }

 private:
  struct Neuron {
    std::size_t index = 0;  ///< in the network
    bool turned = false;
    T mass;
    Vector vector;  ///< the effective vector, turned towards its teacher
    Vector unit;
  };

  [[nodiscard]] T dot(std::span<const T> u, std::span<const T> v) const {
    return plain_dot<A>(u, v, arithmetic_);
  }
  void add_to(Vector& target, const T& factor, std::span<const T> vector) const {
    for (std::size_t k = 0; k < d_; ++k) target[k] += factor * vector[k];
  }

  [[nodiscard]] Neuron neuron(std::size_t q) const {
    const std::span<const T> p = network_.vector(q);
    const T mass = arithmetic_.sqrt(dot(p, p));
    Vector unit;
    for (const T& entry : p) unit.push_back(entry / mass);
    return {q, false, mass, Vector(p.begin(), p.end()), std::move(unit)};
  }

  void orient() {
    for (std::size_t q = network_.student_count; q < network_.count(); ++q) {
      teachers_.push_back(neuron(q));
      Vector minus;
      for (const T& entry : teachers_.back().vector) minus.push_back(-entry);
      residuals_.push_back(std::move(minus));
    }
    classes_.resize(teachers_.size());
    for (std::size_t q = 0; q < network_.student_count; ++q) {
      if (network_.is_zero[q]) continue;
      Neuron student = neuron(q);
      std::size_t nearest = 0;
      T best = zero_;
      for (std::size_t i = 0; i < teachers_.size(); ++i) {
        const T cosine = dot(student.unit, teachers_[i].unit);
        const T size = cosine < zero_ ? T(-cosine) : cosine;
        if (best < size) {
          best = size;
          nearest = i;
          student.turned = cosine < zero_;
        }
      }
      if (student.turned) {
        for (T& entry : student.vector) entry = -entry;
        for (T& entry : student.unit) entry = -entry;
      }
      add_to(residuals_[nearest], one_, student.vector);
      classes_[nearest].push_back(std::move(student));
    }
  }

  [[nodiscard]] PairGeometry<T> pair(const Neuron& u, const Neuron& v) const {
    return unit_geometry_by_difference<A>(u.unit, v.unit, arithmetic_);
  }

  /// h(t) = sin t - t cos t; its series t^3/3 - t^5/30 + ... where the difference would cancel.
  [[nodiscard]] T h(const PairGeometry<T>& pair) const {
    if (one_ < arithmetic_.number(2) * pair.angle) return pair.gap - pair.angle * pair.dot;
    const T square = pair.angle * pair.angle;
    T power = pair.angle * square / arithmetic_.number(6);
    T sum = power * arithmetic_.number(2);
    for (long k = 2; k < 40; ++k) {
      power = -power * square / arithmetic_.number(2 * k * (2 * k + 1));
      sum += power * arithmetic_.number(2 * k);
    }
    return sum;
  }

  /// sum of sigma sigma' |u||u'| h(t) over the ordered pairs of the class, its teacher included.
  [[nodiscard]] T own_class(std::size_t i) const {
    T sum = zero_;
    const auto& members = classes_[i];
    for (std::size_t n = 0; n < members.size(); ++n) {
      sum -= members[n].mass * teachers_[i].mass * h(pair(members[n], teachers_[i]));
      for (std::size_t l = 0; l < n; ++l)
        sum += members[n].mass * members[l].mass * h(pair(members[n], members[l]));
    }
    return arithmetic_.number(2) * sum;
  }

  /// G(u, w) x for unit vectors u, w = cos t u + sin t e (docs/theory/landscape.md, the Hessian).
  [[nodiscard]] Vector tangent_gram(const Neuron& u, const Neuron& w, std::span<const T> x) const {
    const PairGeometry<T> p = pair(u, w);
    Vector e;
    for (std::size_t k = 0; k < d_; ++k) e.push_back((w.unit[k] - p.dot * u.unit[k]) / p.gap);
    const T along_u = dot(u.unit, x);
    const T along_e = dot(e, x);
    const T factor = two_over_pi_ * p.gap;
    Vector result(d_, zero_);
    add_to(result, one_ - two_over_pi_ * p.angle, x);
    add_to(result, factor * (p.dot * along_u + p.gap * along_e), u.unit);
    add_to(result, factor * (p.gap * along_u - p.dot * along_e), e);
    return result;
  }

  /// G(u, b) b = (1 - 2t/pi) b + (2/pi) sin t u.
  [[nodiscard]] Vector tangent_gram_at_itself(const Neuron& u, const Neuron& b) const {
    const PairGeometry<T> p = pair(u, b);
    Vector result(d_, zero_);
    add_to(result, one_ - two_over_pi_ * p.angle, b.unit);
    add_to(result, two_over_pi_ * p.gap, u.unit);
    return result;
  }

  /// sum over the class of k of |p_l| (G(u, b_l) - G(u, a_k)) b_l: of the size of the squared angles.
  [[nodiscard]] Vector remainder(const Neuron& u, std::size_t k) const {
    Vector sum(d_, zero_);
    for (const Neuron& student : classes_[k]) {
      add_to(sum, student.mass, tangent_gram_at_itself(u, student));
      add_to(sum, -student.mass, tangent_gram(u, teachers_[k], student.unit));
    }
    return sum;
  }

  [[nodiscard]] T other_class(std::size_t i, std::size_t k) const {
    T sum = dot(residuals_[i], tangent_gram(teachers_[i], teachers_[k], residuals_[k]));
    sum += arithmetic_.number(2) * dot(residuals_[i], remainder(teachers_[i], k));
    for (const Neuron& p : classes_[i]) {
      for (const Neuron& q : classes_[k]) sum += correlation(p, i, q, k);
    }
    return sum;
  }

  /// |p||q| E[C_p C_q] as a double integral of positive terms.
  [[nodiscard]] T correlation(const Neuron& p, std::size_t i, const Neuron& q, std::size_t k) const {
    const T height_p = dot(p.vector, teachers_[i].unit);
    const T height_q = dot(q.vector, teachers_[k].unit);
    const Vector slope_p = slope(p, height_p, teachers_[i]);
    const Vector slope_q = slope(q, height_q, teachers_[k]);
    T sum = zero_;
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      for (std::size_t l = 0; l < nodes_.size(); ++l) {
        const Vector u = on_the_way(teachers_[i], slope_p, nodes_[n]);
        const Vector v = on_the_way(teachers_[k], slope_q, nodes_[l]);
        sum += weights_[n] * weights_[l] * integrand(u, slope_p, v, slope_q);
      }
    }
    return height_p * height_q * sum;
  }

  [[nodiscard]] Vector slope(const Neuron& p, const T& height, const Neuron& teacher) const {
    Vector result;
    for (std::size_t k = 0; k < d_; ++k) result.push_back(p.vector[k] / height - teacher.unit[k]);
    return result;
  }

  [[nodiscard]] Vector on_the_way(const Neuron& teacher, std::span<const T> slope, const T& share) const {
    Vector result = teacher.unit;
    add_to(result, share, slope);
    return result;
  }

  /// 2 / (pi |u||v| sin t) (|D|^2 |D'|^2 + 2 <D, D'>^2), D and D' projected off the plane of u and v.
  [[nodiscard]] T integrand(const Vector& u, const Vector& slope_u, const Vector& v,
                            const Vector& slope_v) const {
    const T square_u = dot(u, u);
    const T inner = dot(u, v);
    Vector rest = v;
    add_to(rest, -inner / square_u, u);
    const T square_rest = dot(rest, rest);
    const auto projected = [&](Vector x) {
      add_to(x, -dot(x, u) / square_u, u);
      add_to(x, -dot(x, rest) / square_rest, rest);
      return x;
    };
    const Vector first = projected(slope_u);
    const Vector second = projected(slope_v);
    const T both = dot(first, second);
    const T gap = arithmetic_.sqrt(square_u * square_rest);
    return two_over_pi_ / gap *
           (dot(first, first) * dot(second, second) + arithmetic_.number(2) * both * both);
  }

  /// For p_j in the class of i: v_i + (2/pi) sum_{u in i} sigma |u| (h(t) b_j - t sin t e) + sum_{k != i}
  /// [ G(b_j, a_k) v_k + remainder ], turned back.
  [[nodiscard]] Vector gradient() const {
    Vector gamma(network_.student_count * d_, zero_);
    for (std::size_t i = 0; i < teachers_.size(); ++i) {
      for (const Neuron& student : classes_[i]) {
        Vector sum = residuals_[i];
        const auto add_own = [&](const Neuron& other, const T& mass) {
          const PairGeometry<T> p = pair(student, other);
          const T defect = arithmetic_.number(1) - p.dot;
          add_to(sum, two_over_pi_ * mass * (h(p) - p.angle * defect), student.unit);
          for (std::size_t k = 0; k < d_; ++k)
            sum[k] -= two_over_pi_ * mass * p.angle * (other.unit[k] - student.unit[k]);
        };
        for (const Neuron& other : classes_[i]) {
          if (other.index != student.index) add_own(other, other.mass);
        }
        add_own(teachers_[i], -teachers_[i].mass);
        for (std::size_t k = 0; k < teachers_.size(); ++k) {
          if (k == i) continue;
          add_to(sum, one_, tangent_gram(student, teachers_[k], residuals_[k]));
          add_to(sum, one_, remainder(student, k));
        }
        for (std::size_t k = 0; k < d_; ++k)
          gamma[student.index * d_ + k] = student.turned ? T(-sum[k]) : sum[k];
      }
    }
    return gamma;
  }

  const PlainNetwork<A>& network_;
  A arithmetic_;
  std::size_t d_;
  T two_over_pi_;
  T zero_;
  T one_;
  std::vector<Neuron> teachers_;
  std::vector<std::vector<Neuron>> classes_;
  std::vector<Vector> residuals_;
  Vector nodes_;
  Vector weights_;
};

}  // namespace lojacert::stress
