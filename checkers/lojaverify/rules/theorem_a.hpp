#pragma once
// Theorem A (docs/theory/theorem-a.md): the evidence of lojasiewicz by descent towards the teachers.

#include "../verdict.hpp"

namespace lojaverify {

class TheoremA {
 public:
  /// Reads `assignment` and `weights`.
  TheoremA(const Json& evidence, const Shape& shape);

  /// A reason why these are no classes and weights.
  [[nodiscard]] const std::optional<std::string>& misfit() const { return misfit_; }

  /// `yes`: kappa L^beta <= (2L - P) / |D|, which is at most ||grad L||. Never `no`: the theorem refutes
  /// nothing.
  [[nodiscard]] Finding gives(const Question& q, const Rational& kappa, const Rational& beta) const;

 private:
  static constexpr std::int64_t far = -1;
  std::vector<std::int64_t> assignment_;
  std::vector<Rational> weights_;
  std::optional<std::string> misfit_;
};

}  // namespace lojaverify
