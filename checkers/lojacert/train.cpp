// lojacert train: gradient descent on the population loss.

#include "make.hpp"
#include "progress.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/training_spec.hpp>
#include <lojacert/search/trajectory.hpp>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>

namespace lojacert::program {

namespace {

struct Options {
  std::string spec;
  OutputOptions output;
  std::string trajectory;
};

volatile std::sig_atomic_t interrupt_seen = 0;

/// While it lives the first Ctrl-C only sets the flag; a second one ends the program as usual.
class InterruptGuard {
 public:
  InterruptGuard() {
    interrupt_seen = 0;
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupt_seen = 1; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &before_);
  }
  ~InterruptGuard() { sigaction(SIGINT, &before_, nullptr); }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  struct sigaction before_ = {};
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
  std::optional<search::TrajectoryWriter> trajectory;
  if (!options.trajectory.empty()) trajectory.emplace(options.trajectory, spec.start, spec.descent);
  ProgressBar bar;
  search::DescentObserver observer;
  if (trajectory) observer.record = [&](const search::Iterate& iterate) { trajectory->add(iterate); };
  observer.progress = [&](std::uint64_t iteration, const search::Real& loss, const std::string& arithmetic) {
    if (bar.due())
      bar.show(iteration, spec.descent.iterations, "loss " + search::short_decimal(loss) + ", " + arithmetic);
  };
  observer.interrupted = [] { return interrupt_seen != 0; };
  search::DescentResult result = search::descend(spec.start, spec.descent, observer);
  if (trajectory) trajectory->commit();
  return result;
}

void train(const Options& options) {
  const InterruptGuard guard;
  const search::TrainingSpec spec = search::read_training_spec(options.spec);
  const search::DescentResult result = run(spec, options);
  Instance instance = spec.start;
  instance.student = result.last.student;
  if (!options.output.name.empty()) instance.name = options.output.name;
  instance.provenance = provenance_of(spec, result);
  std::FILE* out = options.output.path == "-" ? stderr : stdout;
  std::fprintf(out, "c iterations %llu (%s), %s arithmetic\n",
               static_cast<unsigned long long>(result.last.iteration), to_string(result.end).c_str(),
               result.last.arithmetic.c_str());
  write_instance(instance, options.output);
  if (result.end == search::DescentEnd::interrupted) {
    throw LimitReached("interrupted at iteration " + std::to_string(result.last.iteration) +
                       "; the last iterate is in " + options.output.path);
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
      ->required();
  options->output.add_to(*command);
  command
      ->add_option("--trajectory", options->trajectory,
                   "Also write the recorded iterates: lojacert-trajectory/1 (JSON Lines)")
      ->type_name("FILE");
}

}  // namespace lojacert::program
