// lojaverify: decides again, from the instance alone, what a certificate claims.

#include <gmp.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <list>
#include <new>

#include "verdict.hpp"

namespace {

using namespace lojaverify;

constexpr const char* help =
    R"(usage: lojaverify [OPTION...] [INSTANCE] CERT...

Decides again, from the instance alone, what certificates claim (lojacert-certificate/1, lojacert-instance/1).

  INSTANCE          the instance; without it each certificate's own embedded instance is used
  CERT...           certificates; one of all files may be -, standard input
  --explain         also say what the verdict states and rests on
  --quiet           print the status line only
  --max-bits N      largest working precision, 2 to 10000000 (default 32768)
  --time-limit S    stop after S seconds
  --help            print this
  --version         print the versions of this program and its libraries

Examples:
  $ lojaverify near.json near.cert.json
  $ lojaverify --explain one-file.cert.json

The last line is `s VERIFIED` (exit 0), `s NOT VERIFIED` (exit 1; 4 where time or memory ran out) or `s UNSUPPORTED` (exit 3).
Unreadable files and bad usage: one message on standard error, exit 2.
)";

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CommandLine {
  bool explain = false;
  bool quiet = false;
  slong max_bits = 32768;
  std::optional<double> seconds;
  std::vector<std::string> files;
};

template <typename Number>
Number read_option(std::string_view name, std::string_view text, Number least, Number largest) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= least && value <= largest)) {
    throw UsageError(std::string(name) + " needs a number from " + std::to_string(least) + " to " +
                     std::to_string(largest));
  }
  return value;
}

CommandLine read_command_line(std::span<const std::string_view> arguments) {
  CommandLine line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "-" || !argument.starts_with('-')) {
      line.files.emplace_back(argument);
      continue;
    }
    const auto value = [&]() -> std::string_view {
      if (++i == arguments.size()) throw UsageError(std::string(argument) + " needs a value");
      return arguments[i];
    };
    if (argument == "--explain")
      line.explain = true;
    else if (argument == "--quiet")
      line.quiet = true;
    else if (argument == "--max-bits")
      line.max_bits = read_option<slong>(argument, value(), 2, 10'000'000);
    else if (argument == "--time-limit")
      line.seconds = read_option<double>(argument, value(), 0, 1e9);
    else
      throw UsageError("unknown option '" + printable(argument) +
                       "'; the options are --explain, --quiet, --max-bits N and --time-limit S");
  }
  if (line.files.empty()) throw UsageError("name a certificate");
  if (std::ranges::count(line.files, "-") > 1) throw UsageError("'-' (standard input) can be read only once");
  return line;
}

std::string read_file(const std::string& name) {
  std::ifstream file;
  if (name != "-") {
    std::error_code ignored;
    if (std::filesystem::is_directory(name, ignored))
      throw InputError(printable(name, 300) + ": is a directory: name a file in it");
    file.open(name, std::ios::binary);
    if (!file)
      throw InputError(printable(name, 300) + ": cannot be opened: check the name and its permissions");
  }
  std::istream& in = name == "-" ? std::cin : file;
  std::string text;
  std::vector<char> buffer(1U << 20U);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) throw InputError(printable(name, 300) + ": cannot be read to its end");
  return text;
}

/// One file's part of the answer.
struct Answer {
  int exit_code = 0;
  std::string word;                // VERIFIED, NOT VERIFIED (CODE), UNSUPPORTED, MALFORMED
  std::vector<std::string> lines;  // for standard output, without the leading "c "
  std::string error;               // for standard error
};

/// Runs `work`; what it throws becomes an answer.
template <typename Work>
Answer guarded(Work work) {
  try {
    return work();
  } catch (const Unsupported& error) {
    return {3, "UNSUPPORTED", {std::string(error.what()) + " is not known to this verifier"}, {}};
  } catch (const OutOfTime&) {
    return {4, "NOT VERIFIED (resource)", {"reason resource: the time limit has run out"}, {}};
  } catch (const std::bad_alloc&) {
    return {4, "NOT VERIFIED (resource)", {"reason resource: out of memory"}, {}};
  } catch (const std::exception& error) {
    return {2, "MALFORMED", {}, error.what()};
  }
}

Answer answer_for(const Document& document, const std::optional<Instance>& given, const CommandLine& line,
                  const Options& options) {
  const Certificate certificate(document.root());
  if (!given && !certificate.embedded) {
    throw InputError(document.name + ": /instance: no instance is embedded: name the instance file as well");
  }
  const Instance& instance = given ? *given : *certificate.embedded;
  if (instance.student.empty() && certificate.bound_to == DigestOf::instance)
    throw InputError(document.name + ": /claim: needs a student, and the instance has none");
  Verdict verdict = verify(certificate, instance, options);
  if (verdict.verified && given && certificate.embedded &&
      digest(*certificate.embedded, certificate.bound_to) != certificate.digest) {
    verdict = {false, "hash-mismatch", "the embedded instance is another one than the given", {}};
  }
  Answer answer;
  if (!given) answer.lines.emplace_back("instance taken from the certificate");
  if (line.explain) answer.lines.insert(answer.lines.end(), verdict.details.begin(), verdict.details.end());
  if (!verdict.verified) answer.lines.push_back("reason " + verdict.code + ": " + verdict.explanation);
  answer.word = verdict.verified ? "VERIFIED" : "NOT VERIFIED (" + verdict.code + ')';
  answer.exit_code = verdict.verified ? 0 : 1;
  return answer;
}

