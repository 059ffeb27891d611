#include <lojacert/landscape/evaluation.hpp>

#include <lojacert/ball/arithmetic.hpp>
#include <lojacert/ball/evaluate.hpp>
#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/landscape/lines.hpp>
#include <lojacert/landscape/pair_sum.hpp>

#include <mutex>
#include <span>
#include <string>
#include <utility>

namespace lojacert {

namespace {

using IntervalTerm = Term<Interval>;
using IntervalGeometry = PairGeometry<Interval>;
using IntervalPair = PairValue<Interval>;
using IntervalSum = PairSum<Interval>;
using Circle = CircleConstants<Interval>;
using Checkpoint = std::function<void()>;

Circle circle_constants(Bits bits) {
  const Interval pi = Interval::pi(bits);
  return {pi / Interval::exact(2L, bits), Interval::exact(2L, bits) / pi};
}

/// L from the pair sum: L_abs; L_abs / 4; or L_abs / 4 + |z|^2 / 8 (docs/theory/landscape.md, even and odd
/// parts).
Interval loss_from(const IntervalSum& sum, Activation activation, Bits bits) {
  const Interval loss_abs = max_zero(sum.twice_loss) / Interval::exact(2L, bits);
  if (activation == Activation::abs) return loss_abs;
  Interval loss = loss_abs / Interval::exact(4L, bits);
  if (activation == Activation::relu) {
    Interval squared = Interval::zero(bits);
    for (const Interval& entry : sum.odd_sum) squared += sqr(entry);
    loss += squared / Interval::exact(8L, bits);
  }
  return loss;
}

/// grad_{p_j} L from sign * gamma: gamma; gamma / 4; or (gamma + z) / 4.
std::vector<Interval> effective_gradient(std::vector<Interval> oriented_gamma, const IntervalSum& sum,
                                         Activation activation, Bits bits) {
  if (activation == Activation::abs) return oriented_gamma;
  for (std::size_t k = 0; k < oriented_gamma.size(); ++k) {
    if (activation == Activation::relu) oriented_gamma[k] += sum.odd_sum[k];
    oriented_gamma[k] /= Interval::exact(4L, bits);
  }
  return oriented_gamma;
}

/// |w| (g + w^ <w^, g>), the gradient in w of a `norm` neuron with p = |w| w, from g = grad_p L; w is not 0.
std::vector<Interval> through_norm_form(std::vector<Interval> gradient, std::span<const Interval> w,
                                        Bits bits) {
  const Interval length = sqrt_nonnegative(squared_length(w, bits));
  const Interval along = inner_product(w, gradient, bits) / length;
  for (std::size_t k = 0; k < w.size(); ++k) gradient[k] = gradient[k] * length + w[k] * along;
  return gradient;
}

Gradient with_norm(std::vector<Interval> partials, Bits bits) {
  Interval norm = sqrt_nonnegative(squared_length(partials, bits));
  return {std::move(partials), std::move(norm)};
}

void append(std::vector<Interval>& target, std::vector<Interval> row) {
  for (Interval& entry : row) target.push_back(std::move(entry));
}

std::optional<std::size_t> first_zero_student(const LineNetwork& network) {
  for (std::size_t j = 0; j < network.students.size(); ++j) {
    if (!network.students[j].line) return j;
  }
  return std::nullopt;
}

/// log2 of the mass of a nonzero neuron, up to a few units: to steer by.
long approximate_log2_mass(const Neuron& neuron, NeuronForm form, const LineNetwork& network) {
  const auto bits_of = [](const Integer& x) { return static_cast<long>(msb(abs(x))); };
  const long twice_length = 2 * (bits_of(numerator(neuron.scale)) - bits_of(denominator(neuron.scale))) +
                            bits_of(network.lines[*neuron.line].squared_norm);
  return form == NeuronForm::norm ? twice_length : twice_length / 2;
}

/// log2 of the largest mass and of its ratio to the smallest, zero neurons left out; 0 where there are none.
struct MassSizes {
  long log2_largest = 0;
  long log2_ratio = 0;
};

MassSizes approximate_mass_sizes(const LineNetwork& network, const Instance& instance) {
  std::optional<long> least;
  std::optional<long> greatest;
  const auto look_at = [&](const std::vector<Neuron>& neurons, NeuronForm form) {
    for (const Neuron& neuron : neurons) {
      if (!neuron.line) continue;
      const long size = approximate_log2_mass(neuron, form, network);
      least = std::min(least.value_or(size), size);
      greatest = std::max(greatest.value_or(size), size);
    }
  };
  look_at(network.students, instance.neuron);
  look_at(network.teachers, instance.teacher_neuron);
  return least ? MassSizes{*greatest, *greatest - *least} : MassSizes{};
}

/// Point instances: exact lines, so that dot products and S^2 are exact integers.
class PointEvaluator {
 public:
  explicit PointEvaluator(const Instance& instance, Checkpoint checkpoint = {})
      : checkpoint_(std::move(checkpoint)),
        activation_(instance.activation),
        form_(instance.neuron),
        dimension_(instance.dimension()),
        network_(merge_by_lines(instance)),
        loss_is_zero_(lojacert::loss_is_zero(network_, activation_)),
        mass_sizes_(approximate_mass_sizes(network_, instance)) {
    if (form_ == NeuronForm::unit) undefined_at_ = first_zero_student(network_);
  }

