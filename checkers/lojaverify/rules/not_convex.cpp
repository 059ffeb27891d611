// not-convex: at the given weights, points, L is not convex. Either a direction U of the rows with
// U.H(W)U < 0, all students nonzero; or a chord to other students W_1 that L exceeds:
// L((1 - lambda) W + lambda W_1) > (1 - lambda) L(W) + lambda L(W_1).
//
// With v_j the velocity of the effective vector p_j, b_j = p_j/|p_j|, t the angle of a pair and e the unit
// vector orthogonal to b_j towards the other (docs/theory/not-convex.md, section 2), under abs
//
//   v.H^p v = sum_j |v_j|^2 + sum_{j != k} v_j.G(b_j, b_k)v_k
//             + sum_j sum_{q != p_j} +-(2/pi) (|q|/|p_j|) sin t (|v_j|^2 - (b_j.v_j)^2 + (e.v_j)^2),
//   x.G y   = rho x.y + (2/pi) sin t (cos t (x_b y_b - x_e y_e) + sin t (x_b y_e + x_e y_b)).
//
// relu+linear: a quarter; relu: a quarter of this and of |sum_j v_j|^2. In unit form v = u. In norm form
// v = |w| (u + (w^.u) w^), and with g = grad_p L each student adds
// 2 (w^.u)(g.u) + (g.w^)(|u|^2 - (w^.u)^2).

#include <algorithm>

#include "../linear.hpp"
#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

/// The second derivative along U at one precision.
class Curvature {
 public:
  Curvature(const Question& q, const std::vector<Row>& direction)
      : instance_(q.instance),
        bits_(q.bits),
        deadline_(q.deadline),
        neurons_(make_neurons(q.instance, q.bits)) {
    for (std::size_t j = 0; j < direction.size(); ++j) {
      Vector& u = direction_.emplace_back();
      for (const Box& x : direction[j]) u.push_back(ball(x, bits_));
      velocity_.push_back(u);
      if (instance_.neuron == Form::unit) continue;
      const Ball along = dot(neurons_[j].direction, u, bits_);
      for (std::size_t k = 0; k < u.size(); ++k) {
        add_product(velocity_[j][k], along, neurons_[j].direction[k], bits_);
        velocity_[j][k] = mul(velocity_[j][k], neurons_[j].norm, bits_);
      }
    }
  }

  [[nodiscard]] Ball value() const {
    Ball sum;
    const std::size_t m = velocity_.size();
    for (std::size_t j = 0; j < m; ++j) {
      sum = add(sum, squared(velocity_[j]), bits_);
      for (std::size_t q = 0; q < neurons_.size(); ++q) {
        if (q == j) continue;
        deadline_.check();
        sum = add(sum, pair_terms(j, q), bits_);
      }
    }
    if (instance_.activation == Activation::relu) {
      Vector total(instance_.d());
      for (const Vector& v : velocity_) {
        for (std::size_t k = 0; k < v.size(); ++k) total[k] = add(total[k], v[k], bits_);
      }
      sum = add(sum, squared(total), bits_);
    }
    if (instance_.activation != Activation::abs) sum = div(sum, 4, bits_);
    return instance_.neuron == Form::norm ? add(sum, bending(), bits_) : sum;
  }

 private:
  [[nodiscard]] Ball squared(const Vector& x) const {
    Ball sum;
    for (const Ball& entry : x) sum = add(sum, square(entry, bits_), bits_);
    return sum;
  }

  /// x along and across: (x.b, x.e) for e = (other - cos t b) / sin t.
  struct Components {
    Ball along, across;
  };
  [[nodiscard]] Components components(const Vector& x, const Neuron& u, const Neuron& v,
                                      const Pair& pair) const {
    Components result{dot(u.direction, x, bits_), dot(v.direction, x, bits_)};
    const Ball shadow = mul(pair.cosine, result.along, bits_);
    result.across = div(sub(result.across, shadow, bits_), pair.sine, bits_);
    return result;
  }

  /// What student j and the neuron q contribute: the block (j, q) if q is a student, and q's part of (j, j).
  [[nodiscard]] Ball pair_terms(std::size_t j, std::size_t q) const {
    const Neuron &u = neurons_[j], &v = neurons_[q];
    const bool is_student = q < velocity_.size();
    if (v.norm.is_zero()) return Ball();  // a zero teacher
    const Pair pair = make_pair_of(u, v, bits_);
    Ball sum;
    if (is_student) sum = mul(pair.rho, dot(velocity_[j], velocity_[q], bits_), bits_);
    if (pair.sine.is_zero()) return sum;
    const Components x = components(velocity_[j], u, v, pair);
    const Ball bow = mul(two_over_pi(bits_), pair.sine, bits_);
    if (is_student) {
      const Components y = components(velocity_[q], u, v, pair);
      const Ball even = sub(mul(x.along, y.along, bits_), mul(x.across, y.across, bits_), bits_);
      const Ball odd = add(mul(x.along, y.across, bits_), mul(x.across, y.along, bits_), bits_);
      const Ball turned = add(mul(pair.cosine, even, bits_), mul(pair.sine, odd, bits_), bits_);
      sum = add(sum, mul(bow, turned, bits_), bits_);
    }
    const Ball flat = sub(squared(velocity_[j]), square(x.along, bits_), bits_);
    const Ball own = add(flat, square(x.across, bits_), bits_);
    const Ball share = mul(div(v.mass, u.mass, bits_), v.sign, bits_);
    return add(sum, mul(mul(bow, share, bits_), own, bits_), bits_);
  }

