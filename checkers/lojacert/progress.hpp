#pragma once
// Progress on standard error: a bar where that is a terminal, lines elsewhere under --verbose.

#include <chrono>
#include <cstdint>
#include <string>

namespace lojacert::program {

/// Draws at most five times a second and clears its line at the end; or a line a second; nothing under
/// --quiet.
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
  bool bar_;
  bool lines_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace lojacert::program
