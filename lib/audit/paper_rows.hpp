#pragma once
// The paper's statements at one instance: docs/theory/audit.md, Section 2.

#include <lojacert/audit/classed_network.hpp>
#include <lojacert/audit/report.hpp>
#include <lojacert/exact/rational.hpp>
#include <lojacert/theory/tangent_gram.hpp>
#include <lojacert/theory/teacher_geometry.hpp>

#include <optional>
#include <vector>

namespace lojacert {

/// What the paper's bounds are made of: r, the separation Delta (pi/2 for a single teacher) and the smallest
/// and the largest norm of a teacher.
struct PaperConstants {
  Interval r;
  Interval separation;
  Interval least_mass;
  Interval greatest_mass;
};
[[nodiscard]] PaperConstants paper_constants(const TeacherGeometry& teacher, Bits bits);

/// The paper's choice of delta_max and q_ij. delta_max is the smallest angle for which Lemma 9 holds; then
/// q_ij |w_j| = |p_j| / (sum over T_i(delta_max) of |p_l|) within it and 0 beyond.
struct PaperWeights {
  Interval delta_max;
  std::vector<Interval> weights;  ///< q_ij |w_j|, a student
};
/// Nothing where some teacher's students have less than half its mass. The classes must be the nearest ones.
[[nodiscard]] std::optional<PaperWeights> paper_weights(const ClassedNetwork& network,
                                                        const ClassedResidual& residual);

/// Theorems 3 and 4, which make sense for any activation. `evaluation` is that of the landscape.
[[nodiscard]] std::vector<AuditRow> theorem_rows(const Instance& instance, const Landscape& landscape,
                                                 const Evaluation& evaluation, const TeacherGeometry& teacher,
                                                 Bits bits);

/// Lemmas 8 to 12, C.3 to C.6 and Claim 2, for `abs`. The classes must be the nearest ones.
[[nodiscard]] std::vector<AuditRow> lemma_rows(const ClassedNetwork& network, const ClassedResidual& residual,
                                               const TeacherGeometry& teacher, const MuBounds& mu);

/// Theorem 5, Lemmas 13, 14 and D.1, and Theorem D, for one step of gradient descent. Students in norm form;
/// the loss must not be 0.
[[nodiscard]] std::vector<AuditRow> step_rows(const ClassedNetwork& network, const ClassedResidual& residual,
                                              const TeacherGeometry& teacher, const Rational& step);

/// The largest number of 2 digits that is at most 1 / lbar: the step that Theorem D allows.
[[nodiscard]] Rational allowed_step(const TeacherGeometry& teacher, const Interval& loss,
                                    Activation activation);

}  // namespace lojacert
