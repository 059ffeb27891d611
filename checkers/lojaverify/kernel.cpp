#include "kernel.hpp"

#include <algorithm>

#include "radicals.hpp"

namespace lojaverify {

namespace {

/// x^2 over a box.
Box squared(const Box& x) {
  const Rational a = x.lo * x.lo, b = x.hi * x.hi;
  return {x.lo.sign() * x.hi.sign() > 0 ? std::min(a, b) : Rational(), std::max(a, b)};
}

Box squared_norm(const Row& row) {
  Box sum;
  for (const Box& x : row) sum = {sum.lo + squared(x).lo, sum.hi + squared(x).hi};
  return sum;
}

/// w_k / |w| over a row of boxes. With the other entries fixed it rises with w_k, and its size falls as they
/// grow.
Ball direction_of_boxes(const Row& row, const Box& norm, std::size_t k, slong bits) {
  const Box own = squared(row[k]), rest{norm.lo - own.lo, norm.hi - own.hi};
  const auto end = [&](const Rational& x, bool far_from_zero) {
    const Rational total = x * x + (far_from_zero ? rest.lo : rest.hi);
    return div(ball(x, bits), root(ball(total, bits), bits), bits);
  };
  const Ball result = hull(end(row[k].lo, row[k].lo.sign() < 0), end(row[k].hi, row[k].hi.sign() > 0), bits);
  const Ball everything = ball(Box{Rational(-1), Rational(1)}, bits);
  return result.is_finite() ? intersect(result, everything, bits) : everything;
}

Ball inner_product(const std::vector<Ball>& u, const std::vector<Ball>& v, slong bits) {
  Ball sum;
  for (std::size_t k = 0; k < u.size(); ++k) add_product(sum, u[k], v[k], bits);
  return sum;
}

/// (2/pi) atan2(cosine, sine); 0 where both are 0.
Ball rho_at(const Ball& cosine, const Ball& sine, slong bits) {
  return mul(atan2(cosine, sine, bits), two_over_pi(bits), bits);
}

/// (2/pi) sin t + rho cos t
Ball kernel_at(const Ball& cosine, const Ball& sine, const Ball& rho, slong bits) {
  return add(mul(two_over_pi(bits), sine, bits), mul(rho, cosine, bits), bits);
}

Pair exact_pair(const IntegerRow& u, const IntegerRow& v, slong bits) {
  const Integer inner = dot(u.numerators, v.numerators);
  const Integer norms = u.squared_norm * v.squared_norm;
  const Integer gap = norms - inner * inner;  // >= 0 by Cauchy-Schwarz
  // Parallel and antiparallel vectors have angles 0 and pi without any error.
  if (gap.sign() == 0) return {Ball(inner.sign()), Ball(), Ball(inner.sign())};
  const Ball length = root(ball(norms, bits), bits);
  Pair pair{div(ball(inner, bits), length, bits), div(root(ball(gap, bits), bits), length, bits), {}};
  pair.rho = rho_at(pair.cosine, pair.sine, bits);
  return pair;
}

/// sin t from |v|^2 - <u, v>^2 = |r|^2 - <u, r>^2 for unit u, r = v - lambda u and every real lambda: with
/// lambda close to <u, v> the vector r is short and nearly orthogonal, and the sine is no root of a
/// difference of wide quantities.
Ball sine_of_boxes(const Neuron& u, const Neuron& v, const Ball& cosine, slong bits) {
  Ball lambda, squared, inner;
  arb_get_mid_arb(lambda.get(), cosine.get());
  for (std::size_t k = 0; k < u.direction.size(); ++k) {
    const Ball rest = sub(v.direction[k], mul(lambda, u.direction[k], bits), bits);
    squared = add(squared, square(rest, bits), bits);
    add_product(inner, u.direction[k], rest, bits);
  }
  return intersect(root(sub(squared, square(inner, bits), bits), bits), zero_to(Ball(1), bits), bits);
}

/// rho rises with the cosine and, as the sine grows, moves towards 0: its extremes over the box are at
/// corners.
Pair box_pair(const Neuron& u, const Neuron& v, slong bits) {
  const Ball everything = ball(Box{Rational(-1), Rational(1)}, bits);
  Pair pair{intersect(inner_product(u.direction, v.direction, bits), everything, bits), {}, {}};
  pair.sine = u.exact ? sine_of_boxes(u, v, pair.cosine, bits) : sine_of_boxes(v, u, pair.cosine, bits);
  const Ball smallest = lower(pair.sine, bits), largest = upper(pair.sine, bits);
  const Ball left = lower(pair.cosine, bits), right = upper(pair.cosine, bits);
  pair.rho = hull(rho_at(left, left.is_negative() ? smallest : largest, bits),
                  rho_at(right, right.is_positive() ? smallest : largest, bits), bits);
  return pair;
}

/// grad_p L of one neuron while its pairs are summed: sign * (vector + (2/pi) * along * direction), under
/// `abs`.
struct Slope {
  std::vector<Ball> vector;
  Ball along;
};

/// The part of the neuron `other` in the slope of `self`: +-(rho q + (2/pi) |q| sin t self.direction).
void add_to_slope(Slope& slope, const Neuron& other, const Pair& pair, slong bits) {
  add_product(slope.along, mul(other.mass, pair.sine, bits), Ball(other.sign), bits);
  const Ball factor = mul(mul(pair.rho, other.scale, bits), other.sign, bits);
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
    loss = add(loss, div(u.mass_squared, 2, bits), bits);
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
      add_product(loss, kernel(u, v, pair, bits), Ball(u.sign * v.sign), bits);
      if (wanted[a]) add_to_slope(slopes[a], v, pair, bits);
      if (wanted[b]) add_to_slope(slopes[b], u, pair, bits);
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
  for (const Box& x : row) neuron.w.push_back(ball(x, bits));
  if (is_point(row)) {
    neuron.exact = clear_denominators(row);
    neuron.is_zero = neuron.exact->squared_norm.sign() == 0;
    const Ball length = root(ball(neuron.exact->squared_norm, bits), bits);
    neuron.norm = div(length, ball(neuron.exact->denominator, bits), bits);
    for (const Integer& z : neuron.exact->numerators) {
      neuron.direction.push_back(neuron.is_zero ? Ball() : div(ball(z, bits), length, bits));
    }
  } else {
    const Box norm = squared_norm(row);
    neuron.norm = root(ball(norm, bits), bits);
    for (std::size_t k = 0; k < row.size(); ++k) {
      neuron.direction.push_back(direction_of_boxes(row, norm, k, bits));
    }
  }
  neuron.scale = form == Form::unit ? Ball(1) : neuron.norm;
  neuron.mass = mul(neuron.scale, neuron.norm, bits);
  const Ball norm_squared = ball(squared_norm(row), bits);
  neuron.mass_squared = form == Form::unit ? norm_squared : mul(norm_squared, norm_squared, bits);
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

Ball kernel(const Neuron& u, const Neuron& v, const Pair& pair, slong bits) {
  if (u.exact && v.exact &&
      pair.sine.is_zero()) {  // |<p, q>|, with no root in it that the forms do not ask for
    const Ball inner = mul(mul(u.scale, v.scale, bits), inner_product(u.w, v.w, bits), bits);
    return mul(inner, pair.cosine, bits);
  }
  const Ball masses = mul(u.mass, v.mass, bits);
  if (u.exact && v.exact) return mul(masses, kernel_at(pair.cosine, pair.sine, pair.rho, bits), bits);
  // (2/pi) sin t + rho cos t is even in the cosine and, from 0 on, rises with it (slope 1 - (2/pi)(t - sin t
  // cos t)) and with the sine (slope (2/pi) sin^2 t), were the two free: its extremes over the box are at
  // corners.
  const auto corner = [&](const Ball& cosine, const Ball& sine) {
    return kernel_at(cosine, sine, rho_at(cosine, sine, bits), bits);
  };
  const Ball smallest = corner(magnitude_lower(pair.cosine, bits), lower(pair.sine, bits));
  const Ball largest = corner(magnitude_upper(pair.cosine, bits), upper(pair.sine, bits));
  return mul(masses, intersect(hull(smallest, largest, bits), zero_to(Ball(1), bits), bits), bits);
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
