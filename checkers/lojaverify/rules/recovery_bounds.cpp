#include "recovery_bounds.hpp"

namespace lojaverify {

namespace {

std::optional<Constant> read_bound(const Json& json, std::string_view key) {
  const std::optional<Json> value = json.find(key);
  if (!value) return {};
  Constant constant = read_constant(*value);
  if (constant.value.sign() < 0) value->fail("must not be negative");
  return constant;
}

Real larger(const Real& a, const Real& b) {
  return {made<Ball>(arb_max, a.ball(), b.ball(), a.bits()), a.bits()};
}

}  // namespace

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() ? a + b : a + " and " + b;
}

Real unit_rho(const Instance& instance, const Real& any) {
  return root(any.number(instance.activation == Activation::abs ? 2 : 8));
}

std::optional<Real> RecoveryFactors::heavy() const {
  if (!far_mass || !cap) return {};
  return larger(*far_mass, turn / power(*cap, 3, 2));
}

RecoveryBounds::RecoveryBounds(const Json& json)
    : misalignment_(read_bound(json, "misalignment")),
      far_mass_(read_bound(json, "far_mass")),
      residual_(read_bound(json, "residual")),
      deficit_(read_bound(json, "deficit")),
      excess_(read_bound(json, "excess")),
      opposed_(read_bound(json, "opposed")) {}

bool RecoveryBounds::is_empty() const {
  return !misalignment_ && !far_mass_ && !residual_ && !deficit_ && !excess_ && !opposed_;
}

std::string RecoveryBounds::sentences(const std::string& unit) const {
  std::string text;
  const auto add = [&](const std::string& words, const std::optional<Constant>& bound) {
    if (bound) text = joined(text, words + ' ' + bound->text + unit);
  };
  add("the misalignment is at most", misalignment_);
  add("the far mass is at most", far_mass_);
  add("the residuals are at most", residual_);
  add("every class has at least the mass of its teacher less", deficit_);
  add("every class has at most the mass of its teacher plus", excess_);
  add("the mass that points away from its teacher is at most", opposed_);
  return text;
}

void RecoveryBounds::follow(const RecoveryFactors& given, const Real& rho, Conditions& conditions) const {
  const auto compare = [&](const std::string& name, const std::optional<Real>& factor,
                           const std::optional<Constant>& bound) {
    if (!bound) return;
    if (!factor) return conditions.require(name + ": the theorem gives none here", false);
    conditions.require_at_most(name + ", the theorem's and the claim's", *factor * rho,
                               Real(bound->value, rho.bits()));
  };
  compare("misalignment", given.misalignment, misalignment_);
  compare("far_mass", given.far_mass, far_mass_);
  compare("residual", given.residual, residual_);
  compare("deficit", given.residual, deficit_);
  compare("excess", given.excess, excess_);
  compare("opposed", given.opposed, opposed_);
}

}  // namespace lojaverify
