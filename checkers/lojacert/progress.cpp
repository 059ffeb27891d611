#include "progress.hpp"

#include "console.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace lojacert::program {

namespace {
constexpr std::chrono::milliseconds interval{200};
constexpr std::chrono::milliseconds interval_of_lines{1000};
constexpr std::size_t width = 30;
}  // namespace

ProgressBar::ProgressBar()
    : bar_(verbosity() != Verbosity::quiet && isatty(STDERR_FILENO) == 1),
      lines_(!bar_ && verbosity() == Verbosity::verbose),
      next_(std::chrono::steady_clock::now() + interval) {}

ProgressBar::~ProgressBar() {
  if (bar_) std::fputs("\r\033[K", stderr);
}

bool ProgressBar::due() const { return (bar_ || lines_) && std::chrono::steady_clock::now() >= next_; }

void ProgressBar::show(std::uint64_t done, std::uint64_t total, const std::string& message) {
  if (!due()) return;
  next_ = std::chrono::steady_clock::now() + (bar_ ? interval : interval_of_lines);
  if (lines_) return step(std::to_string(done) + " of " + std::to_string(total) + ", " + message);
  const double part =
      total == 0 ? 0.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(width));
  const std::string bar = std::string(filled, '#') + std::string(width - filled, '.');
  std::fprintf(stderr, "\r\033[K[%s] %llu of %llu, %s", bar.c_str(), static_cast<unsigned long long>(done),
               static_cast<unsigned long long>(total), message.c_str());
}

}  // namespace lojacert::program
