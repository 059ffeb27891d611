// convergence: gradient descent or the gradient flow from the given weights, for all time. A theorem gives
// ||grad L|| >= kappa L^beta along the whole course (one file for each theorem); what follows from it and
// what the claim says are compared here.

#include "convergence.hpp"

#include <algorithm>
#include <array>

#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

struct TheoremEntry {
  std::string_view by;
  std::unique_ptr<ConvergenceTheorem> (*read)(const Json& evidence, const Shape& shape);
};
constexpr std::array<TheoremEntry, 2> theorems{{{"G", read_convergence_by_g}, {"I", read_convergence_by_i}}};

Rational inner_product(const Row& u, const Row& v) {
  const IntegerRow a = clear_denominators(u), b = clear_denominators(v);
  return Rational(dot(a.numerators, b.numerators), a.denominator * b.denominator);
}

/// The claim's lines are below the theorem's: with as many lines one by one, a single line below all.
void compare_envelope(const ConvergenceClaim& claim, const Start& start, const Course& course,
                      Conditions& conditions) {
  conditions.require("the evidence gives an envelope of one line",
                     claim.envelope.size() <= course.lines.size());
  for (std::size_t k = 0; k < course.lines.size() && conditions.hold(); ++k) {
    const auto& [a, c] = claim.envelope.size() == 1 ? claim.envelope.front() : claim.envelope[k];
    conditions.require_at_most("a of the envelope, the claim's and the theorem's", start.real(a.value),
                               course.lines[k].a);
    conditions.require_at_most("c of the envelope, the claim's and the theorem's", start.real(c.value),
                               course.lines[k].c);
  }
}

/// Student j ends on the line of teacher i. The whole path is at most D long; the limit has no loss, so a
/// student that is not 0 there lies on the line of a teacher, under `relu` (linearly independent teachers, or
/// no misalignment) on its ray; and no line but that of i is within D.
Finding ends_on(std::size_t j, std::size_t i, const Start& start, const Course& course) {
  const Real path = course.distance * (start.is_unit() ? power(start.loss, 1, 3) : power(start.loss, 1, 4));
  Finding alone = less_than(path, start.length(j));
  for (std::size_t k = 0; k < start.frame.size(); ++k) {
    if (k != i) alone = both(alone, less_than(path, start.distance_to_line(j, k)));
  }
  const bool is_own = !course.classes.empty() && course.classes[j] == i;
  return is_own ? either(alone, course.ends_on_own_line[i]) : alone;
}

void compare_recovery(const ConvergenceClaim::Recovery& recovery, const Start& start, const Course& course,
                      Conditions& conditions) {
  conditions.require("recovery: the evidence gives none", course.factors.has_value());
  if (!conditions.hold()) return;
  const RecoveryFactors& given = *course.factors;
  const Real rho = unit_rho(start.question.instance, start.loss);  // at e(t) = 1
  recovery.bounds.follow(given, rho, conditions);
  const auto compare = [&](const std::string& name, const Real& factor, const Constant& bound) {
    conditions.require_at_most(name + ", the theorem's and the claim's", factor * rho,
                               start.real(bound.value));
  };
  if (recovery.heavy) compare("heavy", given.heavy().value(), *recovery.heavy);
  if (recovery.angle) compare("angle", given.turn, *recovery.angle);
}

/// q(steps)^-2 <= loss, in unit form q(steps)^-3; or 1 / (linear_rate steps) <= loss.
bool reaches_target(const ConvergenceClaim& claim, bool is_unit) {
  const auto& [loss, steps] = *claim.target;
  if (claim.linear_rate && claim.linear_rate->value * steps.value * loss.value >= Rational(1)) return true;
  return std::ranges::all_of(claim.envelope, [&](const ConvergenceClaim::Line& line) {
    const Rational q = line.a.value + line.c.value * claim.target->steps.value;
    return q * q * (is_unit ? q : Rational(1)) * claim.target->loss.value >= Rational(1);
  });
}

class ConvergenceRule final : public Rule {
 public:
  ConvergenceRule(const Json& claim, const Shape& shape) : shape_(shape), claim_(claim, shape) {}

  std::optional<std::string> read_evidence(const Json& evidence) override {
    const std::string_view by = evidence.at("by").string();
    const auto entry = std::ranges::find(theorems, by, &TheoremEntry::by);
    if (entry == theorems.end()) throw Unsupported("theorem '" + printable(by) + "'");
    theorem_ = entry->read(evidence, shape_);
    return {};
  }

  std::string statement(const Instance& instance, bool negated) const override {
    return weights_prefix(instance, negated) + ' ' + claim_.body(instance) + '.';
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    if (!instance.is_point()) return {};  // nothing is decided
    if (claim_.recovery && claim_.recovery->bounds.opposed() && instance.activation != Activation::relu)
      return "opposed is for relu";
    if (const auto reason = Teacher(instance).misfit) return reason;
    return undefined_gradient(instance);
  }

