// Decides a claim about a small instance through the library's own headers: ends with 0 when the right
// verdicts come out.
#include <lojacert/claims/lojasiewicz.hpp>
#include <lojacert/claims/loss.hpp>
#include <lojacert/network/instance_file.hpp>

#include <iostream>
#include <sstream>

namespace {

constexpr const char* instance_text = R"({
  "format": "lojacert-instance/1", "activation": "abs", "neuron": "norm",
  "teacher": [["1", "0"]], "student": [["0.9", "0.1"]]
})";

}  // namespace

int main() {
  std::istringstream in(instance_text);
  const lojacert::Instance instance = lojacert::read_instance_json(in, "the text in main.cpp");
  const lojacert::Proof positive = prove(instance, lojacert::loss_claim("1e-6", std::nullopt), {});
  const lojacert::Proof steep = prove(instance, lojacert::lojasiewicz_claim("1000", "1"), {});
  std::cout << statement(instance, lojacert::loss_claim("1e-6", std::nullopt), false) << ' '
            << to_string(positive.verdict) << '\n';
  return positive.verdict == lojacert::Verdict::proved && steep.verdict == lojacert::Verdict::disproved ? 0
                                                                                                        : 1;
}
