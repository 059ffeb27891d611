#include <lojacert/audit/classed_network.hpp>

#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace lojacert {

namespace {

const Instance& checked(const Instance& instance) {
  if (instance.activation != Activation::abs)
    throw std::logic_error("ClassedNetwork: the activation is not abs");
  if (!instance.is_point())
    throw InstanceError("has boxes; the lemmas are checked at exact weights: give a point instance");
  return instance;
}

}  // namespace

ClassedNetwork::ClassedNetwork(const Instance& instance)
    : instance_(checked(instance)),
      landscape_(instance),
      nearest_(Clusters(instance).propose(Rational(2))) {  // beyond 90 degrees: nobody is far
  for (ExactRow& row : exact_rows(*instance_.student))
    rows_.push_back({std::move(row), instance_.neuron, {}});
  const std::vector<ExactRow> teacher_rows = exact_rows(instance_.teacher);
  for (const ExactRow& row : teacher_rows) rows_.push_back({row, instance_.teacher_neuron, {}});
  for (Neuron& neuron : rows_) {
    for (const ExactRow& teacher : teacher_rows)
      neuron.products.push_back(inner_product(neuron.row.entries, teacher.entries));
  }
}

bool ClassedNetwork::is_zero(std::size_t student) const { return rows_[student].row.is_zero(); }

Rational ClassedNetwork::squared_cosine(std::size_t student, std::size_t teacher) const {
  const Neuron& neuron = rows_[student];
  const Rational& product = neuron.products[teacher];
  return product * product / (neuron.row.squared_norm * rows_[students() + teacher].row.squared_norm);
}

long ClassedNetwork::orientation(std::size_t student, std::size_t teacher) const {
  return rows_[student].products[teacher] < 0 ? -1 : 1;
}

ClassedResidual::ClassedResidual(const ClassedNetwork& network, Assignment classes,
                                 const Evaluation& evaluation, Bits bits)
    : network_(network),
      classes_(std::move(classes)),
      bits_(bits),
      evaluation_(evaluation),
      tangent_(Interval::zero(bits)),
      mixed_(Interval::zero(bits)),
      rest_(Interval::zero(bits)) {
  make_neurons();
  make_residuals();
  if (!network_.landscape().loss_is_exactly_zero()) make_split();  // else R = 0 and both parts are 0
}

void ClassedResidual::make_neurons() {
  for (const ClassedNetwork::Neuron& neuron : network_.rows_) {
    const Interval square = Interval::from(neuron.row.squared_norm, bits_);
    const Interval length = sqrt_nonnegative(square);
    const bool norm = neuron.form == NeuronForm::norm;
    masses_.push_back(norm ? square : length);
    std::vector<Interval> vector;
    for (const Rational& entry : neuron.row.entries) vector.push_back(Interval::from(entry, bits_));
    directions_.emplace_back();
    if (!neuron.row.is_zero()) {
      for (const Interval& entry : vector) directions_.back().push_back(entry / length);
    }
    if (norm) {
      for (Interval& entry : vector) entry *= length;
    }
    effective_.push_back(std::move(vector));
  }
}

void ClassedResidual::make_residuals() {
  for (std::size_t i = 0; i < network_.teachers(); ++i) {
    residuals_.push_back(effective_[teacher_row(i)]);
    for (Interval& entry : residuals_.back()) entry = -entry;
  }
  if (network_.landscape().loss_is_exactly_zero()) {  // by Theorem 3 every v_i is 0
    for (auto& residual : residuals_) std::ranges::fill(residual, Interval::zero(bits_));
    return;
  }
  for (std::size_t j = 0; j < network_.students(); ++j) {
    if (!classes_[j]) continue;
    const std::size_t i = *classes_[j];
    add_multiple(residuals_[i], Interval::exact(network_.orientation(j, i), bits_), effective_[j]);
  }
}

