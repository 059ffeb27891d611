// teacher: the smallest angle between two teachers' lines, the norms |p_i*| and the smallest eigenvalue mu of
// the tangent Gram matrix lie in the stated intervals. Negated: one of them lies outside.

#include "../teacher.hpp"
#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

class TeacherRule final : public Rule {
 public:
  TeacherRule(const Json& claim, const Shape& shape) {
    claim.allow_only({"kind", "quantifier", "negated", "statement", "separation", "norms", "mu"});
    if (const auto separation = claim.find("separation")) {
      separation_ = read_range(*separation);
      if (shape.r < 2) separation->fail("a single teacher has no separation");
    }
    if (const auto norms = claim.find("norms")) {
      for (const Json norm : norms->elements()) norms_.push_back(read_range(norm));
      if (norms_.empty() || static_cast<std::int64_t>(norms_.size()) != shape.r)
        norms->fail("must have r entries");
    }
    if (const auto mu = claim.find("mu")) mu_ = read_range(*mu);
    if (!separation_ && norms_.empty() && !mu_)
      claim.fail("a teacher claim needs 'separation', 'norms' or 'mu'");
  }

  std::string statement(const Instance& instance, bool negated) const override {
    return teacher_prefix(instance) + (negated ? " it is not true that " : " ") + bounds() + '.';
  }

  std::optional<std::string> read_evidence(const Json& evidence) override {
    evidence.allow_only({"precision_bits"});
    return {};
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    return Teacher(instance).misfit;
  }

  Finding decide(const Question& q) const override {
    const Teacher teacher(q.instance);
    const Frame frame(teacher, q.bits);
    Finding holds = Finding::certain(true);
    for (std::size_t i = 0; i < norms_.size(); ++i)
      holds = both(holds, Finding::certain(norm_fits(teacher.gram[i][i], teacher.form, norms_[i])));
    if (separation_) holds = both(holds, lies_in(separation(frame), *separation_, q.bits));
    if (mu_) holds = both(holds, decide_mu(frame, q.deadline));
    return q.negated ? negation(holds) : holds;
  }

  std::vector<std::string> assumptions() const override { return teacher_assumptions(); }

 private:
  std::string bounds() const {
    std::string text;
    const auto append = [&](const std::string& part) { text += (text.empty() ? "" : " and ") + part; };
    const auto interval = [](const Range& range) {
      return "[" + range.lo->text + ", " + range.hi->text + "]";
    };
    if (separation_) {
      append("the smallest angle between two of their lines lies in " + interval(*separation_) + " radians");
    }
    if (!norms_.empty()) append("every norm |p_i*| lies in its listed interval");
    if (mu_) {
      append("the smallest eigenvalue of their tangent Gram matrix lies in " + interval(*mu_));
    }
    return text;
  }

  /// |p_i*| is |P_i|^2 in norm form and sqrt(|P_i|^2) in unit form: decided exactly.
  static bool norm_fits(const Rational& square, Form form, const Range& range) {
    const Rational &lo = range.lo->value, &hi = range.hi->value;
    if (form == Form::norm) return lo <= square && square <= hi;
    return (lo.sign() <= 0 || lo * lo <= square) && hi.sign() >= 0 && square <= hi * hi;
  }

  static Ball separation(const Frame& frame) {
    Ball smallest = frame.line_angle(0, 1);
    for (std::size_t i = 0; i < frame.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k)
        smallest = made<Ball>(arb_min, smallest, frame.line_angle(i, k), frame.bits);
    }
    return smallest;
  }

  Finding decide_mu(const Frame& frame, const Deadline& deadline) const {
    const Rational &lo = mu_->lo->value, &hi = mu_->hi->value;
    if (frame.size() == 1) return Finding::certain(lo <= Rational(1) && Rational(1) <= hi);  // the identity
    const Truth above = is_at_most_mu(lo, frame);
    deadline.check();
    const Truth below = is_at_most_mu(hi, frame);
    Finding finding;
    if (above == Truth::no || below == Truth::yes) finding.truth = Truth::no;
    if (above == Truth::yes && below == Truth::no) finding.truth = Truth::yes;
    return finding;
  }

  std::optional<Range> separation_, mu_;
  std::vector<Range> norms_;
};

}  // namespace

std::unique_ptr<Rule> read_teacher(const Json& claim, const Shape& shape) {
  return std::make_unique<TeacherRule>(claim, shape);
}

}  // namespace lojaverify
