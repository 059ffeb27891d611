#pragma once
// What the commands share: status lines, exit codes, the loading of instances, the writing of results.

#include <lojacert/exact/error.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/proof/escalation.hpp>

#include <CLI/CLI.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lojacert::program {

/// The statuses of docs/reference: exactly one status line ends the output of a command that ran.
enum class Status { proved, disproved, undecided, evaluated, done, unsupported };

[[nodiscard]] const char* status_word(Status status);  ///< "PROVED", ...
[[nodiscard]] int exit_code(
    Status status);  ///< 0 PROVED, EVALUATED, DONE; 1 DISPROVED; 3 UNDECIDED, UNSUPPORTED

/// What a command returns to main: main prints the status line and exits with the matching code.
struct Outcome {
  Status status = Status::done;
  bool limit = false;     ///< a limit that the user gave ended the work: exit code 4
  std::string json = {};  ///< with --json: the one object printed instead of text (it contains the status)
};

/// The result of the command that was parsed; `ran` stays false when only help was asked for.
struct Result {
  bool ran = false;
  Outcome outcome;
};

/// The end of a command's help: "Examples:" and the command lines, which a test runs beside the files of
/// docs/examples and certificates/instances.
[[nodiscard]] std::string examples(std::initializer_list<const char*> command_lines);

/// Writes a result whole or not at all (`-`: standard output). From here on no time limit ends the run: the
/// result is there. Throws InputError.
void write_result(const std::string& path, std::string_view content);

/// Options that more than one command has.
inline const std::vector<std::string> activations = {"abs", "relu", "relu+linear"};
inline const std::vector<std::string> neuron_forms = {"unit", "norm"};
void add_precision(CLI::App& command, Budget& budget);  ///< --max-bits, and whether it was given; --no-simd

/// The options that name an instance: a positional JSON or .npz file or `-`, or --teacher F --student F
/// (.npy), with
/// --activation, --neuron and --teacher-neuron for arrays.
struct InstanceOptions {
  std::string path;
  std::string teacher;
  std::string student;
  std::string activation;
  std::string neuron;
  std::string teacher_neuron;

  void add_to(CLI::App& command);
  void add_arrays_to(CLI::App& command);    ///< without the positional file
  [[nodiscard]] Instance load() const;      ///< throws InputError
  [[nodiscard]] std::string label() const;  ///< what messages call the instance: its file or files

  /// Runs `work`, and puts the label before messages about the instance.
  template <class Work>
  auto about(const Work& work) const {
    try {
      return work();
    } catch (const InstanceError& error) {
      throw InputError(label() + ": " + error.what());
    }
  }
};

// One function per command, each in the file of its name.
void add_eval(CLI::App& app, Result& result);
void add_prove(CLI::App& app, Result& result);
void add_explain(CLI::App& app, Result& result);
void add_stress(CLI::App& app, Result& result);
void add_show(CLI::App& app, Result& result);
void add_claims(CLI::App& app, Result& result);
void add_make(CLI::App& app, Result& result);
void add_train(CLI::App& app, Result& result);
void add_audit(CLI::App& app, Result& result);
void add_report(CLI::App& app, Result& result);
void add_completion(CLI::App& app, Result& result);

}  // namespace lojacert::program
