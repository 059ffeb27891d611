// lojacert completion: a completion script for a shell. And, for the build, every script and manual page as
// files.

#include "help_text.hpp"
#include "manual.hpp"
#include "program.hpp"
#include "shells.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace lojacert::program {

namespace {

void print_completion(const Command& program, const std::string& shell) {
  const std::string script = shell == "bash"  ? bash_completion(program)
                             : shell == "zsh" ? zsh_completion(program)
                                              : fish_completion(program);
  std::fputs(script.c_str(), stdout);
}

/// Today, or the day that a reproducible build names (reproducible-builds.org/specs/source-date-epoch).
std::string page_date() {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t time = epoch != nullptr ? std::strtoll(epoch, nullptr, 10) : std::time(nullptr);
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(time));
}

void write_for(const Command& program, const std::vector<ManualPage>& pages,
               const std::filesystem::path& folder) {
  for (const char* part : {"bash", "zsh", "fish", "man"}) std::filesystem::create_directories(folder / part);
  write_result(folder / "bash" / program.name, bash_completion(program));
  write_result(folder / "zsh" / ("_" + program.name), zsh_completion(program));
  write_result(folder / "fish" / (program.name + ".fish"), fish_completion(program));
  for (const ManualPage& page : pages) write_result(folder / "man" / (page.name + ".1"), page.text);
}

std::string read_all(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw InputError(path + ": cannot be opened");
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_pages(const Command& lojacert, const std::string& folder, const std::string& verifier_help) {
  write_for(lojacert, manual_pages(lojacert, page_date(), exit_status_text(), "lojaverify"), folder);
  if (verifier_help.empty()) return;
  const DescribedProgram verifier = read_help_text(read_all(verifier_help));
  write_for(verifier.command, manual_pages(verifier.command, page_date(), verifier.exit_status, "lojacert"),
            folder);
}

void add_write_pages(CLI::App& app, Result& result) {
  struct Options {
    std::string folder;
    std::string verifier_help;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("write-pages", "Write completions and manual pages into a folder");
  command->group("");  // for the build, not for users
  command->add_option("folder", options->folder, "Where to")->required();
  command->add_option("--verifier", options->verifier_help,
                      "The text of lojaverify --help, to write its as well");
  command->callback([options, &app, &result] {
    write_pages(interface_of(app), options->folder, options->verifier_help);
    result = {true, {Status::done}};
  });
}

}  // namespace

void add_completion(CLI::App& app, Result& result) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print a completion script for a shell");
  command->add_option("shell", *shell, "The shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      examples({"source <(lojacert completion bash)", "lojacert completion fish > lojacert.fish"}));
  command->callback([shell, &app] {
    print_completion(interface_of(app), *shell);
    throw CLI::Success();  // a script, like a help text, has no status line
  });
  add_write_pages(app, result);
}

}  // namespace lojacert::program
