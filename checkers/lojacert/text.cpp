#include "text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace lojacert::program {

std::string enclosure_text(const Interval& x, int digits) {
  return fmt::format("[{}, {}]", x.decimal_inf(digits), x.decimal_sup(digits));
}

json::Value enclosure_value(const Interval& x, int digits) {
  if (!x.is_finite()) return {};
  return json::object(
      {{"lo", json::string(x.decimal_inf(digits))}, {"hi", json::string(x.decimal_sup(digits))}});
}

json::Value enclosure_value(const std::optional<Interval>& x, int digits) {
  return x ? enclosure_value(*x, digits) : json::Value{};
}

std::string margin_text(double margin_bits) {
  if (std::isinf(margin_bits)) return margin_bits > 0 ? "exact" : "nothing known";
  return margin_bits >= 0 ? fmt::format("{:.1f} bits to spare", margin_bits)
                          : fmt::format("{:.1f} bits missing", -margin_bits);
}

json::Value margin_value(double margin_bits) {
  if (!std::isfinite(margin_bits)) return {};
  return json::number_text(fmt::format("{:.1f}", margin_bits));
}

std::string instance_text(const Instance& instance) {
  return fmt::format("{}, {}-form students, {}-form teachers, d = {}, m = {}, r = {}",
                     to_string(instance.activation), to_string(instance.neuron),
                     to_string(instance.teacher_neuron), instance.dimension(), instance.student_count(),
                     instance.teacher_count());
}

double Stopwatch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

json::Value Stopwatch::value() const { return json::number_text(fmt::format("{:.6f}", seconds())); }

}  // namespace lojacert::program
