#pragma once
// Strict JSON documents: duplicate keys, BOM, invalid UTF-8, trailing text and deep nesting are errors; the
// text of numbers is kept, so nothing is rounded before its reader decides what it means.

#include <lojacert/exact/error.hpp>

#include <cstddef>
#include <initializer_list>
#include <istream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lojacert::json {

enum class Kind { null, boolean, number, string, array, object };

/// One JSON value. Members keep the order of the file.
class Value {
 public:
  // Defined where the type is complete: a value holds values.
  Value();
  ~Value();
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;

  Kind kind = Kind::null;
  bool boolean = false;
  std::string text;                                    ///< a string's content, or a number's text
  std::vector<Value> items;                            ///< an array's elements
  std::vector<std::pair<std::string, Value>> members;  ///< an object's members
  std::string place;  ///< where it stands, like `student[3][0]`, for messages

  /// The member with this key, or null.
  [[nodiscard]] const Value* find(std::string_view key) const;
  /// The member with this key; throws InputError that names the place and the missing key.
  [[nodiscard]] const Value& at(std::string_view key) const;
  /// Throws InputError unless the value is an object whose keys are all among `allowed`.
  void expect_object(std::initializer_list<std::string_view> allowed) const;
  [[nodiscard]] const std::vector<Value>& as_array() const;  ///< throws InputError unless an array
  [[nodiscard]] const std::string& as_string() const;        ///< throws InputError unless a string
  [[nodiscard]] bool as_bool() const;                        ///< throws InputError unless true or false
  [[nodiscard]] long long as_integer() const;  ///< throws InputError unless a JSON integer that fits
  [[nodiscard]] double as_double() const;      ///< the double nearest to a number's text
};

/// What a reader of a long document hears, in the order of the file: nothing is kept for it. An InputError
/// that it throws gets the label and the line before its message.
class Events {
 public:
  virtual ~Events() = default;
  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  virtual void number(std::string_view text) = 0;
  virtual void string(std::string_view text) = 0;
  virtual void start_array() = 0;
  virtual void end_array() = 0;
  virtual void start_object() = 0;
  virtual void key(std::string_view key) = 0;
  virtual void end_object() = 0;
};

/// Reads one document strictly and tells `events` its pieces. Throws InputError with line and column.
void read(std::istream& in, const std::string& label, Events& events);
void read(std::string_view text, const std::string& label, Events& events);

/// Builds a value from events.
class Builder : public Events {
 public:
  /// `place` is where the value will stand, for messages.
  explicit Builder(std::string place = {}) : root_place_(std::move(place)) {}

  void null() override;
  void boolean(bool value) override;
  void number(std::string_view text) override;
  void string(std::string_view text) override;
  void start_array() override;
  void end_array() override;
  void start_object() override;
  void key(std::string_view key) override;
  void end_object() override;

  /// The finished value.
  [[nodiscard]] Value take();

 private:
  [[nodiscard]] std::string next_place() const;
  void open(Kind kind);
  void close();
  void add(Value value);
  void add_scalar(Value value);

  std::string root_place_;
  std::vector<Value> open_;        // the containers around the next value
  std::vector<std::string> keys_;  // the last key of each of them
  Value root_;
};

/// Writes events as JSON text while they come, so that even a long document needs no more memory than its
/// text: objects a member a line, arrays on the line they begin.
class Writer : public Events {
 public:
  /// Appends to `out`, whose last line is indented by `indent`.
  Writer(std::string& out, std::size_t indent) : out_(out), indent_(indent) {}

  void null() override;
  void boolean(bool value) override;
  void number(std::string_view text) override;
  void string(std::string_view text) override;
  void start_array() override;
  void end_array() override;
  void start_object() override;
  void key(std::string_view key) override;
  void end_object() override;

 private:
  struct Container {
    bool object = false;
    bool empty = true;
  };
  void begin_value();
  void begin_line();

  std::string& out_;
  std::size_t indent_;
  std::vector<Container> open_;
};

/// Parses one document. `label` names the source in messages. Throws InputError with line and column.
[[nodiscard]] Value parse(std::istream& in, const std::string& label);
[[nodiscard]] Value parse(std::string_view text, const std::string& label);

/// A string as a JSON literal, with quotes.
[[nodiscard]] std::string quoted(std::string_view text);
/// The value as JSON text (numbers by their text), indented by two spaces; short arrays of scalars on one
/// line. `indent` is the column of the line on which the value begins.
[[nodiscard]] std::string dump(const Value& value, std::size_t indent = 0);

// Builders for writers.
[[nodiscard]] Value string(std::string text);
[[nodiscard]] Value number(long long value);
[[nodiscard]] Value number_text(std::string text);
[[nodiscard]] Value boolean(bool value);
[[nodiscard]] Value array(std::vector<Value> items = {});
[[nodiscard]] Value object(std::vector<std::pair<std::string, Value>> members = {});

}  // namespace lojacert::json
