// loss_gradient/{arb_dot,arb_mat,mpfi}/d x m x r at 53 bits, and near_convergence/{arb_dot,arb_mat}/eps at
// the fewest bits, in steps of 8, that give loss and norm of the gradient to 1e-6.

#include "check.hpp"
#include "enclosures.hpp"
#include "works.hpp"

#include <map>
#include <string>

namespace bench {

namespace {

using lojacert::ball::DoubleNetwork;

Enclosures arb_at_53(const DoubleNetwork& network, bool with_gradient, ArbProducts products) {
  return arb_evaluate(network, with_gradient, products, 53, 53);
}

/// For nearly parallel vectors: the difference under the root in twice the bits.
Enclosures arb_near_convergence(const DoubleNetwork& network, ArbProducts products, long bits) {
  return arb_evaluate(network, true, products, bits, 2 * bits);
}

constexpr double wanted_width = 1e-6;

long least_bits(const DoubleNetwork& network) {
  long bits = 56;
  while (!arb_near_convergence(network, ArbProducts::dot, bits).are_narrow(wanted_width)) bits += 8;
  return bits;
}

long least_bits_at(double eps) {
  static std::map<double, long> found;
  const auto [place, is_new] = found.try_emplace(eps, 0);
  if (is_new) place->second = least_bits(near_convergence(eps));
  return place->second;
}

void time_arb(const std::string& peer, ArbProducts products) {
  for (const Size& size : gradient_sizes) {
    time_evaluation(
        benchmark_name("loss_gradient", peer, size.name()), [size] { return random_network(size); },
        [products](const DoubleNetwork& network) {
          benchmark::DoNotOptimize(arb_at_53(network, true, products));
        });
  }
  for (const double eps : distances) {
    time_evaluation(
        benchmark_name("near_convergence", peer, name_of(eps)), [eps] { return near_convergence(eps); },
        [products, eps](const DoubleNetwork& network) {
          benchmark::DoNotOptimize(arb_near_convergence(network, products, least_bits_at(eps)));
        },
        [eps](const DoubleNetwork&, benchmark::UserCounters& counters) {
          counters["bits"] = static_cast<double>(least_bits_at(eps));
        });
  }
}

bool register_arb(const std::string& peer, ArbProducts products) {
  time_arb(peer, products);
  return announce({peer, Trust::rigorous,
                   [products](const DoubleNetwork& network, bool with_gradient) {
                     return arb_at_53(network, with_gradient, products);
                   }}) &&
         announce({peer + " in 128 bits", Trust::rigorous,
                   [products](const DoubleNetwork& network, bool with_gradient) {
                     return arb_evaluate(network, with_gradient, products, 128, 256);
                   }});
}

bool register_mpfi() {
  for (const Size& size : gradient_sizes) {
    time_evaluation(
        benchmark_name("loss_gradient", "mpfi", size.name()), [size] { return random_network(size); },
        [](const DoubleNetwork& network) { benchmark::DoNotOptimize(mpfi_evaluate(network, true, 53)); });
  }
  return announce({"mpfi", Trust::rigorous, [](const DoubleNetwork& network, bool with_gradient) {
                     return mpfi_evaluate(network, with_gradient, 53);
                   }});
}

const bool registered = register_arb("arb_dot", ArbProducts::dot) &&
                        register_arb("arb_mat", ArbProducts::mat_mul) && register_mpfi();

}  // namespace

}  // namespace bench
