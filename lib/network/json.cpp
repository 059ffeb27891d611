#include <lojacert/exact/excerpt.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/json.hpp>

#include <nlohmann/json.hpp>

#include <locale.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <new>
#include <streambuf>
#include <system_error>
#include <unordered_set>

namespace lojacert::json {
namespace {

constexpr std::size_t max_depth = 64;

// ---------------------------------------------------------------------------------------------------------------
// Reading. nlohmann's lexer and parser do the work; what they let pass (a byte order mark, a NUL that they
// take for the end of the text, duplicate keys, any depth) is refused here.

/// The bytes of a stream, with their line and column.
class Source {
 public:
  Source(std::istream& in, const std::string& label) : in_(in), label_(label) {}

  /// The next byte without taking it, or end of file.
  int peek() { return at_ == end_ && !refill() ? eof : static_cast<unsigned char>(buffer_[at_]); }

  /// Takes the next byte. Line and column are those of the byte taken last, so a line ends with its line
  /// feed.
  void take() {
    if (after_line_feed_) {
      ++line_;
      column_ = 0;
    }
    ++column_;
    const char c = buffer_[at_++];
    after_line_feed_ = c == '\n';
    if (c == '\0') refuse("a NUL byte; JSON is text in UTF-8");
  }

  /// Refuses a byte order mark, which the lexer skips.
  void expect_no_byte_order_mark() {
    refill();
    const std::string_view start(buffer_.data(), end_);
    if (start.starts_with("\xEF\xBB\xBF") || start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
      throw InputError(label_ + ": begins with a byte order mark; save it as UTF-8 without one");
    }
    if (start.empty()) throw InputError(label_ + ": the file is empty");
  }

  [[nodiscard]] std::string line() const { return label_ + ": line " + std::to_string(line_); }

  [[noreturn]] void refuse(const std::string& reason) const {
    throw InputError(line() + ", column " + std::to_string(column_) + ": " + reason);
  }

  static constexpr int eof = std::char_traits<char>::eof();

 private:
  bool refill() {
    try {
      end_ = static_cast<std::size_t>(
          in_.rdbuf()->sgetn(buffer_.data(), static_cast<std::streamsize>(buffer_.size())));
    } catch (const std::ios_base::failure& failure) {
      throw InputError(label_ + ": cannot be read: " + failure.code().message());
    }
    at_ = 0;
    return end_ != 0;
  }

  std::istream& in_;
  const std::string& label_;
  std::array<char, 65536> buffer_{};
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 0;
  bool after_line_feed_ = false;
};

/// A text as a stream, without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* start = const_cast<char*>(text.data());  // only read: no put area
    setg(start, start, start + text.size());
  }
};

/// A source as the pair of iterators that the parser wants.
class SourceIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  SourceIterator() = default;
  explicit SourceIterator(Source& source) : source_(&source) {}

  char operator*() const { return static_cast<char>(source_->peek()); }
  SourceIterator& operator++() {
    source_->take();
    return *this;
  }
  void operator++(int) { source_->take(); }
  friend bool operator==(const SourceIterator& a, const SourceIterator& b) {
    return a.at_end() == b.at_end();
  }

 private:
  [[nodiscard]] bool at_end() const { return source_ == nullptr || source_->peek() == Source::eof; }

  Source* source_ = nullptr;
};

/// The parser's own words about a syntax error, without its error number and position, cut to a readable
/// length.
std::string reason_in(std::string_view what) {
  const std::size_t column = what.find(", column ");
  if (column != what.npos) {
    const std::size_t colon = what.find(": ", column);
    if (colon != what.npos) what.remove_prefix(colon + 2);
  }
  constexpr std::string_view tail = "; last read: ";
  const std::size_t last_read = what.find(tail);
  if (last_read == what.npos) return std::string(what.substr(0, 200));
  std::string_view token = what.substr(last_read + tail.size());
  const std::size_t close = token.rfind('\'');  // what the parser expected may follow the quoted token
  const std::string_view after = close == token.npos ? std::string_view() : token.substr(close + 1);
  token = token.substr(0, close);
  if (token.starts_with('\'')) token.remove_prefix(1);
  return std::string(what.substr(0, last_read)) + "; last read: " + excerpt(token) +
         (after.size() < 100 ? std::string(after) : std::string());
}