  /// The second derivative of p = |w| w, seen by grad_p L = (grad_w L - (w^.grad_w L) w^ / 2) / |w|.
  [[nodiscard]] Ball bending() const {
    const Landscape landscape = landscape_of(instance_, bits_, deadline_);
    Ball sum;
    for (std::size_t j = 0; j < direction_.size(); ++j) {
      const Vector &u = direction_[j], &w = neurons_[j].direction;
      Vector g = landscape.gradient[j];
      const Ball half = div(dot(w, g, bits_), -2, bits_);
      for (std::size_t k = 0; k < g.size(); ++k) add_product(g[k], half, w[k], bits_);
      const Ball along = dot(w, u, bits_);
      const Ball rest = sub(squared(u), square(along, bits_), bits_);
      const Ball first = mul(mul(along, dot(g, u, bits_), bits_), 2, bits_);
      const Ball second = mul(dot(g, w, bits_), rest, bits_);
      sum = add(sum, div(add(first, second, bits_), neurons_[j].norm, bits_), bits_);
    }
    return sum;
  }

  const Instance& instance_;
  slong bits_;
  const Deadline& deadline_;
  std::vector<Neuron> neurons_;  // students first
  std::vector<Vector> direction_, velocity_;
};

class NotConvexRule final : public WeightsRule {
 public:
  NotConvexRule(const Json& claim, const Shape& shape) : has_direction_(claim.find("direction")) {
    if (has_direction_) {
      claim.allow_only({"kind", "quantifier", "negated", "statement", "direction"});
      rows_ = read_points(claim.at("direction"), shape);
      return;
    }
    claim.allow_only({"kind", "quantifier", "negated", "statement", "chord", "lambda"});
    rows_ = read_points(claim.at("chord"), shape);
    lambda_ = read_constant(claim.at("lambda"));
    if (lambda_.value.sign() <= 0 || lambda_.value >= Rational(1))
      claim.at("lambda").fail("must lie between 0 and 1");
  }

  std::string statement_body(bool negated) const override {
    if (has_direction_)
      return std::string("the second derivative U.H(W)U of L along the listed direction U is ") +
             (negated ? "not " : "") + "negative";
    const std::string &l = lambda_.text, rest = "(1 - " + l + ')';
    return "L(" + rest + " W + " + l + " W_1) " + (negated ? "<=" : ">") + ' ' + rest + " L(W) + " + l +
           " L(W_1) for the listed W_1";
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    if (!instance.is_point()) return "this kind of claim is decided for points only";
    const auto zero = std::ranges::find_if(instance.student, can_be_zero);
    if (!has_direction_ || zero == instance.student.end()) return {};
    return "the Hessian is undefined: student " + std::to_string(zero - instance.student.begin()) +
           " is zero";
  }

  Finding decide(const Question& q) const override {
    if (!has_direction_) return exceeds_chord(q);
    const Ball value = Curvature(q, rows_).value();
    return q.negated ? at_most(Ball(), value, q.bits) : less_than(value, Ball(), q.bits);
  }

  std::vector<std::string> assumptions() const override {
    std::vector<std::string> result = kernel_assumptions();
    if (has_direction_)
      result.emplace_back(
          "the second derivatives of L: E sign(u.x) sign(w.x) x x^T, and the bend of |u.x| at its kink "
          "(docs/theory/not-convex.md, section 2)");
    return result;
  }

 private:
  [[nodiscard]] Finding exceeds_chord(const Question& q) const {
    const Rational rest = Rational(1) - lambda_.value;
    Instance end = q.instance, between = q.instance;
    end.student = rows_;
    for (std::size_t j = 0; j < rows_.size(); ++j) {
      for (std::size_t k = 0; k < rows_[j].size(); ++k) {
        const Rational x = rest * q.instance.student[j][k].lo + lambda_.value * rows_[j][k].lo;
        between.student[j][k] = {x, x};
      }
    }
    const auto loss = [&](const Instance& at) { return landscape_of(at, q.bits, q.deadline).loss; };
    const Ball mean = add(mul(ball(rest, q.bits), loss(q.instance), q.bits),
                          mul(ball(lambda_.value, q.bits), loss(end), q.bits), q.bits);
    const Ball middle = loss(between);
    return q.negated ? at_most(middle, mean, q.bits) : less_than(mean, middle, q.bits);
  }

  bool has_direction_;
  std::vector<Row> rows_;  // U, or W_1
  Constant lambda_;
};

}  // namespace

std::unique_ptr<Rule> read_not_convex(const Json& claim, const Shape& shape) {
  return std::make_unique<NotConvexRule>(claim, shape);
}

}  // namespace lojaverify
