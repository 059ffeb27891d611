// lojacert explain, the row `convergence`: whether descent from here is covered, and how loose the bound is.

#include "explain_convergence.hpp"

#include <lojacert/claims/convergence.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/landscape/adaptive.hpp>
#include <lojacert/search/descent.hpp>
#include <lojacert/theory/gradient_dynamics.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace lojacert::program {

namespace {

constexpr int digits = 3;

/// The largest step of 3 digits that Theorem I allows.
std::string largest_step(const Instance& instance, const Interval& loss) {
  const Interval curvature = curvature_bound(TeacherGeometry(instance), loss, instance.activation);
  return decimal_lower(Rational((Interval::exact(1L, curvature.precision()) / curvature).inf()), digits);
}

/// Steps that a simulation in floats needs to reach the loss; nothing where that takes too long.
std::optional<std::uint64_t> simulated_steps(const Instance& instance, const std::string& step,
                                             const Rational& target) {
  constexpr std::uint64_t most_pairs = 20'000'000;
  constexpr std::uint64_t most_steps = 20'000;
  const std::uint64_t neurons = instance.student_count() + instance.teacher_count();
  search::DescentOptions options;
  options.step = parse_exact_point(step);
  options.target_loss = target;
  options.iterations = std::clamp<std::uint64_t>(most_pairs / (neurons * neurons), 1, most_steps);
  options.record_every = 1;
  const search::DescentResult result = search::descend(instance, options, {});
  if (result.end != search::DescentEnd::target) return std::nullopt;
  return result.last.iteration;
}

const json::Value& constant_of(const Claim& claim, const std::string& key) {
  const auto found =
      std::ranges::find_if(claim.constants, [&](const auto& entry) { return entry.first == key; });
  return found->second;
}

}  // namespace

ConvergenceReach convergence_reach(const Instance& instance, const Interval& loss, const Budget& budget) {
  if (instance.neuron == NeuronForm::unit)
    return {false, "students in unit form: the flow, by Theorem G (prove convergence --flow)"};
  try {
    const std::string step = largest_step(instance, loss);
    const Rational tenth = parse_exact_point(decimal_lower(Rational(loss.inf() / 10), digits));
    ConvergenceRequest request;
    request.step = step;
    request.route = ConvergenceRoute::theorem_i;
    request.target_loss = exact_text(tenth);
    const Claim claim = convergence_claim(instance, request, budget);
    const Rational certified = parse_exact_point(constant_of(claim, "target").at("steps").as_string());
    std::string text = fmt::format("by Theorem I with steps up to {}: a tenth of L within {} steps", step,
                                   decimal_upper(certified, digits));
    if (const auto needed = simulated_steps(instance, step, tenth)) {
      const Rational ratio = certified / static_cast<long>(std::max<std::uint64_t>(*needed, 1));
      text += fmt::format(" (simulated: {}, {} x fewer)", *needed, decimal_upper(ratio, 2));
    }
    return {true, text};
  } catch (const std::runtime_error& error) {
    return {false, error.what()};
  }
}

}  // namespace lojacert::program
