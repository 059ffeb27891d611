// lojacert make tilt: weights near a global minimum where the loss is not convex.

#include "make.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/search/not_convex.hpp>

#include <memory>

namespace lojacert::program {

namespace {

struct Options {
  InstanceOptions source;
  OutputOptions output;
  std::string loss;
  unsigned bits = 256;
};

void make_tilt(const Options& options) {
  const Instance source = options.source.load();
  Instance instance = source;
  instance.student = search::tilted_halves(source, parse_exact_point(options.loss), options.bits);
  instance.name = options.output.name.empty() ? "tilted halves" : options.output.name;
  instance.provenance = provenance_text("tilt", {{"teacher", source_value(source)},
                                                 {"loss", json::string(options.loss)},
                                                 {"rounded_to_bits", json::number(options.bits)}});
  write_instance(instance, options.output);
}

}  // namespace

void add_make_tilt(CLI::App& make, Result& result) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_kind(
      make, result, "tilt",
      "Two halves of the first teacher, turned away from it together: near a minimum, yet L is not convex",
      [options] { make_tilt(*options); });
  options->source.add_to(*command);
  options->output.add_to(*command);
  command->add_option("--loss", options->loss, "The loss is a little below this")->required()->type_name("X");
  command->add_option("--bits", options->bits, "Bits of the entries")
      ->check(CLI::Range(64U, 8192U))
      ->capture_default_str();
  command->footer(examples({"lojacert make tilt near.json --loss 1e-6 -o tilted.json"}));
}

}  // namespace lojacert::program