  [[nodiscard]] std::size_t term_count() const { return network_.lines.size(); }
  [[nodiscard]] bool loss_is_zero() const { return loss_is_zero_; }
  [[nodiscard]] const MassSizes& approximate_masses() const { return mass_sizes_; }
  [[nodiscard]] std::optional<std::size_t> undefined_at() const { return undefined_at_; }

  [[nodiscard]] Evaluation evaluate(Bits bits, bool with_gradient) const {
    Evaluation result{Interval::zero(bits), std::nullopt, undefined_at_};
    with_gradient = with_gradient && !undefined_at_;
    if (loss_is_zero_) {
      // A loss of 0 is a minimum, and the gradient is defined: it is 0.
      if (with_gradient) {
        result.gradient = with_norm(
            std::vector<Interval>(network_.students.size() * dimension_, Interval::zero(bits)), bits);
      }
      return result;
    }
    const std::vector<IntervalTerm> terms = terms_at(bits);
    const Circle circle = circle_constants(bits);
    const IntervalSum sum = pair_sum<Interval>(
        terms,
        [&](std::size_t g, std::size_t h) {
          if (h == g + 1 && checkpoint_) checkpoint_();
          return pair_of(g, h, circle, bits);
        },
        circle, Interval::zero(bits), with_gradient);
    result.loss = loss_from(sum, activation_, bits);
    if (with_gradient) result.gradient = gradient_from(sum, terms, bits);
    return result;
  }

 private:
  [[nodiscard]] std::vector<IntervalTerm> terms_at(Bits bits) const {
    std::vector<IntervalTerm> terms;
    for (const Line& line : network_.lines) {
      std::vector<Interval> vector;
      for (const Integer& entry : line.direction) vector.push_back(Interval::from(entry, bits));
      const Interval length = sqrt_nonnegative(Interval::from(line.squared_norm, bits));
      const auto value = [&](const QuadraticNumber& number) {
        return Interval::from(number.plain, bits) + Interval::from(number.radical, bits) * length;
      };
      terms.push_back({std::move(vector), Interval::from(line.squared_norm, bits), value(line.even),
                       value(line.odd), line.has_student, false});
    }
    return terms;
  }

  [[nodiscard]] IntervalPair pair_of(std::size_t g, std::size_t h, const Circle& circle, Bits bits) const {
    const Line& u = network_.lines[g];
    const Line& v = network_.lines[h];
    Integer dot = 0;
    for (std::size_t k = 0; k < dimension_; ++k) dot += u.direction[k] * v.direction[k];
    const Integer squared_gap = u.squared_norm * v.squared_norm - dot * dot;
    Interval c = Interval::from(dot, bits);
    Interval gap = sqrt_nonnegative(Interval::from(squared_gap, bits));
    Interval angle = angle_of(gap, c);
    IntervalGeometry geometry{std::move(c), std::move(gap), std::move(angle)};
    Interval kernel = abs_kernel(geometry, circle);
    return {std::move(kernel), std::move(geometry)};
  }

