#include "json.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "exact.hpp"

namespace lojaverify {

namespace {

using Value = nlohmann::json;

/// Extends `path` from `value` to `target`, like /student/0/1; whether the target lies there.
bool extend_path(std::string& path, const Value& value, const Value* target) {
  if (&value == target) return true;
  if (!value.is_structured()) return false;
  const std::size_t size = path.size();
  for (const auto& [key, child] : value.items()) {  // the keys of an array are its indices
    path += '/' + printable(key);
    if (extend_path(path, child, target)) return true;
    path.resize(size);
  }
  return false;
}

/// Builds the values from nlohmann-json's SAX events; what that reader lets pass and the specification
/// forbids is refused here.
class Builder final : public nlohmann::json_sax<Value> {
 public:
  explicit Builder(const Document& document) : document_(document) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override {
    const bool fits = value <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    return fits ? add(value) : add(static_cast<double>(value));  // rounds to nearest
  }
  bool number_float(double value, const std::string& /*text*/) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return add(Value::object()); }
  bool start_array(std::size_t /*size*/) override { return add(Value::array()); }
  bool end_object() override { return open_.pop_back(), true; }
  bool end_array() override { return open_.pop_back(), true; }
  bool key(std::string& value) override {
    const auto [member, is_new] = open_.back()->emplace(value, nullptr);
    if (!is_new) fail("key '" + printable(value) + "' appears twice: keep one");
    member_ = &*member;
    return true;
  }
  bool parse_error(std::size_t byte, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    std::string_view what = error.what();
    what.remove_prefix(std::min(what.size(), what.find(']') + 2));  // "[json.exception.parse_error.101] "
    throw InputError(document_.name + ": not JSON (byte " + std::to_string(byte) +
                     "): " + printable(what, 300));
  }

 private:
  /// Puts the value in its place: an array's next element, the member whose key was read, or the root.
  bool add(Value value) {
    const bool in_array = !open_.empty() && open_.back()->is_array();
    Value& place = in_array ? open_.back()->emplace_back() : open_.empty() ? *document_.value : *member_;
    place = std::move(value);
    if (!place.is_structured()) return true;
    if (open_.size() == 64) fail("nesting deeper than 64: flatten it");
    open_.push_back(&place);
    return true;
  }

  [[noreturn]] void fail(const std::string& message) const { Json(document_, *open_.back()).fail(message); }

  const Document& document_;
  std::vector<Value*> open_;  // the containers around the current position; the last alone still grows
  Value* member_ = nullptr;
};

}  // namespace

Document::Document(std::string file, std::string_view text)
    : name(std::move(file)), value(std::make_shared<Value>()) {
  if (text.starts_with("\xef\xbb\xbf"))
    throw InputError(name + ": byte 1: a byte order mark: save the file without it");
  // nlohmann-json would take a NUL for the end of the input.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw InputError(name + ": byte " + std::to_string(nul + 1) + ": a NUL byte: this is not a JSON text");
  }
  Builder builder(*this);
  Value::sax_parse(text.begin(), text.end(), &builder);
}

Json Document::root() const { return {*this, *value}; }

void Json::fail(const std::string& message) const {
  std::string path;
  extend_path(path, *document_->value, value_);
  throw InputError(document_->name + ": " + (path.empty() ? "the whole file" : path) + ": " + message);
}

const Value& Json::expect(bool fits, const char* what) const {
  if (!fits) fail(std::string("must be ") + what);
  return *value_;
}

bool Json::is_object() const { return value_->is_object(); }
bool Json::is_string() const { return value_->is_string(); }
bool Json::is_null() const { return value_->is_null(); }
bool Json::boolean() const { return expect(value_->is_boolean(), "true or false").get<bool>(); }
double Json::number() const { return expect(value_->is_number(), "a number").get<double>(); }

std::int64_t Json::integer() const {
  return expect(value_->is_number_integer(), "an integer (without point or exponent)").get<std::int64_t>();
}

const std::string& Json::string() const {
  return expect(is_string(), "a string").get_ref<const std::string&>();
}

std::vector<Json> Json::elements() const {
  std::vector<Json> result;
  for (const Value& element : expect(value_->is_array(), "an array"))
    result.emplace_back(*document_, element);
  return result;
}

std::optional<Json> Json::find(std::string_view key) const {
  const auto member = expect(is_object(), "an object").find(std::string(key));
  if (member == value_->end()) return std::nullopt;
  return Json(*document_, *member);
}

Json Json::at(std::string_view key) const {
  const std::optional<Json> value = find(key);
  if (!value) fail("the key '" + std::string(key) + "' is missing");
  return *value;
}

void Json::allow_only(std::initializer_list<std::string_view> keys) const {
  std::string known;
  for (const std::string_view key : keys) known += (known.empty() ? "" : ", ") + std::string(key);
  for (const auto& [key, value] : expect(is_object(), "an object").items()) {
    if (std::ranges::find(keys, key) != keys.end()) continue;
    Json(*document_, value).fail("unknown key '" + printable(key) + "': the keys here are " + known);
  }
}

}  // namespace lojaverify
