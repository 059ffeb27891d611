#include "conditions.hpp"

namespace lojaverify {

namespace {

/// "2 < 3", or by how much where the two read the same.
std::string compared(const Real& left, const std::string& relation, const Real& right) {
  const std::string a = shown(left.ball()), b = shown(right.ball());
  return a + relation + b + (a == b ? ", by " + shown((right - left).ball()) : "");
}

}  // namespace

void Conditions::require(const std::string& name, const Finding& holds) {
  if (!hold() || holds.truth == Truth::yes) return;
  open_ = holds;
  failure_ = "not shown: " + name;
}

void Conditions::require_positive(const std::string& name, const Real& value) {
  require(name + ", " + shown(value.ball()), less_than(value.number(0), value));
}

void Conditions::require_at_most(const std::string& name, const Real& left, const Real& right) {
  require(name + ": " + compared(left, " <= ", right), at_most(left, right));
}

void Conditions::require_less(const std::string& name, const Real& left, const Real& right) {
  require(name + ": " + compared(left, " < ", right), less_than(left, right));
}

Finding Conditions::finding() const {
  Finding finding = open_;
  finding.notes.clear();
  if (finding.truth == Truth::yes) finding.notes = details_;
  if (finding.truth == Truth::no) finding.notes = {failure_};
  return finding;
}

}  // namespace lojaverify
