#pragma once
// The bundled page, which the build makes from lib/report/page/.

#include <span>
#include <string_view>

namespace lojacert {

/// The page's text in pieces (compilers limit the length of a literal). It holds the two marks below once
/// each, where title and data go. Empty in a build with LOJACERT_BUILD_REPORT=OFF.
[[nodiscard]] std::span<const std::string_view> page_template();

inline constexpr std::string_view title_mark = "@lojacert-title@";
inline constexpr std::string_view data_mark = "@lojacert-data@";

}  // namespace lojacert
