#pragma once
// The claim `convergence`: what gradient descent or the gradient flow does from the given weights, for all
// time. docs/theory/convergence.md.

#include <lojacert/claims/cited_threshold.hpp>
#include <lojacert/claims/claim.hpp>
#include <lojacert/theory/gradient_dynamics.hpp>

#include <optional>
#include <string>

namespace lojacert {

/// How the claim is to be proved. `better`: by Theorem I where it applies, else by Theorem G, else by Theorem
/// I with a hand-over to Theorem G.
enum class ConvergenceRoute { better, theorem_g, theorem_i };

struct ConvergenceRequest {
  std::optional<std::string> step;  ///< descent with this step; the flow without
  ConvergenceRoute route = ConvergenceRoute::better;
  std::optional<GivenCertificate>
      threshold;                           ///< a certificate of `threshold` to rest on, else one is searched
  std::optional<std::string> target_loss;  ///< also when the loss is at most this for ever
};

/// The envelope, the distance to the limit, the teacher of each student in the limit, and the recovery
/// bounds, with the constants that the theorem gives. Throws InstanceError and UnsupportedError where the
/// theory does not apply, UndecidedError where it gives nothing for these weights, with the factor that is
/// missing.
[[nodiscard]] Claim convergence_claim(const Instance& instance, const ConvergenceRequest& request,
                                      const Budget& budget);

}  // namespace lojacert
