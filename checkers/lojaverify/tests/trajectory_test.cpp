// Recorded trajectories: against closed forms in exact rationals, and on both sides of every condition.

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "real.hpp"
#include "support.hpp"
#include "verdict.hpp"

using namespace lojaverify;
using json = nlohmann::json;
using Catch::Matchers::Contains;

namespace {

const Rational one(1);

Rational q(slong p, slong over = 1) { return Rational(Integer(p), Integer(over)); }

std::string text(double x) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", x);
  return buffer;
}

double middle(const Ball& x) { return arf_get_d(arb_midref(x.get()), ARF_RND_NEAR); }

json network(const std::string& activation, const std::string& neuron, const json& teacher,
             const json& student) {
  return {{"format", "lojacert-instance/1"}, {"activation", activation}, {"neuron", neuron},
          {"teacher_neuron", "unit"},        {"teacher", teacher},       {"student", student}};
}

json claim_of(const std::string& step, const std::string& epsilon, json iterates) {
  return {{"kind", "trajectory"}, {"quantifier", "forall"}, {"negated", false},
          {"step", step},         {"epsilon", epsilon},     {"iterates", std::move(iterates)}};
}

/// "VERIFIED", or the code and its explanation.
std::string answer(const json& instance, const json& claim, const json& evidence = json::object()) {
  const Instance point = test::instance_of(instance.dump());
  const json certificate = {{"format", "lojacert-certificate/1"},
                            {"claim", claim},
                            {"instance",
                             {{"digest", digest(point, DigestOf::instance)},
                              {"d", instance["teacher"][0].size()},
                              {"m", instance["student"].size()},
                              {"r", instance["teacher"].size()}}},
                            {"evidence", evidence}};
  const Document document("test", certificate.dump());
  const Verdict verdict = verify(Certificate(document.root()), point, {1024, {}});
  return verdict.verified ? "VERIFIED" : verdict.code + ": " + verdict.explanation;
}

/// One student w on the line of one teacher 1, d = 1. E x^2 = 1 gives, where w > 0,
///   unit: L = share (w - 1)^2 / 2,   norm: L = share (w^2 - 1)^2 / 2,   share = 1 for abs, 1/2 for relu, 1/4
///   for relu+linear.
struct OnALine {
  std::string activation, neuron;
  Rational share;

  [[nodiscard]] Rational loss(const Rational& w) const {
    const Rational rest = (neuron == "unit" ? w : w * w) - one;
    return share * q(1, 2) * rest * rest;
  }
  [[nodiscard]] Rational slope(const Rational& w) const {
    return share * (neuron == "unit" ? w - one : q(2) * w * (w * w - one));
  }
  [[nodiscard]] json at(const Rational& w) const {
    return network(activation, neuron, {{"1"}}, {{w.text()}});
  }
  /// Steps with a relative error of exactly error(t), up or down.
  [[nodiscard]] std::vector<Rational> walk(Rational w, const Rational& step, std::size_t steps,
                                           const std::function<Rational(std::size_t)>& error) const {
    std::vector<Rational> result;
    for (std::size_t t = 0; t < steps; ++t) result.push_back(w = w - step * slope(w) * (one + error(t)));
    return result;
  }
};

const std::vector<OnALine> lines = {{"abs", "norm", q(1)},
                                    {"abs", "unit", q(1)},
                                    {"relu", "norm", q(1, 2)},
                                    {"relu", "unit", q(1, 2)},
                                    {"relu+linear", "norm", q(1, 4)},
                                    {"relu+linear", "unit", q(1, 4)}};

json listed(const std::vector<Rational>& walk) {
  json result = json::array();
  for (const Rational& w : walk) result.push_back({{w.text()}});
  return result;
}

Rational exact_step(std::size_t /*t*/) { return {}; }

}  // namespace

TEST_CASE("exact steps on a line, and the smallest change of one of them") {
  for (const OnALine& line : lines) {
    const Rational start = q(3, 2), step = q(1, 4);  // binary fractions: every enclosure is exact
    const std::vector<Rational> walk = line.walk(start, step, 4, exact_step);
    CHECK(answer(line.at(start), claim_of("1/4", "0", listed(walk))) == "VERIFIED");
    for (std::size_t t = 0; t < walk.size(); ++t) {
      std::vector<Rational> other = walk;
      other[t] = other[t] + q(1, 1L << 60);
      CHECK_THAT(answer(line.at(start), claim_of("1/4", "0", listed(other))), Contains("refuted"));
      CHECK(answer(line.at(start), claim_of("1/4", "1e-15", listed(other))) == "VERIFIED");
    }
    CHECK_THAT(answer(line.at(start), claim_of("0.2501", "0.0001", listed(walk))), Contains("refuted"));
    CHECK(answer(line.at(start), claim_of("0.2501", "0.0004", listed(walk))) == "VERIFIED");
    CHECK_THAT(answer(line.at(start + q(1, 1000)), claim_of("1/4", "1e-6", listed(walk))),
               Contains("refuted"));

    // Thirds: the error is 0, and no enclosure of it is.
    const std::vector<Rational> thirds = line.walk(q(4, 3), step, 2, exact_step);
    CHECK_THAT(answer(line.at(q(4, 3)), claim_of("1/4", "0", listed(thirds))),
               Contains("insufficient-precision") && Contains("equal"));
    CHECK(answer(line.at(q(4, 3)), claim_of("1/4", "1e-60", listed(thirds))) == "VERIFIED");
  }
}

