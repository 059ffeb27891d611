#pragma once
// A claim `convergence`, as its certificate states it, in doubles.

#include <lojacert/network/instance.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lojacert::descent {

/// For each student the index of a teacher, or nothing.
using Indices = std::vector<std::optional<std::size_t>>;

struct Claim {
  struct Line {
    double a = 0;
    double c = 0;
  };
  struct Target {
    double loss = 0;
    double steps = 0;
  };
  /// The constants that go with e(t).
  struct Recovery {
    std::optional<double> delta1;
    std::optional<Indices> classes;
    std::optional<double> delta;
    std::optional<double> misalignment;
    std::optional<double> far_mass;
    std::optional<double> residual;
    std::optional<double> deficit;
    std::optional<double> excess;
    std::optional<double> opposed;
    std::optional<double> heavy;
    std::optional<double> angle;
  };

  std::string theorem;         ///< G, I, or I then G
  std::optional<double> step;  ///< of descent; the flow has none
  std::vector<Line> envelope;
  std::optional<double> linear_rate;
  std::optional<double> distance;
  std::optional<Indices> limit;
  std::optional<Recovery> recovery;
  std::optional<Target> target;
  NeuronForm neuron = NeuronForm::norm;

  /// q(t).
  [[nodiscard]] double level(double t) const;
  /// L(W_t) <= bound(t): q^(-2), in unit form q^(-3).
  [[nodiscard]] double bound(double t) const;
  /// The p of bound = q^(-p).
  [[nodiscard]] double power() const { return neuron == NeuronForm::norm ? 2 : 3; }
  /// From when on the claim promises a loss of at most `loss`.
  [[nodiscard]] double time_of(double loss) const;
};

/// Throws InputError for another claim or another instance. Whether the certificate is valid is lojaverify's
/// business.
[[nodiscard]] Claim read_claim(const std::string& certificate_path, const Instance& instance);

}  // namespace lojacert::descent
