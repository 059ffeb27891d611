#include <lojacert/stress/breakdown.hpp>

#include <lojacert/stress/binary_arithmetic.hpp>
#include <lojacert/stress/plain_network.hpp>

#include <cmath>
#include <map>
#include <stdexcept>

namespace lojacert::stress {

namespace {

using Number = BinaryFloat;
using Network = PlainNetwork<BinaryArithmetic>;

/// The sums of |y dL/dy| of one run.
using Sensitivities = std::map<Stage, Number>;

class StagedFormula {
 public:
  StagedFormula(const Instance& instance, Bits work, Bits stage_bits, std::optional<Stage> rounded)
      : arithmetic_(work),
        work_(work),
        stage_bits_(stage_bits),
        rounded_(rounded),
        network_(instance, arithmetic_),
        teacher_form_(instance.teacher_neuron),
        d_(network_.dimension),
        two_over_pi_(number(2) / arithmetic_.pi()),
        half_pi_(arithmetic_.pi() / number(2)) {
    if (rounded_ == Stage::weights) round_weights();
    for (const Stage stage : all_stages()) sensitivities_.emplace(stage, number(0));
  }

  /// Runs the formula; gamma of every neuron is kept for the condition of the weights.
  [[nodiscard]] PlainValue<Number> run() {
    const std::size_t n = network_.count();
    std::vector<Number> norms;
    for (std::size_t q = 0; q < n; ++q) norms.push_back(at(Stage::norms, sqrt(dot(Stage::norms, q, q))));
    Number twice_loss = number(0);
    gamma_.assign(n * d_, number(0));
    along_itself_.assign(n, number(0));
    for (std::size_t u = 0; u < n; ++u) {
      if (network_.is_zero[u]) continue;
      for (std::size_t v = u; v < n; ++v) {
        if (!network_.is_zero[v]) add_pair(u, v, norms, twice_loss);
      }
    }
    for (std::size_t u = 0; u < n; ++u) {
      for (std::size_t k = 0; k < d_; ++k)
        add(gamma_[u * d_ + k], at(Stage::kernel, along_itself_[u] * network_.vector(u)[k]));
    }
    const auto students = static_cast<std::ptrdiff_t>(network_.student_count * d_);
    return finish<BinaryArithmetic>(
        network_, twice_loss, std::vector<Number>(gamma_.begin(), gamma_.begin() + students), arithmetic_);
  }

  /// After run(): sum |y dL/dy| of every stage, for the true L.
  [[nodiscard]] Sensitivities sensitivities() const {
    Sensitivities result = sensitivities_;
    const Number share = number(1) / number(network_.activation == Activation::abs ? 2 : 8);  // 2 L_abs -> L
    for (auto& [stage, value] : result) value *= share;
    result.at(Stage::weights) = weights_sensitivity();
    return result;
  }

 private:
  [[nodiscard]] Number number(long value) const { return arithmetic_.number(value); }

  /// The result of a stage: rounded if this is the stage, and widened again.
  [[nodiscard]] Number at(Stage stage, Number value) const {
    return rounded_ == stage ? value.rounded(stage_bits_).rounded(work_) : value;
  }
  void add(Number& sum, const Number& term) const { sum = at(Stage::sum, sum + term); }

  void round_weights() {
    const auto round = [&](Number& x) { x = at(Stage::weights, x); };
    for (Number& entry : network_.rows) round(entry);
    for (std::size_t q = 0; q < network_.count(); ++q) {
      const std::span<Number> w = std::span<Number>(network_.rows).subspan(q * d_, d_);
      network_.lengths[q] = sqrt(plain_dot<BinaryArithmetic>(w, w, arithmetic_));
      const NeuronForm form = network_.is_student(q) ? network_.neuron : teacher_form_;
      for (std::size_t k = 0; k < d_; ++k) {
        Number& p = network_.effective[q * d_ + k];
        p = form == NeuronForm::norm ? at(Stage::weights, network_.lengths[q] * w[k]) : w[k];
      }
    }
  }

  [[nodiscard]] Number dot(Stage stage, std::size_t u, std::size_t v) const {
    Number result = number(0);
    for (std::size_t k = 0; k < d_; ++k)
      result = at(stage, result + at(stage, network_.vector(u)[k] * network_.vector(v)[k]));
    return result;
  }

  void add_pair(std::size_t u, std::size_t v, const std::vector<Number>& norms, Number& twice_loss) {
    const Number inner = dot(Stage::dot, u, v);
    const Number size = at(Stage::norms, norms[u] * norms[v]);
    const Number one = number(1);
    Number cosine = at(Stage::cosine, inner / size);
    if (one < cosine) cosine = one;
    if (cosine < -one) cosine = -one;
    const Number angle = at(Stage::angle, acos(cosine));
    const Number sine = at(Stage::sine, sqrt(at(Stage::sine, one - at(Stage::sine, cosine * cosine))));
    const Number rest = half_pi_ - angle;
    const Number kernel = at(Stage::kernel, two_over_pi_ * size * (sine + rest * cosine));
    const bool is_plus = network_.is_student(u) == network_.is_student(v);
    for (int time = u == v ? 1 : 0; time < 2; ++time) {
      add(twice_loss, is_plus ? kernel : Number(-kernel));
      note(kernel, size, cosine, angle, sine, rest);
    }
    const Number along = at(Stage::kernel, two_over_pi_ * rest);
    add_slope(u, v, along, sine, norms);
    if (u != v) add_slope(v, u, along, sine, norms);
  }

