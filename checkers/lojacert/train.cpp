// lojacert train: gradient descent on the population loss.

#include "console.hpp"
#include "make.hpp"
#include "progress.hpp"
#include "stopping.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/training_spec.hpp>
#include <lojacert/search/trajectory.hpp>

#include <cstdio>
#include <memory>
#include <optional>

namespace lojacert::program {

namespace {

struct Options {
  std::string spec;
  OutputOptions output;
  std::string trajectory;
  std::optional<std::uint64_t> seed;
};

std::string provenance_of(const search::TrainingSpec& spec, const search::DescentResult& result) {
  return json::dump(json::object({{"made_by", json::string("lojacert train")},
                                  {"version", json::string(LOJACERT_VERSION)},
                                  {"iterations", json::number(static_cast<long long>(result.last.iteration))},
                                  {"ended", json::string(to_string(result.end))},
                                  {"arithmetic", json::string(result.last.arithmetic)},
                                  {"approximate_loss", json::string(search::short_decimal(result.last.loss))},
                                  {"teacher_digest", json::string(teacher_digest(spec.start))},
                                  {"specification", json::parse(spec.text, "specification")}}));
}

search::DescentResult run(const search::TrainingSpec& spec, const Options& options) {
  const StopByCommand by_itself;  // what is reached by then is worth keeping
  std::optional<search::TrajectoryWriter> trajectory;
  if (!options.trajectory.empty()) trajectory.emplace(options.trajectory, spec.start, spec.descent);
  ProgressBar bar;
  search::DescentObserver observer;
  if (trajectory) observer.record = [&](const search::Iterate& iterate) { trajectory->add(iterate); };
  observer.progress = [&](std::uint64_t iteration, const search::Real& loss, const std::string& arithmetic) {
    if (bar.due())
      bar.show(iteration, spec.descent.iterations, "loss " + search::short_decimal(loss) + ", " + arithmetic);
  };
  observer.interrupted = [] { return stop_requested().has_value(); };
  search::DescentResult result = search::descend(spec.start, spec.descent, observer);
  begin_to_deliver();
  if (trajectory) trajectory->commit();
  return result;
}

void train(const Options& options) {
  const search::TrainingSpec spec = search::read_training_spec(options.spec, options.seed);
  const search::DescentResult result = run(spec, options);
  Instance instance = spec.start;
  instance.student = result.last.student;
  if (!options.output.name.empty()) instance.name = options.output.name;
  instance.provenance = provenance_of(spec, result);
  std::FILE* out = options.output.path == "-" ? stderr : stdout;
  comment("iterations " + std::to_string(result.last.iteration) + " (" + to_string(result.end) + "), " +
              result.last.arithmetic + " arithmetic",
          out);
  write_instance(instance, options.output);
  if (result.end == search::DescentEnd::interrupted) {
    throw LimitReached(stop_requested().value_or("interrupted") + " at iteration " +
                       std::to_string(result.last.iteration) + "; the last iterate is in " +
                       options.output.path);
  }
}

}  // namespace

void add_train(CLI::App& app, Result& result) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_kind(app, result, "train", "Gradient descent on the population loss",
                               [options] { train(*options); });
  command
      ->add_option("spec", options->spec,
                   "Training specification: lojacert-training/1 (JSON); - for standard input")
      ->required()
      ->type_name("SPEC");
  options->output.add_to(*command);
  command
      ->add_option("--trajectory", options->trajectory,
                   "Also write the recorded iterates: lojacert-trajectory/1 (JSON Lines)")
      ->type_name("FILE");
  command->add_option("--seed", options->seed,
                      "Seed of the random initial students, instead of the specification's");
  command->footer(examples({"lojacert train trajectory.json -o trained.json",
                            "lojacert train trajectory.json -o trained.json --trajectory run.jsonl"}));
}

}  // namespace lojacert::program
