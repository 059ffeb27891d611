// trajectory: from the given weights W_0, points, the listed W_1, ..., W_T are steps of gradient descent but
// for a relative error, and L falls at every step: for t = 0, ..., T - 1
//
//   ||W_(t+1) - W_t + step grad L(W_t)||_F <= epsilon step ||grad L(W_t)||_F   and   L(W_(t+1)) < L(W_t);
//
// with an envelope also L(W_t) <= (a + c t)^(-2), in unit form (a + c t)^(-3), for t = 0, ..., T.
//
// This is evaluation alone: L and grad L are enclosed at every iterate. The difference of two iterates is
// exact before it meets the gradient.

#include <algorithm>

#include "common.hpp"
#include "rules.hpp"

namespace lojaverify {

namespace {

constexpr std::size_t most_entries = 1'000'000;  // of all iterates together

struct Envelope {
  Constant a, c;

  /// (a + c t)^(-2), in unit form (a + c t)^(-3).
  [[nodiscard]] Rational at(std::size_t t, Form form) const {
    const Rational q = a.value + c.value * Rational(static_cast<slong>(t));
    return Rational(1) / (form == Form::unit ? q * q * q : q * q);
  }
};

class TrajectoryRule final : public Rule {
 public:
  TrajectoryRule(const Json& claim, const Shape& shape)
      : step_(read_positive(claim.at("step"))), epsilon_(read_constant(claim.at("epsilon"))) {
    claim.allow_only(
        {"kind", "quantifier", "negated", "statement", "step", "epsilon", "iterates", "envelope"});
    if (claim.at("negated").boolean()) claim.at("negated").fail("must be false: the claim has no negation");
    if (epsilon_.value.sign() < 0 || epsilon_.value >= Rational(1))
      claim.at("epsilon").fail("must be at least 0 and less than 1");
    if (const auto envelope = claim.find("envelope")) {
      envelope->allow_only({"a", "c"});
      envelope_ = Envelope{read_positive(envelope->at("a")), read_constant(envelope->at("c"))};
      if (envelope_->c.value.sign() < 0) envelope->at("c").fail("must not be negative");
    }
    const Json list = claim.at("iterates");
    std::size_t entries = 0;
    for (const Json iterate : list.elements()) {
      for (const Row& row : iterates_.emplace_back(read_points(iterate, shape))) entries += row.size();
      if (entries > most_entries) list.fail("must have at most 1000000 entries in all: split the trajectory");
    }
    if (iterates_.empty()) list.fail("must have at least one iterate");
  }

  std::optional<std::string> read_evidence(const Json& evidence) override {
    evidence.allow_only({"precision_bits"});
    return {};
  }

  std::string statement(const Instance& instance, bool negated) const override {
    const std::string count = std::to_string(iterates_.size());
    std::string text = weights_prefix(instance, negated) + " the " + count +
                       " listed iterates are steps of gradient descent with step " + step_.text +
                       " up to a relative error of " + epsilon_.text + ", L falls at every step";
    if (envelope_) {
      text += " and L(W_t) <= (" + envelope_->a.text + " + " + envelope_->c.text + " * t)^(" +
              (instance.neuron == Form::unit ? "-3" : "-2") + ") for t = 0, ..., " + count;
    }
    return text + '.';
  }

  std::optional<std::string> undefined(const Instance& instance) const override {
    if (instance.neuron == Form::norm || !instance.is_point()) return {};
    for (std::size_t t = 0; t < iterates_.size(); ++t) {
      const std::vector<Row>& rows = t == 0 ? instance.student : iterates_[t - 1];
      const auto zero = std::ranges::find_if(rows, can_be_zero);
      if (zero == rows.end()) continue;
      return "the gradient is undefined: student " + std::to_string(zero - rows.begin()) + " of W_" +
             std::to_string(t) + " is zero in unit form";
    }
    return {};
  }

  Finding decide(const Question& q) const override {
    if (!q.instance.is_point()) return {.notes = {"the claim is about exact weights, and there are boxes"}};
    Instance at = q.instance;
    Landscape here = landscape_of(at, q.bits, q.deadline);
    Finding holds = below_envelope(here.loss, 0, q);
    for (std::size_t t = 0; t < iterates_.size() && holds.truth != Truth::no; ++t) {
      q.deadline.check();
      holds = both(holds, is_step(at.student, iterates_[t], here, q.bits));
      at.student = iterates_[t];
      Landscape next = landscape_of(at, q.bits, q.deadline);
      holds = both(holds, less_than(next.loss, here.loss, q.bits));
      holds = both(holds, below_envelope(next.loss, t + 1, q));
      here = std::move(next);
    }
    return holds;
  }

  std::vector<std::string> assumptions() const override { return kernel_assumptions(); }

 private:
  [[nodiscard]] Finding below_envelope(const Ball& loss, std::size_t t, const Question& q) const {
    if (!envelope_) return Finding::certain(true);
    return at_most(loss, ball(envelope_->at(t, q.instance.neuron), q.bits), q.bits);
  }

  /// By the squares of both sides.
  [[nodiscard]] Finding is_step(const std::vector<Row>& from, const std::vector<Row>& to,
                                const Landscape& landscape, slong bits) const {
    const Ball step = ball(step_.value, bits);
    Ball error, length;  // squared
    for (std::size_t j = 0; j < to.size(); ++j) {
      for (std::size_t k = 0; k < to[j].size(); ++k) {
        const Rational difference = to[j][k].lo - from[j][k].lo;
        const Ball descent = mul(step, landscape.gradient[j][k], bits);
        length = add(length, square(descent, bits), bits);
        error = add(error, square(add(ball(difference, bits), descent, bits), bits), bits);
      }
    }
    const Rational squared = epsilon_.value * epsilon_.value;
    Finding holds = at_most(error, mul(ball(squared, bits), length, bits), bits);
    // Against 0 no enclosure of an error looks small; against the step it does.
    if (epsilon_.value.sign() == 0)
      holds.agreement_bits = at_most(add(error, length, bits), length, bits).agreement_bits / 2;
    return holds;
  }

  Constant step_, epsilon_;
  std::optional<Envelope> envelope_;
  std::vector<std::vector<Row>> iterates_;  // W_1, ..., W_T
};

}  // namespace

std::unique_ptr<Rule> read_trajectory(const Json& claim, const Shape& shape) {
  return std::make_unique<TrajectoryRule>(claim, shape);
}

}  // namespace lojaverify
