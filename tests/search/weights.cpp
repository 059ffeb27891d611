// Classes and weights for Theorem A.

#include "fixtures.hpp"

#include <lojacert/search/descent_weights.hpp>

#include <catch2/catch.hpp>

using namespace lojacert;
using namespace lojacert::search;
using namespace lojacert::test;

namespace {

Instance plane_instance(std::initializer_list<std::initializer_list<const char*>> student) {
  Instance instance;
  instance.activation = Activation::abs;
  instance.neuron = NeuronForm::unit;
  instance.teacher_neuron = NeuronForm::unit;
  instance.teacher = rows({{"1", "0"}, {"0", "1"}});
  instance.student = rows(student);
  return instance;
}

}  // namespace

TEST_CASE("weights are nonnegative and sum to exactly 1 in every class") {
  const auto found =
      descent_weights(plane_instance({{"0.6", "0.01"}, {"0.4", "-0.02"}, {"0.01", "-1"}, {"0", "0"}}));
  REQUIRE(found);
  REQUIRE(found->assignment == std::vector<std::optional<std::size_t>>{0, 0, 1, std::nullopt});
  CHECK(found->weights[0] + found->weights[1] == 1);
  CHECK(found->weights[2] == 1);
  CHECK(found->weights[3] == 0);
  for (const Rational& weight : found->weights) CHECK(weight >= 0);
}

TEST_CASE("a loss of exactly 0 leaves nothing to choose") {
  CHECK_FALSE(descent_weights(plane_instance({{"1/2", "0"}, {"1/2", "0"}, {"0", "1"}})));
}
