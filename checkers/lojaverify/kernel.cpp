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
  return hull(end(row[k].lo, row[k].lo.sign() < 0), end(row[k].hi, row[k].hi.sign() > 0), bits);
}

/// An enclosure of a quantity that lies in [-1, 1].
Ball clipped_to_one(const Ball& a, slong bits) {
  const Ball everything = hull(Ball(-1), Ball(1), bits);
  return a.is_finite() ? intersect(a, everything, bits) : everything;
}

Ball inner_product(const std::vector<Ball>& u, const std::vector<Ball>& v, slong bits) {
  Ball sum;
  for (std::size_t k = 0; k < u.size(); ++k) add_product(sum, u[k], v[k], bits);
  return sum;
}

/// u += factor * v
void add_multiple(std::vector<Ball>& u, const Ball& factor, const std::vector<Ball>& v, slong bits) {
  for (std::size_t k = 0; k < u.size(); ++k) add_product(u[k], factor, v[k], bits);
}

/// sin t from |v|^2 - <u, v>^2 = |r|^2 - <u, r>^2 for unit u, r = v - lambda u and every real lambda: with
/// lambda close to <u, v> the vector r is short and nearly orthogonal, and the sine is no root of a
/// difference of wide quantities.
Ball sine_of_boxes(const Neuron& u, const Neuron& v, const Ball& cosine, slong bits) {
  const Ball lambda = made<Ball>(arb_get_mid_arb, cosine);
  Ball squared, inner;
  for (std::size_t k = 0; k < u.direction.size(); ++k) {
    const Ball rest = sub(v.direction[k], mul(lambda, u.direction[k], bits), bits);
    squared = add(squared, square(rest, bits), bits);
    add_product(inner, u.direction[k], rest, bits);
  }
  return intersect(root(sub(squared, square(inner, bits), bits), bits), zero_to(Ball(1), bits), bits);
}

/// (2/pi) atan2(cosine, sine); 0 where both are 0.
Ball rho_at(const Ball& cosine, const Ball& sine, slong bits) {
  return mul(atan2(cosine, sine, bits), two_over_pi(bits), bits);
}

/// The pairs of one neuron in grad_p L: sign * (vector + (2/pi) * along * direction), under `abs`.
struct Slope {
  std::vector<Ball> vector;
  Ball along;
};

/// The part of the neuron `other` in a slope: +-(rho q + (2/pi) |q| sin t direction).
void add_to_slope(Slope& slope, const Neuron& other, const Pair& pair, slong bits) {
  add_product(slope.along, mul(other.mass, pair.sine, bits), Ball(other.sign), bits);
  add_multiple(slope.vector, mul(pair.rho, other.sign, bits), other.p, bits);
}

/// grad_w L, where `share` is 1 or 1/4: in unit form g = grad_p L, in norm form |w| (g + (direction.g)
/// direction).
std::vector<Ball> gradient_of(const Neuron& neuron, const Slope& slope, const std::vector<Ball>& odd_part,
                              const Rational& share, slong bits) {
  std::vector<Ball> g = slope.vector;
  add_multiple(g, mul(two_over_pi(bits), slope.along, bits), neuron.direction, bits);
  add_multiple(g, Ball(1), odd_part, bits);
  Ball factor = ball(share * Rational(neuron.sign), bits);
  if (neuron.form == Form::norm) {
    add_multiple(g, inner_product(neuron.direction, g, bits), neuron.direction, bits);
    factor = mul(factor, neuron.norm, bits);
  }
  for (Ball& x : g) x = mul(x, factor, bits);
  return g;
}

bool is_smooth(const std::vector<Row>& rows, Form form) {
  return form == Form::norm || std::ranges::none_of(rows, can_be_zero);
}

