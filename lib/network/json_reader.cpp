#include <lojacert/exact/excerpt.hpp>
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

}  // namespace

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

}  // namespace lojacert::json