/// E R_1^2 = sum v_i^T G(a_i, a_k) v_k and E R R_1 = sum <v_i, E[R sign(a_i.x) x]>; the rest follows from
/// R = R_1 + R_2.
void ClassedResidual::make_split() {
  const Interval two = Interval::exact(2L, bits_);
  Interval with_whole = Interval::zero(bits_);
  for (std::size_t i = 0; i < residuals_.size(); ++i) {
    tangent_ += squared_length(residuals_[i], bits_);
    for (std::size_t k = 0; k < i; ++k)
      tangent_ += two * form(teacher_row(i), k, residuals_[i], residuals_[k]);
    with_whole += inner_product(residuals_[i], directional_gradient(i), bits_);
  }
  mixed_ = with_whole - tangent_;
  rest_ = max_zero(squared_residual() - two * with_whole + tangent_);
  tangent_ = max_zero(tangent_);
}

ClassedResidual::Pair ClassedResidual::pair(std::size_t row, std::size_t teacher) const {
  const ClassedNetwork::Neuron& u = network_.rows_[row];
  const Rational& product = u.products[teacher];
  const Rational squares = u.row.squared_norm * network_.rows_[teacher_row(teacher)].row.squared_norm;
  const Interval gap = sqrt_nonnegative(Interval::from(Rational(squares - product * product), bits_));
  const Interval size = sqrt_nonnegative(Interval::from(squares, bits_));
  const Interval dot = Interval::from(product, bits_);
  return {angle_of(gap, dot), gap / size, dot / size};
}

/// x^T G(b, a) y for the direction b of a neuron and that of a teacher (teacher.md, Lemma 2), with b.x, a.x
/// and so on: (1 - 2t/pi) x.y + (2/pi) (sin t cos t (a.x)(a.y) - cos t X Y / sin t + sin t ((a.x) Y + X
/// (a.y))), where X = b.x - cos t a.x is sin t times the share of x across a in their plane. For parallel
/// vectors it is x.y or -x.y.
Interval ClassedResidual::form(std::size_t row, std::size_t teacher, const std::vector<Interval>& x,
                               const std::vector<Interval>& y) const {
  const Pair t = pair(row, teacher);
  const Interval whole = inner_product(x, y, bits_);
  if (t.sine.is_point() && t.sine.contains_zero())
    return network_.rows_[row].products[teacher] < 0 ? -whole : whole;
  const std::vector<Interval>& a = directions_[teacher_row(teacher)];
  const std::vector<Interval>& b = directions_[row];
  const Interval along_x = inner_product(a, x, bits_);
  const Interval along_y = inner_product(a, y, bits_);
  const Interval across_x = inner_product(b, x, bits_) - t.cosine * along_x;
  const Interval across_y = inner_product(b, y, bits_) - t.cosine * along_y;
  const Interval two_over_pi = Interval::exact(2L, bits_) / Interval::pi(bits_);
  const Interval in_plane = t.sine * t.cosine * along_x * along_y - t.cosine * across_x * across_y / t.sine +
                            t.sine * (along_x * across_y + across_x * along_y);
  return (Interval::exact(1L, bits_) - two_over_pi * t.angle) * whole + two_over_pi * in_plane;
}

/// E[R sign(a.x) x] = sum over the neurons q of sigma_q ((1 - 2t/pi) p_q + (2/pi) |p_q| sin t a).
std::vector<Interval> ClassedResidual::directional_gradient(std::size_t teacher) const {
  const Interval one = Interval::exact(1L, bits_);
  const Interval two_over_pi = Interval::exact(2L, bits_) / Interval::pi(bits_);
  std::vector<Interval> sum(network_.instance().dimension(), Interval::zero(bits_));
  Interval along = Interval::zero(bits_);
  for (std::size_t q = 0; q < network_.rows_.size(); ++q) {
    if (directions_[q].empty()) continue;
    const Interval sign = Interval::exact(q < network_.students() ? 1L : -1L, bits_);
    const Pair t = pair(q, teacher);
    add_multiple(sum, sign * (one - two_over_pi * t.angle), effective_[q]);
    along.add_product(sign * two_over_pi * masses_[q], t.sine);
  }
  add_multiple(sum, along, directions_[teacher_row(teacher)]);
  return sum;
}

const Interval& ClassedResidual::teacher_mass(std::size_t i) const { return masses_[teacher_row(i)]; }

