#include <array>

#include "rules.hpp"

namespace lojaverify {

std::span<const RuleEntry> rules() {
  static constexpr std::array<RuleEntry, 5> entries{{
      {"loss", read_loss},
      {"gradient", read_gradient},
      {"lojasiewicz", read_lojasiewicz},
      {"recovery", read_recovery},
      {"not-pl", read_not_pl},
  }};
  return entries;
}

}  // namespace lojaverify
