#include <lojacert/theory/clusters.hpp>

#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/radical.hpp>
#include <lojacert/exact/row.hpp>

#include <fmt/format.h>

#include <span>
#include <string>
#include <utility>

namespace lojacert {

namespace {

/// Exact geometry of a point instance.
class PointAngles {
 public:
  explicit PointAngles(const Instance& instance)
      : oriented_(instance.activation == Activation::relu),
        students_(exact_rows(*instance.student)),
        teachers_(exact_rows(instance.teacher)) {
    for (std::size_t i = 0; i < teachers_.size(); ++i) {
      if (teachers_[i].squared_norm == 0) {
        throw InstanceError(
            fmt::format("teacher[{}]: is zero and has no direction to recover; remove it", i));
      }
      for (std::size_t k = 0; k < i; ++k) refuse_parallel(k, i);
    }
  }

  [[nodiscard]] bool is_zero(std::size_t j) const { return students_[j].squared_norm == 0; }

  /// A number that decreases with the angle between student j and teacher i: cos^2 (with its sign for
  /// vectors) times |w_j|^2.
  [[nodiscard]] Rational nearness(std::size_t j, std::size_t i) const {
    const Rational dot = inner_product(students_[j].entries, teachers_[i].entries);
    const Rational squared = dot * dot / teachers_[i].squared_norm;
    return oriented_ && dot < 0 ? Rational(-squared) : squared;
  }

  [[nodiscard]] std::size_t nearest(std::size_t j) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < teachers_.size(); ++i) {
      if (nearness(j, i) > nearness(j, best)) best = i;
    }
    return best;
  }

  [[nodiscard]] bool is_nearest(std::size_t j, std::size_t i) const {
    return nearness(j, i) >= nearness(j, nearest(j));
  }

  [[nodiscard]] Interval angle(std::size_t j, std::size_t i, Bits bits) const {
    Rational dot = inner_product(students_[j].entries, teachers_[i].entries);
    const Rational squared_gap = students_[j].squared_norm * teachers_[i].squared_norm - dot * dot;
    if (!oriented_) dot = abs(dot);
    return angle_of(sqrt_nonnegative(Interval::from(squared_gap, bits)), Interval::from(dot, bits));
  }

  /// True exactly when sum over the members of sgn p_j - p_i* is 0.
  [[nodiscard]] bool residual_is_zero(std::span<const std::size_t> members, std::size_t i,
                                      const Instance& instance) const {
    const std::size_t dimension = teachers_[i].entries.size();
    for (std::size_t k = 0; k < dimension; ++k) {
      std::vector<Radical> radicals;
      for (const std::size_t j : members) {
        const Rational& entry = students_[j].entries[k];
        const bool flip = !oriented_ && inner_product(students_[j].entries, teachers_[i].entries) < 0;
        radicals.push_back(
            effective_entry(flip ? Rational(-entry) : entry, students_[j].squared_norm, instance.neuron));
      }
      radicals.push_back(
          effective_entry(-teachers_[i].entries[k], teachers_[i].squared_norm, instance.teacher_neuron));
      if (!sum_is_zero(radicals)) return false;
    }
    return true;
  }

  /// True when <w_j, a_i> < 0 and signs do not matter, so that the student is used with the opposite sign.
  [[nodiscard]] bool is_flipped(std::size_t j, std::size_t i) const {
    return !oriented_ && inner_product(students_[j].entries, teachers_[i].entries) < 0;
  }

 private:
  void refuse_parallel(std::size_t k, std::size_t i) const {
    const Rational dot = inner_product(teachers_[k].entries, teachers_[i].entries);
    if (dot * dot != teachers_[k].squared_norm * teachers_[i].squared_norm) return;
    if (oriented_ && dot < 0) return;
    throw InstanceError(fmt::format("teacher[{}] and teacher[{}]: lie on one {}; merge them into one teacher",
                                    k, i, oriented_ ? "ray" : "line"));
  }

  /// The entry of p = w (unit) or |w| w (norm); |w| = sqrt(P / Q) = sqrt(P Q) / Q.
  static Radical effective_entry(const Rational& entry, const Rational& squared_norm, NeuronForm form) {
    if (form == NeuronForm::unit || squared_norm == 0) return {entry, 1};
    const Integer p = numerator(squared_norm);
    const Integer q = denominator(squared_norm);
    return {entry / Rational(q), p * q};
  }

  bool oriented_;
  std::vector<ExactRow> students_;
  std::vector<ExactRow> teachers_;
};

using IntervalRow = std::vector<Interval>;

/// The effective vector w or |w| w.
IntervalRow effective(IntervalRow w, NeuronForm form, Bits bits) {
  if (form == NeuronForm::unit) return w;
  const Interval length = sqrt_nonnegative(squared_length(w, bits));
  for (Interval& entry : w) entry *= length;
  return w;
}

}  // namespace

class Clusters::Geometry {
 public:
  explicit Geometry(const Instance& given)
      : instance(given), middle(given.is_point() ? given : point_in(given, Corner::middle)), points(middle) {}

  [[nodiscard]] bool oriented() const { return instance.activation == Activation::relu; }