  [[nodiscard]] Gradient gradient_from(const IntervalSum& sum, std::span<const IntervalTerm> terms,
                                       Bits bits) const {
    std::vector<Interval> partials;
    for (const Neuron& student : network_.students) {
      if (!student.line) {  // norm form: the gradient vanishes at a zero student
        append(partials, std::vector<Interval>(dimension_, Interval::zero(bits)));
        continue;
      }
      std::vector<Interval> gamma = sum.gamma[*student.line];
      if (student.scale < 0) {
        for (Interval& entry : gamma) entry = -entry;
      }
      std::vector<Interval> gradient = effective_gradient(std::move(gamma), sum, activation_, bits);
      if (form_ == NeuronForm::norm) {
        std::vector<Interval> w = terms[*student.line].vector;
        for (Interval& entry : w) entry *= Interval::from(student.scale, bits);
        gradient = through_norm_form(std::move(gradient), w, bits);
      }
      append(partials, std::move(gradient));
    }
    return with_norm(std::move(partials), bits);
  }

  Checkpoint checkpoint_;
  Activation activation_;
  NeuronForm form_;
  std::size_t dimension_;
  LineNetwork network_;
  bool loss_is_zero_;
  MassSizes mass_sizes_;
  std::optional<std::size_t> undefined_at_;
};

/// Point instances whose entries have the size of doubles: rung 0. Every evaluation is made once.
class BallEvaluator {
 public:
  [[nodiscard]] static std::optional<BallEvaluator> of(const Instance& instance) {
    auto network = ball::in_doubles(instance);
    if (!network || ball::arithmetic_fault()) return std::nullopt;
    return BallEvaluator(std::move(*network));
  }

  [[nodiscard]] Evaluation evaluate(Bits bits, bool with_gradient) const {
    const std::scoped_lock lock(*mutex_);
    const bool refined = bits.rung == Rung::refined_balls;
    const auto& balls = refined ? refined_evaluation(with_gradient) : coarse_evaluation(with_gradient);
    return converted(balls, with_gradient, bits);
  }

 private:
  /// With and without the gradient.
  struct Evaluations {
    std::optional<ball::BallEvaluation> loss;
    std::optional<ball::BallEvaluation> all;
  };

  explicit BallEvaluator(ball::DoubleNetwork network)
      : network_(std::move(network)), mutex_(std::make_unique<std::mutex>()) {}

  template <class Evaluate>
  static const ball::BallEvaluation& made_once(Evaluations& made, bool with_gradient,
                                               const Evaluate& evaluate) {
    if (made.all) return *made.all;
    auto& place = with_gradient ? made.all : made.loss;
    if (!place) place = evaluate();
    return *place;
  }

  [[nodiscard]] const ball::BallEvaluation& coarse_evaluation(bool with_gradient) const {
    return made_once(coarse_, with_gradient,
                     [&] { return ball::coarse_evaluation(network_, with_gradient); });
  }
  [[nodiscard]] const ball::BallEvaluation& refined_evaluation(bool with_gradient) const {
    return made_once(refined_, with_gradient, [&] {
      return ball::refined_evaluation(network_, coarse_evaluation(with_gradient), with_gradient);
    });
  }

  [[nodiscard]] Evaluation converted(const ball::BallEvaluation& balls, bool with_gradient, Bits bits) const {
    const auto interval = [&](const ball::Ball& x, long exponent) {
      return Interval::ball(x.mid, x.rad, exponent, bits);
    };
    Evaluation result{max_zero(interval(balls.loss.ball, balls.loss.exponent)), std::nullopt, std::nullopt};
    if (!with_gradient || !balls.gradient) return result;
    const ball::BallGradient& gradient = *balls.gradient;
    Gradient converted{{}, max_zero(interval(gradient.norm, gradient.exponent))};
    converted.partials.reserve(gradient.partials.size());
    for (std::size_t e = 0; e < gradient.partials.size(); ++e) {
      const double radius = gradient.row_radii[e / network_.dimension];
      converted.partials.push_back(interval({gradient.partials[e], radius}, gradient.exponent));
    }
    result.gradient = std::move(converted);
    return result;
  }

