#include "json.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "exact.hpp"

namespace lojaverify {

/// Receives nlohmann-json's SAX events; what that reader lets pass and the specification forbids is refused
/// here.
class TapeWriter final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TapeWriter(Document& document) : document_(document) {}

  bool null() override { return add(Document::Type::null), true; }
  bool boolean(bool value) override { return add(Document::Type::boolean).integer = value, true; }
  bool number_integer(std::int64_t value) override {
    return add(Document::Type::integer).integer = value, true;
  }
  bool number_unsigned(std::uint64_t value) override {
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return number_integer(static_cast<std::int64_t>(value));
    }
    return add(Document::Type::number).number = static_cast<double>(value), true;  // rounds to nearest
  }
  bool number_float(double value, const std::string& /*text*/) override {
    return add(Document::Type::number).number = value, true;
  }
  bool string(std::string& value) override {
    if (value.size() > std::numeric_limits<std::uint32_t>::max())
      throw InputError(place() + "a string above 4 GiB");
    Document::Node& node = add(Document::Type::string);
    node.size = static_cast<std::uint32_t>(value.size());
    node.offset = document_.strings_.size();
    document_.strings_ += value;
    return true;
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open(Document::Type::object); }
  bool key(std::string& value) override { return string(value); }
  bool end_object() override {
    document_.nodes_[open_.back()].offset = document_.nodes_.size();
    refuse_duplicate_keys();
    return close();
  }
  bool start_array(std::size_t /*size*/) override { return open(Document::Type::array); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t byte, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    std::string_view what = error.what();
    what.remove_prefix(std::min(what.size(), what.find(']') + 2));  // "[json.exception.parse_error.101] "
    throw InputError(document_.name_ + ": not JSON (byte " + std::to_string(byte) +
                     "): " + printable(what, 300));
  }

 private:
  std::string place() const {
    return document_.name_ + ": " + (open_.empty() ? std::string() : document_.path(open_.back()) + ": ");
  }

  Document::Node& add(Document::Type type) {
    Document::Node& node = document_.nodes_.emplace_back();
    node.type = type;
    node.offset = 0;
    return node;
  }

  bool open(Document::Type type) {
    if (open_.size() == 64) throw InputError(place() + "nesting deeper than 64: flatten it");
    add(type).offset = std::numeric_limits<std::size_t>::max();  // open: contains whatever follows
    open_.push_back(document_.nodes_.size() - 1);
    return true;
  }

  bool close() {
    document_.nodes_[open_.back()].offset = document_.nodes_.size();
    open_.pop_back();
    return true;
  }

  void refuse_duplicate_keys() const {
    std::vector<std::string_view> keys;
    for (const Member& member : Json(document_, open_.back()).members()) keys.push_back(member.key);
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    if (twice != keys.end())
      throw InputError(place() + "key '" + printable(*twice) + "' appears twice: keep one");
  }

  Document& document_;
  std::vector<std::size_t> open_;  // the containers around the current position
};

Document::Document(std::string name, std::string_view text) : name_(std::move(name)) {
  if (text.starts_with("\xef\xbb\xbf"))
    throw InputError(name_ + ": byte 1: a byte order mark: save the file without it");
  // nlohmann-json would take a NUL for the end of the input.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw InputError(name_ + ": byte " + std::to_string(nul + 1) + ": a NUL byte: this is not a JSON text");
  }
  TapeWriter writer(*this);
  nlohmann::json::sax_parse(text.begin(), text.end(), &writer);
}

Json Document::root() const { return {*this, 0}; }

std::string_view Document::string_at(std::size_t index) const {
  return std::string_view(strings_).substr(nodes_[index].offset, nodes_[index].size);
}

std::size_t Document::after(std::size_t index) const {
  const Node& node = nodes_[index];
  return node.type == Type::array || node.type == Type::object ? node.offset : index + 1;
}

std::string Document::path(std::size_t index) const {
  std::string path;
  for (std::size_t container = 0; container != index;) {  // descend into the child that holds the index
    const bool object = nodes_[container].type == Type::object;
    std::size_t position = 0;
    std::size_t value = container + (object ? 2 : 1);
    for (; after(value) <= index; value = after(value) + (object ? 1 : 0)) ++position;
    path += '/' + (object ? printable(string_at(value - 1)) : std::to_string(position));
    container = value;
  }
  return path.empty() ? "the whole file" : path;
}

void Json::fail(const std::string& message) const {
  throw InputError(document_->name_ + ": " + document_->path(index_) + ": " + message);
}

void Json::expect(Document::Type type, const char* what) const {
  if (node().type != type) fail(std::string("must be ") + what);
}

bool Json::boolean() const { return expect(Document::Type::boolean, "true or false"), node().integer != 0; }

std::int64_t Json::integer() const {
  return expect(Document::Type::integer, "an integer (without point or exponent)"), node().integer;
}

double Json::number() const {
  if (node().type == Document::Type::integer) return static_cast<double>(node().integer);
  return expect(Document::Type::number, "a number"), node().number;
}

std::string_view Json::string() const {
  return expect(Document::Type::string, "a string"), document_->string_at(index_);
}

std::vector<Json> Json::elements() const {
  expect(Document::Type::array, "an array");
  std::vector<Json> result;
  for (std::size_t i = index_ + 1; i < node().offset; i = document_->after(i))
    result.emplace_back(*document_, i);
  return result;
}

std::vector<Member> Json::members() const {
  expect(Document::Type::object, "an object");
  std::vector<Member> result;
  for (std::size_t i = index_ + 1; i < node().offset; i = document_->after(i + 1)) {
    result.push_back({document_->string_at(i), Json(*document_, i + 1)});
  }
  return result;
}

std::optional<Json> Json::find(std::string_view key) const {
  for (const Member& member : members()) {
    if (member.key == key) return member.value;
  }
  return std::nullopt;
}

Json Json::at(std::string_view key) const {
  const std::optional<Json> value = find(key);
  if (!value) fail("the key '" + std::string(key) + "' is missing");
  return *value;
}

void Json::allow_only(std::initializer_list<std::string_view> keys) const {
  std::string known;
  for (const std::string_view key : keys) known += (known.empty() ? "" : ", ") + std::string(key);
  for (const Member& member : members()) {
    if (std::ranges::find(keys, member.key) != keys.end()) continue;
    member.value.fail("unknown key '" + printable(member.key) + "': the keys here are " + known);
  }
}

}  // namespace lojaverify
