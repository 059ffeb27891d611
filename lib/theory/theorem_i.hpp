#pragma once
// Theorem I: students that stay near their teachers for all time, from mu alone. Students in norm form.
// docs/theory/convergence.md, Section 5.

#include <lojacert/network/instance.hpp>
#include <lojacert/proof/verdict.hpp>
#include <lojacert/theory/gradient_dynamics.hpp>
#include <lojacert/theory/theorem_l.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace lojacert {

/// The free choices of the theorem. `classes` gives every student its teacher, or none for the set S.
struct InvarianceChoice {
  std::vector<std::optional<std::size_t>> classes;
  Rational mu;
  Rational delta;
  Rational chi;
  std::optional<Rational> hand_over;  ///< L_1: the theorem is used while L >= L_1; without it for ever
};

/// What the theorem needs of the students, exactly: |w_j|^2 and cos^2 of the angle to the teacher of the
/// class.
struct ClassedStudents {
  struct Student {
    Rational squared_norm;
    Rational squared_cosine;  ///< 0 in S
    bool points_away = false;
  };
  std::vector<Student> students;
};

/// Throws InstanceError where the instance has boxes, or where a zero student has a class.
[[nodiscard]] ClassedStudents classed_students(const Instance& instance,
                                               const std::vector<std::optional<std::size_t>>& classes);

/// The constants, meaningful only where `hypotheses` is proved.
struct InvarianceConstants {
  Decision hypotheses;     ///< all of them: which one fails is in its reason
  int shown = 0;           ///< how many were shown before that: steers a search
  Interval kappa;          ///< ||grad L|| >= kappa L^(3/4) along the way
  Interval descent_share;  ///< c': sum <grad_{p_j} L, D_j> >= 2 c' L for abs
  Interval potential;      ///< FFbar, in the units of the abs problem
  Interval B;
  Interval residual;  ///< A / sqrt(mu)
  Interval turn;      ///< b of convergence.md, (4.3): 2 B / sqrt(2 sin(delta/2))
};

/// Checks the hypotheses in the order of the page and computes the constants, for the loss L(W_0).
/// relu+linear is the abs problem with 4L and a quarter of the step.
[[nodiscard]] InvarianceConstants invariance(const TeacherGeometry& teacher, const Instance& instance,
                                             const ClassedStudents& students, const InvarianceChoice& choice,
                                             const Dynamics& dynamics, const Interval& loss);

}  // namespace lojacert
