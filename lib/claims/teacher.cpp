#include <lojacert/claims/teacher.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/theory/tangent_gram.hpp>
#include <lojacert/theory/teacher_geometry.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <optional>
#include <vector>

namespace lojacert {

namespace {

constexpr int digits = 15;

/// What the claim states, as text; what is absent is not claimed.
struct Texts {
  std::optional<FoundBounds> separation;
  std::vector<FoundBounds> norms;
  std::optional<FoundBounds> mu;
};

struct Bounds {
  std::optional<RationalInterval> separation;
  std::vector<RationalInterval> norms;
  std::optional<RationalInterval> mu;
};

RationalInterval parse_bounds(const std::string& name, const FoundBounds& text) {
  const RationalInterval bounds{parse_constant(name + ".lo", text.lo), parse_constant(name + ".hi", text.hi)};
  if (bounds.lo > bounds.hi)
    throw InputError(fmt::format("{}: lo = {} exceeds hi = {}", name, text.lo, text.hi));
  return bounds;
}

Decision within(const RationalInterval& bounds, const Interval& value, const std::string& what, Bits bits) {
  return both(decide_less_equal(Interval::from(bounds.lo, bits), value, "lo <= " + what),
              decide_less_equal(value, Interval::from(bounds.hi, bits), what + " <= hi"));
}

/// Norms are compared by exact squares: |P_i| >= x is |P_i|^2 >= x^2 or x <= 0.
bool norm_is_within(const RationalInterval& bounds, const TeacherGeometry& teacher, std::size_t i) {
  const Rational& square = teacher.inner(i, i);
  if (teacher.form() == NeuronForm::norm) return bounds.lo <= square && square <= bounds.hi;
  return (bounds.lo <= 0 || bounds.lo * bounds.lo <= square) && bounds.hi >= 0 &&
         square <= bounds.hi * bounds.hi;
}

Decision decide(const TeacherGeometry& teacher, const Bounds& bounds, Bits bits) {
  for (std::size_t i = 0; i < bounds.norms.size(); ++i) {
    if (!norm_is_within(bounds.norms[i], teacher, i)) return exactly(false);
  }
  Decision decision = exactly(true);
  if (bounds.separation) {
    decision = both(decision, within(*bounds.separation, teacher.separation(bits),
                                     "the smallest angle between two lines", bits));
  }
  if (bounds.mu) decision = both(decision, within(*bounds.mu, tangent_eigenvalue(teacher, bits), "mu", bits));
  return decision;
}

/// As found_bounds, but a point with a short decimal is stated exactly.
FoundBounds exact_or_found(const Interval& enclosure, const Instance& instance) {
  if (enclosure.is_point()) {
    std::string text = decimal_lower(enclosure.inf(), digits);
    if (text == decimal_upper(enclosure.sup(), digits)) return {text, text};
  }
  return found_bounds(enclosure, digits, instance);
}

Claim claim_of(const Instance& instance, std::shared_ptr<const TeacherGeometry> teacher, const Texts& texts) {
  Claim claim;
  claim.kind = "teacher";
  claim.subject = Subject::teacher;
  claim.prefix = teacher_prefix(instance);
  Bounds bounds;
  std::vector<std::string> parts;
  if (texts.separation) {
    bounds.separation = parse_bounds("separation", *texts.separation);
    claim.constants.emplace_back("separation", bounds_value(texts.separation->lo, texts.separation->hi));
    parts.push_back(fmt::format("the smallest angle between two of their lines lies in [{}, {}] radians",
                                texts.separation->lo, texts.separation->hi));
  }
  if (!texts.norms.empty()) {
    json::Value norms = json::array();
    for (const FoundBounds& norm : texts.norms) {
      bounds.norms.push_back(parse_bounds("norms", norm));
      norms.items.push_back(bounds_value(norm.lo, norm.hi));
    }
    claim.constants.emplace_back("norms", std::move(norms));
    parts.emplace_back("every norm |p_i*| lies in its listed interval");
  }
  if (texts.mu) {
    bounds.mu = parse_bounds("mu", *texts.mu);
    claim.constants.emplace_back("mu", bounds_value(texts.mu->lo, texts.mu->hi));
    parts.push_back(fmt::format("the smallest eigenvalue of their tangent Gram matrix lies in [{}, {}]",
                                texts.mu->lo, texts.mu->hi));
  }
  claim.body = fmt::format("{}", fmt::join(parts, " and "));
  claim.negated_body = "it is not true that " + claim.body;
  claim.attempt_for = [teacher = std::move(teacher), bounds](const Instance&) -> Attempt {
    return [teacher, bounds](Bits bits) { return decide(*teacher, bounds, bits); };
  };
  return claim;
}

}  // namespace

Claim teacher_mu_claim(const Instance& instance, const std::string& lo, const std::string& hi) {
  Texts texts;
  texts.mu = FoundBounds{lo, hi};
  return claim_of(instance, std::make_shared<const TeacherGeometry>(instance), texts);
}

Claim teacher_enclosure_claim(const Instance& instance, const Budget& budget) {
  constexpr Bits bits{256};
  const auto teacher = std::make_shared<const TeacherGeometry>(instance);
  Texts texts;
  if (teacher->count() > 1) texts.separation = found_bounds(teacher->separation(bits), digits, instance);
  for (std::size_t i = 0; i < teacher->count(); ++i)
    texts.norms.push_back(exact_or_found(teacher->mass(i, bits), instance));
  const Rational narrow(1, pow(Integer(10), static_cast<unsigned>(digits + 2)));
  const MuBounds mu = mu_bounds(*teacher, narrow, budget.max_bits);
  texts.mu = exact_or_found(Interval::from(RationalInterval{mu.lo, mu.hi}, bits), instance);
  return claim_of(instance, teacher, texts);
}

}  // namespace lojacert
