// lojacert prove convergence, trajectory, and recovery --for-all: claims that rest on a certificate of
// `threshold`.

#include "program.hpp"
#include "prove_options.hpp"

#include <lojacert/claims/convergence.hpp>
#include <lojacert/claims/recovery_for_all.hpp>
#include <lojacert/claims/trajectory.hpp>
#include <lojacert/exact/error.hpp>

#include <fstream>
#include <memory>

namespace lojacert::program {

GivenCertificate read_certificate(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw InputError(path + ": cannot be opened");
  return {path, json::parse(in, path)};
}

namespace {

/// "better", "threshold", "threshold:CERT" or "theoremI".
void read_route(const std::string& by, ConvergenceRequest& request) {
  const std::string cited = "threshold:";
  if (by == "better") return;
  if (by == "theoremI") {
    request.route = ConvergenceRoute::theorem_i;
  } else if (by == "threshold") {
    request.route = ConvergenceRoute::theorem_g;
  } else {
    request.route = ConvergenceRoute::theorem_g;
    request.threshold = read_certificate(by.substr(cited.size()));
  }
}

/// For CLI11: a complaint where the word is none that read_route() knows.
std::string unknown_route(std::string& by) {
  const bool known = by == "better" || by == "theoremI" || by == "threshold" || by.starts_with("threshold:");
  return known ? "" : by + " is no proof that is known";
}

}  // namespace

ClaimMaker convergence_options(CLI::App& command) {
  struct Options {
    bool flow = false;
    std::optional<std::string> step;
    std::string by = "better";
    std::optional<std::string> threshold;
    std::optional<std::string> to;
  };
  auto options = std::make_shared<Options>();
  auto* flow = command.add_flag("--flow", options->flow, "The gradient flow");
  command.add_option("--step", options->step, "Gradient descent with this step, an exact positive number")
      ->excludes(flow);
  command
      .add_option(
          "--by", options->by,
          "The proof: threshold (Theorem G), threshold:CERT (by this certificate), theoremI, or better")
      ->capture_default_str()
      ->check(CLI::Validator(unknown_route, "{better,threshold,threshold:CERT,theoremI}"));
  command
      .add_option("--threshold", options->threshold,
                  "A certificate of threshold to use where Theorem G is needed, instead of a search")
      ->type_name("CERT");
  command.add_option("--to", options->to, "Claim also from when on the loss is at most this");
  return [options](const Instance& instance, const Budget& budget) {
    if (options->flow == options->step.has_value()) throw InputError("convergence: give --flow or --step X");
    ConvergenceRequest request;
    request.step = options->step;
    request.target_loss = options->to;
    read_route(options->by, request);
    if (options->threshold) request.threshold = read_certificate(*options->threshold);
    return convergence_claim(instance, request, budget);
  };
}

ClaimMaker trajectory_options(CLI::App& command) {
  struct Options {
    std::string trajectory;
    std::optional<std::string> epsilon;
    std::optional<std::string> threshold;
  };
  auto options = std::make_shared<Options>();
  command
      .add_option("--trajectory", options->trajectory,
                  "The recorded iterates, lojacert-trajectory/1, with every step; the instance is the first")
      ->type_name("FILE")
      ->required();
  command.add_option("--epsilon", options->epsilon,
                     "Claim this relative error of the steps instead of the smallest");
  command
      .add_option("--threshold", options->threshold,
                  "Claim also the envelope of Theorem G, by this certificate of threshold")
      ->type_name("CERT");
  return [options](const Instance& instance, const Budget&) {
    TrajectoryRequest request{options->epsilon, {}};
    if (options->threshold) request.cited = cite_threshold(instance, read_certificate(*options->threshold));
    return trajectory_claim(instance, read_trajectory(options->trajectory), request);
  };
}

Claim recovery_for_all(const Instance& instance, const std::string& loss,
                       const std::optional<std::string>& mass, const std::optional<std::string>& threshold) {
  const CitedThreshold cited =
      threshold ? cite_threshold(instance, read_certificate(*threshold)) : find_cited_threshold(instance, {});
  return recovery_for_all_claim(instance, cited, {loss, mass});
}

}  // namespace lojacert::program
