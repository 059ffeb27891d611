#include <lojacert/exact/excerpt.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/json.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace lojacert::json {
namespace {

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

}  // namespace

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
