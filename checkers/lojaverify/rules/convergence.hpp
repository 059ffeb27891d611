#pragma once
// The claim `convergence` and the theorems that can prove it, each in the file of its name.

#include "../dynamics.hpp"
#include "../verdict.hpp"
#include "recovery_bounds.hpp"

namespace lojaverify {

/// For each student the index of a teacher, or none.
using Classes = std::vector<std::optional<std::size_t>>;

/// m entries, each null or the index of a teacher.
[[nodiscard]] Classes read_classes(const Json& json, const Shape& shape);

/// The claim, certificates/README.md, section 4.11. q(t) is the smallest of the a + c t.
struct ConvergenceClaim {
  ConvergenceClaim(const Json& claim, const Shape& shape);

  [[nodiscard]] std::string body(const Instance& instance) const;

  struct Line {
    Constant a, c;
  };
  /// Bounds in units of e(t) = q(t)^-1, in unit form q(t)^(-3/2).
  struct Recovery {
    explicit Recovery(const Json& json, const Shape& shape);
    std::optional<Constant> delta1;  // either this: classes by the nearest line
    std::optional<Classes> classes;  // or these, with
    std::optional<Constant> delta;   // the angle to which they keep
    RecoveryBounds bounds;
    std::optional<Constant> heavy;  // with delta1 and angle
    std::optional<Constant> angle;
  };
  struct Target {
    Constant loss, steps;
  };

  std::optional<Constant> step;  // none: the flow
  std::vector<Line> envelope;
  std::optional<Constant> linear_rate, distance;
  std::optional<Classes> limit;
  std::optional<Recovery> recovery;
  std::optional<Target> target;
};

/// The weights W_0 that both theorems start from, at one precision.
struct Start {
  Start(const Question& q, const ConvergenceClaim& claim, const Ball& loss_at_start);

  [[nodiscard]] bool is_unit() const { return question.instance.neuron == Form::unit; }
  [[nodiscard]] Rational cosine_squared(std::size_t student, std::size_t teacher_index) const;
  /// |w_j|, and |w_j| sin of the angle of the lines of w_j and teacher i
  [[nodiscard]] Real length(std::size_t student) const;
  [[nodiscard]] Real distance_to_line(std::size_t student, std::size_t teacher_index) const;
  [[nodiscard]] Real real(const Rational& x) const { return {x, question.bits}; }

  const Question& question;
  Teacher teacher;
  Frame frame;
  Real loss;       // L_0
  Real curvature;  // lbar
  Motion motion;
  std::vector<Rational> squares;             // |w_j|^2
  std::vector<std::vector<Rational>> inner;  // <w_j, P_i>
};

/// What a theorem gives of the whole course from there.
struct Course {
  struct Line {
    Real a, c;
  };
  /// From ||grad L|| >= kappa L^(3/4), in unit form L^(2/3), all along: L^(-1/2) grows by beta kappa^2 / 2 in
  /// every step, and |W_t - W_oo| <= (4 step / (beta kappa)) L^(1/4); unit form, the flow: L^(-1/3) by
  /// kappa^2 / 3, (3 / kappa) L^(1/3).
  Course(const Start& start, const Real& kappa);

  std::vector<Line> lines;  // q(t) is the smallest of them: L(W_t) <= q^-2, in unit form q^-3
  Real distance;            // the factor of L(W_t)^(1/4) or L(W_t)^(1/3)
  std::optional<Real> linear_rate;
  std::optional<RecoveryFactors> factors;
  Classes classes;                        // classes that stay; empty: none
  std::vector<Finding> ends_on_own_line;  // for each teacher: the students of its class end on its line
};

class ConvergenceTheorem {
 public:
  virtual ~ConvergenceTheorem() = default;

  /// A reason why the theorem is not about this claim.
  [[nodiscard]] virtual std::optional<std::string> misfit(const Instance& instance,
                                                          const ConvergenceClaim& claim) const = 0;

  /// Shows the conditions; the course means nothing unless they hold.
  [[nodiscard]] virtual Course course(const Start& start, const ConvergenceClaim& claim,
                                      Conditions& conditions) const = 0;

  /// What it rests on.
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;
};

[[nodiscard]] std::unique_ptr<ConvergenceTheorem> read_convergence_by_g(const Json& evidence, const Shape&);
[[nodiscard]] std::unique_ptr<ConvergenceTheorem> read_convergence_by_i(const Json& evidence,
                                                                        const Shape& shape);

}  // namespace lojaverify
