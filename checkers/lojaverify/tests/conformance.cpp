// lojaverify_conformance FILE: runs numbers.json, digests.json or claims.json through the core; prints what
// differs.
//
// numbers.json: {"numbers": [{"text", "lo", "hi"} or {"text", "error": true}], "json_numbers": [{"text",
// "value"} or {"text", "error": true}]} digests.json: {"digests": [{"instance", "canonical_instance",
// "instance_digest", "teacher_digest"}]} claims.json:  {"claims": [{"instance", "claim", "evidence"
// (optional), "statement", "verdict", "reason" (optional)}]} Other keys are comments.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "verdict.hpp"

namespace {

using namespace lojaverify;
using Value =
    nlohmann::ordered_json;  // the test's own reading of the corpus; the core reads each part afresh

int cases = 0;
int failures = 0;

void expect(const std::string& what, const std::string& expected, const std::string& got) {
  ++cases;
  if (expected == got) return;
  ++failures;
  std::cerr << what << "\n  expected: " << expected << "\n  got:      " << got << '\n';
}

/// The same value as reduced p/q; the corpus may omit a denominator of 1 and is not bound by the grammar's
/// limits.
std::string reduced(const std::string& text) {
  Rational value;
  if (fmpq_set_str(value.get(), text.c_str(), 10) != 0)
    throw std::invalid_argument("not p/q: " + text.substr(0, 80));
  fmpq_canonicalise(value.get());
  return value.text();
}

std::string expected_of(const Value& item, const char* lo, const char* hi) {
  if (item.value("error", false)) return "error";
  return reduced(item.at(lo)) + ' ' + reduced(item.at(hi));
}

template <typename Work>
std::string or_error(Work work) {
  try {
    return work();
  } catch (const std::exception&) {
    return "error";
  }
}

void run_numbers(const Value& corpus) {
  for (const Value& item : corpus.value("numbers", Value::array())) {
    const std::string text = item.at("text");
    expect("number " + text.substr(0, 80), expected_of(item, "lo", "hi"), or_error([&] {
             const Box box = parse_box(text);
             return box.lo.text() + ' ' + box.hi.text();
           }));
  }
  for (const Value& item : corpus.value("json_numbers", Value::array())) {
    const std::string text = item.at("text");
    expect("JSON number " + text.substr(0, 80), expected_of(item, "value", "value"), or_error([&] {
             const std::string value = Rational::exact(Document("number", text).root().number()).text();
             return value + ' ' + value;
           }));
  }
}

void run_digests(const Value& corpus) {
  for (const Value& item : corpus.value("digests", Value::array())) {
    const Document document("instance", item.at("instance").dump());
    const Instance instance = read_instance(document.root());
    std::string text;
    write_canonical(instance, DigestOf::instance, [&](std::string_view part) { text += part; });
    if (item.contains("canonical_instance")) expect("canonical text", item.at("canonical_instance"), text);
    expect("instance digest of\n" + text, item.at("instance_digest"), digest(instance, DigestOf::instance));
    expect("teacher digest of\n" + text, item.at("teacher_digest"), digest(instance, DigestOf::teacher));
  }
}

void run_claims(const Value& corpus) {
  for (const Value& item : corpus.value("claims", Value::array())) {
    const Document source("instance", item.at("instance").dump());
    const Instance instance = read_instance(source.root());
    Value claim = item.at("claim");
    const auto entry = std::ranges::find(rules(), claim.at("kind").get<std::string>(), &RuleEntry::kind);
    const DigestOf bound_to = entry == rules().end() ? DigestOf::instance : entry->bound_to;
    Value binding = {{"digest", digest(instance, bound_to)}, {"r", instance.teacher.size()}};
    if (bound_to == DigestOf::instance) {
      binding["d"] = instance.d();
      binding["m"] = instance.student.size();
    }
    const Value certificate_value = {{"format", "lojacert-certificate/1"},
                                     {"claim", claim},
                                     {"instance", binding},
                                     {"evidence", item.value("evidence", Value::object())}};
    const Document document("certificate", certificate_value.dump());
    const Certificate certificate(document.root());
    expect("statement", item.at("statement"), certificate.rule->statement(instance, certificate.negated));
    const Verdict verdict = verify(certificate, instance, Options{});
    expect("verdict of " + claim.dump() + " (" + verdict.code + ": " + verdict.explanation + ')',
           item.at("verdict"), verdict.verified ? "VERIFIED" : "NOT VERIFIED");
    if (item.contains("reason")) expect("reason of " + claim.dump(), item.at("reason"), verdict.code);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: lojaverify_conformance FILE.json\n";
    return 2;
  }
  try {
    std::ifstream file(argv[1]);
    const Value corpus = Value::parse(file);
    run_numbers(corpus);
    run_digests(corpus);
    run_claims(corpus);
  } catch (const std::exception& error) {
    std::cerr << argv[1] << ": " << error.what() << '\n';
    return 2;
  }
  std::cout << cases << " cases, " << failures << " failures\n";
  return failures == 0 && cases > 0 ? 0 : 1;
}
