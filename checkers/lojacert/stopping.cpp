#include "stopping.hpp"

#include "console.hpp"

#include <fmt/format.h>

#include <sys/time.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <string_view>

namespace lojacert::program {

namespace {

constexpr int limit_exit_code = 4;

/// What the handler reads. The process has one thread, so that the handler never runs beside the command,
/// only in the midst of it.
struct State {
  volatile std::sig_atomic_t signal = 0;  ///< the one that asked for the end
  volatile std::sig_atomic_t by_command = 0;
  volatile std::sig_atomic_t delivering = 0;
  std::string interrupted = "interrupted";
  std::string out_of_time;
  std::string last_words_interrupted;  ///< made beforehand: a handler may not allocate
  std::string last_words_out_of_time;
};

State& state() {
  static State only;
  return only;
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Calls only what is safe in a handler: write and _exit.
void handle(int signal) {
  State& s = state();
  s.signal = signal;
  if (s.by_command != 0 || s.delivering != 0) return;
  write_all(signal == SIGALRM ? s.last_words_out_of_time : s.last_words_interrupted);
  ::_exit(limit_exit_code);
}

std::string last_words(const std::string& reason) {
  const std::string status = "s " + coloured("UNDECIDED") + "\n";
  return verbosity() == Verbosity::quiet ? status : "c reason: " + reason + "\n" + status;
}

void handle_from_now_on(int signal) {
  struct sigaction action = {};
  if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) return;  // as nohup wants it
  action = {};
  action.sa_handler = handle;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART | SA_NODEFER;
  sigaction(signal, &action, nullptr);
}

void start_timer(double seconds) {
  const double whole = std::floor(seconds);
  const auto microseconds = static_cast<suseconds_t>((seconds - whole) * 1e6);
  const itimerval timer{{0, 0}, {static_cast<time_t>(whole), microseconds}};
  if (whole == 0 && microseconds == 0)
    std::raise(SIGALRM);  // for a timer 0 means never
  else
    setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

void stop_on_signals(const std::optional<double>& time_limit) {
  State& s = state();
  if (time_limit) s.out_of_time = fmt::format("the time limit of {} s has run out", *time_limit);
  s.last_words_interrupted = last_words(s.interrupted);
  s.last_words_out_of_time = last_words(s.out_of_time);
  for (const int signal : {SIGINT, SIGTERM, SIGALRM}) handle_from_now_on(signal);
  if (time_limit) start_timer(*time_limit);
}

void begin_to_deliver() { state().delivering = 1; }

StopByCommand::StopByCommand() { state().by_command = 1; }
StopByCommand::~StopByCommand() { state().by_command = 0; }

std::optional<std::string> stop_requested() {
  const State& s = state();
  if (s.signal == 0) return std::nullopt;
  return s.signal == SIGALRM ? s.out_of_time : s.interrupted;
}

}  // namespace lojacert::program
