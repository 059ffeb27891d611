#include <array>

#include "rules.hpp"

namespace lojaverify {

std::span<const RuleEntry> rules() {
  static constexpr std::array<RuleEntry, 12> entries{{
      {"loss", read_loss},
      {"gradient", read_gradient},
      {"lojasiewicz", read_lojasiewicz},
      {"recovery", read_recovery},
      {"not-pl", read_not_pl},
      {"not-convex", read_not_convex},
      {"teacher", read_teacher, DigestOf::teacher},
      {"landscape", read_landscape, DigestOf::teacher, "forall-students"},
      {"threshold", read_threshold, DigestOf::teacher, "forall-students"},
      {"recovery-for-all", read_recovery_for_all, DigestOf::teacher, "forall-students"},
      {"convergence", read_convergence},
      {"trajectory", read_trajectory},
  }};
  return entries;
}

}  // namespace lojaverify
