#pragma once
// What rung 0 gives, in the shape of the other peers.

#include "enclosures.hpp"

#include <lojacert/ball/evaluation.hpp>

#include <cstddef>

namespace bench {

[[nodiscard]] Enclosures as_enclosures(const lojacert::ball::BallEvaluation& evaluation,
                                       std::size_t dimension);

}  // namespace bench