/// The mean value form L(mid) + <grad L(box), box - mid>, for students and then teachers: near a minimum it
/// is far tighter than the plain sum. It holds because L is continuously differentiable where no row in unit
/// form can be 0.
Ball mean_value_form(Instance instance, const std::vector<std::vector<Ball>>& gradients, slong bits,
                     const Deadline& deadline) {
  Ball change;
  auto gradient = gradients.begin();
  for (std::vector<Row>* rows : {&instance.student, &instance.teacher}) {
    for (Row& row : *rows) {
      for (std::size_t k = 0; k < row.size(); ++k) {
        const Rational middle = (row[k].lo + row[k].hi) / Rational(2);
        const Box offset{row[k].lo - middle, row[k].hi - middle};
        add_product(change, (*gradient)[k], ball(offset, bits), bits);
        row[k] = {middle, middle};
      }
      ++gradient;
    }
  }
  return add(landscape_of(instance, bits, deadline).loss, change, bits);
}

}  // namespace

Neuron make_neuron(const Row& row, Form form, int sign, slong bits) {
  Neuron neuron;
  neuron.sign = sign;
  neuron.form = form;
  if (is_point(row)) neuron.exact = clear_denominators(row);
  const Box norm = squared_norm(row);
  const Ball norm_squared = ball(norm, bits);
  neuron.norm = root(norm_squared, bits);
  for (std::size_t k = 0; k < row.size(); ++k) {
    const Ball w = ball(row[k], bits);
    const Ball along = neuron.exact ? div(w, neuron.norm, bits) : direction_of_boxes(row, norm, k, bits);
    neuron.direction.push_back(clipped_to_one(along, bits));
    neuron.p.push_back(form == Form::unit ? w : mul(neuron.norm, w, bits));
  }
  neuron.mass = form == Form::unit ? neuron.norm : norm_squared;
  neuron.mass_squared = form == Form::unit ? norm_squared : mul(norm_squared, norm_squared, bits);
  return neuron;
}

std::vector<Neuron> make_neurons(const Instance& instance, slong bits) {
  std::vector<Neuron> neurons;
  for (const Row& w : instance.student) neurons.push_back(make_neuron(w, instance.neuron, 1, bits));
  for (const Row& w : instance.teacher) neurons.push_back(make_neuron(w, instance.teacher_neuron, -1, bits));
  return neurons;
}

Pair make_pair_of(const Neuron& u, const Neuron& v, slong bits) {
  if (u.exact && v.exact) {
    const Integer inner = dot(u.exact->numerators, v.exact->numerators);
    // By Cauchy-Schwarz the gap is not negative.
    const Integer norms = u.exact->squared_norm * v.exact->squared_norm, gap = norms - inner * inner;
    // Parallel and antiparallel vectors have angles 0 and pi without any error.
    if (gap.sign() == 0) return {Ball(inner.sign()), Ball(), Ball(inner.sign())};
    const Ball length = root(ball(norms, bits), bits);
    const Ball c = div(ball(inner, bits), length, bits), s = div(root(ball(gap, bits), bits), length, bits);
    return {c, s, rho_at(c, s, bits)};
  }
  Pair pair;
  pair.cosine = clipped_to_one(inner_product(u.direction, v.direction, bits), bits);
  pair.sine = u.exact ? sine_of_boxes(u, v, pair.cosine, bits) : sine_of_boxes(v, u, pair.cosine, bits);
  // On boxes rho rises with the cosine and, as the sine grows, moves towards 0: its extremes are at corners.
  const Ball smallest = lower(pair.sine, bits), largest = upper(pair.sine, bits);
  const Ball left = lower(pair.cosine, bits), right = upper(pair.cosine, bits);
  pair.rho = hull(rho_at(left, left.is_negative() ? smallest : largest, bits),
                  rho_at(right, right.is_positive() ? smallest : largest, bits), bits);
  return pair;
}

