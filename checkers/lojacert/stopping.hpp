#pragma once
// What ends a run from outside: a time limit, Ctrl-C, SIGTERM.

#include <optional>
#include <string>

namespace lojacert::program {

/// From now on the end of the time (if there is a limit, in seconds), SIGINT and SIGTERM end the process with
/// `c reason: ...`, `s UNDECIDED` and exit code 4, whatever the command is doing; but never in the midst of
/// handing over a result. A second signal ends it as signals do.
void stop_on_signals(const std::optional<double>& time_limit);

/// The result is there and is being handed over: neither the limit nor a first signal ends the process any
/// more, so that no file is left half-written and no certificate without its verdict.
void begin_to_deliver();

/// While it lives a stop only sets stop_requested(): the command looks at it and ends by itself, with what it
/// has.
class StopByCommand {
 public:
  StopByCommand();
  ~StopByCommand();
  StopByCommand(const StopByCommand&) = delete;
  StopByCommand& operator=(const StopByCommand&) = delete;
};

/// Why the command is to end now, if it is.
[[nodiscard]] std::optional<std::string> stop_requested();

}  // namespace lojacert::program
