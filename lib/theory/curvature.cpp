#include <lojacert/theory/curvature.hpp>

#include <stdexcept>
#include <utility>

namespace lojacert {

/// |w_q|, |p_q| and c_j at one precision.
struct Curvature::Lengths {
  std::vector<Interval> row;
  std::vector<Interval> mass;
  std::vector<Interval> factor;
  Interval two_over_pi;
};

Curvature::Curvature(const Instance& instance, const ExactMatrix& direction)
    : activation_(instance.activation),
      student_form_(instance.neuron),
      teacher_form_(instance.teacher_neuron),
      landscape_(instance) {
  if (!instance.is_point()) throw std::logic_error("Curvature: the instance has boxes");
  students_ = instance.student_count();
  if (direction.rows() != students_ || direction.cols() != instance.dimension())
    throw std::logic_error("Curvature: the direction has another shape than the students");
  rows_ = exact_rows(*instance.student);
  for (ExactRow& teacher : exact_rows(instance.teacher)) rows_.push_back(std::move(teacher));
  for (std::size_t j = 0; j < students_; ++j) {
    const ExactRow& w = rows_[j];
    if (w.is_zero()) throw std::logic_error("Curvature: a student is zero");
    directions_.push_back(exact_row(direction, j));
    std::vector<Rational> velocity = directions_.back().entries;
    if (student_form_ == NeuronForm::norm) {
      const Rational along = inner_product(w.entries, velocity);
      for (std::size_t k = 0; k < velocity.size(); ++k)
        velocity[k] = w.squared_norm * velocity[k] + along * w.entries[k];
    }
    velocities_.push_back(exact_row(std::move(velocity)));
  }
  for (std::size_t j = 0; j < students_; ++j) {
    for (std::size_t k = 0; k < students_; ++k)
      velocity_products_.push_back(k < j ? velocity_product(k, j)
                                         : inner_product(velocities_[j].entries, velocities_[k].entries));
  }
  for (const ExactRow& w : rows_) {
    for (const ExactRow& velocity : velocities_)
      row_products_.push_back(inner_product(w.entries, velocity.entries));
  }
}

NeuronForm Curvature::form_of(std::size_t q) const { return q < students_ ? student_form_ : teacher_form_; }

const Rational& Curvature::velocity_product(std::size_t j, std::size_t k) const {
  return velocity_products_[j * students_ + k];
}

const Rational& Curvature::row_product(std::size_t q, std::size_t j) const {
  return row_products_[q * students_ + j];
}

Interval Curvature::along_direction(Bits bits) const {
  const Interval one = Interval::exact(1L, bits);
  Lengths lengths{{}, {}, {}, Interval::exact(2L, bits) / Interval::pi(bits)};
  for (std::size_t q = 0; q < rows_.size(); ++q) {
    const Interval squared = Interval::from(rows_[q].squared_norm, bits);
    lengths.row.push_back(sqrt_nonnegative(squared));
    lengths.mass.push_back(form_of(q) == NeuronForm::unit ? lengths.row.back() : squared);
  }
  for (std::size_t j = 0; j < students_; ++j)
    lengths.factor.push_back(student_form_ == NeuronForm::unit ? one : one / lengths.row[j]);

  Interval form = abs_form(lengths, bits);
  if (activation_ == Activation::relu) form += squared_sum(lengths, bits);
  if (activation_ != Activation::abs) form /= Interval::exact(4L, bits);
  if (student_form_ == NeuronForm::norm) form += chain_rule_terms(lengths, bits);
  return form;
}

/// The quadratic form of the second derivatives of L_abs in the effective vectors.
Interval Curvature::abs_form(const Lengths& lengths, Bits bits) const {
  Interval form = Interval::zero(bits);
  for (std::size_t j = 0; j < students_; ++j) {
    form.add_product(sqr(lengths.factor[j]), Interval::from(velocity_product(j, j), bits));
    for (std::size_t k = j + 1; k < students_; ++k) {
      const Interval mixed = mixed_term(j, k, lengths, bits);
      form += mixed + mixed;
    }
    for (std::size_t q = 0; q < rows_.size(); ++q) {
      if (q == j) continue;
      const Interval term = diagonal_term(j, q, lengths, bits);
      form += q < students_ ? term : -term;
    }
  }
  return form;
}

/// <G(b_j, b_k) u, v> for the velocities u of p_j and v of p_k:
/// (1 - 2t/pi) <u, v> + (2/pi) sin t (cos t (x_u x_v - y_u y_v) + sin t (x_u y_v + y_u x_v)),
/// x and y the components along b_j and e.
Interval Curvature::mixed_term(std::size_t j, std::size_t k, const Lengths& lengths, Bits bits) const {
  const ExactRow& u = rows_[j];
  const ExactRow& v = rows_[k];
  const Rational dot = inner_product(u.entries, v.entries);
  const Rational squared_gap = u.squared_norm * v.squared_norm - dot * dot;
  const Interval product = Interval::from(velocity_product(j, k), bits);
  const Interval scale = lengths.factor[j] * lengths.factor[k];
  if (squared_gap == 0) return dot > 0 ? scale * product : -(scale * product);
  const Interval gap = sqrt_nonnegative(Interval::from(squared_gap, bits));
  const Interval c = Interval::from(dot, bits);
  const Interval lengths_product = lengths.row[j] * lengths.row[k];
  const Interval sine = gap / lengths_product;
  const Interval cosine = c / lengths_product;
  const Interval half_turn = angle_of(gap, c) * lengths.two_over_pi;  // 2t/pi
  // Components of both rational velocities, times |w_j| along b_j and times |w_j| gap along e.
  const auto across = [&](std::size_t l) {
    return Interval::from(Rational(u.squared_norm * row_product(k, l) - dot * row_product(j, l)), bits) / gap;
  };
  const Interval x_u = Interval::from(row_product(j, j), bits);
  const Interval x_v = Interval::from(row_product(j, k), bits);
  const Interval y_u = across(j);
  const Interval y_v = across(k);
  const Interval bracket = cosine * (x_u * x_v - y_u * y_v) + sine * (x_u * y_v + y_u * x_v);
  return scale * ((Interval::exact(1L, bits) - half_turn) * product +
                  lengths.two_over_pi * sine * bracket / Interval::from(u.squared_norm, bits));
}

/// (2 |q| sin t / (pi |p_j|)) (|u|^2 - <b_j, u>^2 + <e, u>^2) for the velocity u of p_j.
Interval Curvature::diagonal_term(std::size_t j, std::size_t q, const Lengths& lengths, Bits bits) const {
  const ExactRow& w = rows_[j];
  const ExactRow& other = rows_[q];
  const Rational dot = inner_product(w.entries, other.entries);
  const Rational squared_gap = w.squared_norm * other.squared_norm - dot * dot;
  if (squared_gap == 0) return Interval::zero(bits);  // parallel, or a zero teacher
  const Interval gap = sqrt_nonnegative(Interval::from(squared_gap, bits));
  const Rational& along = row_product(j, j);
  const Rational perpendicular = velocity_product(j, j) - along * along / w.squared_norm;
  const Rational across = w.squared_norm * row_product(q, j) - dot * along;
  const Rational squared_across = across * across / w.squared_norm;
  const Interval bracket =
      gap * Interval::from(perpendicular, bits) + Interval::from(squared_across, bits) / gap;
  return lengths.two_over_pi * lengths.mass[q] / lengths.mass[j] * sqr(lengths.factor[j]) /
         (lengths.row[j] * lengths.row[q]) * bracket;
}

/// |sum of the velocities|^2.
Interval Curvature::squared_sum(const Lengths& lengths, Bits bits) const {
  Interval sum = Interval::zero(bits);
  for (std::size_t j = 0; j < students_; ++j) {
    for (std::size_t k = 0; k < students_; ++k)
      sum.add_product(lengths.factor[j] * lengths.factor[k], Interval::from(velocity_product(j, k), bits));
  }
  return sum;
}

/// What p = |w| w adds by its own second derivative. With a = <w^, u>, G = grad_w L and D = <w^, G>, where
/// grad_p L = (G - (1/2) D w^) / |w|: the sum over the students of (2 a <G, u> + D (|u|^2 - 3 a^2) / 2) /
/// |w|.
Interval Curvature::chain_rule_terms(const Lengths& lengths, Bits bits) const {
  const Evaluation evaluation = landscape_.evaluate(bits);
  const std::vector<Interval>& partials = evaluation.gradient->partials;
  const Interval two = Interval::exact(2L, bits);
  Interval sum = Interval::zero(bits);
  for (std::size_t j = 0; j < students_; ++j) {
    const std::vector<Rational>& w = rows_[j].entries;
    const std::vector<Rational>& u = directions_[j].entries;
    const Rational product = inner_product(w, u);
    Interval slope = Interval::zero(bits);   // <G, u>
    Interval radial = Interval::zero(bits);  // <G, w>
    for (std::size_t k = 0; k < w.size(); ++k) {
      slope.add_product(partials[j * w.size() + k], Interval::from(u[k], bits));
      radial.add_product(partials[j * w.size() + k], Interval::from(w[k], bits));
    }
    const Rational squared_along = product * product / rows_[j].squared_norm;  // a^2
    const Interval along = Interval::from(product, bits) / lengths.row[j];
    const Interval bracket = Interval::from(Rational(directions_[j].squared_norm - 3 * squared_along), bits);
    sum += (two * along * slope + radial / lengths.row[j] * bracket / two) / lengths.row[j];
  }
  return sum;
}

}  // namespace lojacert
