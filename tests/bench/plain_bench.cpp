// loss_gradient/plain_*/d x m x r and loss/plain_*/d x m x r: the floor.

#include "check.hpp"
#include "plain.hpp"
#include "works.hpp"

#include <cmath>
#include <memory>

namespace bench {

namespace {

using lojacert::ball::DoubleNetwork;

PlainNetwork as_plain(const DoubleNetwork& network) {
  return {network.vectors, network.dimension, network.student_count};
}

Enclosures evaluate_once(PlainGram gram, const DoubleNetwork& network, bool with_gradient) {
  Plain plain(gram);
  const double loss = plain.evaluate(as_plain(network), with_gradient);
  Enclosures result{{loss, loss}, {}, {}};
  double squares = 0;
  for (const double partial : plain.gradient()) {
    result.partials.push_back({partial, partial});
    squares += partial * partial;
  }
  result.gradient_norm = {std::sqrt(squares), std::sqrt(squares)};
  return result;
}

void time_plain(const std::string& peer, PlainGram gram, const Size& size, bool with_gradient) {
  const auto plain = std::make_shared<Plain>(gram);  // keeps its memory, as a good program would
  time_evaluation(
      benchmark_name(with_gradient ? "loss_gradient" : "loss", peer, size.name()),
      [size] { return random_network(size); },
      [plain, with_gradient](const DoubleNetwork& network) {
        double loss = plain->evaluate(as_plain(network), with_gradient);
        benchmark::DoNotOptimize(loss);
      });
}

bool register_plain(const std::string& peer, PlainGram gram) {
  for (const Size& size : gradient_sizes) time_plain(peer, gram, size, true);
  for (const Size& size : loss_sizes) time_plain(peer, gram, size, false);
  return announce({peer, Trust::approximate, [gram](const DoubleNetwork& network, bool with_gradient) {
                     return evaluate_once(gram, network, with_gradient);
                   }});
}

const bool registered =
    register_plain("plain_blas", PlainGram::blas) && register_plain("plain_fused", PlainGram::fused);

}  // namespace

}  // namespace bench
