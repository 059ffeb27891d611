// lojacert report: one HTML page about certificates, trajectories, audits and stress tests.

#include "program.hpp"
#include "text.hpp"
#include "verifier.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/network/instance_file.hpp>
#include <lojacert/network/json.hpp>
#include <lojacert/report/documents.hpp>
#include <lojacert/report/page.hpp>

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>

namespace lojacert::program {

namespace {

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> instances;
  std::string output;
  std::string title;
  bool no_verify = false;
};

struct NamedInstance {
  std::string path;
  Instance instance;
};

/// A file of the command line: its format, its text, and the document in it (neither of a trajectory, which
/// is read on its own).
struct Input {
  std::string path;
  std::string label;
  std::string format;
  std::string text;
  json::Value document;
};

std::string read_text(const std::string& path) {
  if (path == "-") return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) throw InputError(path + ": cannot be opened for reading; check the name and the permissions");
  return text;
}

std::string format_of(const json::Value& document) {
  const json::Value* format = document.find("format");
  return format != nullptr && format->kind == json::Kind::string ? format->text : "";
}

Input read_input(const std::string& path) {
  if (path != "-" && is_trajectory_file(path)) return {path, path, "lojacert-trajectory/1", {}, {}};
  Input input{path, path == "-" ? "standard input" : path, {}, read_text(path), {}};
  input.document = json::parse(input.text, input.label);
  input.format = format_of(input.document);
  if (input.format != "lojacert-instance/1" && !is_reported(input.format)) {
    throw InputError(
        fmt::format("{}: format: '{}' is none that report reads: certificates, trajectories, instances, and "
                    "what audit --json "
                    "and stress --json print",
                    input.label, input.format));
  }
  return input;
}

/// Runs `work`, and puts the file's name before its messages.
template <class Work>
auto naming(const std::string& label, const Work& work) {
  try {
    return work();
  } catch (const InputError& error) {
    throw InputError(label + ": " + error.what());
  }
}

Instance instance_from(const std::string& text, const std::string& label) {
  std::istringstream in(text);
  return read_instance_json(in, label);
}

/// Finds the instance that a certificate is about, runs the verifier, and says what it answered.
class CertificateReader {
 public:
  CertificateReader(std::vector<NamedInstance> instances, std::optional<Verifier> verifier)
      : instances_(std::move(instances)), verifier_(std::move(verifier)) {
    if (verifier_) version_ = verifier_->version();
  }

  [[nodiscard]] json::Value document(const Input& input) const {
    const NamedInstance about = instance_of(input);
    std::optional<Verification> verification;
    if (verifier_) verification = verify(input, about.path);
    comment(input.label + ": " + (verification ? verification->status : "not checked (--no-verify)"));
    return naming(input.label, [&] {
      return certificate_document(input.label, input.document, about.instance, verification);
    });
  }

 private:
  /// The given instance with the digest that the certificate names, else the one inside it (an empty path).
  [[nodiscard]] NamedInstance instance_of(const Input& input) const {
    const std::string digest =
        naming(input.label, [&] { return input.document.at("instance").at("digest").as_string(); });
    const bool about_teacher = naming(
        input.label, [&] { return is_about_teacher(input.document.at("claim").at("kind").as_string()); });
    std::string given;
    for (const NamedInstance& named : instances_) {
      const std::string its =
          about_teacher ? teacher_digest(named.instance) : instance_digest(named.instance);
      if (its == digest) return named;
      given += fmt::format("; {} has {}", named.path, its);
    }
    if (const json::Value* embedded = input.document.at("instance").find("embedded"))
      return {{}, instance_from(json::dump(*embedded), input.label + ", the embedded instance")};
    throw InputError(
        fmt::format("{}: is bound to the {} {}, which is not embedded{}; name its file with --instance",
                    input.label, about_teacher ? "teacher" : "instance", digest, given));
  }

  [[nodiscard]] Verification verify(const Input& input, const std::string& instance_path) const {
    const VerifierRun run =
        verifier_->explain(input.text, instance_path.starts_with('-') ? "./" + instance_path : instance_path);
    if (run.exit_code == 2 || run.status.empty()) {
      throw InputError(fmt::format("{}: lojaverify does not read it: {}", input.label,
                                   run.message.substr(0, run.message.find('\n'))));
    }
    const bool verified = run.exit_code == 0 && run.status == "VERIFIED";
    const bool unsupported = run.exit_code == 3 && run.status == "UNSUPPORTED";
    return {version_,
            verified      ? "VERIFIED"
            : unsupported ? "UNSUPPORTED"
                          : "NOT VERIFIED",
            run.lines, instance_path};
  }

  std::vector<NamedInstance> instances_;
  std::optional<Verifier> verifier_;
  std::string version_;
};

json::Value with_file(const Input& input) {
  json::Value document = input.document;
  if (document.find("file") == nullptr) document.members.emplace_back("file", json::string(input.label));
  return document;
}

json::Value document_of(const Input& input, const CertificateReader& certificates) {
  if (input.format == "lojacert-certificate/1") return certificates.document(input);
  if (input.format != "lojacert-trajectory/1") return with_file(input);
  const RecordedDescent descent = read_recorded_descent(input.path);
  return naming(input.label, [&] { return trajectory_document(input.label, descent); });
}

Outcome run(const Options& options) {
  std::vector<Input> inputs;
  std::vector<NamedInstance> instances;
  for (const std::string& path : options.instances)
    instances.push_back({path, instance_from(read_text(path), path)});
  bool any_certificate = false;
  for (const std::string& path : options.files) {
    Input input = read_input(path);
    if (input.format == "lojacert-instance/1") {
      if (path == "-") throw InputError("an instance is read from a file, not from standard input");
      instances.push_back({path, instance_from(input.text, path)});
      continue;
    }
    any_certificate = any_certificate || input.format == "lojacert-certificate/1";
    inputs.push_back(std::move(input));
  }
  if (inputs.empty()) throw InputError("only instances were given: name a certificate, trajectory or audit");

  std::optional<Verifier> verifier;
  if (any_certificate && !options.no_verify) verifier.emplace();
  const CertificateReader certificates(std::move(instances), std::move(verifier));
  std::vector<json::Value> documents;
  for (const Input& input : inputs) documents.push_back(document_of(input, certificates));
  write_result(options.output, report_page(documents, options.title));
  if (options.output != "-") comment("written " + options.output);
  return {Status::done};
}

}  // namespace

void add_report(CLI::App& app, Result& result) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "report", "Write one HTML page about certificates, trajectories, audits, stress tests");
  command
      ->add_option("files", options->files,
                   "Certificates, trajectories, instances they are about, JSON of audit and stress")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "The page")->required()->type_name("FILE.html");
  command
      ->add_option("--instance", options->instances,
                   "Instance of a certificate that has none inside (JSON); may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--title", options->title, "Title of the page");
  command->add_flag("--no-verify", options->no_verify,
                    "Do not run lojaverify: every claim is shown as unchecked");
  command->footer(examples(
      {"lojacert report near.cert.json near.json -o near.html",
       "lojacert report near.cert.json --instance near.json --title 'Three students' -o near.html"}));
  command->callback([options, &result] { result = {true, run(*options)}; });
}

}  // namespace lojacert::program
