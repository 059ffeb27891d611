#include "kernel.hpp"

#include "radicals.hpp"

namespace lojaverify {

namespace {

/// |w|^2 of a row of boxes, each square taken over its box: no ball is squared.
Ball squared_norm(const Row& row, slong bits) {
  Rational smallest, largest;
  for (const Box& x : row) {
    const Rational a = x.lo * x.lo, b = x.hi * x.hi;
    largest = largest + std::max(a, b);
    if (x.lo.sign() * x.hi.sign() > 0) smallest = smallest + std::min(a, b);
  }
  return nonnegative_part(ball(Box{smallest, largest}, bits));
}

Ball inner_product(const std::vector<Ball>& u, const std::vector<Ball>& v, slong bits) {
  Ball sum;
  for (std::size_t k = 0; k < u.size(); ++k) add_product(sum, u[k], v[k], bits);
  return sum;
}

/// rho = (2/pi) atan2(c, S); 0 at the origin.
Ball arcsine_at(const Ball& inner, const Ball& gap, slong bits) {
  Ball angle;
  arb_atan2(angle.get(), inner.get(), gap.get(), bits);
  return mul(angle, two_over_pi(bits), bits);
}

Ball kernel_at(const Ball& inner, const Ball& gap, const Ball& arcsine, slong bits) {
  return add(mul(two_over_pi(bits), gap, bits), mul(arcsine, inner, bits), bits);
}

Pair exact_pair(const IntegerRow& u, const IntegerRow& v, slong bits) {
  const Integer c = dot(u.numerators, v.numerators);
  const Integer squared_gap = u.squared_norm * v.squared_norm - c * c;  // >= 0 by Cauchy-Schwarz
  const Ball denominator = ball(u.denominator * v.denominator, bits);
  const Ball gap = root(ball(squared_gap, bits), bits);
  // Parallel and antiparallel vectors have angles 0 and pi: rho = 1 and -1, and K = |c|, without any error.
  const Ball arcsine = squared_gap.sign() == 0 ? Ball(c.sign()) : arcsine_at(ball(c, bits), gap, bits);
  Pair pair{div(ball(c, bits), denominator, bits), div(gap, denominator, bits), arcsine, {}};
  pair.kernel = kernel_at(pair.inner, pair.gap, arcsine, bits);
  return pair;
}

/// The gap of rows with boxes, from S(u, v) = S(u, v - lambda u) for every real lambda: with lambda close to
/// <u,v>/|u|^2 the second vector is short and nearly orthogonal, and S is no root of a difference of wide
/// quantities.
Ball gap_of_boxes(const Neuron& u, const Neuron& v, const Ball& inner, slong bits) {
  Ball lambda;
  const Ball uu = square(u.norm, bits);
  arb_get_mid_arb(lambda.get(), div(inner, uu, bits).get());
  if (!lambda.is_finite()) lambda = Ball();
  Ball rest_squared, rest_inner;
  for (std::size_t k = 0; k < u.w.size(); ++k) {
    const Ball rest = sub(v.w[k], mul(lambda, u.w[k], bits), bits);
    rest_squared = add(rest_squared, square(rest, bits), bits);
    add_product(rest_inner, u.w[k], rest, bits);
  }
  const Ball gap = root(sub(mul(uu, rest_squared, bits), square(rest_inner, bits), bits), bits);
  return intersect(gap, zero_to(mul(u.norm, v.norm, bits), bits), bits);
}

/// rho rises with c; as S grows it moves towards 0. K = (2/pi) S + rho c is even in c and, for c >= 0, rises
/// with c (slope 1 - (2/pi)(t - sin t cos t)) and with S (slope (2/pi) sin^2 t). So both take their extremes
/// at corners of [c] x [S].
Pair box_pair(const Neuron& u, const Neuron& v, slong bits) {
  Pair pair;
  pair.inner = inner_product(u.w, v.w, bits);
  pair.gap = u.exact ? gap_of_boxes(u, v, pair.inner, bits) : gap_of_boxes(v, u, pair.inner, bits);

  const Ball gap_lower = lower(nonnegative_part(pair.gap), bits), gap_upper = upper(pair.gap, bits);
  const Ball inner_lower = lower(pair.inner, bits), inner_upper = upper(pair.inner, bits);
  const bool falls = arb_is_negative(inner_lower.get()) != 0, rises = arb_is_positive(inner_upper.get()) != 0;
  const Ball arcsine_lower = arcsine_at(inner_lower, falls ? gap_lower : gap_upper, bits);
  const Ball arcsine_upper = arcsine_at(inner_upper, rises ? gap_lower : gap_upper, bits);
  pair.arcsine = hull(arcsine_lower, arcsine_upper, bits);

  const Ball size_lower = magnitude_lower(pair.inner, bits), size_upper = magnitude_upper(pair.inner, bits);
  pair.kernel = hull(kernel_at(size_lower, gap_lower, arcsine_at(size_lower, gap_lower, bits), bits),
                     kernel_at(size_upper, gap_upper, arcsine_at(size_upper, gap_upper, bits), bits), bits);
  return pair;
}

/// grad_p L of one neuron while its pairs are summed: sign * (vector + (2/pi) * along * direction), under
/// `abs`.
struct Slope {
  std::vector<Ball> vector;
  Ball along;
};

/// The part of the neuron `other` in the slope of `self`: +-(rho q + (2/pi) |q| sin t self.direction), |q|
/// sin t = S scale/|w|.
void add_to_slope(Slope& slope, const Neuron& self, const Neuron& other, const Pair& pair, slong bits) {
  Ball across = div(mul(other.scale, pair.gap, bits), self.norm, bits);
  if (!self.exact || !other.exact) {
    const Ball whole = zero_to(other.mass, bits);
    across = across.is_finite() ? intersect(nonnegative_part(across), whole, bits) : whole;
  }
  slope.along = add(slope.along, mul(across, other.sign, bits), bits);
  const Ball factor = mul(mul(pair.arcsine, other.scale, bits), other.sign, bits);
  for (std::size_t k = 0; k < other.w.size(); ++k) add_product(slope.vector[k], factor, other.w[k], bits);
}

/// grad_w from grad_p in place: |w| (g + (direction.g) direction) in norm form.
void chain_rule(std::vector<Ball>& g, const Neuron& neuron, slong bits) {
  if (neuron.form == Form::unit) return;
  const Ball radial = inner_product(neuron.direction, g, bits);
  for (std::size_t k = 0; k < g.size(); ++k) {
    add_product(g[k], radial, neuron.direction[k], bits);
    g[k] = mul(g[k], neuron.norm, bits);
  }
}

Instance midpoint(Instance instance) {
  for (std::vector<Row>* rows : {&instance.student, &instance.teacher}) {
    for (Row& row : *rows) {
      for (Box& x : row) x.lo = x.hi = (x.lo + x.hi) / Rational(2);
    }
  }
  return instance;
}

/// Sums over all pairs of neurons; every gradient is that in the neuron's own row.
struct PairSums {
  Ball loss;
  std::vector<std::vector<Ball>> gradients;  // empty rows where not wanted
};

PairSums sum_over_pairs(const std::vector<Neuron>& neurons, Activation activation,
                        const std::vector<bool>& wanted, slong bits, const Deadline& deadline) {
  const std::size_t d = neurons.front().w.size();
  std::vector<Slope> slopes(neurons.size());
  std::vector<Ball> odd_part(d);  // sum of +-p
  Ball loss;
  for (std::size_t a = 0; a < neurons.size(); ++a) {
    if (wanted[a]) slopes[a].vector.resize(d);
  }
  for (std::size_t a = 0; a < neurons.size(); ++a) {
    const Neuron& u = neurons[a];
    if (u.is_zero) continue;
    // The neuron with itself: t = 0, K(p, p) = |p|^2.
    loss = add(loss, div(square(u.mass, bits), 2, bits), bits);
    const Ball signed_scale = mul(u.scale, u.sign, bits);
    for (std::size_t k = 0; k < d; ++k) {
      add_product(odd_part[k], signed_scale, u.w[k], bits);
      if (wanted[a]) add_product(slopes[a].vector[k], signed_scale, u.w[k], bits);
    }
    for (std::size_t b = 0; b < a; ++b) {
      const Neuron& v = neurons[b];
      if (v.is_zero) continue;
      deadline.check();
      const Pair pair = make_pair_of(u, v, bits);
      add_product(loss, mul(mul(u.scale, v.scale, bits), pair.kernel, bits), Ball(u.sign * v.sign), bits);
      if (wanted[a]) add_to_slope(slopes[a], u, v, pair, bits);
      if (wanted[b]) add_to_slope(slopes[b], v, u, pair, bits);
    }
  }

  PairSums sums{loss, std::vector<std::vector<Ball>>(neurons.size())};
  const slong quarter = activation == Activation::abs ? 1 : 4;
  sums.loss = div(sums.loss, quarter, bits);
  if (activation == Activation::relu) {
    for (const Ball& x : odd_part) sums.loss = add(sums.loss, div(square(x, bits), 8, bits), bits);
  }
  for (std::size_t a = 0; a < neurons.size(); ++a) {
    if (!wanted[a]) continue;
    const Neuron& u = neurons[a];
    std::vector<Ball>& g = sums.gradients[a] = std::move(slopes[a].vector);
    const Ball along = mul(two_over_pi(bits), slopes[a].along, bits);
    for (std::size_t k = 0; k < d; ++k) {
      if (!u.is_zero) add_product(g[k], along, u.direction[k], bits);
      if (activation == Activation::relu) g[k] = add(g[k], odd_part[k], bits);
      g[k] = mul(div(g[k], quarter, bits), u.sign, bits);
    }
    chain_rule(g, u, bits);
  }
  return sums;
}

/// The mean value form L(mid) + <grad L(box), box - mid>: near a minimum it is far tighter than the plain
/// sum. It holds because L is continuously differentiable where no row in unit form can be 0.
Ball mean_value_form(const Instance& instance, const std::vector<std::vector<Ball>>& gradients, slong bits,
                     const Deadline& deadline) {
  const Instance middle = midpoint(instance);
  Ball result = Landscape(middle, Landscape::Parts::loss, bits, deadline).loss();
  const auto add_rows = [&](const std::vector<Row>& rows, std::size_t first) {
    for (std::size_t j = 0; j < rows.size(); ++j) {
      for (std::size_t k = 0; k < rows[j].size(); ++k) {
        if (rows[j][k].is_point()) continue;
        const Rational radius = (rows[j][k].hi - rows[j][k].lo) / Rational(2);
        add_product(result, gradients[first + j][k], ball(Box{Rational() - radius, radius}, bits), bits);
      }
    }
  };
  add_rows(instance.student, 0);
  add_rows(instance.teacher, instance.student.size());
  return result;
}

}  // namespace

Deadline::Deadline(std::chrono::duration<double> allowed)
    : end_(std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(allowed)) {
}

Neuron make_neuron(const Row& row, Form form, int sign, slong bits) {
  Neuron neuron;
  neuron.sign = sign;
  neuron.form = form;
  Ball squared;
  if (is_point(row)) {
    neuron.exact = clear_denominators(row);
    neuron.is_zero = neuron.exact->squared_norm.sign() == 0;
    neuron.norm =
        div(root(ball(neuron.exact->squared_norm, bits), bits), ball(neuron.exact->denominator, bits), bits);
  } else {
    neuron.norm = root(squared_norm(row, bits), bits);
  }
  const Ball unit_interval = ball(Box{Rational(-1), Rational(1)}, bits);
  for (const Box& x : row) {
    neuron.w.push_back(ball(x, bits));
    const Ball quotient = div(neuron.w.back(), neuron.norm, bits);
    neuron.direction.push_back(quotient.is_finite() ? intersect(quotient, unit_interval, bits)
                                                    : unit_interval);
  }
  neuron.scale = form == Form::unit ? Ball(1) : neuron.norm;
  neuron.mass = mul(neuron.scale, neuron.norm, bits);
  return neuron;
}

std::vector<Neuron> make_neurons(const Instance& instance, slong bits) {
  std::vector<Neuron> neurons;
  for (const Row& row : instance.student) neurons.push_back(make_neuron(row, instance.neuron, 1, bits));
  for (const Row& row : instance.teacher)
    neurons.push_back(make_neuron(row, instance.teacher_neuron, -1, bits));
  return neurons;
}

Pair make_pair_of(const Neuron& u, const Neuron& v, slong bits) {
  return u.exact && v.exact ? exact_pair(*u.exact, *v.exact, bits) : box_pair(u, v, bits);
}

Landscape::Landscape(const Instance& instance, Parts parts, slong bits, const Deadline& deadline)
    : bits_(bits) {
  const std::size_t m = instance.student.size();
  const bool point = instance.is_point();
  if (point && loss_is_zero(instance)) {  // the integrand vanishes: so does the gradient, where it is defined
    gradient_.assign(m, std::vector<Ball>(instance.d()));
    return;
  }
  const auto smooth = [](const std::vector<Row>& rows, Form form) {
    return form == Form::norm || std::ranges::none_of(rows, can_be_zero);
  };
  const bool refine = !point && smooth(instance.student, instance.neuron) &&
                      smooth(instance.teacher, instance.teacher_neuron);
  const std::vector<Neuron> neurons = make_neurons(instance, bits);
  std::vector<bool> wanted(neurons.size());
  for (std::size_t a = 0; a < neurons.size(); ++a) {
    wanted[a] = (parts == Parts::loss_and_gradient && a < m) || (refine && !neurons[a].exact);
  }
  PairSums sums = sum_over_pairs(neurons, instance.activation, wanted, bits, deadline);
  loss_ = sums.loss;
  if (refine) loss_ = intersect(loss_, mean_value_form(instance, sums.gradients, bits, deadline), bits);
  loss_ = nonnegative_part(loss_);
  if (parts == Parts::loss_and_gradient) {
    gradient_.assign(std::make_move_iterator(sums.gradients.begin()),
                     std::make_move_iterator(sums.gradients.begin() + static_cast<std::ptrdiff_t>(m)));
  }
}

Ball Landscape::gradient_norm() const {
  Ball sum;
  for (const std::vector<Ball>& row : gradient_) {
    for (const Ball& x : row) sum = add(sum, square(x, bits_), bits_);
  }
  return root(sum, bits_);
}

std::optional<std::size_t> student_without_gradient(const Instance& instance) {
  if (instance.neuron == Form::norm) return std::nullopt;
  for (std::size_t j = 0; j < instance.student.size(); ++j) {
    if (can_be_zero(instance.student[j])) return j;
  }
  return std::nullopt;
}

}  // namespace lojaverify