  ball::DoubleNetwork network_;
  std::unique_ptr<std::mutex> mutex_;
  mutable Evaluations coarse_;
  mutable Evaluations refined_;
};

/// Box instances: the same formula on intervals of the entries.
class BoxEvaluator {
 public:
  explicit BoxEvaluator(const Instance& instance, const Checkpoint& checkpoint)
      : checkpoint_(checkpoint),
        instance_(instance),
        middle_(point_in(instance, Corner::middle), checkpoint) {
    if (instance_.neuron != NeuronForm::unit) return;
    for (std::size_t j = 0; j < instance_.student_count() && !undefined_at_; ++j) {
      if (may_be_zero(*instance_.student, j)) undefined_at_ = j;
    }
  }

  [[nodiscard]] std::size_t term_count() const {
    return instance_.student_count() + instance_.teacher_count();
  }
  [[nodiscard]] std::optional<std::size_t> undefined_at() const { return undefined_at_; }

  [[nodiscard]] Evaluation evaluate(Bits bits) const {
    Evaluation result{Interval::zero(bits), std::nullopt, undefined_at_};
    const bool with_gradient = !undefined_at_;
    const std::vector<IntervalTerm> terms = terms_at(bits);
    const Circle circle = circle_constants(bits);
    const IntervalSum sum = pair_sum<Interval>(
        terms,
        [&](std::size_t g, std::size_t h) {
          if (h == g + 1 && checkpoint_) checkpoint_();
          return pair_of(terms[g], terms[h], circle, bits);
        },
        circle, Interval::zero(bits), with_gradient);
    result.loss = loss_from(sum, instance_.activation, bits);
    if (!with_gradient) return result;
    result.gradient = gradient_from(sum, terms, bits);
    if (instance_.teacher.is_point()) {
      const Interval mean_value = mean_value_form(*result.gradient, bits);
      if (mean_value.is_finite()) result.loss = intersection(result.loss, max_zero(mean_value));
    }
    return result;
  }

 private:
  /// L(W) lies in L(middle) + <grad L(box), W - middle>: near a minimum far tighter than the plain sum. L is
  /// continuously differentiable on the whole box where the gradient is defined on it.
  [[nodiscard]] Interval mean_value_form(const Gradient& gradient, Bits bits) const {
    Interval result = middle_.evaluate(bits, false).loss;
    const ExactMatrix& student = *instance_.student;
    for (std::size_t j = 0; j < student.rows(); ++j) {
      for (std::size_t k = 0; k < student.cols(); ++k) {
        const RationalInterval entry = student.at(j, k);
        const Rational radius = (entry.hi - entry.lo) / 2;
        result.add_product(gradient.partials[j * student.cols() + k],
                           Interval::from(RationalInterval{Rational(-radius), radius}, bits));
      }
    }
    return result;
  }

  static bool may_be_zero(const ExactMatrix& rows, std::size_t j) {
    for (std::size_t k = 0; k < rows.cols(); ++k) {
      const RationalInterval entry = rows.at(j, k);
      if (entry.lo > 0 || entry.hi < 0) return false;
    }
    return true;
  }

  [[nodiscard]] std::vector<IntervalTerm> terms_at(Bits bits) const {
    std::vector<IntervalTerm> terms;
    const auto add = [&](const ExactMatrix& rows, NeuronForm form, long sign) {
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        std::vector<Interval> vector;
        for (std::size_t k = 0; k < rows.cols(); ++k) vector.push_back(Interval::from(rows.at(i, k), bits));
        Interval squared_norm = squared_length(vector, bits);
        Interval coefficient = Interval::exact(sign, bits);
        if (form == NeuronForm::norm) coefficient *= sqrt_nonnegative(squared_norm);
        terms.push_back({std::move(vector), squared_norm, coefficient, coefficient, sign > 0,
                         squared_norm.contains_zero()});
      }
    };
    add(*instance_.student, instance_.neuron, +1);
    add(instance_.teacher, instance_.teacher_neuron, -1);
    return terms;
  }

