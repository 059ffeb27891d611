// lojacert make init, critical: instances that a search finds.

#include "make.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/critical_point.hpp>
#include <lojacert/search/initialisation.hpp>
#include <lojacert/search/teachers.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

namespace lojacert::program {

namespace {

struct InitOptions {
  InstanceOptions source;
  OutputOptions output;
  std::uint64_t m = 0;
  std::size_t keep = 0;  // 0: all
  std::uint64_t seed = 1;
};

struct CriticalOptions {
  OutputOptions output;
  std::size_t k = 6;
  std::uint64_t seed = 1;
  unsigned bits = 200;
};

json::Value count(std::size_t value) { return json::number(static_cast<long long>(value)); }

constexpr std::uint64_t most_kept = 5000;

search::Initialisation initial_students(const Instance& source, const InitOptions& options) {
  const std::string limit = std::to_string(most_kept);
  if (options.keep == 0) {
    if (options.m > most_kept)
      throw InputError("--m: for more than " + limit + " directions say with --keep how many matter");
    return search::initialise(source, options.m, options.seed);
  }
  if (options.keep * source.teacher_count() > most_kept)
    throw InputError("--keep: at most " + limit + " directions for all teachers together");
  return search::initialise_near_teachers(source, options.m, options.keep, options.seed);
}

void make_init(const InitOptions& options) {
  const Instance source = options.source.load();
  const search::Initialisation initial = initial_students(source, options);
  Instance instance = source;
  instance.student = initial.student;
  instance.name = options.output.name.empty() ? "random directions, fitted masses" : options.output.name;
  std::string method = "uniform directions, masses by nonnegative least squares on the population loss";
  if (options.keep > 0) method += "; mass 0 for all but the nearest to each teacher";
  Provenance members{
      {"teacher", source_value(source)}, {"method", json::string(method)}, {"directions", count(options.m)}};
  if (options.keep > 0) members.emplace_back("nearest_kept_per_teacher", count(options.keep));
  members.emplace_back("dropped_with_zero_mass", count(initial.dropped));
  members.emplace_back("seed", json::string(std::to_string(options.seed)));
  instance.provenance = provenance_text("init", std::move(members));
  write_instance(instance, options.output);
}

void make_critical(const CriticalOptions& options) {
  const search::CriticalPoint point = search::spurious_minimum(options.k, options.seed, options.bits);
  Instance instance;
  instance.activation = Activation::relu;
  instance.teacher = search::orthonormal_rows(options.k, options.k);
  instance.student = point.student;
  instance.name = options.output.name.empty() ? "spurious minimum, k = " + std::to_string(options.k)
                                              : options.output.name;
  char eigenvalue[32];
  std::snprintf(eigenvalue, sizeof eigenvalue, "%.4g", point.smallest_eigenvalue);
  instance.provenance = provenance_text(
      "critical",
      {{"k", count(options.k)},
       {"seed", json::string(std::to_string(options.seed))},
       {"start", count(point.start)},
       {"bits", json::number(options.bits)},
       {"method",
        json::string("gradient descent, then Newton's method; a minimum only as far as floats can tell")},
       {"approximate_loss", json::string(search::short_decimal(point.loss))},
       {"approximate_gradient_norm", json::string(search::short_decimal(point.gradient_norm))},
       {"approximate_smallest_hessian_eigenvalue", json::string(eigenvalue)}});
  write_instance(instance, options.output);
}

}  // namespace

void add_make_init(CLI::App& make, Result& result) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* command = add_kind(
      make, result, "init",
      "Random directions with masses by nonnegative least squares (the paper's Theorem 6) for a teacher",
      [options] { make_init(*options); });
  options->source.add_to(*command);
  options->output.add_to(*command);
  command->add_option("--m", options->m, "Directions drawn")->required()->check(CLI::Range(1, 1000000000));
  command
      ->add_option(
          "--keep", options->keep,
          "Fit the masses of so many directions nearest to each teacher, the others have mass 0; for "
          "m > 5000, and with the precision that close directions need")
      ->check(CLI::Range(1, 5000));
  command->add_option("--seed", options->seed, "Seed of the directions")->required();
  command->footer(examples({"lojacert make init teacher-orthonormal-2.json --m 20 --seed 1 -o init.json"}));
}

void add_make_critical(CLI::App& make, Result& result) {
  const auto options = std::make_shared<CriticalOptions>();
  CLI::App* command = add_kind(
      make, result, "critical",
      "A spurious minimum of k ReLU unit students against k orthonormal teachers (Safran and Shamir 2018)",
      [options] { make_critical(*options); });
  options->output.add_to(*command);
  command->add_option("--k", options->k, "Students, teachers and dimension")
      ->check(CLI::Range(2, 40))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Seed of the starts")->capture_default_str();
  command->add_option("--bits", options->bits, "Bits of the entries written")
      ->check(CLI::Range(53U, 4096U))
      ->capture_default_str();
  command->footer(examples({"lojacert make critical --k 6 --seed 1 -o critical.json"}));
}

}  // namespace lojacert::program
