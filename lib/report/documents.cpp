#include <lojacert/report/documents.hpp>

#include <lojacert/claims/claim.hpp>
#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/theory/clusters.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace lojacert {

namespace {

constexpr int digits = 8;                   // of the enclosures in the page
constexpr double relative_width = 1e-6;     // asked of them
constexpr long max_bits = 8192;             // spent on them
constexpr std::size_t students_max = 256;   // beyond it loss and gradient are not evaluated
constexpr std::size_t recorded_max = 200;   // recorded iterates that are evaluated
constexpr std::size_t pairs_max = 200'000;  // pairs of neurons in them, so that a page takes seconds
constexpr std::size_t long_list = 64;       // lists of the evidence beyond this are counted, not shown
const Rational near_angle(1, 2);            // students within this angle of a teacher are drawn as its own

json::Value count(std::size_t n) { return json::number(static_cast<long long>(n)); }

json::Value text(std::string_view value) { return json::string(std::string(value)); }

json::Value enclosure_value(const Interval& x) {
  return x.is_finite() ? bounds_value(x.decimal_inf(digits), x.decimal_sup(digits)) : json::Value{};
}

/// A number as a person reads it: a double in full, anything else to 17 digits.
std::string readable(const Rational& value) {
  if (const std::optional<double> number = exact_double(value)) return fmt::format("{}", *number);
  return decimal_lower(value, 17);
}

json::Value readable_rows(const ExactMatrix& matrix) {
  json::Value rows = json::array();
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    json::Value row = json::array();
    for (std::size_t k = 0; k < matrix.cols(); ++k) {
      const RationalInterval entry = matrix.at(i, k);
      row.items.push_back(entry.is_point() ? json::string(readable(entry.lo))
                                           : bounds_value(readable(entry.lo), readable(entry.hi)));
    }
    rows.items.push_back(std::move(row));
  }
  return rows;
}

/// The teacher of each student, null for far ones; null where the instance has no classes.
json::Value classes_value(const Instance& instance) {
  if (!instance.student || instance.gram) return {};
  try {
    json::Value classes = json::array();
    for (const auto& teacher : Clusters(instance).propose(near_angle))
      classes.items.push_back(teacher ? count(*teacher) : json::Value{});
    return classes;
  } catch (const InputError&) {
    return {};
  }
}

json::Value network_value(const Instance& instance) {
  return json::object({{"name", json::string(instance.name)},
                       {"activation", text(to_string(instance.activation))},
                       {"neuron", text(to_string(instance.neuron))},
                       {"teacher_neuron", text(to_string(instance.teacher_neuron))},
                       {"d", count(instance.dimension())},
                       {"m", count(instance.student_count())},
                       {"r", count(instance.teacher_count())},
                       {"gram", json::boolean(instance.gram)},
                       {"point", json::boolean(instance.is_point())},
                       {"instance_digest", json::string(instance_digest(instance))},
                       {"teacher_digest", json::string(teacher_digest(instance))},
                       {"teacher", readable_rows(instance.teacher)},
                       {"student", instance.student ? readable_rows(*instance.student) : json::Value{}},
                       {"classes", classes_value(instance)}});
}

/// Loss, gradient norm and their ratio at the instance's weights; null where there are none, or too many.
json::Value evaluation_value(const Instance& instance, const std::string& beta) {
  if (!instance.student || instance.gram || instance.student_count() > students_max) return {};
  const NarrowEvaluation narrow =
      narrow_evaluation(Landscape(instance), relative_width, max_bits, Rung::balls);
  const Evaluation& evaluation = narrow.evaluation;
  json::Value value = json::object({{"loss", enclosure_value(evaluation.loss)},
                                    {"gradient_norm", json::Value{}},
                                    {"beta", json::string(beta)},
                                    {"ratio", json::Value{}}});
  if (!evaluation.gradient) return value;
  value.members[1].second = enclosure_value(evaluation.gradient->norm);
  value.members[3].second =
      enclosure_value(lojasiewicz_ratio(evaluation.gradient->norm, evaluation.loss, parse_exact_point(beta)));
  return value;
}

/// The places of the iterates that are evaluated: all, or fewer where that is much work, denser at the start
/// as on a logarithmic axis; always the first and the last.
std::vector<std::size_t> evaluated_places(const RecordedDescent& descent) {
  const std::size_t neurons = descent.start.student_count() + descent.start.teacher_count();
  const std::size_t most = std::clamp<std::size_t>(pairs_max / (neurons * neurons), 10, recorded_max);
  const std::size_t size = descent.students.size();
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < std::min(size, most); ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(most - 1);
    const auto spread =
        static_cast<std::size_t>(std::llround(std::pow(static_cast<double>(size), share))) - 1;
    const std::size_t place = size <= most ? k : std::max(spread, places.empty() ? 0 : places.back() + 1);
    places.push_back(std::min(place, size - 1));
  }
  return places;
}

