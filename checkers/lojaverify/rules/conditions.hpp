#pragma once
// Conditions of a theorem, one after the other.

#include "../cover.hpp"
#include "../real.hpp"

namespace lojaverify {

/// Conditions in the order in which they must hold: each may rest on those before. The first that is not
/// shown decides.
class Conditions {
 public:
  void require(const std::string& name, const Finding& holds);
  void require(const std::string& name, bool holds) { require(name, Finding::certain(holds)); }
  /// These name the numbers as well.
  void require_positive(const std::string& name, const Real& value);
  void require_at_most(const std::string& name, const Real& left, const Real& right);
  void require_less(const std::string& name, const Real& left, const Real& right);

  void detail(std::string text) { details_.push_back(std::move(text)); }

  /// Whether all so far are shown.
  [[nodiscard]] bool hold() const { return open_.truth == Truth::yes; }

  /// `yes` with the details; a certain failure with its name, so that no precision is tried in vain; or
  /// undecided.
  [[nodiscard]] Finding finding() const;

 private:
  Finding open_ = Finding::certain(true);
  std::string failure_;
  std::vector<std::string> details_;
};

}  // namespace lojaverify