  void add_slope(std::size_t self, std::size_t other, const Number& along, const Number& sine,
                 const std::vector<Number>& norms) {
    const bool plus = network_.is_student(other);
    const Number along_self = at(Stage::kernel, two_over_pi_ * (norms[other] / norms[self]) * sine);
    for (std::size_t k = 0; k < d_; ++k) {
      const Number term = at(Stage::kernel, along * network_.vector(other)[k]);
      add(gamma_[self * d_ + k], plus ? term : Number(-term));
    }
    add(along_itself_[self], plus ? along_self : Number(-along_self));
  }

  /// |y dK/dy| with M = |u||v|: c by the quotient moves t and s together, dK/dc = (2/pi) M (pi/2 - t); M
  /// moves c too, M dK/dM = (2/pi) M s.
  void note(const Number& kernel, const Number& size, const Number& cosine, const Number& angle,
            const Number& sine, const Number& rest) {
    const Number scale = two_over_pi_ * size;
    const Number of_cosine = abs(scale * rest * cosine);
    sensitivities_.at(Stage::dot) += of_cosine;
    sensitivities_.at(Stage::norms) += scale * sine;
    sensitivities_.at(Stage::cosine) += of_cosine;
    sensitivities_.at(Stage::angle) += abs(scale * angle * cosine);
    sensitivities_.at(Stage::sine) += scale * sine;
    sensitivities_.at(Stage::kernel) += abs(kernel);
    sensitivities_.at(Stage::sum) += abs(kernel);
  }

  /// sum |w dL/dw| over the entries of all neurons, teachers too.
  [[nodiscard]] Number weights_sensitivity() const {
    std::vector<Number> excess(d_, number(0));
    for (std::size_t q = 0; q < network_.count(); ++q)
      for (std::size_t k = 0; k < d_; ++k)
        excess[k] += network_.is_student(q) ? network_.vector(q)[k] : Number(-network_.vector(q)[k]);
    Number result = number(0);
    for (std::size_t q = 0; q < network_.count(); ++q) {
      if (network_.is_zero[q]) continue;
      std::vector<Number> slope;
      for (std::size_t k = 0; k < d_; ++k) {
        Number entry = gamma_[q * d_ + k];
        if (network_.activation == Activation::relu) entry += excess[k];
        slope.push_back(network_.activation == Activation::abs ? entry : Number(entry / number(4)));
      }
      const std::span<const Number> w = std::span<const Number>(network_.rows).subspan(q * d_, d_);
      const NeuronForm form = network_.is_student(q) ? network_.neuron : teacher_form_;
      if (form == NeuronForm::norm) {
        const Number& length = network_.lengths[q];
        const Number along = plain_dot<BinaryArithmetic>(slope, w, arithmetic_) / length;
        for (std::size_t k = 0; k < d_; ++k) slope[k] = length * slope[k] + along * w[k];
      }
      for (std::size_t k = 0; k < d_; ++k) result += abs(w[k] * slope[k]);
    }
    return result;
  }

  BinaryArithmetic arithmetic_;
  Bits work_;
  Bits stage_bits_;
  std::optional<Stage> rounded_;
  Network network_;
  NeuronForm teacher_form_;
  std::size_t d_;
  Number two_over_pi_;
  Number half_pi_;
  std::vector<Number> gamma_;         // of every neuron, teachers too
  std::vector<Number> along_itself_;  // the factors of the neuron's own vector in it
  Sensitivities sensitivities_;
};

Computed exactly(const PlainValue<Number>& value) {
  const auto number = [](const Number& x) { return ComputedNumber{x.exact(), x.is_nan()}; };
  Computed computed{number(value.loss), {}, number(value.gradient_norm)};
  for (const Number& entry : value.gradient) computed.gradient.push_back(number(entry));
  return computed;
}

std::optional<double> log10_of_quotient(const Number& sensitivity, const Interval& loss) {
  const Number size(loss.sup(), Bits{64});
  const double log2 = sensitivity.approximate_log2() - size.approximate_log2();
  if (!std::isfinite(log2)) return std::nullopt;
  return log2 * std::log10(2.0);
}

}  // namespace

const std::vector<Stage>& all_stages() {
  static const std::vector<Stage> stages{Stage::weights, Stage::dot,  Stage::norms,  Stage::cosine,
                                         Stage::angle,   Stage::sine, Stage::kernel, Stage::sum};
  return stages;
}

const char* name_of(Stage stage) {
  switch (stage) {
    case Stage::weights:
      return "weights";
    case Stage::dot:
      return "dot";
    case Stage::norms:
      return "norms";
    case Stage::cosine:
      return "cosine";
    case Stage::angle:
      return "angle";
    case Stage::sine:
      return "sine";
    case Stage::kernel:
      return "kernel";
    case Stage::sum:
      return "sum";
  }
  throw std::logic_error("unknown stage");
}

std::vector<BreakdownRow> breakdown(const Instance& instance, const Reference& reference,
                                    const Precision& precision) {
  std::vector<BreakdownRow> rows;
  if (reference.loss_is_zero) return rows;
  // acos c and 1 - c^2 lose half of the bits where c is near 1: twice as many leave enough.
  const Bits work{2 * reference.bits.value};
  const Bits stage_bits{precision.bits};
  StagedFormula exact_run(instance, work, stage_bits, std::nullopt);
  static_cast<void>(exact_run.run());
  const Sensitivities sensitivities = exact_run.sensitivities();
  for (const Stage stage : all_stages()) {
    const Computed computed = exactly(StagedFormula(instance, work, stage_bits, stage).run());
    rows.push_back({precision, stage, log10_of_quotient(sensitivities.at(stage), reference.loss),
                    correct_digits(Quantity::loss, computed, reference),
                    correct_digits(Quantity::gradient, computed, reference)});
  }
  return rows;
}

}  // namespace lojacert::stress
