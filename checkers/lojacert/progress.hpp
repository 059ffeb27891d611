#pragma once
// A progress bar on standard error, where that is a terminal.

#include <chrono>
#include <cstdint>
#include <string>

namespace lojacert::program {

/// Draws at most five times a second, on a terminal only, and clears its line at the end.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// True when show() would draw; call it before making an expensive message.
  [[nodiscard]] bool due() const;
  void show(std::uint64_t done, std::uint64_t total, const std::string& message);

 private:
  bool terminal_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace lojacert::program
