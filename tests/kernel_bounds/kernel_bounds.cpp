// Sine and arcsine as rung 0 computes them, and pairs of neurons, against enclosures of 2000 bits:
//   kernel_bounds [EVALUATIONS [SEED]]
// Counts an evaluation for each cosine and instruction set. Prints how much of the bounds the errors take;
// fails where one is exceeded, and where the bounds are a hundred times too wide. A million in CI; 10^8 with
// tests/ball/nightly.

#include <lojacert/ball/pair_sum.hpp>
#include <lojacert/ball/tiles.hpp>

#include "support/balls.hpp"

#include <hwy/targets.h>
#include <mpfr.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <random>
#include <span>
#include <string>
#include <vector>

using namespace lojacert;

namespace {

constexpr mpfr_prec_t reference_bits = 2000;
constexpr double unit = 0x1p-53;
// docs/numerics/balls.md, section 4.
constexpr double sine_bound = 2.5 * 1.001;  // units of the sine
constexpr double arcsine_bound = 4.6;       // units
constexpr double kernel_bound = 8.2;        // units, of S + x arcsin x

class Number {
 public:
  Number() { mpfr_init2(value_, reference_bits); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { mpfr_clear(value_); }
  operator mpfr_ptr() { return value_; }  // NOLINT: it is one

 private:
  mpfr_t value_;
};

/// Cosines where trouble would be: those of angles from 1e-300 to pi, near pi/2 and pi, the branch at 1/2,
/// and everywhere.
class Cosines {
 public:
  explicit Cosines(std::uint64_t seed) : generator_(seed) {}

  double next() {
    const double sign = uniform() < 0.5 ? -1 : 1;
    switch (generator_() % 8) {
      case 0:
        return sign * std::cos(std::pow(10, -300 * uniform()) * std::numbers::pi);
      case 1:
        return sign * std::pow(10, -300 * uniform());  // near pi/2
      case 2:
        return sign * (1 - std::floor(std::pow(2, 52 * uniform())) * 0x1p-53);  // near 0 and pi
      case 3:
        return sign * (0.5 + (uniform() - 0.5) * std::pow(2, -50 * uniform()));
      case 4: {
        constexpr std::array special{0.0,
                                     0.5,
                                     1.0,
                                     0x1p-1074,
                                     0x1p-1022,
                                     0x1.fffffffffffffp-2,
                                     0x1.0000000000001p-1,
                                     0x1.fffffffffffffp-1};
        return sign * special[generator_() % special.size()];
      }
      default:
        return sign * uniform();
    }
  }
  double uniform() { return static_cast<double>(generator_() >> 11) * 0x1p-53; }

 private:
  std::mt19937_64 generator_;
};

/// The largest shares that errors take of their bounds, and how the kernel's are distributed: bin k for 10^-k
/// to 10^(-k + 1).
struct Shares {
  double sine = 0;
  double arcsine = 0;
  double kernel = 0;
  std::array<long, 8> histogram{};

  [[nodiscard]] double largest() const { return std::max({sine, arcsine, kernel}); }
};

class Reference {
 public:
  explicit Reference(double x) : x_(x) {
    mpfr_set_d(square_, x, MPFR_RNDN);
    mpfr_asin(arcsine_, square_, MPFR_RNDN);
    mpfr_sqr(square_, square_, MPFR_RNDN);
    mpfr_ui_sub(square_, 1, square_, MPFR_RNDN);
    mpfr_sqrt(sine_, square_, MPFR_RNDN);
    mpfr_mul_d(kernel_, arcsine_, x, MPFR_RNDN);
    mpfr_add(kernel_, kernel_, sine_, MPFR_RNDN);
  }

  void compare(double sine, double arcsine, Shares& shares) {
    const double exact_sine = mpfr_get_d(sine_, MPFR_RNDN);
    if (exact_sine > 0)
      shares.sine = std::max(shares.sine, distance(sine_, sine) / (sine_bound * unit * exact_sine));
    if (exact_sine == 0 && sine != 0) shares.sine = INFINITY;
    shares.arcsine = std::max(shares.arcsine, distance(arcsine_, arcsine) / (arcsine_bound * unit));
    const double share = distance(kernel_, sine + arcsine * x_) / (kernel_bound * unit);
    shares.kernel = std::max(shares.kernel, share);
    const double bin = share > 0 ? std::ceil(-std::log10(share)) : 7;
    ++shares.histogram[static_cast<std::size_t>(std::clamp(bin, 0.0, 7.0))];
  }

