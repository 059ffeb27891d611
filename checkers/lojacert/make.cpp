// lojacert make: instances to order.

#include "make.hpp"

#include "console.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/network/instance_file.hpp>
#include <lojacert/search/accurate_loss.hpp>

#include <cstdio>

namespace lojacert::program {

void OutputOptions::add_to(CLI::App& command) {
  command.add_option("-o,--output", path, "Instance file to write; - for standard output")
      ->required()
      ->type_name("FILE");
  command.add_option("--name", name, "The instance's name");
}

void FormOptions::add_to(CLI::App& command) {
  command.add_option("--activation", activation, "Activation")
      ->capture_default_str()
      ->check(CLI::IsMember(activations));
  command.add_option("--neuron", neuron, "Form of the students")
      ->capture_default_str()
      ->check(CLI::IsMember(neuron_forms));
  command.add_option("--teacher-neuron", teacher_neuron, "Form of the teachers")
      ->capture_default_str()
      ->check(CLI::IsMember(neuron_forms));
}

Instance FormOptions::empty_instance() const {
  Instance instance;
  instance.activation = parse_activation(activation);
  instance.neuron = parse_neuron_form(neuron);
  instance.teacher_neuron = parse_neuron_form(teacher_neuron);
  return instance;
}

std::string provenance_text(const std::string& kind, Provenance members) {
  members.insert(members.begin(), {{"made_by", json::string("lojacert make " + kind)},
                                   {"version", json::string(LOJACERT_VERSION)}});
  return json::dump(json::object(std::move(members)));
}

json::Value source_value(const Instance& source) {
  Provenance members{{"digest", json::string(instance_digest(source))}};
  if (!source.name.empty()) members.insert(members.begin(), {"name", json::string(source.name)});
  if (!source.provenance.empty())
    members.emplace_back("provenance", json::parse(source.provenance, "provenance"));
  return json::object(std::move(members));
}

namespace {

std::string shape(const Instance& instance) {
  std::string text = "r = " + std::to_string(instance.teacher_count());
  if (!instance.gram) text = "d = " + std::to_string(instance.dimension()) + ", " + text;
  if (instance.student) text += ", m = " + std::to_string(instance.student_count());
  return text + ", " + std::string(to_string(instance.activation)) + ", " +
         std::string(to_string(instance.neuron)) + " students, " +
         std::string(to_string(instance.teacher_neuron)) + " teachers";
}

}  // namespace

void write_instance(const Instance& instance, const OutputOptions& output) {
  write_result(output.path, instance_json(instance));
  std::FILE* out = output.path == "-" ? stderr : stdout;
  comment("instance " + shape(instance), out);
  if (instance.student && !instance.gram) {
    const search::Real loss = search::approximate_accurate_loss(instance);
    const std::string text = loss > 0 ? search::short_decimal(loss) : "0, or below 1e-2400";
    comment("approximate loss " + text + " (not a proof: see lojacert eval)", out);
  }
  comment("digest " + instance_digest(instance), out);
  if (output.path != "-") comment("written " + output.path, out);
}

CLI::App* add_kind(CLI::App& make, Result& result, const std::string& kind, const std::string& description,
                   std::function<void()> work) {
  CLI::App* command = make.add_subcommand(kind, description);
  command->callback([work = std::move(work), &result] {
    work();
    result.ran = true;
    result.outcome = {Status::done, false, {}};
  });
  return command;
}

void add_make(CLI::App& app, Result& result) {
  CLI::App* make =
      app.add_subcommand("make", "Make instances: teachers, students, instances of prescribed loss");
  make->require_subcommand(1);
  add_make_orthonormal(*make, result);
  add_make_polygon(*make, result);
  add_make_random(*make, result);
  add_make_split(*make, result);
  add_make_tilt(*make, result);
  add_make_contract(*make, result);
  add_make_init(*make, result);
  add_make_critical(*make, result);
  add_make_import(*make, result);
  make->footer(examples({"lojacert make orthonormal --r 3 -o teacher.json", "lojacert make split --help"}));
}

}  // namespace lojacert::program
