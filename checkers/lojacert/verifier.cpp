#include "verifier.hpp"

#include <lojacert/exact/error.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string_view>

extern char** environ;

namespace lojacert::program {

namespace {

bool is_program(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

std::string find_on_path() {
  const char* folders = std::getenv("PATH");
  std::istringstream in(folders == nullptr ? "" : folders);
  for (std::string folder; std::getline(in, folder, ':');) {
    const std::filesystem::path path = std::filesystem::path(folder.empty() ? "." : folder) / "lojaverify";
    if (is_program(path)) return path.string();
  }
  return {};
}

std::string find_verifier() {
  const char* named = std::getenv("LOJAVERIFY");
  if (named != nullptr && *named != '\0') {
    if (is_program(named)) return named;
    throw InputError(std::string("LOJAVERIFY=") + named + ": no program is there");
  }
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error && is_program(self.parent_path() / "lojaverify"))
    return (self.parent_path() / "lojaverify").string();
  std::string found = find_on_path();
  if (found.empty()) {
    throw InputError(
        "the verifier lojaverify was not found, neither beside lojacert nor on PATH: set the environment "
        "variable LOJAVERIFY to its path, or give --no-verify");
  }
  return found;
}

/// An anonymous file: what a program reads from or writes to.
class TemporaryFile {
 public:
  TemporaryFile() : file_(std::tmpfile(), &std::fclose) {
    if (!file_) throw InputError(std::string("no temporary file can be made: ") + std::strerror(errno));
  }
  explicit TemporaryFile(std::string_view content) : TemporaryFile() {
    if (std::fwrite(content.data(), 1, content.size(), file_.get()) != content.size() ||
        std::fflush(file_.get()) != 0) {
      throw InputError(std::string("a temporary file cannot be written: ") + std::strerror(errno));
    }
    std::rewind(file_.get());
  }

  [[nodiscard]] int descriptor() const { return fileno(file_.get()); }

  [[nodiscard]] std::string content() const {
    std::rewind(file_.get());
    std::string text;
    std::string buffer(1U << 16U, '\0');
    while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file_.get())) {
      text.append(buffer, 0, n);
    }
    return text;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

struct Finished {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Finished run(const std::string& path, std::vector<std::string> arguments, std::string_view input) {
  const TemporaryFile in(input);
  const TemporaryFile out;
  const TemporaryFile err;
  arguments.insert(arguments.begin(), path);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.descriptor(), STDERR_FILENO);
  pid_t child = 0;
  const int failed = posix_spawn(&child, path.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw InputError(path + ": cannot be run: " + std::strerror(failed));

  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw InputError(path + ": its end cannot be awaited: " + std::strerror(errno));
  }
  if (!WIFEXITED(status)) throw InputError(path + ": was ended by a signal; nothing is verified");
  return {WEXITSTATUS(status), out.content(), err.content()};
}

}  // namespace

Verifier::Verifier() : path_(find_verifier()) {}

std::string Verifier::version() const {
  std::string text = run(path_, {"--version"}, {}).out;
  return text.substr(0, text.find('\n'));
}

VerifierRun Verifier::explain(const std::string& certificate_text, const std::string& instance_path) const {
  std::vector<std::string> arguments{"--explain"};
  if (!instance_path.empty()) arguments.push_back(instance_path);
  arguments.emplace_back("-");
  const Finished finished = run(path_, std::move(arguments), certificate_text);
  VerifierRun result{finished.exit_code, {}, {}, finished.err};
  std::istringstream lines(finished.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("c ")) result.lines.push_back(line.substr(2));
    if (line.starts_with("s ")) result.status = line.substr(2);
  }
  return result;
}

}  // namespace lojacert::program
