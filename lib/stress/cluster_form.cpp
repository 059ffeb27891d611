#include <lojacert/stress/cluster_form.hpp>

#include <lojacert/landscape/lines.hpp>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include <set>

namespace lojacert::stress {

std::optional<std::string> cluster_form_obstacle(const Instance& instance) {
  const LineNetwork network = merge_by_lines(instance);
  std::set<std::size_t> lines;
  for (const lojacert::Neuron& teacher : network.teachers) {
    if (!teacher.line) return "a teacher is zero";
    if (!lines.insert(*teacher.line).second) return "two teachers are on one line";
  }
  return std::nullopt;
}

namespace {

using Float50 = boost::multiprecision::cpp_bin_float_50;

QuadratureRule rule_on_unit_interval() {
  // The nodes x >= 0 of a rule on [-1, 1] with an odd number of points: the first is 0.
  using Rule = boost::math::quadrature::gauss<Float50, 7>;
  QuadratureRule rule;
  const auto add = [&](const Float50& node, const Float50& weight) {
    rule.nodes.push_back(Rational((1 + static_cast<Rational>(node)) / 2));
    rule.weights.push_back(Rational(static_cast<Rational>(weight) / 2));
  };
  for (std::size_t n = 0; n < Rule::abscissa().size(); ++n) {
    const Float50& node = Rule::abscissa()[n];
    add(node, Rule::weights()[n]);
    if (node != 0) add(Float50(-node), Rule::weights()[n]);
  }
  return rule;
}

}  // namespace

const QuadratureRule& gauss_legendre() {
  static const QuadratureRule rule = rule_on_unit_interval();
  return rule;
}

}  // namespace lojacert::stress
