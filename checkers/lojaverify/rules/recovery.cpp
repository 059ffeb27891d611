// recovery: students stand near the teachers they are assigned to, and angles, residuals and far mass are
// within bounds.
//
// Directions are compared as lines under abs and relu+linear (|p.x| = |-p.x|), as vectors under relu. With
// theta_j the angle of student j to its teacher i = assignment[j], T_i the class of i and v_i = sum over T_i
// of sgn_ij p_j - p_i*:
//   angle:     sum over T_i of |p_j| theta_j <= angle * sum over T_i of |p_j|, for every i;
//   residual:  |v_i| <= residual, for every i;
//   far_mass:  sum over the far students of |p_j| <= far_mass.
// Negated: the assignment is correct and one of the bounds fails.

#include "../radicals.hpp"
#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

/// atan2(S, c) over [S] >= 0 and [c]: it falls as c rises, and as S grows it moves towards pi/2, so the
/// extremes are at corners. Where both can be 0 a vector can be 0; its angle is arbitrary and no claim rests
/// on it.
Ball angle_of(const Ball& sine, const Ball& cosine, slong bits) {
  // A ball around [0, x] may begin a little below 0, where atan2 would jump to -pi.
  const Ball bottom = lower(sine, bits), sine_lower = bottom.is_negative() ? Ball() : bottom;
  const Ball sine_upper = upper(sine, bits);
  const Ball cosine_lower = lower(cosine, bits), cosine_upper = upper(cosine, bits);
  const Ball smallest = atan2(cosine_upper.is_positive() ? sine_lower : sine_upper, cosine_upper, bits);
  const Ball largest = atan2(cosine_lower.is_negative() ? sine_lower : sine_upper, cosine_lower, bits);
  return smallest.is_zero() && largest.is_zero() ? Ball() : nonnegative_part(hull(smallest, largest, bits));
}

Ball absolute(const Ball& a) {
  const Ball result = made<Ball>(arb_abs, a);
  return arb_contains_zero(a.get()) != 0 ? nonnegative_part(result) : result;
}

/// cos|cos| times n_w, by which directions of integer rows compare exactly; cos^2 for lines.
Rational closeness(const IntegerRow& student, const IntegerRow& teacher, bool lines) {
  const Integer c = dot(student.numerators, teacher.numerators);
  const Rational square(c * c, teacher.squared_norm);
  return !lines && c.sign() < 0 ? -square : square;
}

/// Students and teachers of one instance at one precision, with the pairs of each student.
struct Scene {
  const Instance& instance;
  slong bits;
  std::vector<Neuron> students, teachers;
  std::vector<std::vector<Pair>> pairs;   // m x r
  std::vector<std::vector<Ball>> angles;  // m x r

  Scene(const Question& q) : instance(q.instance), bits(q.bits) {
    for (const Row& w : instance.student) students.push_back(make_neuron(w, instance.neuron, 1, bits));
    for (const Row& w : instance.teacher)
      teachers.push_back(make_neuron(w, instance.teacher_neuron, -1, bits));
    for (const Neuron& student : students) {
      std::vector<Pair>& row = pairs.emplace_back();
      std::vector<Ball>& angle_row = angles.emplace_back();
      for (const Neuron& teacher : teachers) {
        q.deadline.check();
        row.push_back(make_pair_of(student, teacher, bits));
        const Ball& c = row.back().cosine;
        angle_row.push_back(angle_of(row.back().sine, lines() ? absolute(c) : c, bits));
      }
    }
  }

  [[nodiscard]] bool lines() const { return instance.is_even(); }
  [[nodiscard]] bool exact() const { return instance.is_point(); }

  /// Every teacher is nonzero and no two share a direction (or, for lines, a line).
  [[nodiscard]] Finding teachers_are_distinct() const {
    Finding result = Finding::certain(true);
    for (std::size_t i = 0; i < teachers.size(); ++i) {
      result = both(result, less_than(Ball(), teachers[i].norm, bits));
      for (std::size_t k = 0; k < i; ++k) {
        const Pair pair = make_pair_of(teachers[i], teachers[k], bits);
        Finding apart = less_than(Ball(), pair.sine, bits);
        if (!lines()) apart = either(apart, less_than(pair.cosine, Ball(), bits));
        result = both(result, apart);
      }
    }
    return result;
  }