TEST_CASE("the relative error on both sides of epsilon") {
  for (const OnALine& line : lines) {
    for (const Rational& start : {q(3, 2), q(5, 11)}) {
      for (const Rational& error : {q(1, 1024), q(-1, 1024), q(1, 1L << 50)}) {
        const auto late = [&](std::size_t t) { return t == 2 ? error : Rational(); };  // in one step only
        const std::vector<Rational> walk = line.walk(start, q(1, 8), 4, late);
        const Rational size = error.sign() < 0 ? -error : error;
        const auto at = [&](const Rational& epsilon) {
          return answer(line.at(start), claim_of("1/8", epsilon.text(), listed(walk)));
        };
        CHECK(at(size * (one + q(1, 1L << 40))) == "VERIFIED");
        CHECK_THAT(at(size * (one - q(1, 1L << 40))), Contains("refuted"));
        if (start == q(3, 2))
          CHECK(at(size) == "VERIFIED");
        else
          CHECK_THAT(at(size), Contains("insufficient-precision"));
      }
    }
  }
}

TEST_CASE("steps in doubles where the gradient is irrational") {
  for (const std::string activation : {"abs", "relu", "relu+linear"}) {
    for (const std::string neuron : {"norm", "unit"}) {
      json instance = network(activation, neuron, {{1.0, 0.0}, {0.25, 0.75}}, {{0.9, 0.2}, {0.3, 1.1}});
      const json start = instance;
      constexpr slong bits = 256;
      json iterates = json::array();
      const double a = 0.1, exponent = neuron == "unit" ? -1.0 / 3 : -0.5;
      double worst = 0, c = 1e9;  // the largest c of an envelope
      for (int t = 0; t < 20; ++t) {
        const Landscape here = landscape_of(test::instance_of(instance.dump()), bits, {});
        Ball error, length;
        json next = json::array();
        for (std::size_t j = 0; j < 2; ++j) {
          next.push_back(json::array());
          for (std::size_t k = 0; k < 2; ++k) {
            const double w = instance["student"][j][k];
            const double to = w - 0.125 * middle(here.gradient[j][k]);
            const Ball descent = div(here.gradient[j][k], 8, bits);
            const Ball moved = ball(Rational::exact(to) - Rational::exact(w), bits);
            error = add(error, square(add(moved, descent, bits), bits), bits);
            length = add(length, square(descent, bits), bits);
            next[j].push_back(to);
          }
        }
        worst = std::max(worst, std::sqrt(middle(error) / middle(length)));
        instance["student"] = next;
        for (json& row : next) {
          for (json& x : row) x = Rational::exact(x).text();
        }
        iterates.push_back(next);
        const double loss = middle(landscape_of(test::instance_of(instance.dump()), bits, {}).loss);
        c = std::min(c, (std::pow(loss, exponent) - a) / (t + 1));
      }
      REQUIRE(worst > 1e-18);
      REQUIRE(worst < 1e-12);
      CHECK(answer(start, claim_of("0.125", text(worst * (1 + 1e-12)), iterates)) == "VERIFIED");
      CHECK_THAT(answer(start, claim_of("0.125", text(worst * (1 - 1e-12)), iterates)), Contains("refuted"));
      CHECK_THAT(answer(start, claim_of("0.125", "0", iterates)), Contains("refuted"));

      json claim = claim_of("0.125", "1e-10", iterates);
      claim["envelope"] = {{"a", text(a)}, {"c", text(c * (1 - 1e-12))}};
      CHECK(answer(start, claim) == "VERIFIED");
      claim["envelope"]["c"] = text(c * (1 + 1e-12));
      CHECK_THAT(answer(start, claim), Contains("refuted"));

      std::swap(claim["iterates"][3], claim["iterates"][4]);
      claim.erase("envelope");
      CHECK_THAT(answer(start, claim), Contains("refuted"));
    }
  }
}

