#include "verdict.hpp"

#include <algorithm>
#include <limits>

namespace lojaverify {

namespace {

constexpr slong least_bits = 64;
constexpr slong largest_start = 4096;  // a hint must not make a small claim expensive
constexpr slong equality_bits = 200;   // sides that agree this far count as equal, unless the hint is higher
constexpr slong box_patience = 256;    // below this precision rounding may still hide what the boxes allow

Verdict not_verified(std::string code, std::string explanation) {
  return {false, std::move(code), std::move(explanation), {}};
}

/// Doubles the precision until the rule decides or no precision will.
Verdict escalate(const Certificate& certificate, const Instance& instance, const Options& options) {
  if (const auto reason = certificate.rule->undefined(instance)) {
    // At a point neither the claim nor its negation holds; a box that merely can hold a zero student decides
    // nothing.
    const bool certain = instance.is_point() || certificate.bound_to == DigestOf::teacher;
    return not_verified(certain ? "refuted" : "insufficient-precision", *reason);
  }
  const slong hint = certificate.precision_hint;
  double last_width = std::numeric_limits<double>::infinity();
  slong bits = std::min(std::clamp(hint, least_bits, largest_start), options.max_bits);
  for (;; bits = std::min(2 * bits, options.max_bits)) {
    Finding finding = certificate.rule->decide({instance, certificate.negated, bits, options.deadline});
    const std::string at = "at " + std::to_string(bits) + " bits";
    if (finding.truth == Truth::yes) {
      finding.notes.push_back("decided " + at);
      return {true, "", "", finding.notes};
    }
    if (!finding.notes.empty()) return not_verified("bad-evidence", finding.notes.front());
    if (finding.truth == Truth::no)
      return not_verified("refuted", "the claim is certainly false for this instance (" + at + ")");
    const char* obstacle = bits >= options.max_bits ? "it is not decided: raise --max-bits" : nullptr;
    if (!instance.is_point() && bits >= box_patience && !(finding.log2_width < last_width - 1))
      obstacle = "more precision no longer helps: the boxes are too wide";
    if (finding.agreement_bits >= static_cast<double>(std::max(hint, equality_bits)))
      obstacle = "the two sides are equal, or too near to it";
    if (obstacle != nullptr) return not_verified("insufficient-precision", at + ' ' + obstacle);
    last_width = finding.log2_width;
  }
}

/// Replaces the boxes by the witness's points, where it has some; a reason where that is not a choice of
/// points in them.
std::optional<std::string> choose(std::vector<Row>& boxes, const std::optional<Json>& witness) {
  const std::vector<Row> points = witness ? read_rows(*witness) : boxes;
  if (points.size() != boxes.size() || points.front().size() != boxes.front().size())
    return "the witness has another shape";
  for (std::size_t j = 0; j < boxes.size(); ++j) {
    for (std::size_t k = 0; k < boxes[j].size(); ++k) {
      if (points[j][k].is_point() && boxes[j][k].contains(points[j][k].lo)) continue;
      return "the witness has no point of the box at row " + std::to_string(j) + ", entry " +
             std::to_string(k);
    }
  }
  boxes = points;
  return {};
}

/// Decides a negated claim about boxes at the witness.
Verdict escalate_at_witness(const Certificate& certificate, Instance instance, const Options& options) {
  std::optional<std::string> misfit = choose(instance.student, certificate.witness->find("student"));
  if (!misfit) misfit = choose(instance.teacher, certificate.witness->find("teacher"));
  if (misfit) return not_verified("bad-evidence", *misfit);
  Verdict verdict = escalate(certificate, instance, options);
  if (verdict.code != "refuted") return verdict;
  return not_verified("bad-evidence", "the witness shows nothing: " + verdict.explanation);
}

void read_evidence(Certificate& certificate, const Json& evidence) {
  certificate.misfit = certificate.rule->read_evidence(evidence);
  if (const auto bits = evidence.find("precision_bits")) {
    if (bits->integer() < 2 || bits->integer() > 10'000'000) bits->fail("must lie between 2 and 10000000");
    certificate.precision_hint = bits->integer();
  }
  certificate.witness = evidence.find("witness");
  if (!certificate.witness) return;
  certificate.witness->allow_only({"student", "teacher"});
  static_cast<void>(certificate.witness->at("student"));
}

}  // namespace

Constant read_constant(const Json& json) { return {json.string(), json.parsed(parse_number)}; }

Certificate::Certificate(const Json& json) {
  if (json.at("format").string() != "lojacert-certificate/1") {
    throw Unsupported("certificate format '" + printable(json.at("format").string()) + "'");
  }
  const Json claim = json.at("claim");
  const std::string_view kind = claim.at("kind").string();
  const auto entry = std::ranges::find(rules(), kind, &RuleEntry::kind);
  if (entry == rules().end()) throw Unsupported("claim kind '" + printable(kind) + "'");

  json.allow_only({"format", "claim", "instance", "evidence", "producer"});
  if (const auto producer = json.find("producer"); producer && !producer->is_object())
    producer->fail("must be an object");
  if (claim.at("quantifier").string() != entry->quantifier) {
    claim.at("quantifier").fail("must be \"" + std::string(entry->quantifier) + '"');
  }
  negated = claim.at("negated").boolean();
  if (const auto text = claim.find("statement")) statement = text->string();

  const Json binding = json.at("instance");
  bound_to = entry->bound_to;
  const bool has_weights = bound_to == DigestOf::instance;
  if (!has_weights) binding.allow_only({"digest", "name", "r", "embedded"});
  binding.allow_only({"digest", "name", "d", "m", "r", "embedded"});
  if (const auto name = binding.find("name")) static_cast<void>(name->string());
  digest = binding.at("digest").string();
  if (has_weights) shape = {binding.at("d").integer(), binding.at("m").integer(), 0};
  shape.r = binding.at("r").integer();
  if (const auto instance = binding.find("embedded")) embedded = read_instance(*instance);
  rule = entry->read(claim, shape);
  read_evidence(*this, json.at("evidence"));
}

Verdict verify(const Certificate& certificate, const Instance& given, const Options& options) {
  const bool has_weights = certificate.bound_to == DigestOf::instance;
  Instance instance = given;
  if (!has_weights) instance.student.clear();
  const std::string own_digest = digest(instance, certificate.bound_to);
  if (certificate.digest != own_digest) {
    return not_verified("hash-mismatch", "the certificate is bound to " + printable(certificate.digest, 80) +
                                             ", the instance is " + own_digest);
  }
  const Shape shape{has_weights ? static_cast<std::int64_t>(instance.d()) : 0,
                    static_cast<std::int64_t>(instance.student.size()),
                    static_cast<std::int64_t>(instance.teacher.size())};
  if (certificate.shape != shape) return not_verified("hash-mismatch", "d, m or r is not the instance's");
  const std::string statement = certificate.rule->statement(instance, certificate.negated);
  if (certificate.statement && *certificate.statement != statement) {
    return not_verified("bad-evidence", "the statement is not the claim's, which reads: " + statement);
  }
  if (certificate.misfit) return not_verified("bad-evidence", *certificate.misfit);

  const bool at_witness = certificate.negated && !instance.is_point() && has_weights;
  if (at_witness != certificate.witness.has_value())
    return not_verified("bad-evidence", "a negated claim about boxes, and no other, needs evidence.witness");
  Verdict verdict = at_witness ? escalate_at_witness(certificate, instance, options)
                               : escalate(certificate, instance, options);
  verdict.details.insert(verdict.details.begin(), "statement: " + statement);
  for (const std::string& assumption : certificate.rule->assumptions())
    verdict.details.push_back("rests on " + assumption);
  return verdict;
}

}  // namespace lojaverify
