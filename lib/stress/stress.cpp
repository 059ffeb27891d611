#include <lojacert/stress/stress.hpp>

#include <lojacert/claims/lojasiewicz.hpp>

#include <algorithm>
#include <utility>

namespace lojacert::stress {

namespace {

constexpr long guard_bits = 32;  // so that the truth is narrower than the best formula is wrong

std::vector<FormulaNote> formula_notes(const Instance& instance) {
  std::vector<FormulaNote> notes;
  for (const Formula formula : all_formulas()) notes.push_back({formula, obstacle(formula, instance)});
  return notes;
}

std::vector<DigitRow> digit_rows(const Instance& instance, const Reference& reference,
                                 const std::vector<FormulaNote>& formulas,
                                 const std::vector<Precision>& precisions) {
  std::vector<DigitRow> rows;
  for (const Precision& precision : precisions) {
    for (const FormulaNote& note : formulas) {
      if (note.reason || !is_tried(note.formula, precision)) continue;
      const Computed computed = compute(instance, note.formula, precision);
      const auto add = [&](Quantity quantity, std::optional<Rational> value) {
        rows.push_back({quantity, note.formula, precision, correct_digits(quantity, computed, reference),
                        std::move(value)});
      };
      add(Quantity::loss, computed.loss.value);
      add(Quantity::gradient, computed.gradient_norm.value);
      add(Quantity::ratio, std::nullopt);
    }
  }
  return rows;
}

}  // namespace

std::string usual_beta(NeuronForm form) { return form == NeuronForm::norm ? "3/4" : "2/3"; }

StressReport stress(const Instance& instance, const StressOptions& options) {
  const Rational beta = parse_exponent(options.beta);
  Reference reference = reference_for(instance, beta, options.max_bits + guard_bits);
  const std::vector<Precision> precisions = all_precisions(options.max_bits);
  const std::vector<FormulaNote> formulas = formula_notes(instance);
  StressReport report{std::move(reference), formulas, precisions, {}, {}, {}, {}};
  report.digits = digit_rows(instance, report.reference, formulas, precisions);
  report.frontier = frontier(instance, report.reference, options.max_bits);
  const Precision in_double = precision_of(NumberType::float64);
  const Reference enough = reference_for(instance, beta, in_double.bits + guard_bits);
  for (const Precision& precision : {precision_of(NumberType::float32), in_double}) {
    for (const BreakdownRow& row : breakdown(instance, enough, precision)) report.breakdown.push_back(row);
  }
  report.advice = advise(instance, report.reference, options.wanted_digits, options.max_bits);
  return report;
}

std::vector<IterateRow> stress_along(const RecordedDescent& descent, const std::string& beta,
                                     std::size_t count) {
  const std::size_t last = descent.students.size() - 1;
  const Precision double_double = precision_of(NumberType::double_double);
  const std::vector<Precision> precisions = all_precisions(0);  // those of the machine, and double-double
  const Rational exponent = parse_exponent(beta);
  std::vector<IterateRow> rows;
  const std::size_t steps = std::min(count - 1, last);
  for (std::size_t n = 0; n <= steps; ++n) {
    const std::size_t i = steps == 0 ? 0 : n * last / steps;
    const Instance instance = descent.at(i);
    Reference reference = reference_for(instance, exponent, double_double.bits + guard_bits);
    std::vector<DigitRow> digits = digit_rows(instance, reference, formula_notes(instance), precisions);
    rows.push_back({descent.iterations[i], std::move(reference), std::move(digits)});
  }
  return rows;
}

}  // namespace lojacert::stress
