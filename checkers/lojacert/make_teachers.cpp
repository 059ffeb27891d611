// lojacert make orthonormal, polygon, random: instances from a few parameters.

#include "make.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/search/random.hpp>
#include <lojacert/search/teachers.hpp>

#include <cmath>
#include <memory>

namespace lojacert::program {

namespace {

struct Options {
  FormOptions forms;
  OutputOptions output;
  std::size_t r = 0;
  std::size_t d = 0;
  std::size_t m = 0;
  std::uint64_t denominator = 1048576;
  std::uint64_t seed = 1;
  double scale = 1;
};

json::Value count(std::size_t value) { return json::number(static_cast<long long>(value)); }

void make_orthonormal(const Options& options) {
  Instance instance = options.forms.empty_instance();
  const std::size_t d = options.d == 0 ? options.r : options.d;
  instance.teacher = search::orthonormal_rows(options.r, d);
  instance.name = options.output.name.empty() ? "orthonormal teacher" : options.output.name;
  instance.provenance = provenance_text("orthonormal", {{"r", count(options.r)}, {"d", count(d)}});
  write_instance(instance, options.output);
}

void make_polygon(const Options& options) {
  Instance instance = options.forms.empty_instance();
  const bool lines = instance.activation != Activation::relu;
  instance.teacher = search::polygon_rows(options.r, lines, options.denominator);
  instance.name = options.output.name.empty() ? "regular teacher in the plane" : options.output.name;
  instance.provenance = provenance_text(
      "polygon",
      {{"r", count(options.r)},
       {"denominator", json::number(static_cast<long long>(options.denominator))},
       {"approximation",
        json::string(
            std::string("unit vectors with rational entries; their angles are only close to multiples of ") +
            (lines ? "pi/r" : "2 pi/r") + ": tan(angle/2) is rounded to a multiple of 1/denominator")}});
  write_instance(instance, options.output);
}

/// Rows of normal entries, times scale / sqrt(d): a row's expected squared length is scale^2.
ExactMatrix random_rows(search::RandomStream& random, std::size_t rows, std::size_t d, double scale) {
  ExactMatrix matrix(d);
  for (const double entry : random.normal_rows(rows, d, scale / std::sqrt(static_cast<double>(d))))
    matrix.append(entry);
  return matrix;
}

void make_random(const Options& options) {
  if (options.d < 1 || options.r < 1) throw InputError("random: give --d and --r, each at least 1");
  if (!std::isfinite(options.scale) || options.scale <= 0)
    throw InputError("--scale: it must be positive and finite");
  Instance instance = options.forms.empty_instance();
  search::RandomStream random(options.seed);
  instance.teacher = random_rows(random, options.r, options.d, 1);
  if (options.m > 0) instance.student = random_rows(random, options.m, options.d, options.scale);
  instance.name = options.output.name.empty() ? "random instance" : options.output.name;
  instance.provenance = provenance_text(
      "random", {{"seed", json::string(std::to_string(options.seed))},
                 {"scale", json::string(exact_text(lojacert::exact(options.scale)))},
                 {"law", json::string("independent normal entries, variance 1/d (students: scale^2/d)")}});
  write_instance(instance, options.output);
}

void add_common(CLI::App& command, Options& options) {
  options.forms.add_to(command);
  options.output.add_to(command);
}

}  // namespace

void add_make_orthonormal(CLI::App& make, Result& result) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_kind(make, result, "orthonormal", "Teacher e_1, ..., e_r, without students",
                               [options] { make_orthonormal(*options); });
  command->add_option("--r", options->r, "Teachers")->required();
  command->add_option("--d", options->d, "Dimension (default: r)");
  add_common(*command, *options);
  command->footer(examples({"lojacert make orthonormal --r 3 -o teacher.json"}));
}

void add_make_polygon(CLI::App& make, Result& result) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_kind(
      make, result, "polygon",
      "Teacher of r unit vectors in the plane at (nearly) regular angles: lines for abs and relu+linear, "
      "vectors for relu; rational entries",
      [options] { make_polygon(*options); });
  command->add_option("--r", options->r, "Teachers")->required();
  command
      ->add_option("--denominator", options->denominator,
                   "tan(angle/2) is rounded to a multiple of 1/denominator")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 53))
      ->capture_default_str();
  add_common(*command, *options);
  command->footer(examples({"lojacert make polygon --r 5 -o teacher.json"}));
}

void add_make_random(CLI::App& make, Result& result) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_kind(make, result, "random", "Teacher and students with normal entries",
                               [options] { make_random(*options); });
  command->add_option("--d", options->d, "Dimension")->required();
  command->add_option("--m", options->m, "Students (0: none)")->required();
  command->add_option("--r", options->r, "Teachers")->required();
  command->add_option("--seed", options->seed, "Seed: the same numbers on every platform")->required();
  command->add_option("--scale", options->scale, "Typical length of a student row")->capture_default_str();
  add_common(*command, *options);
  command->footer(examples({"lojacert make random --d 4 --r 3 --m 6 --seed 1 -o random.json"}));
}

}  // namespace lojacert::program
