#include <lojacert/audit/report.hpp>

#include <algorithm>
#include <utility>

namespace lojacert {

namespace {

std::optional<Interval> finite_ratio(const Interval& a, const Interval& b) {
  Interval ratio = a / b;
  if (!ratio.is_finite()) return std::nullopt;
  return ratio;
}

bool is_at_least(const std::string& relation) { return relation.starts_with('>'); }
bool is_strict(const std::string& relation) { return !relation.ends_with('='); }

Verdict verdict_of(const Interval& left, const std::string& relation, const Interval& right) {
  const Interval& small = is_at_least(relation) ? right : left;
  const Interval& large = is_at_least(relation) ? left : right;
  return (is_strict(relation) ? decide_less(small, large, {}) : decide_less_equal(small, large, {})).verdict;
}

}  // namespace

AuditRow row_with_constant(AuditRow row, const Interval& left, const char* relation, const Interval& right) {
  row.left = left;
  row.relation = relation;
  row.right = right;
  row.implied_constant = finite_ratio(left, right);
  return row;
}

AuditRow explicit_row(AuditRow row, const Interval& left, const char* relation, const Interval& right) {
  row.left = left;
  row.relation = relation;
  row.right = right;
  row.verdict = verdict_of(left, relation, right);
  return row;
}

AuditHypothesis hypothesis_of(const char* theorem, const std::string& text, const Interval& left,
                              const char* relation, const Interval& right) {
  return {theorem,
          text,
          left,
          relation,
          right,
          is_at_least(relation) ? finite_ratio(left, right) : finite_ratio(right, left),
          verdict_of(left, relation, right)};
}

AuditFactor factor_of(const char* theorem, const std::string& step, const Interval& left,
                      const char* relation, const Interval& right) {
  return {theorem,  step,  left,
          relation, right, is_at_least(relation) ? finite_ratio(left, right) : finite_ratio(right, left)};
}

std::vector<AuditRange> ranges_of(std::span<const AuditReport> reports) {
  std::vector<AuditRange> ranges;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    for (const AuditRow& row : reports[i].rows) {
      if (!row.implied_constant) continue;
      const Interval& constant = *row.implied_constant;
      const auto found =
          std::ranges::find_if(ranges, [&](const AuditRange& range) { return range.key == row.key; });
      if (found == ranges.end()) {
        ranges.push_back({row.key, constant, constant, i, i});
        continue;
      }
      if (constant.inf() < found->lowest.inf()) {
        found->lowest = constant;
        found->lowest_at = i;
      }
      if (constant.sup() > found->highest.sup()) {
        found->highest = constant;
        found->highest_at = i;
      }
    }
  }
  return ranges;
}

}  // namespace lojacert
