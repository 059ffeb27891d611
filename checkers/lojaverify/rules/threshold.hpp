#pragma once
// The claim `threshold` and the theorems that can prove it, each in the file of its name.

#include "../cover.hpp"
#include "../teacher.hpp"
#include "../verdict.hpp"
#include "recovery_bounds.hpp"

namespace lojaverify {

/// What a theorem gives for every student of a teacher with L(W) <= eps0: ||grad L(W)||_F >= kappa L(W)^beta.
struct Proved {
  static Proved nothing(bool certain, std::string text) {
    Proved result;
    result.shortfall = Shortfall{certain, std::move(text)};
    return result;
  }

  std::optional<Shortfall> shortfall;  // a condition that is not shown; then nothing is proved
  Ball eps0, kappa;
  std::vector<std::string> details;  // for --explain
};

class ThresholdTheorem {
 public:
  virtual ~ThresholdTheorem() = default;

  /// The evidence's constants and their ranges fit the teacher.
  [[nodiscard]] virtual std::optional<std::string> misfit(const Instance& instance) const = 0;

  /// `reaches` returns nothing where the constants give the claim; otherwise the theorem may give up with its
  /// answer.
  using Reaches = std::function<std::optional<Shortfall>(const Proved&)>;
  [[nodiscard]] virtual Proved prove(const Instance& instance, const Reaches& reaches, slong bits,
                                     const Deadline& deadline) const = 0;

  /// What the conditions of the theorem, once they are shown, give at every W; with the angle of its classes.
  [[nodiscard]] virtual RecoveryFactors factors(const Instance& instance, slong bits) const = 0;
  [[nodiscard]] virtual const Rational& delta1() const = 0;

  /// The theorem, for --explain.
  [[nodiscard]] virtual std::string name() const = 0;
};

/// The claim, for rules whose evidence holds a certificate of it.
class ThresholdClaim : public Rule {
 public:
  [[nodiscard]] virtual const Constant& eps0() const = 0;
  [[nodiscard]] virtual const Constant& kappa() const = 0;
  [[nodiscard]] virtual const ThresholdTheorem& theorem() const = 0;
};

[[nodiscard]] std::unique_ptr<ThresholdTheorem> read_theorem_g(const Json& evidence);

}  // namespace lojaverify
