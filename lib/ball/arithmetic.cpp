#include <lojacert/ball/arithmetic.hpp>

#include <lojacert/ball/tiles.hpp>
#include <lojacert/enclosure/double_interval.hpp>

namespace lojacert::ball {

std::optional<std::string> arithmetic_fault() {
  if (!double_rounding_is_sound())
    return "doubles are not rounded to nearest after every operation, or subnormal numbers are flushed to "
           "zero";
  if (!vector_arithmetic_is_sound())
    return std::string("vector instructions (") + instruction_set_name() + ") do not round as IEEE 754 asks";
  return std::nullopt;
}

}  // namespace lojacert::ball
