#pragma once
// Foreign text inside messages.

#include <string>
#include <string_view>

namespace lojacert {

/// The text in quotes, on one line and short enough for a message: control characters and bytes outside ASCII
/// are escaped, and what exceeds 60 characters is cut.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace lojacert
