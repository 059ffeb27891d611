// Instances: what is refused, and the digest of the specification's example.

#include "support.hpp"

using namespace lojaverify;

TEST_CASE("the canonical text of the specification's example") {
  const Instance instance = test::network(
      "abs", "norm", "unit", R"([["1", "0"], ["1/2", "0x1.bb67ae8584caap-1"]])", R"([["[0.49, 0.51]", 0]])");
  std::string text;
  write_canonical(instance, DigestOf::instance, [&](std::string_view part) { text += part; });
  CHECK(text ==
        "lojacert-canonical/1 instance\nactivation abs\nneuron norm\nteacher_neuron unit\nteacher 2 2\n1/1 "
        "0/1\n"
        "1/2 3900231685776981/4503599627370496\nstudent 1 2\n[49/100,51/100] 0/1\n");
  // sha256sum of the text above
  CHECK(digest(instance, DigestOf::instance) ==
        "sha256:ce7bb290eb23c6ca9ba7386085732714e273c3f7290a5e76654df40ce3448004");
  CHECK(digest(instance, DigestOf::teacher) ==
        "sha256:9ab9668c834788ff977a5d43a06fc0e47df30966b342beb483450c04b832c12a");
}

TEST_CASE("the digest sees numbers, not their spelling") {
  const auto of = [](const std::string& entry) {
    return digest(test::network("abs", "norm", "unit", "[[" + entry + "]]", "[[1]]"), DigestOf::instance);
  };
  CHECK(of("\"1/2\"") == of("0.5"));
  CHECK(of("\"0x1p-1\"") == of("\"[0.5, 2/4]\""));
  CHECK(of("\"0.1\"") != of("0.1"));
  CHECK(of("\"0x1.0000000000001p-1\"") != of("0.5"));
}

TEST_CASE("instances that are refused") {
  const std::string rest =
      GENERATE(as<std::string>(), R"("activation": "tanh", "neuron": "norm", "teacher": [[1]])",
               R"("activation": "abs", "teacher": [[1]])", R"("activation": "abs", "neuron": "norm")",
               R"("activation": "abs", "neuron": "norm", "teacher": [])",
               R"("activation": "abs", "neuron": "norm", "teacher": [[]])",
               R"("activation": "abs", "neuron": "norm", "teacher": [[1, 2], [1]])",
               R"("activation": "abs", "neuron": "norm", "teacher": [[1]], "student": [[1, 2]])",
               R"("activation": "abs", "neuron": "norm", "teacher": [[1]], "student": [])",
               R"("activation": "abs", "neuron": "norm", "teacher": [["nan"]])",
               R"("activation": "abs", "neuron": "norm", "teacher": [[true]])",
               R"("activation": "abs", "neuron": "norm", "teacher": [[null]])",
               R"("activation": "abs", "neuron": "norm", "teacher": [1])",
               R"("activation": "abs", "neuron": "norm", "teacher": [[1]], "extra": 1)",
               R"("activation": "abs", "neuron": "norm", "teacher": [[1]], "provenance": "text")",
               R"("activation": "abs", "neuron": "norm", "teacher": {"gram": [[1, 2], [1, 1]]})",
               R"("activation": "abs", "neuron": "norm", "teacher": {"gram": [[-1]]})",
               R"("activation": "abs", "neuron": "norm", "teacher": {"gram": [["[1, 2]"]]})",
               R"("activation": "abs", "neuron": "norm", "teacher": {"gram": [[1, 0]]})",
               R"("activation": "abs", "neuron": "norm", "teacher": {"gram": [[1]]}, "student": [[1]])");
  CAPTURE(rest);
  CHECK_THROWS_AS(test::instance_of(R"({"format": "lojacert-instance/1", )" + rest + "}"), InputError);
}
