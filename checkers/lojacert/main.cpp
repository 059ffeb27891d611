// lojacert: the provers and everything around them. One file per command; this one parses, dispatches and
// ends.

#include "console.hpp"
#include "program.hpp"
#include "refusal.hpp"
#include "stopping.hpp"
#include "version.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/network/json.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace {

using lojacert::program::Outcome;
using lojacert::program::Result;
using lojacert::program::Status;
using lojacert::program::Verbosity;

/// Prints the one status line (or the one JSON object) and returns the exit code that agrees with it.
int finish(const Outcome& outcome) {
  lojacert::program::begin_to_deliver();
  if (outcome.json.empty()) {
    const std::string word = lojacert::program::status_word(outcome.status);
    std::printf("s %s\n", lojacert::program::coloured(word).c_str());
  } else {
    std::printf("%s\n", outcome.json.c_str());
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fprintf(stderr, "lojacert: cannot write to standard output\n");
    return 2;
  }
  return outcome.limit ? 4 : lojacert::program::exit_code(outcome.status);
}

int end_with(Status status, bool limit, const std::string& reason) {
  lojacert::program::comment("reason: " + reason);
  return finish({status, limit, {}});
}

/// The program with the options that every command has; they take effect before the command runs.
class Program : public CLI::App {
 public:
  using CLI::App::App;

  void add_common_options() { add_common_options_below(*this); }

 private:
  void add_common_options_below(CLI::App& app) {
    const auto commands = app.get_subcommands([](CLI::App*) { return true; });
    for (CLI::App* command : commands) add_common_options_below(*command);
    if (!commands.empty()) return;
    const char* group = "Common options";
    app.add_flag("-q,--quiet", quiet_, "Print the status line only")->group(group);
    app.add_flag("-v,--verbose", verbose_, "Say on standard error what is being done")->group(group);
    app.add_option("--time-limit", time_limit_, "End after so many seconds with s UNDECIDED and exit code 4")
        ->group(group)
        ->type_name("S");
  }

  void pre_callback() override {
    if (quiet_ && verbose_) throw lojacert::InputError("--quiet and --verbose exclude each other");
    if (quiet_) lojacert::program::set_verbosity(Verbosity::quiet);
    if (verbose_) lojacert::program::set_verbosity(Verbosity::verbose);
    if (time_limit_ && !(*time_limit_ >= 0 && *time_limit_ <= 1e9))
      throw lojacert::InputError("--time-limit: must be from 0 to 1e9 seconds");
    lojacert::program::stop_on_signals(time_limit_);
  }

  bool quiet_ = false;
  bool verbose_ = false;
  std::optional<double> time_limit_;
};

int run(int argc, char** argv) {
  Program app{"Verified numerical proof-checking for the local convergence theory of two-layer networks",
              "lojacert"};
  app.require_subcommand(1);
  app.set_version_flag("--version", lojacert::program::version_text);
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
  lojacert::program::add_report(app, result);
  lojacert::program::add_completion(app, result);
  app.add_common_options();
  app.footer(lojacert::program::examples({"lojacert eval near.json",
                                          "lojacert prove lojasiewicz near.json --best -o near.cert.json",
                                          "lojaverify near.json near.cert.json"}) +
             "\n\nlojacert COMMAND --help describes a command and shows examples.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    const std::string reason = lojacert::program::refusal(app, error, words);
    std::fprintf(stderr, "lojacert: %s (lojacert --help says more)\n", reason.c_str());
    return 2;
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
