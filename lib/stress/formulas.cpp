#include <lojacert/stress/formulas.hpp>

#include <lojacert/landscape/lines.hpp>
#include <lojacert/stress/arithmetic.hpp>
#include <lojacert/stress/cluster_form.hpp>
#include <lojacert/stress/pair_formulas.hpp>

#include <fmt/format.h>

#include <limits>
#include <set>
#include <stdexcept>
#include <type_traits>

namespace lojacert::stress {

namespace {

template <class A>
constexpr bool is_of_the_machine = std::is_same_v<A, NativeArithmetic<typename A::Number>>;

template <class A>
PlainValue<typename A::Number> evaluate(const PlainNetwork<A>& network, Formula formula,
                                        const A& arithmetic) {
  if (formula == Formula::cluster) return ClusterForm<A>(network, arithmetic).value();
  if constexpr (is_of_the_machine<A>) {
    if (formula == Formula::gram) {
      return pair_formula<A, SequentialSum>(network, PairMethod::acos, gram_by_matrix_product(network),
                                            arithmetic);
    }
  }
  const std::vector<typename A::Number> gram = gram_by_loops(network, arithmetic);
  switch (formula) {
    case Formula::acos:
      return pair_formula<A, SequentialSum>(network, PairMethod::acos, gram, arithmetic);
    case Formula::pairwise:
      return pair_formula<A, PairwiseSum>(network, PairMethod::acos, gram, arithmetic);
    case Formula::atan2:
      return pair_formula<A, SequentialSum>(network, PairMethod::atan2, gram, arithmetic);
    case Formula::difference:
      return pair_formula<A, SequentialSum>(network, PairMethod::difference, gram, arithmetic);
    case Formula::gram:
    case Formula::cluster:
      break;
  }
  throw std::logic_error("this formula is not tried in this arithmetic");
}

template <class A>
Computed compute_in(const A& arithmetic, const Instance& instance, Formula formula) {
  const PlainNetwork<A> network(instance, arithmetic);
  const PlainValue<typename A::Number> value = evaluate(network, formula, arithmetic);
  const auto exactly = [&](const typename A::Number& x) {
    return ComputedNumber{arithmetic.exact(x), arithmetic.is_nan(x)};
  };
  Computed computed{exactly(value.loss), {}, exactly(value.gradient_norm)};
  for (const auto& entry : value.gradient) computed.gradient.push_back(exactly(entry));
  return computed;
}

}  // namespace

const std::vector<Formula>& all_formulas() {
  static const std::vector<Formula> formulas{Formula::acos,  Formula::gram,       Formula::pairwise,
                                             Formula::atan2, Formula::difference, Formula::cluster};
  return formulas;
}

const char* name_of(Formula formula) {
  switch (formula) {
    case Formula::acos:
      return "acos";
    case Formula::gram:
      return "gram";
    case Formula::pairwise:
      return "pairwise";
    case Formula::atan2:
      return "atan2";
    case Formula::difference:
      return "difference";
    case Formula::cluster:
      return "cluster";
  }
  throw std::logic_error("unknown formula");
}

const char* title_of(Formula formula) {
  switch (formula) {
    case Formula::acos:
      return "acos of a clipped cosine, plain sum over pairs";
    case Formula::gram:
      return "acos of a clipped cosine, Gram matrix by one matrix product";
    case Formula::pairwise:
      return "acos of a clipped cosine, pairwise summation";
    case Formula::atan2:
      return "atan2 of S = sqrt(|u|^2 |v|^2 - <u,v>^2) and <u,v>";
    case Formula::difference:
      return "angle and S from |u - v| and |u + v| of unit vectors";
    case Formula::cluster:
      return "cluster form: residuals and h(t) of small angles";
  }
  throw std::logic_error("unknown formula");
}

Precision precision_of(NumberType type) {
  switch (type) {
    case NumberType::float16:
      return {type, std::numeric_limits<Eigen::half>::digits};
    case NumberType::bfloat16:
      return {type, std::numeric_limits<Eigen::bfloat16>::digits};
    case NumberType::float32:
      return {type, std::numeric_limits<float>::digits};
    case NumberType::float64:
      return {type, std::numeric_limits<double>::digits};
    case NumberType::extended:
      return {type, std::numeric_limits<long double>::digits};
    case NumberType::double_double:
      return {type, 104};
    case NumberType::binary:
      break;
  }
  throw std::logic_error("a binary float has the bits that it is given");
}

Precision binary_precision(long bits) { return {NumberType::binary, bits}; }

std::string name_of(const Precision& precision) {
  switch (precision.type) {
    case NumberType::float16:
      return "float16";
    case NumberType::bfloat16:
      return "bfloat16";
    case NumberType::float32:
      return "float32";
    case NumberType::float64:
      return "double";
    case NumberType::extended:
      return "long double";
    case NumberType::double_double:
      return "double-double";
    case NumberType::binary:
      return fmt::format("{} bits", precision.bits);
  }
  throw std::logic_error("unknown number type");
}

std::vector<Precision> all_precisions(long max_bits) {
  std::vector<Precision> precisions;
  for (const NumberType type : {NumberType::float16, NumberType::bfloat16, NumberType::float32,
                                NumberType::float64, NumberType::extended, NumberType::double_double}) {
    precisions.push_back(precision_of(type));
  }
  for (const long bits : {53, 64, 113}) {
    if (bits <= max_bits) precisions.push_back(binary_precision(bits));
  }
  for (long bits = 256; bits <= max_bits; bits *= 2) precisions.push_back(binary_precision(bits));
  return precisions;
}

bool is_tried(Formula formula, const Precision& precision) {
  const bool beyond = precision.type == NumberType::binary;
  if (formula == Formula::gram) return !beyond && precision.type != NumberType::double_double;
  return formula != Formula::cluster || !beyond;
}

std::optional<std::string> obstacle(Formula formula, const Instance& instance) {
  if (formula != Formula::cluster) return std::nullopt;
  const LineNetwork network = merge_by_lines(instance);
  std::set<std::size_t> lines;
  for (const Neuron& teacher : network.teachers) {
    if (!teacher.line) return "a teacher is zero";
    if (!lines.insert(*teacher.line).second) return "two teachers are on one line";
  }
  return std::nullopt;
}

Computed compute(const Instance& instance, Formula formula, const Precision& precision) {
  switch (precision.type) {
    case NumberType::float16:
      return compute_in(NativeArithmetic<Eigen::half>(), instance, formula);
    case NumberType::bfloat16:
      return compute_in(NativeArithmetic<Eigen::bfloat16>(), instance, formula);
    case NumberType::float32:
      return compute_in(NativeArithmetic<float>(), instance, formula);
    case NumberType::float64:
      return compute_in(NativeArithmetic<double>(), instance, formula);
    case NumberType::extended:
      return compute_in(NativeArithmetic<long double>(), instance, formula);
    case NumberType::double_double:
      return compute_in(DoubleDoubleArithmetic(), instance, formula);
    case NumberType::binary:
      return compute_in(BinaryArithmetic(Bits{precision.bits}), instance, formula);
  }
  throw std::logic_error("unknown number type");
}

}  // namespace lojacert::stress
