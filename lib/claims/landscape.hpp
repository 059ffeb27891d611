#pragma once
// The claim `landscape`: Theorem L. Near the teachers the inequality holds for every number of students.

#include <lojacert/claims/claim.hpp>
#include <lojacert/theory/theorem_l.hpp>

#include <optional>
#include <string>

namespace lojacert {

/// The claim's constants as exact text; those absent are found.
struct LandscapeConstants {
  std::optional<std::string> delta;  ///< radians; absent: approximate_best_delta
  std::optional<std::string> s;      ///< absent: approximate_best_s
  std::optional<std::string> eps0;   ///< absent, like the next two: the largest of 5 digits that is proved
  std::optional<std::string> kappa;
  std::optional<std::string> kappa_1;
};

/// Throws InputError where a text is no number or out of range, InstanceError where the teacher has no
/// geometry, and UndecidedError where the theorem's conditions fail for this delta.
[[nodiscard]] Claim landscape_claim(const Instance& instance, const LandscapeConstants& constants,
                                    LocalAim aim, const Budget& budget);

}  // namespace lojacert
