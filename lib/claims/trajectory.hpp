#pragma once
// The claim `trajectory`: recorded iterates are steps of gradient descent up to a relative error, and the
// loss falls under an envelope. docs/theory/convergence.md, Section 3.

#include <lojacert/claims/cited_threshold.hpp>
#include <lojacert/claims/claim.hpp>
#include <lojacert/network/trajectory_file.hpp>

#include <optional>
#include <string>

namespace lojacert {

struct TrajectoryRequest {
  std::optional<std::string> epsilon;   ///< else the smallest of 5 digits
  std::optional<CitedThreshold> cited;  ///< claim also its envelope for inexact steps
};

/// Throws InstanceError where the instance is not the trajectory's start, UndecidedError where no epsilon
/// below 1 can be shown or the cited theorem does not apply.
[[nodiscard]] Claim trajectory_claim(const Instance& instance, const Trajectory& trajectory,
                                     const TrajectoryRequest& request);

}  // namespace lojacert
