#include <lojacert/ball/arithmetic.hpp>

#include <lojacert/ball/tiles.hpp>
#include <lojacert/enclosure/double_interval.hpp>

#include <limits>

namespace lojacert::ball {

namespace {

/// Results and operands below the normal numbers are kept.
bool underflow_is_gradual() {
  // volatile: computed now, and not by the compiler
  const volatile double smallest = std::numeric_limits<double>::denorm_min();
  const volatile double least_normal = std::numeric_limits<double>::min();
  const volatile double half = 0.5;
  return least_normal * half > 0 && smallest + smallest > smallest;
}

}  // namespace

std::optional<std::string> arithmetic_fault() {
  if (!double_rounding_is_sound()) return "doubles are not rounded to nearest after every operation";
  if (!underflow_is_gradual()) return "subnormal numbers are flushed to zero";
  if (!vector_arithmetic_is_sound())
    return std::string("vector instructions (") + instruction_set_name() + ") do not round as IEEE 754 asks";
  return std::nullopt;
}

}  // namespace lojacert::ball