/// The calling thread's numbers as in the C locale while it lives: the lexer asks the locale for the decimal
/// point, puts it into the text of numbers, and asserts that strtod agrees.
class PlainNumbers {
 public:
  PlainNumbers() : plain_(::newlocale(LC_NUMERIC_MASK, "C", nullptr)) {
    if (plain_ == nullptr) throw std::bad_alloc();
    old_ = ::uselocale(plain_);
  }
  ~PlainNumbers() {
    ::uselocale(old_);
    ::freelocale(plain_);
  }
  PlainNumbers(const PlainNumbers&) = delete;
  PlainNumbers& operator=(const PlainNumbers&) = delete;

 private:
  locale_t plain_;
  locale_t old_ = nullptr;
};

/// Passes the parser's events on, with the strictness that the parser lacks.
class StrictSax {
 public:
  StrictSax(Source& source, Events& events) : source_(source), events_(events) {}

  bool null() {
    return pass([&] { events_.null(); });
  }
  bool boolean(bool value) {
    return pass([&] { events_.boolean(value); });
  }
  bool number_integer(std::int64_t value) { return integer(value); }
  bool number_unsigned(std::uint64_t value) { return integer(value); }
  bool number_float(double, const std::string& text) {
    return pass([&] { events_.number(text); });
  }
  bool string(std::string& text) {
    return pass([&] { events_.string(text); });
  }
  bool binary(nlohmann::json::binary_t&) { return false; }  // no such thing in JSON text

  bool start_object(std::size_t) {
    enter();
    keys_.emplace_back();
    return pass([&] { events_.start_object(); });
  }
  bool key(std::string& key) {
    if (!keys_.back().insert(key).second)
      source_.refuse("the key " + excerpt(key) + " stands twice in one object; keep one");
    return pass([&] { events_.key(key); });
  }
  bool end_object() {
    --depth_;
    keys_.pop_back();
    return pass([&] { events_.end_object(); });
  }
  bool start_array(std::size_t) {
    enter();
    return pass([&] { events_.start_array(); });
  }
  bool end_array() {
    --depth_;
    return pass([&] { events_.end_array(); });
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) {
    if (error.id == 406)
      source_.refuse("a number beyond the range of doubles; write it as a string to keep it exactly");
    source_.refuse(reason_in(error.what()));
  }

 private:
  template <class Action>
  bool pass(Action action) {
    try {
      action();
    } catch (const InputError& error) {
      throw InputError(source_.line() + ": " + error.what());
    }
    return true;
  }

  template <class Int>
  bool integer(Int value) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return pass([&] { events_.number({text.data(), static_cast<std::size_t>(end - text.data())}); });
  }

  void enter() {
    if (++depth_ > max_depth) source_.refuse("nested deeper than " + std::to_string(max_depth));
  }

  Source& source_;
  Events& events_;
  std::size_t depth_ = 0;
  std::vector<std::unordered_set<std::string>> keys_;  // of each open object
};

// ---------------------------------------------------------------------------------------------------------------
// Values.

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "true or false";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a string";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
  }
  throw std::logic_error("unknown kind of JSON value");
}

std::string place_of(const Value& value) { return value.place.empty() ? "the document" : value.place; }

void expect(const Value& value, Kind kind) {
  if (value.kind == kind) return;
  throw InputError(place_of(value) + ": expected " + std::string(name_of(kind)) + ", found " +
                   std::string(name_of(value.kind)));
}

std::string member_place(const std::string& place, std::string_view key) {
  const bool plain = !key.empty() && key.size() <= 40 && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  const std::string name = plain ? std::string(key) : excerpt(key);
  return place.empty() ? name : place + "." + name;
}

Value scalar(Kind kind, std::string text) {
  Value value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}

// ---------------------------------------------------------------------------------------------------------------
// Writing.

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

// ---------------------------------------------------------------------------------------------------------------

Value::Value() = default;
Value::~Value() = default;
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;

const Value* Value::find(std::string_view key) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.first == key; });
  return found == members.end() ? nullptr : &found->second;
}

const Value& Value::at(std::string_view key) const {
  expect(*this, Kind::object);
  if (const Value* member = find(key)) return *member;
  throw InputError(place_of(*this) + ": the key " + excerpt(key) + " is missing");
}

