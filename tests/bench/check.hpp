#pragma once
// Before anything is timed: does every peer compute the same loss and gradient?

#include "enclosures.hpp"

#include <lojacert/ball/double_network.hpp>

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Whether a peer's numbers are bounds, or only near.
enum class Trust { rigorous, approximate };

struct Peer {
  std::string name;
  Trust trust = Trust::rigorous;
  std::function<Enclosures(const lojacert::ball::DoubleNetwork&, bool with_gradient)> evaluate;
};

/// The peers that were announced, by static initialisers of the files that time them.
[[nodiscard]] std::vector<Peer>& peers();
bool announce(Peer peer);

/// What is wrong with the peers beside Landscape at 200 bits: nothing, or a line for each fault. Rigorous
/// peers must contain the reference, loss, every partial derivative and norm, in an enclosure that is not
/// vacuous; approximate ones must be within 1e-12 of it, relative to the masses.
[[nodiscard]] std::vector<std::string> faults_of_peers();

}  // namespace bench