TEST_CASE("the loss must fall") {
  const OnALine& line = lines[0];
  const auto walks = [&](const Rational& start, const Rational& step, const char* epsilon) {
    return answer(line.at(start),
                  claim_of(step.text(), epsilon, listed(line.walk(start, step, 1, exact_step))));
  };
  CHECK_THAT(walks(q(3, 2), q(1), "0"), Contains("refuted"));  // to -9/4: the loss grows
  CHECK_THAT(walks(q(3), q(1, 8), "0"), Contains("refuted"));  // to -3: it stays
  CHECK(walks(q(3), q(127, 1024), "0") == "VERIFIED");         // just below
  CHECK_THAT(walks(q(3), q(129, 1024), "0"), Contains("refuted"));
  CHECK_THAT(walks(q(5, 3), q(9, 16), "1/2"), Contains("insufficient-precision"));  // equal, not binary
  CHECK_THAT(walks(q(1), q(1, 8), "1/2"), Contains("refuted"));                     // at the minimum
  CHECK_THAT(answer(line.at(q(5, 7)), claim_of("1/8", "0.9", {{{"5/7"}}})), Contains("refuted"));  // no move
  // The minimum is an iterate like any other, but the last.
  const OnALine& unit = lines[1];
  CHECK(answer(unit.at(q(3, 2)), claim_of("1", "0", {{{"1"}}})) == "VERIFIED");
  CHECK_THAT(answer(unit.at(q(3, 2)), claim_of("1", "0", {{{"1"}}, {{"1"}}})), Contains("refuted"));
}

TEST_CASE("the envelope holds at every iterate, the first and the last too") {
  const auto bounded = [](const OnALine& line, const Rational& start, const char* a, const char* c) {
    json claim = claim_of("1/4", "0", listed(line.walk(start, q(1, 4), 2, exact_step)));
    claim["envelope"] = {{"a", a}, {"c", c}};
    return answer(line.at(start), claim);
  };
  // relu, norm: L(3/2) = 25/64 = (8/5)^(-2); unit: L(5/4) = 1/64 = 4^(-3).
  CHECK(lines[2].loss(q(3, 2)) == q(25, 64));
  CHECK(bounded(lines[2], q(3, 2), "8/5", "0") == "VERIFIED");
  CHECK_THAT(bounded(lines[2], q(3, 2), "1.6000000001", "0"), Contains("refuted"));
  CHECK(lines[3].loss(q(5, 4)) == q(1, 64));
  CHECK(bounded(lines[3], q(5, 4), "4", "0") == "VERIFIED");
  CHECK_THAT(bounded(lines[3], q(5, 4), "4.0000000001", "0"), Contains("refuted"));
  // After two steps w - 1 = (1/4) (7/8)^2: L = 7^4 / 2^18.
  const double end = std::pow(std::pow(2.0, 18) / std::pow(7.0, 4), 1.0 / 3);
  CHECK(bounded(lines[3], q(5, 4), "3.9", text((end - 3.9) / 2 * (1 - 1e-12)).c_str()) == "VERIFIED");
  CHECK_THAT(bounded(lines[3], q(5, 4), "3.9", text((end - 3.9) / 2 * (1 + 1e-12)).c_str()),
             Contains("refuted"));
}

TEST_CASE("where a student in unit form is zero") {
  // abs, unit: from -3 the slope is -2, and a step of 3/2 ends at 0, where L = 1/2 < 2.
  const OnALine& unit = lines[1];
  CHECK(answer(unit.at(q(-3)), claim_of("3/2", "0", {{{"0"}}})) == "VERIFIED");
  CHECK_THAT(answer(unit.at(q(-3)), claim_of("3/2", "0", {{{"0"}}, {{"1/2"}}})),
             Contains("refuted: the gradient is undefined: student 0 of W_1 is zero"));
  CHECK_THAT(answer(unit.at(q(0)), claim_of("3/2", "0", {{{"1/2"}}})),
             Contains("refuted: the gradient is undefined: student 0 of W_0 is zero"));
  // In norm form the gradient at 0 is 0: no step leads on.
  CHECK_THAT(answer(lines[0].at(q(0)), claim_of("1/8", "0.5", {{{"1/2"}}})), Contains("refuted: the claim"));
}