  /// S(u, v) = S(u, v - lambda u) for every lambda: with lambda near <u,v>/|u|^2 the root is taken of a small
  /// quantity.
  [[nodiscard]] static IntervalPair pair_of(const IntervalTerm& u, const IntervalTerm& v,
                                            const Circle& circle, Bits bits) {
    Interval dot = inner_product(u.vector, v.vector, bits);
    Interval lambda = u.may_vanish ? Interval::zero(bits) : (dot / u.squared_norm).midpoint();
    if (!lambda.is_finite()) lambda = Interval::zero(bits);
    std::vector<Interval> rest = v.vector;
    for (std::size_t k = 0; k < rest.size(); ++k) rest[k] -= lambda * u.vector[k];
    Interval gap = sqrt_nonnegative(u.squared_norm * squared_length(rest, bits) -
                                    sqr(inner_product(u.vector, rest, bits)));
    Interval angle = angle_of(gap, dot);
    IntervalGeometry geometry{std::move(dot), std::move(gap), std::move(angle)};
    Interval kernel = kernel_at_corners(geometry, u, v, circle, bits);
    return {std::move(kernel), std::move(geometry)};
  }

  /// (2/pi) (S + atan2(c, S) c) rises with S (slope (2/pi) S^2 / (c^2 + S^2)) and with |c| (slope (2/pi)
  /// (atan2(|c|, S) + |c| S / (c^2 + S^2))), were the two free: its extremes over a box are at corners. And K
  /// <= |u| |v|.
  [[nodiscard]] static Interval kernel_at_corners(const IntervalGeometry& geometry, const IntervalTerm& u,
                                                  const IntervalTerm& v, const Circle& circle, Bits bits) {
    if (!geometry.dot.is_finite() || !geometry.gap.is_finite()) return abs_kernel(geometry, circle);
    const Interval size = abs(geometry.dot);
    const auto corner = [&](const Interval& c, const Interval& gap) {
      return abs_kernel(IntervalGeometry{c, gap, angle_of(gap, c)}, circle);
    };
    const Interval rough = hull(corner(size.lower_end(), geometry.gap.lower_end()),
                                corner(size.upper_end(), geometry.gap.upper_end()));
    const Interval largest = sqrt_nonnegative(u.squared_norm * v.squared_norm).upper_end();
    return intersection(rough, hull(Interval::zero(bits), largest));
  }

  [[nodiscard]] Gradient gradient_from(const IntervalSum& sum, std::span<const IntervalTerm> terms,
                                       Bits bits) const {
    std::vector<Interval> partials;
    for (std::size_t j = 0; j < instance_.student_count(); ++j) {
      if (terms[j].may_vanish) {
        append(partials, near_zero_gradient(sum, terms, j, bits));
        continue;
      }
      std::vector<Interval> gradient = effective_gradient(sum.gamma[j], sum, instance_.activation, bits);
      if (instance_.neuron == NeuronForm::norm) {
        gradient = through_norm_form(std::move(gradient), terms[j].vector, bits);
      }
      append(partials, std::move(gradient));
    }
    return with_norm(std::move(partials), bits);
  }

  /// A norm-form student whose box reaches 0: its gradient has length at most 2 |w| |grad_p L|, and
  /// |gamma| = |E[R sign x]| <= sum of |even| |u|, |z| <= sum of |odd| |u|.
  [[nodiscard]] std::vector<Interval> near_zero_gradient(const IntervalSum& sum,
                                                         std::span<const IntervalTerm> terms, std::size_t j,
                                                         Bits bits) const {
    Interval bound = Interval::zero(bits);
    for (const IntervalTerm& term : terms)
      bound.add_product(abs(term.even), sqrt_nonnegative(term.squared_norm));
    const std::vector<Interval> gamma_bound =
        effective_gradient({bound}, {sum.twice_loss, {}, {bound}}, instance_.activation, bits);
    const Interval length = sqrt_nonnegative(terms[j].squared_norm);
    const Interval entry = symmetric(Interval::exact(2L, bits) * length * gamma_bound.front());
    return std::vector<Interval>(instance_.dimension(), entry);
  }