  /// The angle of student j to teacher i is at most that to teacher k.
  [[nodiscard]] Finding is_nearer(std::size_t j, std::size_t i, std::size_t k) const {
    const auto &student = students[j].exact, &near = teachers[i].exact, &other = teachers[k].exact;
    if (student && near && other && near->squared_norm.sign() != 0 && other->squared_norm.sign() != 0) {
      return Finding::certain(closeness(*student, *near, lines()) >= closeness(*student, *other, lines()));
    }
    return at_most(angles[j][i], angles[j][k], bits);
  }

  /// sgn_ij as a ball: [-1, 1] where <w_j, a_i> can have either sign.
  [[nodiscard]] Ball orientation(std::size_t j, std::size_t i) const {
    const Ball& c = pairs[j][i].cosine;
    if (!lines() || arb_is_nonnegative(c.get()) != 0) return Ball(1);
    return c.is_negative() ? Ball(-1) : hull(Ball(-1), Ball(1), bits);
  }
};

class RecoveryRule final : public WeightsRule {
 public:
  RecoveryRule(const Json& claim, const Shape& shape) : delta1_(read_constant(claim.at("delta1"))) {
    claim.allow_only({"kind", "quantifier", "negated", "statement", "delta1", "assignment", "angle",
                      "residual", "far_mass"});
    if (delta1_.value.sign() < 0 || delta1_.value > parse_number("1.5707")) {
      claim.at("delta1").fail("must lie between 0 and 1.5707");
    }
    for (const Json entry : claim.at("assignment").elements()) {
      assignment_.push_back(entry.is_null() ? far : entry.integer());
      if (!entry.is_null() && (assignment_.back() < 0 || assignment_.back() >= shape.r)) {
        entry.fail("must be null or the index of a teacher, from 0 to " + std::to_string(shape.r - 1));
      }
    }
    if (static_cast<std::int64_t>(assignment_.size()) != shape.m) {
      claim.at("assignment").fail("must have one entry for each of the m students");
    }
    const auto bound = [&](std::string_view key) -> std::optional<Constant> {
      const std::optional<Json> json = claim.find(key);
      if (!json) return {};
      Constant constant = read_constant(*json);
      if (constant.value.sign() < 0) json->fail("must not be negative");
      return constant;
    };
    angle_ = bound("angle");
    residual_ = bound("residual");
    far_mass_ = bound("far_mass");
    if (!angle_ && !residual_ && !far_mass_)
      claim.fail("a recovery claim needs 'angle', 'residual' or 'far_mass'");
  }

  std::string statement_body(bool negated) const override {
    std::string bounds;
    const auto add = [&](const std::optional<Constant>& bound, std::string_view words) {
      if (bound)
        bounds += (bounds.empty() ? "" : " and ") + std::string(words) + " is at most " + bound->text;
    };
    add(angle_, "every mass-weighted mean angle");
    add(residual_, "every residual ||v_i||");
    add(far_mass_, "the far mass");
    return "with every student assigned to a nearest teacher within " + delta1_.text +
           " radians as listed (else far), " + (negated ? "it is not true that " : "") + bounds;
  }

  Finding decide(const Question& q) const override {
    const Scene scene(q);
    const Finding correct = both(scene.teachers_are_distinct(), assignment_is_correct(scene));
    Finding bounds = Finding::certain(true);
    for (std::size_t i = 0; i < scene.teachers.size(); ++i) {
      if (angle_) bounds = both(bounds, angle_is_within(scene, i));
      if (residual_) bounds = both(bounds, residual_is_within(scene, i));
    }
    if (far_mass_) bounds = both(bounds, far_mass_is_within(scene));
    return both(correct, q.negated ? negation(bounds) : bounds);
  }

  std::vector<std::string> assumptions() const override {
    std::vector<std::string> result = kernel_assumptions();
    result.pop_back();  // angles, norms and sums only: no Gaussian kernel
    return result;
  }

 private:
  static constexpr std::int64_t far = -1;

  [[nodiscard]] bool in_class(std::size_t j, std::size_t i) const {
    return assignment_[j] == static_cast<std::int64_t>(i);
  }

