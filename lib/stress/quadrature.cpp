#include <lojacert/stress/quadrature.hpp>

#include <boost/math/quadrature/gauss.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include <cstddef>

namespace lojacert::stress {

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
