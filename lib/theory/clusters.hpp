#pragma once
// Which teacher each student belongs to, and how well each teacher is recovered.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/proof/verdict.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace lojacert {

/// assignment[j]: the teacher that student j belongs to, or nothing for far.
using Assignment = std::vector<std::optional<std::size_t>>;

/// What a cluster T_i says about teacher i: theta_j is the angle of student j to its teacher, of the lines
/// under `abs` and `relu+linear`, of the vectors under `relu`; p_j the effective vector
/// (docs/claims/recovery.md).
struct ClusterBounds {
  Interval mass;                 ///< sum over T_i of |p_j|
  Interval mass_weighted_angle;  ///< sum over T_i of |p_j| theta_j
  Interval residual;             ///< |v_i|, v_i = sum over T_i of sgn p_j - p_i*
  std::size_t size = 0;          ///< number of students in T_i
};

struct ClusterReport {
  std::vector<ClusterBounds> teachers;
  Interval far_mass;
};

/// Angles between the students and the teachers of one instance, point or box.
class Clusters {
 public:
  /// Throws InstanceError where a teacher is or may be zero, or two teachers are parallel (for `abs` and
  /// `relu+linear` also antiparallel).
  explicit Clusters(const Instance& instance);
  ~Clusters();
  Clusters(Clusters&&) noexcept;

  /// The nearest teacher of every student (the first of several equally near), far where its angle exceeds
  /// delta1 or the student is zero. On boxes that of the boxes' middle. A proposal: assignment_is_correct
  /// decides.
  [[nodiscard]] Assignment propose(const Rational& delta1) const;

  /// Whether every nonzero student is assigned to a teacher within delta1 and none is nearer, and far
  /// students have none within delta1. On points nearest is decided by exact arithmetic. Rigorous.
  [[nodiscard]] Decision assignment_is_correct(const Assignment& assignment, const Rational& delta1,
                                               Bits bits) const;

  /// Enclosures for a given assignment. Rigorous. A residual that is exactly 0 is recognised on points.
  [[nodiscard]] ClusterReport report(const Assignment& assignment, Bits bits) const;

 private:
  class Geometry;
  std::unique_ptr<const Geometry> geometry_;
};

}  // namespace lojacert
