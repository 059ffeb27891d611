#include "program.hpp"

#include "stopping.hpp"

#include <lojacert/certificate/atomic_file.hpp>
#include <lojacert/network/instance_file.hpp>

namespace lojacert::program {

const char* status_word(Status status) {
  switch (status) {
    case Status::proved:
      return "PROVED";
    case Status::disproved:
      return "DISPROVED";
    case Status::undecided:
      return "UNDECIDED";
    case Status::evaluated:
      return "EVALUATED";
    case Status::done:
      return "DONE";
    case Status::unsupported:
      return "UNSUPPORTED";
  }
  throw std::logic_error("unknown status");
}

int exit_code(Status status) {
  switch (status) {
    case Status::proved:
    case Status::evaluated:
    case Status::done:
      return 0;
    case Status::disproved:
      return 1;
    case Status::undecided:
    case Status::unsupported:
      return 3;
  }
  throw std::logic_error("unknown status");
}

std::string examples(std::initializer_list<const char*> command_lines) {
  std::string text = "Examples:";
  for (const char* line : command_lines) text += std::string("\n  $ ") + line;
  return text;
}

void write_result(const std::string& path, std::string_view content) {
  begin_to_deliver();
  write_file_atomically(path, content);
}

void add_precision(CLI::App& command, Budget& budget) {
  command.add_option("--max-bits", budget.max_bits, "Highest working precision, 8 to 10000000")
      ->capture_default_str()
      ->check(CLI::Range(8L, 10'000'000L).description(""))
      ->each([&budget](const std::string&) { budget.max_bits_given = true; });
  command.add_flag_callback(
      "--no-simd", [&budget] { budget.first_rung = Rung::intervals; },
      "Begin with multiprecision intervals: no SIMD, no doubles");
}

void InstanceOptions::add_to(CLI::App& command) {
  command
      .add_option("instance", path, "Instance file: lojacert-instance/1 (JSON) or .npz; - for standard input")
      ->type_name("FILE");
  add_arrays_to(command);
}

void InstanceOptions::add_arrays_to(CLI::App& command) {
  command.add_option("--teacher", teacher, "Teacher rows from a .npy file")->type_name("FILE");
  command.add_option("--student", student, "Student rows from a .npy file")->type_name("FILE");
  command.add_option("--activation", activation, "Activation (required for arrays)")
      ->check(CLI::IsMember(activations));
  command.add_option("--neuron", neuron, "Form of the students (required for arrays)")
      ->check(CLI::IsMember(neuron_forms));
  command.add_option("--teacher-neuron", teacher_neuron, "Form of the teachers (required for arrays)")
      ->check(CLI::IsMember(neuron_forms));
}

Instance InstanceOptions::load() const {
  ArrayForms forms;
  if (!activation.empty()) forms.activation = parse_activation(activation);
  if (!neuron.empty()) forms.neuron = parse_neuron_form(neuron);
  if (!teacher_neuron.empty()) forms.teacher_neuron = parse_neuron_form(teacher_neuron);
  if (!teacher.empty() || !student.empty()) {
    if (!path.empty()) throw InputError("give an instance file or --teacher and --student, not both");
    if (teacher.empty()) throw InputError("--student needs --teacher FILE as well");
    return read_instance_npy(teacher, student, forms);
  }
  if (path.empty())
    throw InputError("no instance: name a file, - for standard input, or --teacher and --student");
  return read_instance(path, forms);
}

std::string InstanceOptions::label() const {
  if (path.empty()) return student.empty() ? teacher : teacher + ", " + student;
  return path == "-" ? "standard input" : path;
}

}  // namespace lojacert::program