 private:
  double distance(mpfr_ptr from, double to) {
    mpfr_sub_d(difference_, from, to, MPFR_RNDN);
    const double result = std::fabs(mpfr_get_d(difference_, MPFR_RNDA));
    return std::isnan(to) ? INFINITY : result;
  }

  double x_;
  Number square_;
  Number sine_;
  Number arcsine_;
  Number kernel_;
  Number difference_;
};

void compare_batch(Cosines& cosines, std::size_t count, std::span<const std::int64_t> sets,
                   std::vector<Shares>& shares) {
  std::vector<double> x(count);
  for (double& entry : x) entry = cosines.next();
  std::vector<std::vector<double>> sine(sets.size(), std::vector<double>(count));
  auto arcsine = sine;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    hwy::SetSupportedTargetsForTest(sets[s]);
    ball::sine_and_arcsine(x.data(), count, sine[s].data(), arcsine[s].data());
  }
  for (std::size_t k = 0; k < count; ++k) {
    Reference reference(x[k]);
    for (std::size_t s = 0; s < sets.size(); ++s) reference.compare(sine[s][k], arcsine[s][k], shares[s]);
  }
}

/// A student and a teacher in the plane, at an angle and with lengths from 1e-150 to 1e150.
Instance pair_of_neurons(Cosines& random) {
  const auto length = [&] { return std::pow(10, 300 * random.uniform() - 150); };
  const double angle =
      random.uniform() < 0.5 ? std::pow(10, -300 * random.uniform()) : std::numbers::pi * random.uniform();
  const double turn = 2 * std::numbers::pi * random.uniform();
  const double mine = length();
  const double yours = random.uniform() < 0.5 ? mine : length();
  Instance instance;
  instance.teacher = ExactMatrix(2);
  instance.student = ExactMatrix(2);
  instance.student->append(mine * std::cos(turn));
  instance.student->append(mine * std::sin(turn));
  instance.teacher.append(yours * std::cos(turn + angle));
  instance.teacher.append(yours * std::sin(turn + angle));
  return instance;
}

double largest_share_of_pairs(Cosines& random, long count, std::span<const std::int64_t> sets) {
  double largest = 0;
  for (long k = 0; k < count; ++k) {
    const Instance instance = pair_of_neurons(random);
    const Evaluation truth = Landscape(instance).evaluate(Bits{reference_bits});
    for (const std::int64_t set : sets) {
      hwy::SetSupportedTargetsForTest(set);
      const auto balls = ball::pair_sum(*ball::in_doubles(instance));
      largest = std::max(largest, test::share_of_radius(balls, truth, 2).largest());
    }
  }
  return largest;
}

}  // namespace

int main(int count, char** arguments) {
  const long evaluations = count > 1 ? std::lround(std::strtod(arguments[1], nullptr)) : 1'000'000;
  const std::uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : std::random_device()();
  const auto sets = test::instruction_sets();
  std::vector<Shares> shares(sets.size());
  Cosines cosines(seed);
  constexpr std::size_t batch = 1000;
  long done = 0;
  while (done < evaluations) {
    compare_batch(cosines, batch, sets, shares);
    done += static_cast<long>(batch * sets.size());
  }
  const double of_pairs = largest_share_of_pairs(cosines, std::max(20L, evaluations / 1000), sets);
  std::printf("seed %llu: %ld evaluations\n", static_cast<unsigned long long>(seed), done);
  bool good = of_pairs <= 1;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    std::printf("%-8s share of the bound: sine %.3f, arcsine %.3f, kernel %.3f; kernel by powers of ten:",
                hwy::TargetName(sets[s]), shares[s].sine, shares[s].arcsine, shares[s].kernel);
    for (const long n : shares[s].histogram) std::printf(" %ld", n);
    std::printf("\n");
    good = good && shares[s].largest() <= 1 && shares[s].largest() > 0.01;
  }
  std::printf("pairs of neurons: largest share of a radius %.3g\n", of_pairs);
  std::printf(good ? "all within their bounds\n" : "FAILED: a bound is exceeded, or far too wide\n");
  return good ? 0 : 1;
}
