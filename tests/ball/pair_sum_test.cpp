// The pair sum in balls against many bits: every form, every instruction set, any size.

#include "support/balls.hpp"
#include "support/instances.hpp"

#include <lojacert/ball/arcsine.hpp>
#include <lojacert/ball/arithmetic.hpp>
#include <lojacert/ball/pair_sum.hpp>
#include <lojacert/ball/tiles.hpp>

#include <hwy/targets.h>
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

using namespace lojacert;
using namespace lojacert::ball;
using namespace lojacert::test;

namespace {

constexpr Bits many{600};

/// Runs `body` with every instruction set of this machine, one after the other.
template <class Body>
void on_every_instruction_set(const Body& body) {
  for (const std::int64_t set : instruction_sets()) {
    hwy::SetSupportedTargetsForTest(set);
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
}

Instance from_doubles(const Forms& forms, std::size_t dimension, std::size_t students, std::size_t teachers,
                      const std::function<double()>& draw) {
  Instance instance;
  instance.activation = forms.activation;
  instance.neuron = forms.neuron;
  instance.teacher_neuron = forms.teacher_neuron;
  instance.teacher = ExactMatrix(dimension);
  instance.student = ExactMatrix(dimension);
  for (std::size_t k = 0; k < students * dimension; ++k) instance.student->append(draw());
  for (std::size_t k = 0; k < teachers * dimension; ++k) instance.teacher.append(draw());
  return instance;
}

Instance gaussian(const Forms& forms, std::size_t dimension, std::size_t students, std::size_t teachers,
                  unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal(0, 1 / std::sqrt(static_cast<double>(dimension)));
  return from_doubles(forms, dimension, students, teachers, [&] { return normal(generator); });
}

ShareOfRadius shares(const Instance& instance) {
  const Evaluation truth = Landscape(instance).evaluate(many);
  return share_of_radius(pair_sum(*in_doubles(instance)), truth, instance.dimension());
}

}  // namespace

TEST_CASE(
    "the arcsine's coefficients are what the script prints, and its certified error is below the stated "
    "one") {
  if (std::system("command -v sollya > /dev/null 2>&1") != 0) {
    WARN("sollya is not installed: its script was not run");
    return;
  }
  std::FILE* pipe = popen(("sollya " LOJACERT_SOURCE_DIR "/lib/ball/sollya/arcsine.sollya"), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 512> line{};
  std::vector<double> printed;
  while (std::fgets(line.data(), line.size(), pipe) != nullptr)
    printed.push_back(std::strtod(line.data(), nullptr));
  REQUIRE(pclose(pipe) == 0);
  REQUIRE(printed.size() == arcsine_coefficients.size() + 1);
  for (std::size_t k = 0; k < arcsine_coefficients.size(); ++k) CHECK(printed[k] == arcsine_coefficients[k]);
  CHECK(printed.back() < 3.12e-18);
}

TEST_CASE("this machine's arithmetic is what the proofs assume") { REQUIRE_FALSE(arithmetic_fault()); }

TEST_CASE("the balls contain loss and gradient of any instance") {
  REQUIRE(rc::check([] {
    const Instance instance = any_instance(1, 5);
    const auto network = in_doubles(instance);
    if (!network) return;
    const Evaluation truth = Landscape(instance).evaluate(many);
    on_every_instruction_set(
        [&] { RC_ASSERT(share_of_radius(pair_sum(*network), truth, instance.dimension()).largest() <= 1); });
  }));
}

TEST_CASE("the balls contain loss and gradient of wide networks, with any number of threads") {
  unsigned seed = 1;
  for (const Forms& forms : all_forms()) {
    const std::size_t dimension = seed % 2 == 0 ? 2 : 11;
    const Instance wide = gaussian(forms, dimension, 90, 20, seed++);
    const Evaluation truth = Landscape(wide).evaluate(Bits{96});
    on_every_instruction_set([&] {
      for (const unsigned threads : {1U, 2U})
        REQUIRE(share_of_radius(pair_sum(*in_doubles(wide), {true, threads}), truth, dimension).largest() <=
                1);
    });
  }
}

TEST_CASE("the balls contain loss and gradient of more students than a tile has columns") {
  const Instance wide = gaussian({}, 3, 3 * tile_columns + 5, 4, 5);
  const Evaluation truth = Landscape(wide).evaluate(Bits{96});
  on_every_instruction_set(
      [&] { REQUIRE(share_of_radius(pair_sum(*in_doubles(wide)), truth, 3).largest() <= 1); });
}

TEST_CASE("the balls are narrow where nothing cancels") {
  const Instance wide = gaussian({}, 50, 100, 50, 7);
  const BallEvaluation balls = pair_sum(*in_doubles(wide));
  CHECK(relative_radius(balls.loss.ball) < 1e-12);
  CHECK(relative_radius(balls.gradient->norm) < 1e-12);
  // And not wider than they need be: the true error of such sums is some hundredth of an a-priori bound.
  const ShareOfRadius share = shares(wide);
  CHECK(share.loss > 1e-5);
  CHECK(share.rows > 1e-5);
}

TEST_CASE("any sizes of the entries, down to subnormal numbers and up to the largest") {
  std::mt19937_64 generator(11);
  std::uniform_int_distribution<int> exponent(-1074, 1020);
  std::uniform_real_distribution<double> mantissa(-1, 1);
  for (const Forms& forms : all_forms()) {
    for (int round = 0; round < 4; ++round) {
      // Each row of its own size, or each entry.
      int size = 0;
      int drawn = 0;
      const Instance any = from_doubles(forms, 3, 3, 2, [&] {
        if (round % 2 == 0 || drawn++ % 3 == 0) size = exponent(generator);
        const double x = std::ldexp(mantissa(generator), size);
        return x == 0 ? 1.0 : x;
      });
      const Evaluation truth = Landscape(any).evaluate(Bits{9000});
      const ShareOfRadius share = share_of_radius(pair_sum(*in_doubles(any)), truth, 3);
      INFO("round " << round);
      CHECK(share.largest() <= 1);
    }
  }
}

TEST_CASE("nearly parallel students, from the angle 0 up") {
  for (const Forms& forms : all_forms()) {
    for (const double angle : {0.0, 1e-300, 1e-160, 1e-17, 1e-16, 3e-16, 1e-12, 1e-8, 3e-5, 1e-2}) {
      for (const double side : {1.0, -1.0}) {
        int at = 0;
        const double entries[] = {side * 0.6, side * 0.6 * angle, 0.4, -angle, 1.0, 0.0};
        const Instance near = from_doubles(forms, 2, 2, 1, [&] { return entries[at++]; });
        INFO("angle " << angle);
        CHECK(shares(near).largest() <= 1);
      }
    }
  }
}

TEST_CASE("decimals that are no doubles are accounted for") {
  for (const Forms& forms : all_forms()) {
    const Instance decimal =
        instance(forms, {{"0.1", "0.7"}, {"-0.3", "0.2"}}, {{"0.1", "1/3"}, {"0.7", "-1e-3"}});
    REQUIRE_FALSE(in_doubles(decimal)->is_exact);
    CHECK(shares(decimal).largest() <= 1);
  }
}

TEST_CASE(
    "decimals that round to subnormal numbers or to 0 are left to intervals, beside large ones they are "
    "not") {
  for (const char* tiny : {"3.3e-315", "1e-400"}) {
    CHECK_FALSE(in_doubles(instance({}, {{"1", "0"}}, {{tiny, tiny}})));
    CHECK_FALSE(in_doubles(instance({}, {{tiny, tiny}}, {{"1", "0"}})));
    const Instance beside = instance({}, {{"1", "0"}, {tiny, "-2"}}, {{"0.5", tiny}});
    REQUIRE(in_doubles(beside));
    const Evaluation truth = Landscape(beside).evaluate(Bits{4000});
    CHECK(share_of_radius(pair_sum(*in_doubles(beside)), truth, 2).largest() <= 1);
  }
  // Exact subnormal numbers are numbers as any other.
  const Instance exact = from_doubles({}, 2, 1, 1, [x = 0x1p-1074]() mutable { return x *= 3; });
  const Evaluation truth = Landscape(exact).evaluate(Bits{9000});
  CHECK(share_of_radius(pair_sum(*in_doubles(exact)), truth, 2).largest() <= 1);
}

TEST_CASE("no gradient at a zero student in unit form, a zero gradient in norm form") {
  const TextRows teacher{{"1", "0"}};
  const TextRows student{{"0", "0"}, {"1/2", "1/4"}};
  const auto unit = pair_sum(
      *in_doubles(instance({Activation::abs, NeuronForm::unit, NeuronForm::unit}, teacher, student)));
  CHECK(unit.loss.ball.is_finite());
  CHECK_FALSE(unit.gradient);
  const auto norm = pair_sum(
      *in_doubles(instance({Activation::abs, NeuronForm::norm, NeuronForm::unit}, teacher, student)));
  REQUIRE(norm.gradient);
  CHECK(norm.gradient->partials[0] == 0);
  CHECK(norm.gradient->row_radii[0] == 0);
}

#ifdef __SSE2__
TEST_CASE(
    "flush-to-zero, subnormal operands as zero and other rounding modes are detected, and balls are not "
    "used") {
  const Instance usual = gaussian({}, 3, 4, 2, 3);
  const DoubleNetwork network = *in_doubles(usual);
  const unsigned before = _mm_getcsr();
  constexpr unsigned flush_to_zero = 0x8000;
  constexpr unsigned operands_as_zero = 0x0040;
  constexpr unsigned rounding[] = {0x2000, 0x4000, 0x6000};
  for (const unsigned mode : {flush_to_zero, operands_as_zero, rounding[0], rounding[1], rounding[2]}) {
    _mm_setcsr(before | mode);
    const bool detected = arithmetic_fault().has_value();
    const BallEvaluation balls = pair_sum(network);
    const bool used = Landscape(usual).has_balls();
    _mm_setcsr(before);
    INFO("mode " << mode);
    CHECK(detected);
    CHECK_FALSE(balls.loss.ball.is_finite());
    CHECK_FALSE(balls.gradient->norm.is_finite());
    CHECK_FALSE(used);
  }
  CHECK_FALSE(arithmetic_fault());
}
#endif

TEST_CASE("NaN and infinity give infinite radii") {
  DoubleNetwork network = *in_doubles(gaussian({}, 3, 4, 2, 3));
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    network.vectors[5] = bad;
    const BallEvaluation balls = pair_sum(network);
    CHECK_FALSE(balls.loss.ball.is_finite());
    CHECK_FALSE(balls.gradient->norm.is_finite());
  }
}

TEST_CASE("boxes, Gram matrices and teachers alone have no network in doubles") {
  CHECK_FALSE(in_doubles(instance({}, {{"1"}}, {{"1"}}).student ? teachers({{"1"}}) : Instance()));
  CHECK_FALSE(in_doubles(gram({{"1"}})));
  CHECK_FALSE(in_doubles(instance({}, {{"1"}}, {{"1e400"}})));
  Instance box = instance({}, {{"1"}}, {{"1"}});
  box.student = ExactMatrix(1);
  box.student->append(RationalInterval{0, 1});
  CHECK_FALSE(in_doubles(box));
}
