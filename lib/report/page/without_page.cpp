// In place of the bundled page, in a build with LOJACERT_BUILD_REPORT=OFF.

#include <lojacert/report/page_template.hpp>

std::span<const std::string_view> lojacert::page_template() { return {}; }