void Value::expect_object(std::initializer_list<std::string_view> allowed) const {
  expect(*this, Kind::object);
  for (const auto& [key, member] : members) {
    if (std::find(allowed.begin(), allowed.end(), key) != allowed.end()) continue;
    std::string list;
    for (const std::string_view name : allowed) list.append(list.empty() ? "" : ", ").append(name);
    throw InputError(place_of(*this) + ": the key " + excerpt(key) + " is unknown; allowed here: " + list);
  }
}

const std::vector<Value>& Value::as_array() const {
  expect(*this, Kind::array);
  return items;
}

const std::string& Value::as_string() const {
  expect(*this, Kind::string);
  return text;
}

bool Value::as_bool() const {
  expect(*this, Kind::boolean);
  return boolean;
}

long long Value::as_integer() const {
  expect(*this, Kind::number);
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw InputError(place_of(*this) + ": expected an integer, found " + excerpt(text));
  }
  return value;
}

double Value::as_double() const {
  expect(*this, Kind::number);
  return parse_nearest_double(text);
}

// ---------------------------------------------------------------------------------------------------------------

std::string Builder::next_place() const {
  if (open_.empty()) return root_place_;
  const Value& parent = open_.back();
  if (parent.kind == Kind::object) return member_place(parent.place, keys_.back());
  return parent.place + "[" + std::to_string(parent.items.size()) + "]";
}

void Builder::add(Value value) {
  if (open_.empty()) {
    root_ = std::move(value);
  } else if (open_.back().kind == Kind::object) {
    open_.back().members.emplace_back(keys_.back(), std::move(value));
  } else {
    open_.back().items.push_back(std::move(value));
  }
}

void Builder::add_scalar(Value value) {
  value.place = next_place();
  add(std::move(value));
}

void Builder::open(Kind kind) {
  Value value = scalar(kind, {});
  value.place = next_place();
  open_.push_back(std::move(value));
  keys_.emplace_back();
}

void Builder::close() {
  Value value = std::move(open_.back());
  open_.pop_back();
  keys_.pop_back();
  add(std::move(value));
}

void Builder::null() { add_scalar({}); }
void Builder::boolean(bool value) { add_scalar(json::boolean(value)); }
void Builder::number(std::string_view text) { add_scalar(scalar(Kind::number, std::string(text))); }
void Builder::string(std::string_view text) { add_scalar(scalar(Kind::string, std::string(text))); }

void Builder::start_array() { open(Kind::array); }
void Builder::end_array() { close(); }
void Builder::start_object() { open(Kind::object); }
void Builder::key(std::string_view key) { keys_.back() = key; }
void Builder::end_object() { close(); }

Value Builder::take() { return std::move(root_); }

// ---------------------------------------------------------------------------------------------------------------

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

// ---------------------------------------------------------------------------------------------------------------

void read(std::istream& in, const std::string& label, Events& events) {
  Source source(in, label);
  source.expect_no_byte_order_mark();
  StrictSax sax(source, events);
  const PlainNumbers plain;
  nlohmann::json::sax_parse(SourceIterator(source), SourceIterator(), &sax);
}

void read(std::string_view text, const std::string& label, Events& events) {
  ViewBuffer buffer(text);
  std::istream in(&buffer);
  read(in, label, events);
}

Value parse(std::istream& in, const std::string& label) {
  Builder builder;
  read(in, label, builder);
  return builder.take();
}

Value parse(std::string_view text, const std::string& label) {
  Builder builder;
  read(text, label, builder);
  return builder.take();
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

Value string(std::string text) { return scalar(Kind::string, std::move(text)); }
Value number(long long value) { return scalar(Kind::number, std::to_string(value)); }
Value number_text(std::string text) { return scalar(Kind::number, std::move(text)); }

Value boolean(bool value) {
  Value result = scalar(Kind::boolean, {});
  result.boolean = value;
  return result;
}

Value array(std::vector<Value> items) {
  Value result = scalar(Kind::array, {});
  result.items = std::move(items);
  return result;
}

Value object(std::vector<std::pair<std::string, Value>> members) {
  Value result = scalar(Kind::object, {});
  result.members = std::move(members);
  return result;
}

}  // namespace lojacert::json
