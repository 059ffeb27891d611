// lojacert make init, critical: instances that a search finds.

#include "make.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/critical_point.hpp>
#include <lojacert/search/initialisation.hpp>
#include <lojacert/search/teachers.hpp>

#include <cstdio>
#include <memory>

namespace lojacert::program {

namespace {

struct InitOptions {
  InstanceOptions source;
  OutputOptions output;
  std::size_t m = 0;
  std::uint64_t seed = 1;
};

struct CriticalOptions {
  OutputOptions output;
  std::size_t k = 6;
  std::uint64_t seed = 1;
  unsigned bits = 200;
};

json::Value count(std::size_t value) { return json::number(static_cast<long long>(value)); }

void make_init(const InitOptions& options) {
  const Instance source = options.source.load();
  const search::Initialisation initial = search::initialise(source, options.m, options.seed);
  Instance instance = source;
  instance.student = initial.student;
  instance.name = options.output.name.empty() ? "random directions, fitted masses" : options.output.name;
  instance.provenance = provenance_text(
      "init",
      {{"teacher", source_value(source)},
       {"method",
        json::string("uniform directions, masses by nonnegative least squares on the population loss")},
       {"directions", count(options.m)},
       {"dropped_with_zero_mass", count(initial.dropped)},
       {"seed", json::string(std::to_string(options.seed))}});
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
  command->add_option("--m", options->m, "Directions drawn")->required()->check(CLI::Range(1, 5000));
  command->add_option("--seed", options->seed, "Seed of the directions")->required();
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
}

}  // namespace lojacert::program
