// lojacert make import: NumPy arrays as a JSON instance, exactly.

#include "make.hpp"

#include <lojacert/exact/error.hpp>

#include <filesystem>
#include <memory>

namespace lojacert::program {

namespace {

struct Options {
  InstanceOptions source;
  OutputOptions output;
  std::string note;
};

json::Value file_name(const std::string& path) {
  return json::string(std::filesystem::path(path).filename().string());
}

void make_import(const Options& options) {
  Instance instance = options.source.load();
  Provenance members;
  if (!options.source.path.empty()) members.emplace_back("file", file_name(options.source.path));
  if (!options.source.teacher.empty())
    members.emplace_back("teacher_file", file_name(options.source.teacher));
  if (!options.source.student.empty())
    members.emplace_back("student_file", file_name(options.source.student));
  if (!options.note.empty()) members.emplace_back("note", json::string(options.note));
  if (!instance.provenance.empty()) members.emplace_back("source", source_value(instance));
  if (!options.output.name.empty()) instance.name = options.output.name;
  instance.provenance = provenance_text("import", std::move(members));
  write_instance(instance, options.output);
}

}  // namespace

void add_make_import(CLI::App& make, Result& result) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      add_kind(make, result, "import", "Converts .npz or .npy arrays to a JSON instance; no number changes",
               [options] { make_import(*options); });
  options->source.add_to(*command);
  options->output.add_to(*command);
  command->add_option("--note", options->note,
                      "A sentence on where the numbers come from, kept in the provenance");
  command->footer(examples({"lojacert make import near.json --note 'a copy' -o copy.json",
                            "lojacert make import --teacher t.npy --student s.npy --activation abs --neuron "
                            "norm --teacher-neuron unit -o instance.json"}));
}

}  // namespace lojacert::program