Ball kernel(const Neuron& u, const Neuron& v, const Pair& pair, slong bits) {
  const bool exact = u.exact && v.exact;
  // Parallel: |<p, q>|, with no root in it that the forms do not need.
  if (exact && pair.sine.is_zero()) return mul(inner_product(u.p, v.p, bits), pair.cosine, bits);
  // (2/pi) sin t + rho cos t is even in the cosine and, from 0 on, rises with it (slope 1 - (2/pi)(t - sin t
  // cos t)) and with the sine (slope (2/pi) sin^2 t), were the two free: its extremes are at corners.
  const auto at = [&](const Ball& cosine, const Ball& sine, const Ball& rho) {
    return add(mul(two_over_pi(bits), sine, bits), mul(rho, cosine, bits), bits);
  };
  const Ball left = magnitude_lower(pair.cosine, bits), right = magnitude_upper(pair.cosine, bits);
  const Ball low = lower(pair.sine, bits), high = upper(pair.sine, bits);
  const Ball value =
      exact ? at(pair.cosine, pair.sine, pair.rho)
            : hull(at(left, low, rho_at(left, low, bits)), at(right, high, rho_at(right, high, bits)), bits);
  return mul(mul(u.mass, v.mass, bits), intersect(value, zero_to(Ball(1), bits), bits), bits);
}

Landscape landscape_of(const Instance& instance, slong bits, const Deadline& deadline) {
  const std::size_t d = instance.d(), m = instance.student.size();
  const bool point = instance.is_point();
  Landscape result{Ball(), std::vector<std::vector<Ball>>(m, std::vector<Ball>(d))};
  // Where L = 0 the integrand vanishes, and with it the gradient, where that is defined.
  if (point && loss_is_zero(instance)) return result;

  const std::vector<Neuron> neurons = make_neurons(instance, bits);
  std::vector<Slope> slopes(neurons.size(), {std::vector<Ball>(d), Ball()});
  std::vector<Ball> odd_part(d);  // sum of +-p, for relu
  Ball& loss = result.loss;
  for (std::size_t a = 0; a < neurons.size(); ++a) {
    const Neuron& u = neurons[a];
    if (instance.activation == Activation::relu) add_multiple(odd_part, Ball(u.sign), u.p, bits);
    // The neuron with itself: t = 0, K(p, p) = |p|^2.
    loss = add(loss, div(u.mass_squared, 2, bits), bits);
    add_to_slope(slopes[a], u, {Ball(1), Ball(), Ball(1)}, bits);
    for (std::size_t b = 0; b < a; ++b) {
      deadline.check();
      const Neuron& v = neurons[b];
      const Pair pair = make_pair_of(u, v, bits);
      add_product(loss, kernel(u, v, pair, bits), Ball(u.sign * v.sign), bits);
      add_to_slope(slopes[a], v, pair, bits);
      add_to_slope(slopes[b], u, pair, bits);
    }
  }

  const Rational share(Integer(1), Integer(instance.activation == Activation::abs ? 1 : 4));
  loss = mul(loss, ball(share, bits), bits);
  for (const Ball& x : odd_part) loss = add(loss, div(square(x, bits), 8, bits), bits);
  std::vector<std::vector<Ball>> gradients;
  for (std::size_t a = 0; a < neurons.size(); ++a) {
    gradients.push_back(gradient_of(neurons[a], slopes[a], odd_part, share, bits));
  }
  if (!point && is_smooth(instance.student, instance.neuron) &&
      is_smooth(instance.teacher, instance.teacher_neuron)) {
    loss = intersect(loss, mean_value_form(instance, gradients, bits, deadline), bits);
  }
  loss = nonnegative_part(loss);
  gradients.resize(m);  // the students come first
  result.gradient = std::move(gradients);
  return result;
}

Ball Landscape::gradient_norm(slong bits) const {
  Ball sum;
  for (const std::vector<Ball>& row : gradient) {
    for (const Ball& x : row) sum = add(sum, square(x, bits), bits);
  }
  return root(sum, bits);
}

}  // namespace lojaverify
