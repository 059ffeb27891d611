#pragma once
// The row `convergence` of lojacert explain.

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/proof/escalation.hpp>

#include <string>

namespace lojacert::program {

struct ConvergenceReach {
  bool in_reach = false;
  std::string detail;
};

/// Whether Theorem I covers gradient descent from these weights with the largest step it allows, and how many
/// steps are certified against how many a simulation needs. `loss` encloses L(W).
[[nodiscard]] ConvergenceReach convergence_reach(const Instance& instance, const Interval& loss,
                                                 const Budget& budget);

}  // namespace lojacert::program
