#pragma once
// The options of `lojacert prove CLAIM` that have a file of their own, and the certificates that they name.

#include <lojacert/claims/claim.hpp>

#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace lojacert {
struct GivenCertificate;
}

namespace lojacert::program {

/// Throws InputError where the file cannot be read or is no JSON.
[[nodiscard]] GivenCertificate read_certificate(const std::string& path);

/// Builds the claim from the instance and the command's own options.
using ClaimMaker = std::function<Claim(const Instance&, const Budget&)>;

[[nodiscard]] ClaimMaker convergence_options(CLI::App& command);
[[nodiscard]] ClaimMaker trajectory_options(CLI::App& command);

/// What L(W) <= loss says about every student, by a given certificate of `threshold` or one that is found.
[[nodiscard]] Claim recovery_for_all(const Instance& instance, const std::string& loss,
                                     const std::optional<std::string>& mass,
                                     const std::optional<std::string>& threshold);

}  // namespace lojacert::program