  Checkpoint checkpoint_;
  Instance instance_;
  PointEvaluator middle_;
  std::optional<std::size_t> undefined_at_;
};

}  // namespace

struct Landscape::Parts {
  Parts(const Instance& instance, Checkpoint checkpoint)
      : instance_(instance), checkpoint_(std::move(checkpoint)), balls(BallEvaluator::of(instance)) {
    if (!instance.is_point()) box.emplace(instance, checkpoint_);
    if (instance.is_point() && instance.neuron == NeuronForm::unit) zero_student_ = zero_student(instance);
  }

  [[nodiscard]] Evaluation evaluate(Bits bits, bool with_gradient) const {
    if (box) return box->evaluate(bits);
    if (balls && bits.rung != Rung::intervals) {
      Evaluation evaluation = balls->evaluate(bits, with_gradient);
      evaluation.undefined_at = zero_student_;
      const bool is_whole = !with_gradient || evaluation.gradient || zero_student_;
      // A loss that may be 0 is decided exactly, and then the gradient is known too.
      if (is_whole && (!evaluation.loss.contains_zero() || !point().loss_is_zero())) return evaluation;
    }
    return point().evaluate(bits, with_gradient);
  }

  [[nodiscard]] bool loss_is_zero() const {
    if (box) return false;
    if (balls && !balls->evaluate(double_bits(Rung::balls), false).loss.contains_zero()) return false;
    return point().loss_is_zero();
  }

  /// The exact part of a point instance, made when it is first needed: balls often decide without it.
  [[nodiscard]] const PointEvaluator& point() const {
    const std::scoped_lock lock(mutex_);
    if (!point_) point_.emplace(instance_, checkpoint_);
    return *point_;
  }

  [[nodiscard]] std::optional<std::size_t> undefined_at() const {
    return box ? box->undefined_at() : zero_student_;
  }

 private:
  Instance instance_;
  Checkpoint checkpoint_;
  std::optional<std::size_t> zero_student_;
  mutable std::mutex mutex_;
  mutable std::optional<PointEvaluator> point_;

 public:
  std::optional<BallEvaluator> balls;  // empty where rung 0 does not apply
  std::optional<BoxEvaluator> box;     // of a box instance
};

Landscape::Landscape(const Instance& instance, std::function<void()> checkpoint) {
  if (instance.gram) {
    throw InstanceError(
        "teacher: given by its Gram matrix, which serves claims about a teacher alone; give the vectors");
  }
  if (!instance.student) throw InstanceError("student: missing; the loss and its gradient need one");
  parts_ = std::make_unique<const Parts>(instance, std::move(checkpoint));
}

Landscape::~Landscape() = default;
Landscape::Landscape(Landscape&&) noexcept = default;
Landscape& Landscape::operator=(Landscape&&) noexcept = default;

Evaluation Landscape::evaluate(Bits bits) const { return parts_->evaluate(bits, true); }
Interval Landscape::loss(Bits bits) const { return parts_->evaluate(bits, false).loss; }
bool Landscape::is_point() const { return !parts_->box; }
bool Landscape::has_balls() const { return parts_->balls.has_value(); }
std::size_t Landscape::term_count() const {
  return parts_->box ? parts_->box->term_count() : parts_->point().term_count();
}
long Landscape::approximate_log2_mass_ratio() const {
  return parts_->box ? 0 : parts_->point().approximate_masses().log2_ratio;
}
long Landscape::approximate_log2_largest_mass() const {
  return parts_->box ? 0 : parts_->point().approximate_masses().log2_largest;
}
bool Landscape::loss_is_exactly_zero() const { return parts_->loss_is_zero(); }
std::optional<std::size_t> Landscape::undefined_at() const { return parts_->undefined_at(); }

}  // namespace lojacert
