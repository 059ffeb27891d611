#pragma once
// What an audit of one instance says: rows of the paper, hypotheses of the theorems, and where they lose.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/proof/verdict.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lojacert {

/// One statement of the paper on one instance: both sides, and what the statement's hidden constant would
/// have to be.
struct AuditRow {
  std::string key;     ///< "lemma-8"
  std::string source;  ///< "Lemma 8"
  std::string title;   ///< the statement
  std::optional<Interval> left = {};
  std::string relation = {};  ///< "<=", ">=" or "="
  std::optional<Interval> right = {};
  std::optional<Interval> implied_constant = {};  ///< left / right, where the statement hides a constant
  std::optional<Verdict> verdict = {};            ///< where the statement is explicit
  std::string note = {};
};

/// One hypothesis of a theorem at one instance. The slack is the factor by which it holds: below 1 it fails.
struct AuditHypothesis {
  std::string theorem;
  std::string hypothesis;
  Interval left;
  std::string relation;
  Interval right;
  std::optional<Interval> slack;
  Verdict verdict;
};

/// One inequality in the proof of a theorem at one instance: the factor between its sides, at least 1.
struct AuditFactor {
  std::string theorem;
  std::string step;
  Interval left;
  std::string relation;
  Interval right;
  std::optional<Interval> ratio;  ///< larger side / smaller side, as the inequality orders them
};

struct AuditReport {
  std::vector<AuditRow> rows;
  std::vector<AuditHypothesis> hypotheses;
  std::vector<AuditFactor> factors;
  std::vector<std::string> notes;
  long bits = 0;  ///< the precision that was enough
};

/// left relation right, with a hidden constant: the implied constant is left / right.
[[nodiscard]] AuditRow row_with_constant(AuditRow row, const Interval& left, const char* relation,
                                         const Interval& right);
/// left relation right ("<=" or ">="), explicit: with its verdict.
[[nodiscard]] AuditRow explicit_row(AuditRow row, const Interval& left, const char* relation,
                                    const Interval& right);
/// left relation right, strict ("<" or ">") or not.
[[nodiscard]] AuditHypothesis hypothesis_of(const char* theorem, const std::string& text,
                                            const Interval& left, const char* relation,
                                            const Interval& right);
[[nodiscard]] AuditFactor factor_of(const char* theorem, const std::string& step, const Interval& left,
                                    const char* relation, const Interval& right);

/// The range of a row's implied constant over several instances, and where its ends are attained.
struct AuditRange {
  std::string key;
  Interval lowest;
  Interval highest;
  std::size_t lowest_at = 0;
  std::size_t highest_at = 0;
};

/// For every row with an implied constant, in the order of the rows.
[[nodiscard]] std::vector<AuditRange> ranges_of(std::span<const AuditReport> reports);

}  // namespace lojacert
