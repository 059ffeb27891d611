// How wide the balls are beside their true errors: tightness [NETWORKS] prints a line `formula quantity
// share` for each quantity of each formula of rung 0, on random networks: far from convergence for the pair
// sum, at distances from 1e-2 to 1e-12 for the others. The share is the true error over the radius.
// docs/pictures/tightness.py draws it.

#include "support/balls.hpp"

#include <lojacert/ball/cluster_form.hpp>
#include <lojacert/ball/double_double_sum.hpp>
#include <lojacert/ball/pair_sum.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

using namespace lojacert;

namespace {

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : generator_(seed) {}

  Instance gaussian() {
    const std::size_t d = dimension();
    Instance instance = empty(d);
    for (std::size_t k = 0; k < 20 * d; ++k) instance.student->append(normal(d));
    for (std::size_t k = 0; k < 5 * d; ++k) instance.teacher.append(normal(d));
    return instance;
  }

  /// Two students a teacher, v/2 + y and v/2 - y.
  Instance near_convergence() {
    const std::size_t d = dimension();
    const double distance = std::pow(10, -2 - 10 * std::uniform_real_distribution<double>()(generator_));
    Instance instance = empty(d);
    for (std::size_t i = 0; i < 4; ++i) {
      std::vector<double> rest;
      for (std::size_t k = 0; k < d; ++k) {
        const double v = normal(d);
        const double w = v / 2 + distance * normal(d);
        instance.teacher.append(v);
        instance.student->append(w);
        rest.push_back(v - w);
      }
      for (const double w : rest) instance.student->append(w);
    }
    return instance;
  }

 private:
  std::size_t dimension() { return std::uniform_int_distribution<std::size_t>(2, 30)(generator_); }
  double normal(std::size_t d) {
    return std::normal_distribution<double>(0, 1 / std::sqrt(static_cast<double>(d)))(generator_);
  }
  static Instance empty(std::size_t d) {
    Instance instance;
    instance.teacher = ExactMatrix(d);
    instance.student = ExactMatrix(d);
    return instance;
  }

  std::mt19937_64 generator_;
};

void print(const char* formula, const ball::BallEvaluation& balls, const Instance& instance) {
  const Evaluation truth = Landscape(instance).evaluate(Bits{400});
  const test::ShareOfRadius shares = test::share_of_radius(balls, truth, instance.dimension());
  std::printf("%s loss %.3g\n%s row %.3g\n%s norm %.3g\n", formula, shares.loss, formula, shares.rows,
              formula, shares.norm);
}

}  // namespace

int main(int count, char** arguments) {
  const long networks = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 200;
  Maker maker(1);
  for (long n = 0; n < networks; ++n) {
    const Instance far = maker.gaussian();
    print("pair-sum", ball::pair_sum(*ball::in_doubles(far)), far);
    const Instance near = maker.near_convergence();
    print("double-double", ball::double_double_sum(*ball::in_doubles(near), true), near);
    if (const auto cluster = ball::cluster_form(*ball::in_doubles(near), true))
      print("cluster-form", *cluster, near);
  }
}