Interval ClassedResidual::squared_residual() const { return loss() + loss(); }

Interval ClassedResidual::angle(std::size_t student) const {
  if (!classes_[student]) return Interval::zero(bits_);
  const Pair t = pair(student, *classes_[student]);
  return network_.orientation(student, *classes_[student]) > 0 ? t.angle : Interval::pi(bits_) - t.angle;
}

Interval ClassedResidual::one_minus_cosine(std::size_t student) const {
  if (!classes_[student]) return Interval::zero(bits_);
  const Pair t = pair(student, *classes_[student]);
  return sqr(t.sine) / (Interval::exact(1L, bits_) + abs(t.cosine));
}

Interval ClassedResidual::residual_norm(std::size_t i) const {
  return sqrt_nonnegative(squared_length(residuals_[i], bits_));
}

Interval ClassedResidual::squared_residuals() const {
  Interval sum = Interval::zero(bits_);
  for (const auto& v : residuals_) sum += squared_length(v, bits_);
  return sum;
}

Interval ClassedResidual::far_mass() const {
  Interval sum = Interval::zero(bits_);
  for (std::size_t j = 0; j < network_.students(); ++j) {
    if (!classes_[j]) sum += masses_[j];
  }
  return sum;
}

Interval ClassedResidual::misalignment() const {
  Interval sum = Interval::zero(bits_);
  for (std::size_t j = 0; j < network_.students(); ++j) sum.add_product(masses_[j], one_minus_cosine(j));
  return sum;
}

/// Of a class: sum |p_j| - |p_i*| = <a_i, v_i> + sum |p_j| (1 - cos theta_j).
Interval ClassedResidual::excess_mass() const {
  Interval sum = misalignment() + far_mass();
  for (std::size_t i = 0; i < residuals_.size(); ++i)
    sum += inner_product(directions_[teacher_row(i)], residuals_[i], bits_);
  return sum;
}

DescentSum ClassedResidual::descent(std::span<const Interval> weights) const {
  const std::size_t d = network_.instance().dimension();
  const bool norm = network_.instance().neuron == NeuronForm::norm;
  const Interval half = Interval::from(Rational(1, 2), bits_);
  DescentSum sum{Interval::zero(bits_), Interval::zero(bits_)};
  for (std::size_t j = 0; j < network_.students(); ++j) {
    if (network_.is_zero(j)) continue;
    std::vector<Interval> step = effective_[j];
    if (classes_[j]) {
      const Interval sign = Interval::exact(network_.orientation(j, *classes_[j]), bits_);
      add_multiple(step, -sign * weights[j], effective_[teacher_row(*classes_[j])]);
    }
    if (norm) {  // J^-1 D = (D - <w^, D> w^ / 2) / |w|
      add_multiple(step, -half * inner_product(directions_[j], step, bits_), directions_[j]);
      const Interval length = sqrt_nonnegative(masses_[j]);
      for (Interval& entry : step) entry /= length;
    }
    sum.inner += inner_product(std::span(gradient()->partials).subspan(j * d, d), step, bits_);
    sum.squared_length += squared_length(step, bits_);
  }
  return sum;
}

/// E[E'_b V] = sum over k of <(G(a_i, a_k) - G(b, a_k)) a_i, v_k> for an oriented b of class i.
Interval ClassedResidual::tangent_remainder(std::span<const Interval> weights) const {
  Interval sum = Interval::zero(bits_);
  for (std::size_t j = 0; j < network_.students(); ++j) {
    if (!classes_[j]) continue;
    const std::size_t i = *classes_[j];
    const Interval sign = Interval::exact(network_.orientation(j, i), bits_);
    const std::vector<Interval>& a = directions_[teacher_row(i)];
    Interval inner = Interval::zero(bits_);
    for (std::size_t k = 0; k < residuals_.size(); ++k)
      inner += form(teacher_row(i), k, a, residuals_[k]) - sign * form(j, k, a, residuals_[k]);
    sum += teacher_mass(i) * weights[j] * inner;
  }
  return sum;
}

}  // namespace lojacert