bool is_instance(const Document& document) {
  const std::optional<Json> format = document.root().find("format");
  if (!format)
    document.root().fail("the key 'format' is missing: this is neither an instance nor a certificate");
  const std::string_view text = format->string();
  const bool instance = text.starts_with("lojacert-instance/");
  if (!instance && !text.starts_with("lojacert-certificate/")) {
    format->fail("'" + printable(text) + "' is neither lojacert-instance/1 nor lojacert-certificate/1");
  }
  return instance;
}

/// How bad an exit code is: 2, 4, 1, 3, 0.
int severity(int exit_code) { return std::array{0, 2, 4, 1, 3}.at(static_cast<std::size_t>(exit_code)); }

/// The status line, in colour where standard output is a terminal and NO_COLOR (no-color.org) is not set.
std::string status_line(int exit_code) {
  const std::string word = exit_code == 0 ? "VERIFIED" : exit_code == 3 ? "UNSUPPORTED" : "NOT VERIFIED";
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool plain = (no_color != nullptr && *no_color != '\0') || terminal == nullptr ||
                     std::string_view(terminal) == "dumb" || isatty(STDOUT_FILENO) != 1;
  if (plain) return "s " + word;
  const char* colour = exit_code == 0 ? "32" : exit_code == 3 ? "33" : "31";
  return std::string("s \033[1;") + colour + 'm' + word + "\033[0m";
}

/// Prints the answers of all files; the worst exit code counts. With exit code 2 there is no verdict and no
/// status line.
int report(const std::vector<std::pair<std::string, Answer>>& answers, bool quiet) {
  int worst = 0;
  for (const auto& [file, answer] : answers) {
    if (!answer.error.empty()) std::cerr << "lojaverify: " << answer.error << '\n';
    if (severity(answer.exit_code) > severity(worst)) worst = answer.exit_code;
    if (quiet) continue;
    for (const std::string& text : answer.lines) std::cout << "c " << printable(text, 1U << 20U) << '\n';
    if (answers.size() > 1) std::cout << "c " << printable(file, 300) << ' ' << answer.word << '\n';
  }
  if (worst != 2) std::cout << status_line(worst) << '\n';
  if (std::cout.flush()) return worst;
  std::cerr << "lojaverify: standard output cannot be written\n";
  return 2;
}

int run(const CommandLine& line) {
  Options options{line.max_bits, {}};
  if (line.seconds) {
    const auto allowed = std::chrono::duration<double>(*line.seconds);
    options.deadline.end =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(allowed);
  }
  std::list<Document> documents;
  std::vector<std::pair<std::string, Answer>> answers;
  std::vector<const Document*> certificates;  // null where the file could not be read
  const Document* instance_file = nullptr;
  for (const std::string& file : line.files) {
    bool instance = false;
    const Answer read = guarded([&]() -> Answer {
      const Document& document =
          documents.emplace_back(file == "-" ? "standard input" : printable(file, 300), read_file(file));
      instance = is_instance(document);
      return {};
    });
    if (instance) {
      if (instance_file != nullptr) throw UsageError("two instance files: name one");
      instance_file = &documents.back();
      continue;
    }
    answers.emplace_back(file, read);
    certificates.push_back(read.exit_code == 0 ? &documents.back() : nullptr);
  }
  if (certificates.empty()) throw UsageError("only an instance was given: name a certificate");

  std::optional<Instance> given;
  if (instance_file != nullptr) {
    Answer read = guarded([&]() -> Answer { return given = read_instance(instance_file->root()), Answer{}; });
    if (read.exit_code != 0) return report({{instance_file->name, std::move(read)}}, line.quiet);
  }
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    if (certificates[i] == nullptr) continue;
    answers[i].second = guarded([&] { return answer_for(*certificates[i], given, line, options); });
  }
  return report(answers, line.quiet);
}

/// FLINT and GMP cannot throw: when memory runs out inside them, answer and leave. (FLINT wants GNU's
/// attribute.)
__attribute__((noreturn)) void out_of_memory() {
  std::fputs("c reason resource: out of memory\ns NOT VERIFIED\n", stdout);
  std::fflush(stdout);
  std::_Exit(4);
}

void* checked(void* memory) {
  if (memory == nullptr) out_of_memory();
  return memory;
}

void guard_memory() {
  flint_set_abort(out_of_memory);
  mp_set_memory_functions(
      [](std::size_t size) { return checked(std::malloc(size)); },
      [](void* old, std::size_t, std::size_t size) { return checked(std::realloc(old, size)); },
      [](void* memory, std::size_t) { std::free(memory); });
}

std::string version_text() {
  std::string text = "lojaverify " LOJAVERIFY_VERSION "\nFLINT ";
  text += std::string(flint_version) + "\nArb " + LOJAVERIFY_ARB_VERSION + "\nGMP " + gmp_version + '\n';
  text += std::string(OpenSSL_version(OPENSSL_VERSION)) + "\ncompiler ";
#ifndef __clang__
  text += "GCC ";
#endif
  return text + __VERSION__ + '\n';
}

}  // namespace

int main(int argc, char** argv) {
  guard_memory();
  const std::vector<std::string_view> arguments(argv + std::min(argc, 1), argv + argc);
  if (std::ranges::find(arguments, "--help") != arguments.end()) return std::fputs(help, stdout) < 0 ? 2 : 0;
  if (std::ranges::find(arguments, "--version") != arguments.end()) {
    std::cout << version_text();
    return 0;
  }
  try {
    return run(read_command_line(arguments));
  } catch (const UsageError& error) {
    std::cerr << "lojaverify: " << error.what() << " (see lojaverify --help)\n";
    return 2;
  }
}
