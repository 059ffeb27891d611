#include <lojacert/exact/excerpt.hpp>

namespace lojacert {
namespace {

constexpr std::size_t longest_excerpt = 60;

void append_escaped(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f) {
    out += c;
    return;
  }
  out += "\\x";
  out += hex[byte >> 4];
  out += hex[byte & 15];
}

}  // namespace

std::string excerpt(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, longest_excerpt)) append_escaped(out, c);
  if (text.size() > longest_excerpt) out += "...";
  out += '"';
  return out;
}

}  // namespace lojacert
