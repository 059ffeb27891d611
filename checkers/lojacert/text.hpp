#pragma once
// Enclosures, decisions and times as text and JSON, the same way in every command.

#include "console.hpp"

#include <lojacert/enclosure/interval.hpp>
#include <lojacert/network/instance.hpp>
#include <lojacert/network/json.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace lojacert::program {

/// "[lo, hi]" with `digits` digits, rounded outward.
[[nodiscard]] std::string enclosure_text(const Interval& x, int digits);
/// {"lo": "...", "hi": "..."}, rounded outward; null where the enclosure is unbounded or absent.
[[nodiscard]] json::Value enclosure_value(const Interval& x, int digits);
[[nodiscard]] json::Value enclosure_value(const std::optional<Interval>& x, int digits);

/// "35 bits to spare", "12 bits missing", "exact".
[[nodiscard]] std::string margin_text(double margin_bits);
/// The margin as a JSON number; null where infinite (exact, or nothing known).
[[nodiscard]] json::Value margin_value(double margin_bits);

/// "abs, norm-form students, unit-form teachers, d = 2, m = 4, r = 2".
[[nodiscard]] std::string instance_text(const Instance& instance);

/// Seconds since construction.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const;
  [[nodiscard]] json::Value value() const;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace lojacert::program
