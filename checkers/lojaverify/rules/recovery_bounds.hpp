#pragma once
// Bounds on the students of classes and on far ones: what claims state (certificates/README.md, sections 4.10
// and 4.11) and what the theorems give.
//
// A student of a class is oriented by sgn_j towards its teacher, theta_j is the angle of the two lines,
// u_j = 2 sin(theta_j / 2), v_i = sum over T_i of sgn_j p_j - p_i*, Mass_i = sum over T_i of |p_j|.

#include "../verdict.hpp"
#include "conditions.hpp"

namespace lojaverify {

/// What holds at every W (of those that a theorem speaks of), in units of rho = sqrt(2 L) for abs and
/// sqrt(8 L) otherwise.
struct RecoveryFactors {
  Real misalignment;             // sum |p_j| (1 - cos theta_j)
  Real residual;                 // (sum |v_i|^2)^(1/2), hence |p_i*| - Mass_i
  Real excess;                   // Mass_i - |p_i*|
  Real turn;                     // b: the mass of {T_i: u_j >= u} is at most b rho u^(-3/2), u <= u_cap
  std::optional<Real> far_mass;  // where some are far; then
  std::optional<Real> cap;       // u_cap
  std::optional<Real> opposed;   // relu: sum |p_j| over the students of classes with sgn_j = -1

  /// The mass, in units of rho, above which a student has a class and u_j <= (b rho / |p_j|)^(2/3): where it
  /// is not far, and where less mass than its own has u >= u_cap.
  [[nodiscard]] std::optional<Real> heavy() const;
};

/// sqrt(2) for abs and sqrt(8) otherwise: rho at L = 1.
[[nodiscard]] Real unit_rho(const Instance& instance, const Real& any);

/// The bounds that a claim states.
class RecoveryBounds {
 public:
  explicit RecoveryBounds(const Json& json);

  [[nodiscard]] bool is_empty() const;
  [[nodiscard]] const std::optional<Constant>& opposed() const { return opposed_; }
  [[nodiscard]] const std::optional<Constant>& far_mass() const { return far_mass_; }

  /// Their sentences, joined by " and "; `unit` stands after each constant.
  [[nodiscard]] std::string sentences(const std::string& unit) const;

  /// Every bound is at least the theorem's at this rho.
  void follow(const RecoveryFactors& given, const Real& rho, Conditions& conditions) const;

 private:
  std::optional<Constant> misalignment_, far_mass_, residual_, deficit_, excess_, opposed_;
};

/// "A and B", or the one that is not empty.
[[nodiscard]] std::string joined(const std::string& a, const std::string& b);

}  // namespace lojaverify