json::Value recorded_value(const RecordedDescent& descent, const std::string& beta) {
  json::Value recorded = json::array();
  for (const std::size_t place : evaluated_places(descent)) {
    json::Value value = evaluation_value(descent.at(place), beta);
    if (value.kind == json::Kind::null) return {};
    value.members.insert(value.members.begin(), {"iteration", json::number(descent.iterations[place])});
    recorded.items.push_back(std::move(value));
  }
  return recorded;
}

/// The exponent of the theory for students in this form.
std::string sharp_exponent(NeuronForm form) { return form == NeuronForm::norm ? "3/4" : "2/3"; }

std::string exponent_of(const json::Value& claim, const Instance& instance) {
  const json::Value* beta = claim.find("beta");
  return beta != nullptr ? beta->as_string() : sharp_exponent(instance.neuron);
}

ExactMatrix rows_of(const json::Value& value) {
  ExactMatrix rows(value.as_array().empty() ? 0 : value.items.front().as_array().size());
  for (const json::Value& row : value.items) {
    for (const json::Value& entry : row.as_array()) rows.append(parse_exact_point(entry.as_string()));
  }
  return rows;
}

/// The iterates that a `trajectory` claim lists, evaluated; null for another claim.
json::Value recorded_of(const json::Value& claim, const Instance& instance) {
  const json::Value* iterates = claim.find("iterates");
  if (iterates == nullptr || !instance.student) return {};
  RecordedDescent descent{instance, {}, {0}, {*instance.student}};
  for (const json::Value& rows : iterates->as_array()) {
    descent.iterations.push_back(static_cast<long long>(descent.students.size()));
    descent.students.push_back(rows_of(rows));
  }
  return recorded_value(descent, exponent_of(claim, instance));
}

/// The value with what is long in it replaced by its size.
json::Value abridged(const json::Value& value) {
  json::Value result = value;
  if (value.kind == json::Kind::array) {
    if (value.items.size() > long_list) return json::string(fmt::format("({} entries)", value.items.size()));
    for (json::Value& item : result.items) item = abridged(item);
  }
  for (auto& [key, member] : result.members) member = abridged(member);
  return result;
}

json::Value abridged_certificate(const json::Value& certificate) {
  json::Value result = certificate;
  for (auto& [key, value] : result.members) {
    if (key == "instance") {
      std::erase_if(value.members, [](const auto& member) { return member.first == "embedded"; });
    } else if (key == "claim") {
      for (auto& [name, constant] : value.members) {
        if (name == "iterates") constant = count(constant.items.size());
      }
    } else {
      value = abridged(value);
    }
  }
  return result;
}

json::Value verification_value(const std::optional<Verification>& verification) {
  if (!verification) return {};
  json::Value lines = json::array();
  for (const std::string& line : verification->lines) lines.items.push_back(json::string(line));
  return json::object({{"program", json::string(verification->program)},
                       {"status", json::string(verification->status)},
                       {"lines", std::move(lines)},
                       {"instance", json::string(verification->instance)}});
}

}  // namespace

bool is_about_teacher(const std::string& claim_kind) {
  constexpr std::array kinds = {"teacher", "landscape", "threshold", "recovery-for-all"};
  return std::find(kinds.begin(), kinds.end(), claim_kind) != kinds.end();
}

json::Value certificate_document(const std::string& file, const json::Value& certificate,
                                 const Instance& instance, const std::optional<Verification>& verification) {
  const json::Value& claim = certificate.at("claim");
  const bool about_teacher = is_about_teacher(claim.at("kind").as_string());
  return json::object(
      {{"format", json::string("lojacert-certificate/1")},
       {"file", json::string(file)},
       {"certificate", abridged_certificate(certificate)},
       {"verification", verification_value(verification)},
       {"network", network_value(instance)},
       {"evaluation",
        about_teacher ? json::Value{} : evaluation_value(instance, exponent_of(claim, instance))},
       {"recorded", recorded_of(claim, instance)}});
}

json::Value trajectory_document(const std::string& file, const RecordedDescent& descent) {
  return json::object({{"format", json::string("lojacert-trajectory/1")},
                       {"file", json::string(file)},
                       {"step", json::string(descent.step)},
                       {"iterates", count(descent.students.size())},
                       {"network", network_value(descent.start)},
                       {"recorded", recorded_value(descent, sharp_exponent(descent.start.neuron))}});
}

}  // namespace lojacert
