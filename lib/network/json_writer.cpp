#include <lojacert/exact/excerpt.hpp>
#include <lojacert/network/json.hpp>

#include <algorithm>
#include <array>

namespace lojacert::json {
namespace {

/// The number of bytes of the well-formed UTF-8 character at the start of a text; 0 where there is none (RFC
/// 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte != 0x7f) {
    out += c;
  } else {
    out += "\\u00";
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
}

bool is_scalar(const Value& value) { return value.kind != Kind::array && value.kind != Kind::object; }

void write(std::string& out, const Value& value, std::size_t indent);

/// Scalars on one line, where they fit.
bool write_short_array(std::string& out, const Value& value) {
  constexpr std::size_t longest_line = 100;
  if (!std::all_of(value.items.begin(), value.items.end(), is_scalar)) return false;
  std::string line = "[";
  for (const Value& item : value.items) {
    if (line.size() > 1) line += ", ";
    write(line, item, 0);
    if (line.size() > longest_line) return false;
  }
  out += line + "]";
  return true;
}

template <class Sequence, class WriteOne>
void write_block(std::string& out, const Sequence& sequence, char open, char close, std::size_t indent,
                 WriteOne write_one) {
  out += open;
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    out.append(indent + 2, ' ');
    write_one(sequence[i]);
  }
  if (!sequence.empty()) out.append("\n").append(indent, ' ');
  out += close;
}

void write(std::string& out, const Value& value, std::size_t indent) {
  switch (value.kind) {
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
      out += value.boolean ? "true" : "false";
      return;
    case Kind::number:
      out += value.text;
      return;
    case Kind::string:
      out += json::quoted(value.text);
      return;
    case Kind::array:
      if (write_short_array(out, value)) return;
      write_block(out, value.items, '[', ']', indent,
                  [&](const Value& item) { write(out, item, indent + 2); });
      return;
    case Kind::object:
      write_block(out, value.members, '{', '}', indent, [&](const auto& member) {
        out += json::quoted(member.first) + ": ";
        write(out, member.second, indent + 2);
      });
      return;
  }
}

}  // namespace

/// What stands before a value: nothing after a key, else a comma between the elements of an array.
void Writer::begin_value() {
  if (open_.empty() || open_.back().object) return;
  if (!open_.back().empty) out_ += ", ";
  open_.back().empty = false;
}

void Writer::begin_line() {
  const auto objects = static_cast<std::size_t>(
      std::count_if(open_.begin(), open_.end(), [](Container c) { return c.object; }));
  out_.append("\n").append(indent_ + 2 * objects, ' ');
}

void Writer::null() {
  begin_value();
  out_ += "null";
}

void Writer::boolean(bool value) {
  begin_value();
  out_ += value ? "true" : "false";
}

void Writer::number(std::string_view text) {
  begin_value();
  out_ += text;
}

void Writer::string(std::string_view text) {
  begin_value();
  out_ += quoted(text);
}

void Writer::start_array() {
  begin_value();
  out_ += '[';
  open_.push_back({});
}

void Writer::end_array() {
  open_.pop_back();
  out_ += ']';
}

void Writer::start_object() {
  begin_value();
  out_ += '{';
  open_.push_back({true, true});
}

void Writer::key(std::string_view key) {
  if (!open_.back().empty) out_ += ',';
  open_.back().empty = false;
  begin_line();
  out_ += quoted(key);
  out_ += ": ";
}

void Writer::end_object() {
  const bool empty = open_.back().empty;
  open_.pop_back();
  if (!empty) begin_line();
  out_ += '}';
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";  // U+FFFD: a file must stay valid UTF-8 whatever a name contains
    } else if (length == 1) {
      append_escaped(out, text.front());
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out + "\"";
}

std::string dump(const Value& value, std::size_t indent) {
  std::string out;
  write(out, value, indent);
  return out;
}

}  // namespace lojacert::json