  Finding decide(const Question& q) const override {
    if (!q.instance.is_point()) return {.notes = {"the claim is about exact weights, and there are boxes"}};
    if (const auto reason = theorem_->misfit(q.instance, claim_)) return {.notes = {*reason}};
    const Ball loss = landscape_of(q.instance, q.bits, q.deadline).loss;
    if (loss.is_zero()) return {.notes = {"L(W) = 0: nothing to prove"}};
    Conditions conditions;
    conditions.require("L(W) > 0", lojaverify::less_than(Ball(), loss, q.bits));
    const Start start(q, claim_, loss);
    conditions.detail("L(W) = " + shown(loss) + ", lbar = " + shown(start.curvature.ball()));
    const Course course = theorem_->course(start, claim_, conditions);
    follow(start, course, conditions);
    return conditions.finding();
  }

  std::vector<std::string> assumptions() const override {
    std::vector<std::string> list = kernel_assumptions();
    for (const std::string& text : teacher_assumptions()) {
      if (std::ranges::find(list, text) == list.end()) list.push_back(text);
    }
    for (const std::string& name : theorem_->names()) list.push_back(name);
    list.emplace_back(
        "docs/theory/convergence.md, Theorems 3, 5 and 7 and Proposition 6: the curvature bound lbar, the "
        "descent "
        "of L in every step, its envelope, path and limit");
    return list;
  }

 private:
  /// What the claim says follows from the course; nothing is asked where the conditions do not hold.
  void follow(const Start& start, const Course& course, Conditions& conditions) const {
    compare_envelope(claim_, start, course, conditions);
    if (claim_.linear_rate && conditions.hold()) {
      conditions.require("linear_rate: the evidence gives none", course.linear_rate.has_value());
      if (course.linear_rate) {
        conditions.require_at_most("linear_rate, the claim's and the theorem's",
                                   start.real(claim_.linear_rate->value), *course.linear_rate);
      }
    }
    if (claim_.distance) {
      conditions.require_at_most("distance, the theorem's and the claim's", course.distance,
                                 start.real(claim_.distance->value));
    }
    for (std::size_t j = 0; claim_.limit && conditions.hold() && j < claim_.limit->size(); ++j) {
      const std::optional<std::size_t> i = (*claim_.limit)[j];
      if (!i) continue;
      conditions.require("limit: student " + std::to_string(j) +
                             " can end on another line than that of teacher " + std::to_string(*i),
                         ends_on(j, *i, start, course));
    }
    if (claim_.recovery) compare_recovery(*claim_.recovery, start, course, conditions);
    if (claim_.target) {
      conditions.require("target: neither the envelope nor linear_rate gives it",
                         reaches_target(claim_, start.is_unit()));
    }
  }

  Shape shape_;
  ConvergenceClaim claim_;
  std::unique_ptr<ConvergenceTheorem> theorem_;
};

}  // namespace

Start::Start(const Question& q, const ConvergenceClaim& claim, const Ball& loss_at_start)
    : question(q),
      teacher(q.instance),
      frame(teacher, q.bits),
      loss(loss_at_start, q.bits),
      curvature(curvature_bound(q.instance.activation, frame, loss)),
      motion(curvature, claim.step ? std::optional(claim.step->value) : std::nullopt) {
  for (const Row& w : q.instance.student) {
    squares.push_back(inner_product(w, w));
    std::vector<Rational>& row = inner.emplace_back();
    for (const Row& p : q.instance.teacher) row.push_back(inner_product(w, p));
  }
}

Rational Start::cosine_squared(std::size_t student, std::size_t teacher_index) const {
  const Rational& x = inner[student][teacher_index];
  return x * x / (squares[student] * teacher.gram[teacher_index][teacher_index]);
}

Real Start::length(std::size_t student) const { return root(real(squares[student])); }

Real Start::distance_to_line(std::size_t student, std::size_t teacher_index) const {
  const Rational& x = inner[student][teacher_index];
  return root(real(squares[student] - x * x / teacher.gram[teacher_index][teacher_index]));
}

Course::Course(const Start& start, const Real& kappa) : distance(kappa) {
  const bool unit = start.is_unit();
  const Motion& motion = start.motion;
  distance = (unit ? 3 : 4) * motion.stretch / kappa;
  lines.push_back({1 / (unit ? power(start.loss, 1, 3) : root(start.loss)),
                   unit ? square(kappa) / 3 : motion.beta * square(kappa) / 2});
}

std::unique_ptr<Rule> read_convergence(const Json& claim, const Shape& shape) {
  return std::make_unique<ConvergenceRule>(claim, shape);
}

}  // namespace lojaverify
