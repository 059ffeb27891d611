#include "support/circle.hpp"

#include <algorithm>
#include <stdexcept>

namespace lojacert::test {

namespace {

const Reference& pi() {
  static const Reference value = boost::math::constants::pi<Reference>();
  return value;
}

struct Vector {
  Reference x;
  Reference y;
};

struct PlaneNeuron {
  Vector w;
  Reference norm;
  Reference output_factor;  ///< 1 (unit) or |w| (norm)
  int sign;                 ///< +1 student, -1 teacher
};

/// sigma(z) = slope z on the side where z has the sign of `value`.
Reference slope(Activation activation, const Reference& value) {
  if (activation == Activation::abs) return value >= 0 ? 1 : -1;
  return value >= 0 ? 1 : 0;
}

std::vector<PlaneNeuron> neurons(const Instance& instance) {
  std::vector<PlaneNeuron> result;
  const auto add = [&](const ExactMatrix& rows, NeuronForm form, int sign) {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      const Vector w{reference(rows.point(i, 0)), reference(rows.point(i, 1))};
      const Reference norm = sqrt(w.x * w.x + w.y * w.y);
      result.push_back({w, norm, form == NeuronForm::unit ? Reference(1) : norm, sign});
    }
  };
  add(*instance.student, instance.neuron, +1);
  add(instance.teacher, instance.teacher_neuron, -1);
  return result;
}

/// Integrals of cos^2, cos sin and sin^2 over [from, to].
struct Moments {
  Reference cc;
  Reference cs;
  Reference ss;
};

Moments moments(const Reference& from, const Reference& to) {
  const Reference half = (to - from) / 2;
  const Reference quarter = (sin(2 * to) - sin(2 * from)) / 4;
  const Reference mixed = (sin(to) * sin(to) - sin(from) * sin(from)) / 2;
  return {half + quarter, mixed, half - quarter};
}

struct Arc {
  Moments moments;
  std::vector<Reference> slopes;  ///< of every neuron
  Vector residual;                ///< R = residual . (cos phi, sin phi)
};

std::vector<Arc> arcs(const std::vector<PlaneNeuron>& all, Activation activation) {
  std::vector<Reference> kinks = {0, 2 * pi()};
  for (const PlaneNeuron& neuron : all) {
    if (neuron.norm == 0) continue;
    Reference kink = atan2(neuron.w.y, neuron.w.x) + pi() / 2;
    for (int turn = -2; turn <= 3; ++turn) {
      const Reference angle = kink + turn * pi();
      if (angle > 0 && angle < 2 * pi()) kinks.push_back(angle);
    }
  }
  std::sort(kinks.begin(), kinks.end());
  std::vector<Arc> result;
  for (std::size_t k = 0; k + 1 < kinks.size(); ++k) {
    if (kinks[k + 1] - kinks[k] == 0) continue;
    const Reference middle = (kinks[k] + kinks[k + 1]) / 2;
    Arc arc{moments(kinks[k], kinks[k + 1]), {}, {0, 0}};
    for (const PlaneNeuron& neuron : all) {
      arc.slopes.push_back(slope(activation, neuron.w.x * cos(middle) + neuron.w.y * sin(middle)));
      const Reference factor = neuron.sign * neuron.output_factor * arc.slopes.back();
      arc.residual.x += factor * neuron.w.x;
      arc.residual.y += factor * neuron.w.y;
    }
    result.push_back(std::move(arc));
  }
  return result;
}

/// The integral of (u.e)(e) e over the arc for e = (cos, sin).
Vector second_moment(const Moments& m, const Vector& u) {
  return {u.x * m.cc + u.y * m.cs, u.x * m.cs + u.y * m.ss};
}

void subtract_best_linear_term(std::vector<Arc>& all) {
  Vector best{0, 0};
  for (const Arc& arc : all) {
    const Vector moment = second_moment(arc.moments, arc.residual);
    best.x += moment.x / pi();
    best.y += moment.y / pi();
  }
  for (Arc& arc : all) {
    arc.residual.x -= best.x;
    arc.residual.y -= best.y;
  }
}

}  // namespace

Reference reference(const Rational& value) {
  return Reference(numerator(value)) / Reference(denominator(value));
}

Definition integrate_over_circle(const Instance& instance) {
  if (instance.dimension() != 2) throw std::logic_error("integrate_over_circle needs d = 2");
  const std::vector<PlaneNeuron> all = neurons(instance);
  std::vector<Arc> pieces = arcs(all, instance.activation);
  if (instance.activation == Activation::relu_linear) subtract_best_linear_term(pieces);
  Definition result{0, {}};
  for (const Arc& arc : pieces) {
    const Vector moment = second_moment(arc.moments, arc.residual);
    result.loss += (arc.residual.x * moment.x + arc.residual.y * moment.y) / (2 * pi());
  }
  for (std::size_t j = 0; j < instance.student_count(); ++j) {
    const PlaneNeuron& neuron = all[j];
    Vector gradient{0, 0};
    for (const Arc& arc : pieces) {
      // E R d(neuron)/dw with d(neuron)/dw = s x (unit) or |w| s x + (w/|w|) s (w.x) (norm).
      const Vector moment = second_moment(arc.moments, arc.residual);
      const Reference weight = arc.slopes[j] * neuron.output_factor / pi();
      gradient.x += weight * moment.x;
      gradient.y += weight * moment.y;
      if (instance.neuron == NeuronForm::norm && neuron.norm != 0) {
        const Reference along =
            arc.slopes[j] * (neuron.w.x * moment.x + neuron.w.y * moment.y) / (neuron.norm * pi());
        gradient.x += along * neuron.w.x;
        gradient.y += along * neuron.w.y;
      }
    }
    result.gradient.push_back(gradient.x);
    result.gradient.push_back(gradient.y);
  }
  return result;
}

}  // namespace lojacert::test
