#include <lojacert/audit/samples.hpp>

#include <lojacert/enclosure/vector.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/row.hpp>
#include <lojacert/landscape/adaptive.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace lojacert {

namespace {

/// What a neuron needs to be evaluated at an input.
struct Neuron {
  std::vector<Interval> row;
  Interval length;  ///< |w|
  Interval factor;  ///< |w| in norm form, 1 in unit form
  bool is_zero;
};

std::vector<Neuron> neurons_of(const ExactMatrix& rows, NeuronForm form, Bits bits) {
  std::vector<Neuron> neurons;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    std::vector<Interval> row = interval_row(rows, i, bits);
    Interval length = sqrt_nonnegative(squared_length(row, bits));
    Interval factor = form == NeuronForm::norm ? length : Interval::exact(1L, bits);
    neurons.push_back({std::move(row), std::move(length), std::move(factor), exact_row(rows, i).is_zero()});
  }
  return neurons;
}

Interval mass_of(const std::vector<Neuron>& neurons, Bits bits) {
  Interval sum = Interval::zero(bits);
  for (const Neuron& neuron : neurons) sum.add_product(neuron.length, neuron.factor);
  return sum;
}

/// sigma(z), and sigma'(z) where z is certainly not 0, else every value between its limits.
struct Activated {
  Interval value;
  Interval slope;
};
Activated activated(const Interval& z, bool relu) {
  const Bits bits = z.precision();
  const Interval zero = Interval::zero(bits);
  const Interval one = Interval::exact(1L, bits);
  const Interval other = relu ? zero : -one;  // the slope for z < 0
  const Interval slope = certainly_less(zero, z) ? one : certainly_less(z, zero) ? other : hull(one, other);
  return {relu ? max_zero(z) : abs(z), slope};
}

/// Sums over the inputs seen so far.
class EmpiricalLandscape {
 public:
  EmpiricalLandscape(const Instance& instance, Bits bits)
      : relu_(instance.activation == Activation::relu),
        bits_(bits),
        norm_(instance.neuron == NeuronForm::norm),
        students_(neurons_of(*instance.student, instance.neuron, bits)),
        teachers_(neurons_of(instance.teacher, instance.teacher_neuron, bits)),
        squared_residuals_(Interval::zero(bits)),
        gradient_(students_.size() * instance.dimension(), Interval::zero(bits)) {}

  void add(std::span<const Interval> x) {
    Interval residual = Interval::zero(bits_);
    std::vector<Activated> outputs;
    for (const Neuron& student : students_) {
      outputs.push_back(activated(inner_product(student.row, x, bits_), relu_));
      residual.add_product(student.factor, outputs.back().value);
    }
    for (const Neuron& teacher : teachers_)
      residual -= teacher.factor * activated(inner_product(teacher.row, x, bits_), relu_).value;
    squared_residuals_ += sqr(residual);
    for (std::size_t j = 0; j < students_.size(); ++j) {
      if (students_[j].is_zero) continue;
      const auto target = std::span(gradient_).subspan(j * x.size(), x.size());
      add_multiple(target, residual * students_[j].factor * outputs[j].slope, x);
      if (norm_) add_multiple(target, residual * outputs[j].value / students_[j].length, students_[j].row);
    }
    ++count_;
  }

  [[nodiscard]] Interval loss() const { return squared_residuals_ / (count() + count()); }
  [[nodiscard]] Interval gradient_difference(const Gradient& population) const {
    std::vector<Interval> difference;
    for (std::size_t k = 0; k < gradient_.size(); ++k)
      difference.push_back(gradient_[k] / count() - population.partials[k]);
    return sqrt_nonnegative(squared_length(difference, bits_));
  }
  [[nodiscard]] Interval student_mass() const { return mass_of(students_, bits_); }
  [[nodiscard]] Interval teacher_mass() const { return mass_of(teachers_, bits_); }
  [[nodiscard]] Interval greatest_teacher() const {
    Interval greatest = Interval::zero(bits_);
    for (const Neuron& teacher : teachers_) greatest = larger(greatest, teacher.length * teacher.factor);
    return greatest;
  }

