#pragma once
// The proof behind a claim `convergence`: which theorem, with which choices, and the bounds that it gives.
// docs/theory/convergence.md, Sections 3 to 5.

#include <lojacert/claims/cited_threshold.hpp>
#include <lojacert/landscape/evaluation.hpp>
#include <lojacert/theory/gradient_dynamics.hpp>
#include <lojacert/theory/theorem_i.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lojacert {

/// The instance with what every attempt at a proof needs of it, made once.
struct ConvergenceSetting {
  Instance instance;
  TeacherGeometry teacher;
  Landscape landscape;
  Dynamics dynamics;

  ConvergenceSetting(const Instance& given, const Dynamics& how);

  /// L(W_0); kept for the precision that was asked for last.
  [[nodiscard]] const Interval& loss(Bits bits) const;

 private:
  mutable std::optional<Interval> loss_;
  mutable long loss_bits_ = 0;
};

/// Theorem G from the start (no `invariance`), Theorem I (no `cited`), or I with a hand-over to G (both).
struct ConvergencePlan {
  std::optional<CitedThreshold> cited;
  std::optional<InvarianceChoice> invariance;
  std::optional<ClassedStudents> students;  ///< with `invariance`
};

/// What a plan gives, for enclosures of one precision; meaningless unless `hypotheses` is proved. The bounds
/// of `recovery` go with e(t).
struct ConvergenceBounds {
  Decision hypotheses;
  std::vector<EnvelopeLine> lines;
  std::optional<Interval> linear_rate;
  Interval distance;
  Interval path;  ///< from W_0
  std::vector<std::pair<std::string, Interval>> recovery;
};

[[nodiscard]] ConvergenceBounds bounds_of(const ConvergenceSetting& setting, const ConvergencePlan& plan,
                                          Bits bits);

/// Whether the limit of student j is a nonzero multiple of p_i*.
[[nodiscard]] Decision limit_is(const ConvergenceSetting& setting, const ConvergencePlan& plan,
                                const ConvergenceBounds& bounds, std::size_t j, std::size_t i, Bits bits);

/// A choice for Theorem I whose hypotheses hold at the given precision, with the largest kappa found; with a
/// hand-over at the given loss where it is given. Nothing where none was found; then `missing` is the reason
/// of the most promising one.
[[nodiscard]] std::optional<ConvergencePlan> plan_by_invariance(const ConvergenceSetting& setting,
                                                                const std::optional<CitedThreshold>& cited,
                                                                Bits bits, std::string& missing);

}  // namespace lojacert
