#include "check.hpp"

#include "networks.hpp"

#include <lojacert/landscape/evaluation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace bench {

using lojacert::Evaluation;
using lojacert::Interval;
using lojacert::ball::DoubleNetwork;

namespace {

/// The reference, of which one unit in the last place of a double is all that is lost.
struct Reference {
  double loss;
  std::vector<double> partials;
  double gradient_norm;
  double sum_of_masses;
};

double sum_of_masses(const DoubleNetwork& network) {
  double sum = 0;
  for (std::size_t g = 0; g < network.count(); ++g) {
    double square = 0;
    for (const double entry : network.row(g)) square += entry * entry;
    sum += std::sqrt(square);
  }
  return sum;
}

Reference reference_of(const DoubleNetwork& network) {
  const Evaluation evaluation = lojacert::Landscape(as_instance(network)).evaluate(lojacert::Bits{200});
  Reference reference{evaluation.loss.approximate_mid(),
                      {},
                      evaluation.gradient->norm.approximate_mid(),
                      sum_of_masses(network)};
  for (const Interval& partial : evaluation.gradient->partials) {
    reference.partials.push_back(partial.approximate_mid());
  }
  return reference;
}

/// How far a number may be off, and how wide a bound, for a quantity of this size. Bounds are wide at 53 bits
/// where vectors are nearly parallel.
double tolerance_of(Trust trust, double size) { return (trust == Trust::rigorous ? 1e-6 : 1e-12) * size; }

/// Whether the enclosure contains the value, or the number is near it.
bool has(const Enclosure& enclosure, double value, Trust trust, double tolerance) {
  const double rounding = std::abs(value) * std::numeric_limits<double>::epsilon();
  const double slack = trust == Trust::rigorous ? rounding : tolerance;
  return enclosure.lower - slack <= value && value <= enclosure.upper + slack &&
         enclosure.upper - enclosure.lower <= tolerance;
}

bool has(const Enclosures& found, const Reference& reference, Trust trust, bool with_gradient) {
  const double mass = reference.sum_of_masses;
  const double of_loss = tolerance_of(trust, mass * mass);
  const double of_gradient = tolerance_of(trust, mass);
  if (!has(found.loss, reference.loss, trust, of_loss)) return false;
  if (!with_gradient) return true;
  if (found.partials.size() != reference.partials.size()) return false;
  for (std::size_t n = 0; n < found.partials.size(); ++n) {
    if (!has(found.partials[n], reference.partials[n], trust, of_gradient)) return false;
  }
  return has(found.gradient_norm, reference.gradient_norm, trust,
             of_gradient * static_cast<double>(found.partials.size()));
}

/// Sizes around the tiles and vectors of the plain peers, and vectors that are nearly parallel.
std::vector<std::pair<std::string, DoubleNetwork>> samples() {
  std::vector<std::pair<std::string, DoubleNetwork>> result;
  for (const Size& size : {Size{2, 1, 1}, Size{3, 5, 2}, Size{7, 40, 13}, Size{10, 97, 5}, Size{5, 400, 8}}) {
    result.emplace_back("random " + size.name(), random_network(size));
  }
  for (const double eps : distances) {
    result.emplace_back("near convergence, eps = " + name_of(eps), near_convergence(eps));
  }
  return result;
}

}  // namespace

std::vector<Peer>& peers() {
  static std::vector<Peer> announced;
  return announced;
}

bool announce(Peer peer) {
  peers().push_back(std::move(peer));
  return true;
}

std::vector<std::string> faults_of_peers() {
  std::vector<std::string> faults;
  for (const auto& [name, network] : samples()) {
    const Reference reference = reference_of(network);
    for (const Peer& peer : peers()) {
      for (const bool with_gradient : {false, true}) {
        if (!has(peer.evaluate(network, with_gradient), reference, peer.trust, with_gradient)) {
          faults.push_back(peer.name + " disagrees on " + name + (with_gradient ? " with" : " without") +
                           " gradient");
        }
      }
    }
  }
  return faults;
}

}  // namespace bench
