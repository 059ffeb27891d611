// The claim `threshold`: what must be reached, what must not depend on coordinates, what is refused.

#include <lojacert/claims/threshold.hpp>
#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>

#include <catch2/catch.hpp>

using namespace lojacert;

namespace {

Instance teachers(const std::vector<std::vector<const char*>>& rows, bool gram = false,
                  Activation activation = Activation::abs) {
  Instance instance;
  instance.activation = activation;
  instance.neuron = NeuronForm::norm;
  instance.gram = gram;
  instance.teacher = ExactMatrix(rows.front().size());
  for (const auto& row : rows)
    for (const char* text : row) instance.teacher.append(parse_exact_point(text));
  return instance;
}

struct Found {
  Verdict verdict;
  double eps0, kappa_1;
};

Found prove_threshold(const Instance& instance, const ThresholdRequest& request = {}) {
  const Proof proof = prove(instance, threshold_claim(instance, request), Budget{});
  const auto constant = [&](const char* key) {
    return static_cast<double>(parse_exact_point(proof.claim.at(key).as_string()));
  };
  return {proof.verdict, constant("eps0"), constant("kappa_1")};
}

}  // namespace

TEST_CASE("the constants that must be reached") {
  const Found one = prove_threshold(teachers({{"1"}}));
  CHECK(one.verdict == Verdict::proved);
  CHECK(one.eps0 >= 8e-5);
  CHECK(one.kappa_1 >= 0.3);
  const Found pair = prove_threshold(teachers({{"1", "0"}, {"0", "1"}}));
  CHECK(pair.verdict == Verdict::proved);
  CHECK(pair.eps0 >= 6e-9);
  CHECK(pair.kappa_1 >= 0.3);
  const Found oblique = prove_threshold(teachers({{"1", "1/2"}, {"1/2", "1"}}, true));
  CHECK(oblique.verdict == Verdict::proved);
  CHECK(oblique.eps0 >= 1.4e-9);
  CHECK(oblique.kappa_1 >= 0.3);
}

TEST_CASE("permuted, rotated, embedded and rescaled teachers give the same constants") {
  const double wanted = prove_threshold(teachers({{"1", "0"}, {"0", "1"}})).eps0;
  CHECK(prove_threshold(teachers({{"0", "-1"}, {"1", "0"}})).eps0 == Approx(wanted).epsilon(0.1));
  CHECK(prove_threshold(teachers({{"3/5", "4/5"}, {"-4/5", "3/5"}})).eps0 == Approx(wanted).epsilon(0.1));
  CHECK(prove_threshold(teachers({{"0", "1", "0"}, {"0", "0", "1"}})).eps0 == Approx(wanted).epsilon(0.1));
  // the loss is quadratic in the teachers' size
  CHECK(prove_threshold(teachers({{"7", "0"}, {"0", "7"}})).eps0 == Approx(49 * wanted).epsilon(0.1));
}

TEST_CASE("constants beyond the theorem stay undecided") {
  const Instance pair = teachers({{"1", "0"}, {"0", "1"}});
  ThresholdRequest request;
  request.product_only = true;
  const Found best = prove_threshold(pair, request);
  CHECK(best.verdict == Verdict::proved);
  request.eps0 = decimal_upper(exact(best.eps0 * 1.01), 8);
  CHECK(prove_threshold(pair, request).verdict == Verdict::undecided);
  request.eps0 = decimal_upper(exact(best.eps0 * 0.5), 8);
  CHECK(prove_threshold(pair, request).verdict == Verdict::proved);
  CHECK(prove_threshold(pair, request).kappa_1 > best.kappa_1);  // nearer to the minima the slope is larger
}

TEST_CASE("teachers that the theory does not cover are refused") {
  CHECK_THROWS_AS(threshold_claim(teachers({{"1", "0"}, {"2", "0"}}), {}), InstanceError);
  CHECK_THROWS_AS(threshold_claim(teachers({{"1", "0"}, {"0", "0"}}), {}), InstanceError);
  const Instance dependent =
      teachers({{"1", "1/2", "-1/2"}, {"1/2", "1", "1/2"}, {"-1/2", "1/2", "1"}}, true, Activation::relu);
  CHECK_THROWS_AS(threshold_claim(dependent, {}), UnsupportedError);
}
