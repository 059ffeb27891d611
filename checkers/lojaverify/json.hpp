#pragma once
// A strict reader of JSON (RFC 8259): no byte order mark, no duplicate keys, no nesting deeper than 64,
// numbers are doubles. The text becomes a flat tape of 16-byte nodes: small, never recursive, and a value
// finds its own place when it has to complain.

#include <cstdint>
#include <deque>
#include <initializer_list>
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
struct Member;

/// One file: its name for messages, its tape of nodes in file order, and the characters of its strings.
class Document {
 public:
  Document(std::string name, std::string_view text);
  Document(const Document&) = delete;  // values point into it
  Document& operator=(const Document&) = delete;
  ~Document() = default;

  [[nodiscard]] Json root() const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  friend class Json;
  friend class TapeWriter;  // fills it

  enum class Type : std::uint8_t { null, boolean, integer, number, string, array, object };
  struct Node {
    Type type = Type::null;
    std::uint32_t size = 0;  // of a string, in bytes
    union {
      std::int64_t integer;  // also a boolean
      double number;
      std::size_t
          offset;  // string: where it starts in strings_; container: the index just after its last node
    };
  };
  [[nodiscard]] std::string_view string_at(std::size_t index) const;
  [[nodiscard]] std::size_t after(std::size_t index) const;  // the next sibling
  [[nodiscard]] std::string path(std::size_t index) const;   // like /student/0/1

  std::string name_;
  std::deque<Node> nodes_;
  std::string strings_;
};

/// A value in a document. Every accessor checks the type and fails with the file, the path and the cure.
class Json {
 public:
  Json(const Document& document, std::size_t index) : document_(&document), index_(index) {}

  [[nodiscard]] bool is_object() const { return node().type == Document::Type::object; }
  [[nodiscard]] bool is_string() const { return node().type == Document::Type::string; }
  [[nodiscard]] bool is_null() const { return node().type == Document::Type::null; }

  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t integer() const;  // written without point or exponent
  [[nodiscard]] double number() const;         // the double nearest to the text
  [[nodiscard]] std::string_view string() const;

  [[nodiscard]] std::vector<Json> elements() const;   // of an array
  [[nodiscard]] std::vector<Member> members() const;  // of an object, in file order

  [[nodiscard]] std::optional<Json> find(std::string_view key) const;  // fails unless this is an object
  [[nodiscard]] Json at(std::string_view key) const;                   // a required key
  void allow_only(std::initializer_list<std::string_view> keys) const;

  [[noreturn]] void fail(const std::string& message) const;  // throws InputError

 private:
  [[nodiscard]] const Document::Node& node() const { return document_->nodes_[index_]; }
  void expect(Document::Type type, const char* what) const;

  const Document* document_;
  std::size_t index_;
};

struct Member {
  std::string_view key;
  Json value;
};

}  // namespace lojaverify
