// lojacert make contract: an instance of prescribed loss by contraction towards the teachers.

#include "make.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/search/accurate_loss.hpp>
#include <lojacert/search/contraction.hpp>

#include <memory>

namespace lojacert::program {

namespace {

struct Options {
  InstanceOptions source;
  OutputOptions output;
  std::string loss;
  double delta1 = 1.5707963267948966;
};

void make_contract(const Options& options) {
  const Instance source = options.source.load();
  const search::Contraction contraction =
      search::contract_to_loss(source, parse_exact_point(options.loss), options.delta1);
  Instance instance = source;
  instance.student = contraction.student;
  instance.name = options.output.name.empty() ? "contracted to loss " + options.loss : options.output.name;
  instance.provenance = provenance_text(
      "contract",
      {{"source", source_value(source)},
       {"method",
        json::string("contracted towards the teachers to a prescribed loss; not reached by training")},
       {"loss", json::string(options.loss)},
       {"approximate_scale", json::string(search::short_decimal(contraction.scale))},
       {"approximate_loss", json::string(search::short_decimal(contraction.loss))}});
  write_instance(instance, options.output);
}

}  // namespace

void add_make_contract(CLI::App& make, Result& result) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_kind(
      make, result, "contract",
      "Contracts an instance towards its teachers until its loss is X to three digits (down to 1e-600)",
      [options] { make_contract(*options); });
  options->source.add_to(*command);
  options->output.add_to(*command);
  command->add_option("--loss", options->loss, "The loss wanted, below the instance's own")
      ->required()
      ->type_name("X");
  command
      ->add_option("--delta1", options->delta1,
                   "Students farther than this from every teacher, in radians, are scaled away")
      ->check(CLI::Range(0.0, 3.1415926535897931))
      ->capture_default_str();
  command->footer(examples({"lojacert make contract near.json --loss 1e-30 -o contracted.json"}));
}

}  // namespace lojacert::program
