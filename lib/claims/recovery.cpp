#include <lojacert/claims/recovery.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/clusters.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

namespace lojacert {

namespace {

struct Bounds {
  std::optional<Rational> angle;
  std::optional<Rational> residual;
  std::optional<Rational> far_mass;
};

Rational non_negative(const std::string& text, const char* name) {
  const Rational value = parse_constant(name, text);
  if (value < 0) throw InputError(fmt::format("{} = {} must not be negative", name, text));
  return value;
}

Rational parse_delta1(const std::string& text) {
  const Rational value = non_negative(text, "delta1");
  if (value > Rational(15707, 10000)) {
    throw InputError(
        fmt::format("delta1 = {} must be at most 1.5707 radians, less than a right angle", text));
  }
  return value;
}

Decision decide_bounds(const ClusterReport& report, const Bounds& bounds, Bits bits) {
  Decision decision = exactly(true);
  for (std::size_t i = 0; i < report.teachers.size(); ++i) {
    const ClusterBounds& cluster = report.teachers[i];
    if (bounds.angle) {
      decision = both(decision, decide_less_equal(cluster.mass_weighted_angle,
                                                  Interval::from(*bounds.angle, bits) * cluster.mass,
                                                  fmt::format("mean angle at teacher[{}] <= bound", i)));
    }
    if (bounds.residual) {
      decision = both(decision, decide_less_equal(cluster.residual, Interval::from(*bounds.residual, bits),
                                                  fmt::format("residual of teacher[{}] <= bound", i)));
    }
  }
  if (bounds.far_mass) {
    decision = both(decision, decide_less_equal(report.far_mass, Interval::from(*bounds.far_mass, bits),
                                                "far mass <= bound"));
  }
  return decision;
}

/// A wrong assignment says nothing about recovery: it decides neither the claim nor its negation.
Decision decide(const Clusters& clusters, const Assignment& assignment, const Rational& delta1,
                const Bounds& bounds, Bits bits) {
  const Decision correct = clusters.assignment_is_correct(assignment, delta1, bits);
  if (correct.verdict == Verdict::undecided) return correct;
  if (correct.verdict == Verdict::disproved) return never("the assignment is not the nearest one everywhere");
  return both(correct, decide_bounds(clusters.report(assignment, bits), bounds, bits));
}

json::Value assignment_value(const Assignment& assignment) {
  json::Value value = json::array();
  for (const auto& teacher : assignment) {
    value.items.push_back(teacher ? json::number(static_cast<long long>(*teacher)) : json::Value{});
  }
  return value;
}

}  // namespace

Claim recovery_claim(const Instance& instance, const std::string& delta1, const RecoveryBounds& bounds) {
  const Rational delta1_value = parse_delta1(delta1);
  const Assignment assignment = Clusters(instance).propose(delta1_value);
  Claim claim;
  claim.kind = "recovery";
  claim.constants = {{"delta1", json::string(delta1)}, {"assignment", assignment_value(assignment)}};
  Bounds values;
  std::vector<std::string> parts;
  if (bounds.angle) {
    values.angle = non_negative(*bounds.angle, "angle");
    claim.constants.emplace_back("angle", json::string(*bounds.angle));
    parts.push_back("every mass-weighted mean angle is at most " + *bounds.angle);
  }
  if (bounds.residual) {
    values.residual = non_negative(*bounds.residual, "residual");
    claim.constants.emplace_back("residual", json::string(*bounds.residual));
    parts.push_back("every residual ||v_i|| is at most " + *bounds.residual);
  }
  if (bounds.far_mass) {
    values.far_mass = non_negative(*bounds.far_mass, "far_mass");
    claim.constants.emplace_back("far_mass", json::string(*bounds.far_mass));
    parts.push_back("the far mass is at most " + *bounds.far_mass);
  }
  if (parts.empty()) throw InputError("recovery: give --angle, --residual, --far-mass or --best");
  const std::string rule = fmt::format(
      "with every student assigned to a nearest teacher within {} radians as listed (else far), ", delta1);
  claim.body = rule + fmt::format("{}", fmt::join(parts, " and "));
  claim.negated_body = rule + fmt::format("it is not true that {}", fmt::join(parts, " and "));
  claim.attempt_for = [assignment, delta1_value, values](const Instance& at) -> Attempt {
    return [clusters = std::make_shared<const Clusters>(at), assignment, delta1_value, values](Bits bits) {
      return decide(*clusters, assignment, delta1_value, values, bits);
    };
  };
  return claim;
}

RecoveryBounds best_recovery_bounds(const Instance& instance, const std::string& delta1) {
  constexpr Bits bits{256};
  constexpr int digits = 6;
  const Clusters clusters(instance);
  const ClusterReport report = clusters.report(clusters.propose(parse_delta1(delta1)), bits);
  std::optional<FoundBounds> angle;
  std::optional<FoundBounds> residual;
  const auto raise = [&](std::optional<FoundBounds>& bound, const Interval& value) {
    FoundBounds found = found_bounds(value, digits, instance);
    if (!bound || parse_exact_point(found.hi) > parse_exact_point(bound->hi)) bound = std::move(found);
  };
  for (const ClusterBounds& cluster : report.teachers) {
    if (cluster.size > 0) raise(angle, cluster.mass_weighted_angle / cluster.mass);
    raise(residual, cluster.residual);
  }
  return {angle ? angle->hi : "0", residual->hi, found_bounds(report.far_mass, digits, instance).hi};
}

}  // namespace lojacert