  [[nodiscard]] Finding assignment_is_correct(const Scene& scene) const {
    const Ball delta1 = ball(delta1_.value, scene.bits);
    Finding result = Finding::certain(true);
    for (std::size_t j = 0; j < assignment_.size(); ++j) {
      if (assignment_[j] == far) {
        if (scene.students[j].norm.is_zero()) continue;
        for (const Ball& angle : scene.angles[j]) result = both(result, less_than(delta1, angle, scene.bits));
        continue;
      }
      const auto i = static_cast<std::size_t>(assignment_[j]);
      result =
          both(result, less_than(Ball(), scene.students[j].norm, scene.bits));  // a zero student must be null
      result = both(result, at_most(scene.angles[j][i], delta1, scene.bits));
      for (std::size_t k = 0; k < scene.teachers.size(); ++k) {
        if (k != i) result = both(result, scene.is_nearer(j, i, k));
      }
    }
    return result;
  }

  /// sum over T_i of |p_j| (theta_j - angle) <= 0: one sum, so that a wide |p_j| counts once.
  [[nodiscard]] Finding angle_is_within(const Scene& scene, std::size_t i) const {
    Ball excess;
    for (std::size_t j = 0; j < assignment_.size(); ++j) {
      if (!in_class(j, i)) continue;
      const Ball over = sub(scene.angles[j][i], ball(angle_->value, scene.bits), scene.bits);
      add_product(excess, scene.students[j].mass, over, scene.bits);
    }
    return at_most(excess, Ball(), scene.bits);
  }

  [[nodiscard]] Finding residual_is_within(const Scene& scene, std::size_t i) const {
    const slong bits = scene.bits;
    const Neuron& teacher = scene.teachers[i];
    Ball squared;
    for (std::size_t k = 0; k < teacher.p.size(); ++k) {
      Ball component = mul(teacher.p[k], -1, bits);
      for (std::size_t j = 0; j < assignment_.size(); ++j) {
        if (!in_class(j, i)) continue;
        add_product(component, scene.orientation(j, i), scene.students[j].p[k], bits);
      }
      squared = add(squared, square(component, bits), bits);
    }
    const Finding finding = at_most(root(squared, bits), ball(residual_->value, bits), bits);
    return finding.truth == Truth::unknown && scene.exact() ? exact_residual(scene, i, finding) : finding;
  }

  /// An equality such as v_i = 0 is decided where v_i is rational.
  [[nodiscard]] Finding exact_residual(const Scene& scene, std::size_t i, const Finding& otherwise) const {
    std::vector<RadicalSum> v(scene.instance.d());
    add_effective_vector(v, -1, *scene.teachers[i].exact, scene.instance.teacher_neuron);
    for (std::size_t j = 0; j < assignment_.size(); ++j) {
      if (!in_class(j, i)) continue;
      const int sign = scene.orientation(j, i).is_negative() ? -1 : 1;
      add_effective_vector(v, sign, *scene.students[j].exact, scene.instance.neuron);
    }
    Rational squared;
    for (const RadicalSum& x : v) {
      if (!x.is_rational()) return otherwise;
      squared = squared + x.rational_part() * x.rational_part();
    }
    return Finding::certain(squared <= residual_->value * residual_->value);
  }

  [[nodiscard]] Finding far_mass_is_within(const Scene& scene) const {
    Ball mass;
    RadicalSum exact_mass;
    for (std::size_t j = 0; j < assignment_.size(); ++j) {
      if (assignment_[j] != far) continue;
      const Neuron& student = scene.students[j];
      mass = add(mass, student.mass, scene.bits);
      if (!scene.exact()) continue;
      const auto& [numerators, denominator, n] = *student.exact;
      if (student.form == Form::unit)
        exact_mass.add(Rational(Integer(1), denominator), n);
      else
        exact_mass.add(Rational(n, denominator * denominator), Integer(1));
    }
    const Finding finding = at_most(mass, ball(far_mass_->value, scene.bits), scene.bits);
    if (finding.truth != Truth::unknown || !scene.exact() || !exact_mass.is_rational()) return finding;
    return Finding::certain(exact_mass.rational_part() <= far_mass_->value);
  }

  Constant delta1_;
  std::vector<std::int64_t> assignment_;
  std::optional<Constant> angle_, residual_, far_mass_;
};

}  // namespace

std::unique_ptr<Rule> read_recovery(const Json& claim, const Shape& shape) {
  return std::make_unique<RecoveryRule>(claim, shape);
}

}  // namespace lojaverify
