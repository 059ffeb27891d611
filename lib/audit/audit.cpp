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

  [[nodiscard]] AuditReport at(Bits bits, const Evaluation& evaluation) const {
    AuditReport report;
    report.bits = bits.value;
    report.rows = theorem_rows(instance_, landscape_, evaluation, teacher_, bits);
    if (network_) {
      add_lemmas(report, bits, evaluation);
    } else {
      report.notes.emplace_back("the paper's lemmas are about abs; for relu only its theorems have rows");
    }
    if (landscape_.loss_is_exactly_zero()) {
      report.notes.emplace_back("L = 0: no step, and no theorem loses a factor");
    } else if (evaluation.undefined_at) {
      report.notes.emplace_back("the gradient is undefined: a student is zero and in unit form");
    } else {
      add_theorems(report, bits, evaluation);
    }
    return report;
  }

  /// An evaluation at a precision that makes the loss and the gradient narrow.
  [[nodiscard]] NarrowEvaluation narrow() const {
    constexpr double spare = 1e-8;  // the rows cancel some more
    return narrow_evaluation(landscape_, spare * request_.relative_width, request_.max_bits, Rung::intervals);
  }

  [[nodiscard]] const Landscape& landscape() const { return landscape_; }

 private:
  void add_lemmas(AuditReport& report, Bits bits, const Evaluation& evaluation) const {
    const ClassedResidual residual(*network_, network_->nearest(), evaluation, bits);
    append(report.rows, lemma_rows(*network_, residual, teacher_, mu_));
    if (instance_.neuron != NeuronForm::norm) {
      report.notes.emplace_back("Theorem 5 and Lemmas 13, 14 and D.1 are about students in norm form");
    } else if (!landscape_.loss_is_exactly_zero()) {
      append(report.rows, step_rows(*network_, residual, teacher_,
                                    request_.step ? *request_.step : step_of(residual.loss())));
    }
  }

  void add_theorems(AuditReport& report, Bits bits, const Evaluation& evaluation) const {
    add_theorem_a(report, instance_, network_ ? &*network_ : nullptr, evaluation, bits);
    if (network_) add_theorem_l(report, *network_, teacher_, evaluation, bits);
    if (request_.threshold == nullptr) return;
    add_theorem_g_hypotheses(report, *request_.threshold, evaluation.loss);
    if (network_) add_theorem_g_factors(report, *network_, *request_.threshold, evaluation, bits);
  }

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
  const NarrowEvaluation first = auditor.narrow();
  AuditReport report = auditor.at(Bits{first.bits}, first.evaluation);
  for (long bits = first.bits; !is_narrow(report, request.relative_width) && bits < 8 * first.bits;) {
    bits *= 2;
    if (bits > request.max_bits) break;
    report = auditor.at(Bits{bits}, auditor.landscape().evaluate(Bits{bits}));
  }
  if (instance.activation == Activation::relu_linear)
    report.notes.emplace_back(
        "relu+linear is audited as abs at the same weights: 4 times the loss, 4 times the gradient");
  return report;
}

}  // namespace lojacert
