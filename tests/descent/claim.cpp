#include "claim.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/json.hpp>
#include <lojacert/search/real.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

namespace lojacert::descent {

namespace {

double number(const json::Value& value) {
  return search::nearest<double>(parse_exact_point(value.as_string()));
}

std::optional<double> number_of(const json::Value& object, const char* key) {
  const json::Value* value = object.find(key);
  return value == nullptr ? std::nullopt : std::optional(number(*value));
}

std::optional<Indices> indices_of(const json::Value& object, const char* key) {
  const json::Value* value = object.find(key);
  if (value == nullptr) return std::nullopt;
  Indices indices;
  for (const json::Value& item : value->as_array()) {
    indices.emplace_back();
    if (item.kind != json::Kind::null) indices.back() = static_cast<std::size_t>(item.as_integer());
  }
  return indices;
}

Claim::Recovery recovery_of(const json::Value& object) {
  Claim::Recovery recovery;
  recovery.delta1 = number_of(object, "delta1");
  recovery.classes = indices_of(object, "classes");
  recovery.delta = number_of(object, "delta");
  recovery.misalignment = number_of(object, "misalignment");
  recovery.far_mass = number_of(object, "far_mass");
  recovery.residual = number_of(object, "residual");
  recovery.deficit = number_of(object, "deficit");
  recovery.excess = number_of(object, "excess");
  recovery.opposed = number_of(object, "opposed");
  recovery.heavy = number_of(object, "heavy");
  recovery.angle = number_of(object, "angle");
  if (recovery.delta1.has_value() == recovery.classes.has_value())
    throw InputError("recovery: one of delta1 and classes is needed");
  return recovery;
}

}  // namespace

double Claim::level(double t) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Line& line : envelope) least = std::min(least, line.a + line.c * t);
  return least;
}

double Claim::bound(double t) const { return std::pow(level(t), -power()); }

double Claim::time_of(double loss) const {
  const double needed = std::pow(loss, -1 / power());
  double time = 0;
  for (const Line& line : envelope) time = std::max(time, (needed - line.a) / line.c);
  return linear_rate ? std::min(time, 1 / (*linear_rate * loss)) : time;
}

Claim read_claim(const std::string& certificate_path, const Instance& instance) {
  std::ifstream in(certificate_path);
  if (!in) throw InputError(certificate_path + ": cannot be read");
  const json::Value document = json::parse(in, certificate_path);
  const json::Value& object = document.at("claim");
  if (object.at("kind").as_string() != "convergence")
    throw InputError(certificate_path + ": the claim is not convergence");
  if (document.at("instance").at("digest").as_string() != instance_digest(instance))
    throw InputError(certificate_path + ": about another instance");

  Claim claim;
  claim.neuron = instance.neuron;
  const json::Value& evidence = document.at("evidence");
  claim.theorem = evidence.at("by").as_string();
  if (evidence.find("hand_over") != nullptr) claim.theorem += " then G";
  claim.step = number_of(object, "step");
  for (const json::Value& line : object.at("envelope").as_array())
    claim.envelope.push_back({number(line.at("a")), number(line.at("c"))});
  claim.linear_rate = number_of(object, "linear_rate");
  claim.distance = number_of(object, "distance");
  claim.limit = indices_of(object, "limit");
  if (const json::Value* recovery = object.find("recovery")) claim.recovery = recovery_of(*recovery);
  if (const json::Value* target = object.find("target"))
    claim.target = {number(target->at("loss")), number(target->at("steps"))};
  return claim;
}

}  // namespace lojacert::descent