TEST_CASE("the sentence of a trajectory") {
  const OnALine &norm = lines[0], &unit = lines[3];
  json claim = claim_of("1/4", "0.0", listed(norm.walk(q(3, 2), q(1, 4), 3, exact_step)));
  const std::string norm_sentence =
      "For the abs network with d = 1, m = 1 norm-form students and r = 1 unit-form teachers, at the given "
      "weights, the 3 listed iterates are steps of gradient descent with step 1/4 up to a relative error of "
      "0.0, L falls at every step";
  claim["statement"] = norm_sentence + ".";
  CHECK(answer(norm.at(q(3, 2)), claim) == "VERIFIED");
  claim["envelope"] = {{"a", "1"}, {"c", "1e-3"}};
  CHECK_THAT(answer(norm.at(q(3, 2)), claim), Contains("bad-evidence: the statement is not the claim's"));
  claim["statement"] = norm_sentence + " and L(W_t) <= (1 + 1e-3 * t)^(-2) for t = 0, ..., 3.";
  CHECK(answer(norm.at(q(3, 2)), claim) == "VERIFIED");
  claim["epsilon"] = "0";
  CHECK_THAT(answer(norm.at(q(3, 2)), claim), Contains("bad-evidence: the statement is not the claim's"));

  claim = claim_of("0.25", "0", listed(unit.walk(q(5, 4), q(1, 4), 1, exact_step)));
  claim["envelope"] = {{"a", "4"}, {"c", "0"}};
  claim["statement"] =
      "For the relu network with d = 1, m = 1 unit-form students and r = 1 unit-form teachers, at the given "
      "weights, the 1 listed iterates are steps of gradient descent with step 0.25 up to a relative error of "
      "0, L falls at every step and L(W_t) <= (4 + 0 * t)^(-3) for t = 0, ..., 1.";
  CHECK(answer(unit.at(q(5, 4)), claim) == "VERIFIED");
}

TEST_CASE("boxes, and what is no trajectory") {
  const json claim = claim_of("1/4", "0", listed(lines[0].walk(q(3, 2), q(1, 4), 2, exact_step)));
  for (const std::string neuron : {"norm", "unit"}) {
    CHECK_THAT(answer(network("abs", neuron, {{"1"}}, {{"[-1,3]"}}), claim),
               Contains("bad-evidence: the claim is about exact weights"));
    CHECK_THAT(answer(network("abs", neuron, {{"[1,2]"}}, {{"3/2"}}), claim),
               Contains("bad-evidence: the claim is about exact weights"));
  }
  const json instance = lines[0].at(q(3, 2));
  CHECK(answer(instance, claim, {{"precision_bits", 64}}) == "VERIFIED");
  CHECK_THROWS_AS(answer(instance, claim, {{"by", "direct"}}), InputError);
  const auto malformed = [&](const char* key, const json& value, const char* message) {
    json other = claim;
    other[key] = value;
    CHECK_THROWS_WITH(answer(instance, other), Contains(message));
    CHECK_THROWS_AS(answer(instance, other), InputError);
  };
  malformed("negated", true, "must be false");
  malformed("quantifier", "forall-students", "must be \"forall\"");
  malformed("step", "0", "must be positive");
  malformed("step", 0.25, "must be a string");
  malformed("epsilon", "1", "at least 0 and less than 1");
  malformed("epsilon", "-1e-9", "at least 0 and less than 1");
  malformed("iterates", json::array(), "at least one iterate");
  malformed("iterates", json::object(), "must be an array");
  malformed("iterates", {{{"1"}, {"1"}}}, "must have m rows");
  malformed("iterates", {{{"1"}}, json::array()}, "must have m rows");
  malformed("iterates", json::array({json::array({json::array({"1", "2"})})}), "must have d entries");
  malformed("iterates", json::array({json::array({json::array({1.5})})}), "must be a string");
  malformed("iterates", {{{"[1,2]"}}}, "");
  malformed("envelope", {{"a", "0"}, {"c", "1"}}, "must be positive");
  malformed("envelope", {{"a", "1"}, {"c", "-1"}}, "must not be negative");
  malformed("envelope", {{"a", "1"}}, "'c' is missing");
  malformed("envelope", json::array({{{"a", "1"}, {"c", "1"}}}), "must be an object");
  malformed("surprise", "1", "unknown key");
  for (const char* key : {"step", "epsilon", "iterates"}) {
    json other = claim;
    other.erase(key);
    CHECK_THROWS_AS(answer(instance, other), InputError);
  }
}

TEST_CASE("a trajectory of more than a million entries is refused") {
  const json row(1001, "1");  // one student in 1001 dimensions
  const json iterate = json::array({row});
  json instance = network("abs", "norm", json::array({row}), iterate);
  const json claim = claim_of("1", "0", json(1000, iterate));
  CHECK_THROWS_WITH(answer(instance, claim), Contains("at most 1000000 entries"));
  CHECK_THAT(answer(instance, claim_of("1", "0", json(10, iterate))), Contains("refuted"));
}
