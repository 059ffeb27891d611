#include <lojacert/audit/audit.hpp>

#include <lojacert/audit/classed_network.hpp>
#include <lojacert/audit/paper_rows.hpp>
#include <lojacert/audit/proof_rows.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/landscape/adaptive.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace lojacert {

namespace {

void append(std::vector<AuditRow>& rows, std::vector<AuditRow> more) {
  rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// The parts of an audit that do not depend on the precision.
class Auditor {
 public:
  Auditor(const Instance& instance, const AuditRequest& request)
      : request_(request),
        instance_(instance),
        teacher_(instance),
        mu_(mu_bounds(teacher_)),
        landscape_(instance_) {
    if (!instance_.is_point())
      throw InstanceError("has boxes; an audit compares both sides at exact weights: give a point instance");
    if (instance_.activation == Activation::abs) network_.emplace(instance_);
  }

  [[nodiscard]] AuditReport at(Bits bits) const {
    AuditReport report;
    report.bits = bits.value;
    report.rows = theorem_rows(instance_, landscape_, teacher_, bits);
    if (!network_) {
      report.notes.emplace_back("the paper's lemmas are about abs; for relu only its theorems have rows");
      return report;
    }
    const ClassedResidual residual(*network_, network_->nearest(), bits);
    append(report.rows, lemma_rows(*network_, residual, teacher_, mu_));
    const bool moves = !landscape_.loss_is_exactly_zero() && residual.gradient();
    if (!moves) {
      report.notes.emplace_back(landscape_.loss_is_exactly_zero()
                                    ? "L = 0: no step, and no theorem loses a factor"
                                    : "the gradient is undefined: a student is zero and in unit form");
      return report;
    }
    if (instance_.neuron == NeuronForm::norm) {
      append(report.rows, step_rows(*network_, residual, teacher_,
                                    request_.step ? *request_.step : step_of(residual.loss())));
    } else {
      report.notes.emplace_back("Theorem 5 and Lemmas 13, 14 and D.1 are about students in norm form");
    }
    add_theorem_a(report, *network_, bits);
    add_theorem_l(report, *network_, teacher_, bits);
    if (request_.threshold != nullptr) add_theorem_g(report, *network_, *request_.threshold, bits);
    return report;
  }

  /// The precision that makes the loss and the gradient narrow.
  [[nodiscard]] long first_bits() const {
    return narrow_evaluation(landscape_, request_.relative_width, request_.max_bits).bits;
  }

 private:
  /// Chosen once, so that every precision sees the same step.
  [[nodiscard]] const Rational& step_of(const Interval& loss) const {
    if (!step_) step_ = allowed_step(teacher_, loss, Activation::abs);
    return *step_;
  }

  const AuditRequest& request_;
  Instance instance_;
  TeacherGeometry teacher_;
  MuBounds mu_;
  Landscape landscape_;
  std::optional<ClassedNetwork> network_;
  mutable std::optional<Rational> step_;
};

bool is_narrow(const std::optional<Interval>& side, double relative_width, long bits) {
  if (!side || side->is_point()) return true;
  if (!side->is_finite()) return false;
  const double magnitude = side->approximate_log2_mag();
  const double tiny = -0.5 * static_cast<double>(bits);  // what may be 0 exactly never gets narrow
  return side->approximate_log2_width() <= std::max(magnitude + std::log2(relative_width), tiny);
}

bool is_narrow(const AuditReport& report, double relative_width) {
  const auto narrow = [&](const auto& row) {
    return is_narrow(row.left, relative_width, report.bits) &&
           is_narrow(row.right, relative_width, report.bits);
  };
  return std::ranges::all_of(report.rows, narrow) && std::ranges::all_of(report.factors, narrow);
}

}  // namespace

AuditReport audit(const Instance& instance, const AuditRequest& request) {
  Instance audited = instance;
  if (instance.activation == Activation::relu_linear) audited.activation = Activation::abs;
  const Auditor auditor(audited, request);
  long bits = std::min(auditor.first_bits() + 64, request.max_bits);
  AuditReport report = auditor.at(Bits{bits});
  while (!is_narrow(report, request.relative_width) && bits < request.max_bits &&
         bits < 8 * auditor.first_bits()) {
    bits = std::min(2 * bits, request.max_bits);
    report = auditor.at(Bits{bits});
  }
  if (instance.activation == Activation::relu_linear)
    report.notes.emplace_back(
        "relu+linear is audited as abs at the same weights: 4 times the loss, 4 times the gradient");
  return report;
}

}  // namespace lojacert