  [[nodiscard]] Interval angle(std::size_t j, std::size_t i, Bits bits) const {
    if (instance.is_point()) return points.angle(j, i, bits);
    const IntervalRow u = interval_row(*instance.student, j, bits);
    const IntervalRow v = interval_row(instance.teacher, i, bits);
    Interval dot = inner_product(u, v, bits);
    const Interval squared_length_of_v = squared_length(v, bits);
    // S(u, v) = S(u - lambda v, v) for every lambda.
    Interval lambda = (dot / squared_length_of_v).midpoint();
    if (!lambda.is_finite()) lambda = Interval::zero(bits);
    IntervalRow rest = u;
    for (std::size_t k = 0; k < rest.size(); ++k) rest[k] -= lambda * v[k];
    const Interval gap = sqrt_nonnegative(squared_length_of_v * squared_length(rest, bits) -
                                          sqr(inner_product(rest, v, bits)));
    if (!oriented()) dot = abs(dot);
    return angle_of(gap, dot);
  }

  /// Whether no teacher is nearer to student j than teacher i.
  [[nodiscard]] Decision is_nearest(std::size_t j, std::size_t i, Bits bits) const {
    if (instance.is_point()) return exactly(points.is_nearest(j, i));
    Decision decision = exactly(true);
    for (std::size_t k = 0; k < instance.teacher_count(); ++k) {
      if (k == i) continue;
      decision = both(
          decision,
          decide_less_equal(angle(j, i, bits), angle(j, k, bits),
                            fmt::format("angle of student[{}] to teacher[{}] <= to teacher[{}]", j, i, k)));
    }
    return decision;
  }

  Instance instance;
  Instance middle;
  PointAngles points;
};

Clusters::Clusters(const Instance& instance) {
  if (instance.gram) throw InstanceError("teacher: given by its Gram matrix; give the vectors");
  if (!instance.student) throw InstanceError("student: missing; recovery needs one");
  geometry_ = std::make_unique<const Geometry>(instance);
}

Clusters::~Clusters() = default;
Clusters::Clusters(Clusters&&) noexcept = default;

Assignment Clusters::propose(const Rational& delta1) const {
  constexpr Bits bits{128};
  const PointAngles& points = geometry_->points;
  const Interval limit = Interval::from(delta1, bits);
  Assignment assignment(geometry_->instance.student_count());
  for (std::size_t j = 0; j < assignment.size(); ++j) {
    if (points.is_zero(j)) continue;
    const std::size_t nearest = points.nearest(j);
    if (!certainly_less(limit, points.angle(j, nearest, bits))) assignment[j] = nearest;
  }
  return assignment;
}

Decision Clusters::assignment_is_correct(const Assignment& assignment, const Rational& delta1,
                                         Bits bits) const {
  const Geometry& geometry = *geometry_;
  const Interval limit = Interval::from(delta1, bits);
  Decision decision = exactly(true);
  for (std::size_t j = 0; j < assignment.size(); ++j) {
    const bool is_zero_point = geometry.instance.is_point() && geometry.points.is_zero(j);
    if (is_zero_point) {
      decision = both(decision, exactly(!assignment[j]));
    } else if (assignment[j]) {
      const std::size_t i = *assignment[j];
      decision = both(decision,
                      decide_less_equal(geometry.angle(j, i, bits), limit,
                                        fmt::format("angle of student[{}] to teacher[{}] <= delta1", j, i)));
      decision = both(decision, geometry.is_nearest(j, i, bits));
    } else {
      for (std::size_t i = 0; i < geometry.instance.teacher_count(); ++i) {
        decision =
            both(decision, decide_less(limit, geometry.angle(j, i, bits),
                                       fmt::format("delta1 < angle of student[{}] to teacher[{}]", j, i)));
      }
    }
  }
  return decision;
}

ClusterReport Clusters::report(const Assignment& assignment, Bits bits) const {
  const Geometry& geometry = *geometry_;
  const Instance& instance = geometry.instance;
  const Interval zero = Interval::zero(bits);
  ClusterReport report{{}, zero};
  std::vector<std::vector<std::size_t>> members(instance.teacher_count());
  std::vector<IntervalRow> residuals;
  for (std::size_t i = 0; i < instance.teacher_count(); ++i) {
    report.teachers.push_back({zero, zero, zero, 0});
    residuals.push_back(effective(interval_row(instance.teacher, i, bits), instance.teacher_neuron, bits));
    for (Interval& entry : residuals.back()) entry = -entry;
  }
  for (std::size_t j = 0; j < assignment.size(); ++j) {
    const IntervalRow p = effective(interval_row(*instance.student, j, bits), instance.neuron, bits);
    const Interval mass = sqrt_nonnegative(squared_length(p, bits));
    if (!assignment[j]) {
      report.far_mass += mass;
      continue;
    }
    const std::size_t i = *assignment[j];
    members[i].push_back(j);
    ClusterBounds& cluster = report.teachers[i];
    cluster.mass += mass;
    cluster.mass_weighted_angle.add_product(mass, geometry.angle(j, i, bits));
    cluster.size += 1;
    // On a box every choice has the sign of the middle, or the angle reaches 90 degrees and the assignment is
    // not correct.
    const bool flip = geometry.points.is_flipped(j, i);
    for (std::size_t k = 0; k < p.size(); ++k) residuals[i][k] += flip ? -p[k] : p[k];
  }
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    Interval& residual = report.teachers[i].residual;
    residual = sqrt_nonnegative(squared_length(residuals[i], bits));
    const bool may_be_zero = residual.contains_zero() && !residual.is_point();
    if (may_be_zero && instance.is_point() && geometry.points.residual_is_zero(members[i], i, instance))
      residual = zero;
  }
  return report;
}

}  // namespace lojacert
