#include "target.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/network/json.hpp>
#include <lojacert/search/real.hpp>

#include <fstream>

namespace lojacert::attack {

namespace {

constexpr long max_bits = 4096;

Interval inner(const ExactMatrix& a, std::size_t i, const ExactMatrix& b, std::size_t j, Bits bits) {
  Rational sum;
  for (std::size_t k = 0; k < a.cols(); ++k) sum += Rational(a.point(i, k) * b.point(j, k));
  return Interval::from(sum, bits);
}

/// Every nonzero student certainly makes an angle of at most delta with a teacher (its line; for relu its
/// direction).
bool certainly_within(const Instance& instance, const Rational& delta) {
  const Bits bits{512};
  const ExactMatrix& student = *instance.student;
  const Interval least = cos(Interval::from(delta, bits));
  for (std::size_t j = 0; j < student.rows(); ++j) {
    const Interval length = sqrt_nonnegative(inner(student, j, student, j, bits));
    if (length.is_point() && length.contains_zero()) continue;
    bool within = false;
    for (std::size_t i = 0; i < instance.teacher.rows() && !within; ++i) {
      const Interval teacher_length = sqrt_nonnegative(inner(instance.teacher, i, instance.teacher, i, bits));
      Interval product = inner(student, j, instance.teacher, i, bits);
      if (instance.activation != Activation::relu) product = abs(product);
      within = certainly_less_equal(least * length * teacher_length, product);
    }
    if (!within) return false;
  }
  return true;
}

}  // namespace

Target read_target(const std::string& certificate_path, const Instance& instance) {
  std::ifstream in(certificate_path);
  if (!in) throw InputError(certificate_path + ": cannot be read");
  const json::Value document = json::parse(in, certificate_path);
  const json::Value& claim = document.at("claim");
  Target target;
  target.kind = claim.at("kind").as_string();
  if (target.kind != "threshold" && target.kind != "landscape") {
    throw InputError(certificate_path + ": the claim is " + target.kind + "; needed: threshold or landscape");
  }
  if (const json::Value* digest = document.at("instance").find("digest");
      digest != nullptr && digest->as_string() != teacher_digest(instance)) {
    throw InputError(certificate_path + ": about another teacher");
  }
  const auto number = [&](const char* key) { return parse_exact_point(claim.at(key).as_string()); };
  target.eps0 = number("eps0");
  target.kappa = number("kappa");
  target.kappa_1 = number("kappa_1");
  target.beta = number("beta");
  if (target.kind == "landscape") target.delta = number("delta");
  return target;
}

Instance in_dimension(const Instance& instance, std::size_t dimension) {
  if (dimension < instance.dimension()) throw InputError("--dimension: less than the teacher's");
  Instance result = instance;
  result.student.reset();
  result.teacher = ExactMatrix(dimension);
  for (std::size_t i = 0; i < instance.teacher.rows(); ++i) {
    for (std::size_t k = 0; k < dimension; ++k) {
      result.teacher.append(k < instance.dimension() ? instance.teacher.point(i, k) : Rational(0));
    }
  }
  return result;
}

Instance with_student(const Instance& teacher, std::span<const DoubleDouble> effective) {
  Instance result = teacher;
  const std::size_t d = teacher.dimension();
  result.student = ExactMatrix(d);
  for (std::size_t j = 0; j < effective.size() / d; ++j) {
    DoubleDouble scale = 1;
    if (teacher.neuron == NeuronForm::norm) {
      DoubleDouble squared;
      for (std::size_t k = 0; k < d; ++k) squared += effective[j * d + k] * effective[j * d + k];
      if (squared.hi > 0) scale = DoubleDouble(1) / sqrt(sqrt(squared));
    }
    for (std::size_t k = 0; k < d; ++k) {
      const DoubleDouble entry = effective[j * d + k] * scale;
      result.student->append(Rational(exact(entry.hi) + exact(entry.lo)));
    }
  }
  return result;
}

Confirmation confirm(const Instance& instance, const Target& target) {
  const Landscape landscape(instance);
  const NarrowEvaluation narrow = narrow_evaluation(landscape, 1e-12, max_bits, Rung::balls);
  Confirmation result;
  if (!narrow.evaluation.gradient || !narrow.evaluation.loss.is_finite()) return result;
  const Interval& loss = narrow.evaluation.loss;
  const Interval& norm = narrow.evaluation.gradient->norm;
  const Bits bits = loss.precision();
  result.decided = narrow.loss_is_narrow;
  result.loss = loss.approximate_mid();
  if (loss.contains_zero()) return result;
  const Interval power = pow_nonnegative(loss, target.beta);
  const Interval ratio = norm / power;
  result.ratio_lower = std::stod(ratio.decimal_inf(12));
  result.ratio_upper = std::stod(ratio.decimal_sup(12));
  const bool conclusion_fails = certainly_less(norm, Interval::from(target.kappa, bits) * power) ||
                                certainly_less(norm, Interval::from(target.kappa_1, bits) * loss);
  result.violated = conclusion_fails && certainly_less_equal(loss, Interval::from(target.eps0, bits)) &&
                    (!target.delta || certainly_within(instance, *target.delta));
  return result;
}

}  // namespace lojacert::attack
