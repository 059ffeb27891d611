// lojacert: the provers and everything around them. One file per command; this one parses, dispatches and
// ends.

#include "program.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/network/json.hpp>

#include <cstdio>
#include <exception>
#include <new>
#include <string>

namespace {

using lojacert::program::Outcome;
using lojacert::program::Result;
using lojacert::program::Status;

/// Prints the one status line (or the one JSON object) and returns the exit code that agrees with it.
int finish(const Outcome& outcome) {
  if (outcome.json.empty()) {
    std::printf("s %s\n", lojacert::program::status_word(outcome.status));
  } else {
    std::printf("%s\n", outcome.json.c_str());
  }
  if (std::fflush(stdout) != 0) {
    std::fprintf(stderr, "lojacert: cannot write to standard output\n");
    return 2;
  }
  return outcome.limit ? 4 : lojacert::program::exit_code(outcome.status);
}

int end_with(Status status, bool limit, const std::string& reason) {
  std::printf("c reason: %s\n", reason.c_str());
  return finish({status, limit, {}});
}

bool has_command(const CLI::App& app, const std::string& name) {
  const auto commands =
      app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return !commands.empty();
}

/// Says what is wrong with the words of the command line; CLI11 calls an unknown command a missing one.
int refuse(const CLI::App& app, const CLI::ParseError& error, const std::string& first_word) {
  std::string reason = error.what();
  const bool is_option = first_word.starts_with('-');
  if (!first_word.empty() && !is_option && !has_command(app, first_word)) {
    reason = "unknown command '" + first_word + "'; the commands are";
    for (const CLI::App* command : app.get_subcommands({})) reason += ' ' + command->get_name();
  }
  std::fprintf(stderr, "lojacert: %s (lojacert --help says more)\n", reason.c_str());
  return 2;
}

int run(int argc, char** argv) {
  CLI::App app{"Verified numerical proof-checking for the local convergence theory of two-layer networks",
               "lojacert"};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("lojacert ") + LOJACERT_VERSION);
  Result result;
  lojacert::program::add_eval(app, result);
  lojacert::program::add_prove(app, result);
  lojacert::program::add_explain(app, result);
  lojacert::program::add_audit(app, result);
  lojacert::program::add_stress(app, result);
  lojacert::program::add_show(app, result);
  lojacert::program::add_claims(app, result);
  lojacert::program::add_make(app, result);
  lojacert::program::add_train(app, result);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return refuse(app, error, argc > 1 ? argv[1] : "");
  }
  return result.ran ? finish(result.outcome) : 2;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const lojacert::InputError& error) {
    std::fprintf(stderr, "lojacert: %s\n", error.what());
    return 2;
  } catch (const lojacert::UnsupportedError& error) {
    return end_with(Status::unsupported, false, error.what());
  } catch (const lojacert::UndecidedError& error) {
    return end_with(Status::undecided, false, error.what());
  } catch (const lojacert::LimitReached& error) {
    return end_with(Status::undecided, true, error.what());
  } catch (const std::bad_alloc&) {
    return end_with(Status::undecided, true, "out of memory");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lojacert: internal error: %s\n", error.what());
    return 2;
  }
}
