// sphere/prove/teacher: the proof of a dual certificate's inequalities on the sphere, cell by cell, as
// `lojacert prove threshold` ends with it, without the search for the certificate.

#include <lojacert/claims/threshold_proof.hpp>
#include <lojacert/network/instance_file.hpp>

#include <benchmark/benchmark.h>

#include <string>

namespace bench {

namespace {

constexpr std::size_t most_cells = 10'000'000;

void prove_on_sphere(benchmark::State& state, const std::string& teacher) {
  const lojacert::Instance instance =
      lojacert::read_instance(LOJACERT_SOURCE_DIR "/certificates/instances/teacher-" + teacher + ".json");
  const lojacert::ThresholdProof found = lojacert::find_threshold(instance, {});
  const lojacert::CertificateProver prover{lojacert::TeacherGeometry(instance)};
  double cells = 0;
  for (auto _ : state) {
    const lojacert::CertificateProof proof = prover.prove(found.certificate, most_cells);
    if (!proof.proved) state.SkipWithError("the certificate found is not proved");
    cells += static_cast<double>(proof.boxes);
  }
  state.counters["cells_per_second"] = benchmark::Counter(cells, benchmark::Counter::kIsRate);
}

[[maybe_unused]] const bool registered = [] {
  for (const std::string teacher : {"orthonormal-2", "60-degrees-norm", "orthonormal-3"}) {
    benchmark::RegisterBenchmark(("sphere/prove/" + teacher).c_str(),
                                 [teacher](benchmark::State& state) { prove_on_sphere(state, teacher); })
        ->Unit(benchmark::kMicrosecond)
        ->Iterations(1);
  }
  return true;
}();

}  // namespace

}  // namespace bench
