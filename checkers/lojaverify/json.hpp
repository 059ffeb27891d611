#pragma once
// A strict reader of JSON (RFC 8259): no byte order mark, no duplicate keys, no nesting deeper than 64,
// numbers are doubles. A value finds its own place in the file when it has to complain.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lojaverify {

/// A file that cannot be read or does not have the form that the specification asks for (exit code 2).
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A claim kind or format version that this verifier does not know (exit code 3).
struct Unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Json;

/// One file: its name for messages, and its values.
struct Document {
  Document(std::string file, std::string_view text);
  Document(const Document&) = delete;  // values point into it
  [[nodiscard]] Json root() const;

  const std::string name;
  const std::shared_ptr<nlohmann::json> value;
};

/// A value in a document. Every accessor checks the type and fails with the file, the path and the cure.
class Json {
 public:
  Json(const Document& document, const nlohmann::json& value) : document_(&document), value_(&value) {}

  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_string() const;
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t integer() const;  // written without point or exponent
  [[nodiscard]] double number() const;         // the double nearest to the text
  [[nodiscard]] const std::string& string() const;
  [[nodiscard]] std::vector<Json> elements() const;  // of an array

  [[nodiscard]] std::optional<Json> find(std::string_view key) const;  // fails unless this is an object
  [[nodiscard]] Json at(std::string_view key) const;                   // a required key
  void allow_only(std::initializer_list<std::string_view> keys) const;

  [[noreturn]] void fail(const std::string& message) const;  // throws InputError

  /// The string as `parse` reads it, which throws std::invalid_argument where it cannot.
  template <typename Parse>
  [[nodiscard]] auto parsed(Parse parse) const {
    try {
      return parse(string());
    } catch (const std::invalid_argument& error) {
      fail(error.what());
    }
  }

 private:
  const nlohmann::json& expect(bool fits, const char* what) const;

  const Document* document_;
  const nlohmann::json* value_;
};

}  // namespace lojaverify