 private:
  [[nodiscard]] Interval count() const { return Interval::exact(count_, bits_); }

  bool relu_;
  Bits bits_;
  bool norm_;
  std::vector<Neuron> students_;
  std::vector<Neuron> teachers_;
  Interval squared_residuals_;
  std::vector<Interval> gradient_;
  long count_ = 0;
};

void refuse_unfit(const Instance& instance, const ExactMatrix& samples, const Rational& confidence) {
  if (instance.activation == Activation::relu_linear)
    throw UnsupportedError(
        "samples: the loss of relu+linear on data needs a fit of the linear term; audit abs or relu");
  if (!instance.is_point()) throw InstanceError("has boxes; data are compared at exact weights");
  if (samples.rows() == 0) throw InputError("samples: no input");
  if (samples.cols() != instance.dimension())
    throw InputError(fmt::format(
        "samples: inputs have {} entries, the instance has d = {}; rows are inputs{}", samples.cols(),
        instance.dimension(), samples.rows() == instance.dimension() ? "; did you mean the transpose?" : ""));
  if (confidence <= 0 || confidence >= 1) throw InputError("confidence: must be between 0 and 1");
}

}  // namespace

SampleAudit audit_samples(const Instance& instance, const ExactMatrix& samples, const Rational& confidence,
                          long max_bits) {
  refuse_unfit(instance, samples, confidence);
  const Landscape landscape(instance);
  constexpr double relative_width = 1e-15;
  constexpr long spare = 64;  // for the sums over the inputs
  const Bits bits{std::min(
      narrow_evaluation(landscape, relative_width, max_bits, Rung::intervals).bits + spare, max_bits)};
  const Evaluation population = landscape.evaluate(bits);
  EmpiricalLandscape data(instance, bits);
  for (std::size_t n = 0; n < samples.rows(); ++n) {
    data.add(interval_row(samples, n, bits));
  }
  const auto whole = [&](std::size_t value) { return Interval::exact(static_cast<long>(value), bits); };
  const Interval count = whole(samples.rows());
  const Interval risk = Interval::from(Rational(1 - confidence), bits);
  const Interval two_loss = population.loss + population.loss;
  // Chebyshev with Var(R^2/2) <= E |R grad R|^2 <= K^2 2L (Poincare), K = the sum of all masses.
  const Interval lipschitz = data.student_mass() + data.teacher_mass();
  Interval loss_bound = lipschitz * sqrt_nonnegative(two_loss / (count * risk));
  // Chebyshev with E R^2 |x|^2 = (d+2) 2L and |J_j| <= 2 |w_j|.
  const Interval slopes = instance.neuron == NeuronForm::norm
                              ? Interval::exact(4L, bits) * data.student_mass()
                              : whole(instance.student_count());
  Interval gradient_bound =
      sqrt_nonnegative(slopes * whole(instance.dimension() + 2) * two_loss / (count * risk));

  const Interval size = whole(instance.teacher_count()) * data.greatest_teacher();
  AuditRow theorem_7 =
      row_with_constant({"theorem-7", "Theorem 7",
                         "N >= C r^5 w_max^5 d^2 / (step eps^3 delta), with eps = L, step = 1/(r w_max), "
                         "delta = 1 - confidence"},
                        count, ">=",
                        pow_nonnegative(size, Rational(6)) * sqr(whole(instance.dimension())) /
                            (pow_nonnegative(population.loss, Rational(3)) * risk));
  std::optional<Interval> gradient_difference;
  if (population.gradient) gradient_difference = data.gradient_difference(*population.gradient);
  return {samples.rows(),
          data.loss(),
          abs(data.loss() - population.loss),
          std::move(gradient_difference),
          std::move(loss_bound),
          std::move(gradient_bound),
          std::move(theorem_7)};
}

}  // namespace lojacert
