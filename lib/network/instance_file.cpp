#include <lojacert/exact/error.hpp>
#include <lojacert/exact/excerpt.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/array_file.hpp>
#include <lojacert/network/instance_file.hpp>
#include <lojacert/network/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <system_error>
#include <utility>
#include <vector>

namespace lojacert {
namespace {

constexpr std::string_view format_name = "lojacert-instance/1";

// ---------------------------------------------------------------------------------------------------------------
// Reading JSON. The matrices are filled while the file is read: nothing of it is kept as a document.

/// Hears one array of rows.
class MatrixEvents : public json::Events {
 public:
  /// `name` is the place of the matrix, for messages.
  explicit MatrixEvents(std::string name) : name_(std::move(name)) {}

  void null() override { wrong("null"); }
  void boolean(bool) override { wrong("true or false"); }
  void start_object() override { wrong("an object"); }
  void key(std::string_view) override {}
  void end_object() override {}

  void number(std::string_view text) override {
    if (depth_ != 2) wrong("a number");
    at_entry([&] { matrix_.append(parse_nearest_double(text)); });
  }

  void string(std::string_view text) override {
    if (depth_ != 2) wrong("a string");
    at_entry([&] { matrix_.append_text(text); });
  }

  void start_array() override {
    if (depth_ == 2) wrong("an array");
    ++depth_;
    entries_ = 0;
  }

  void end_array() override {
    if (depth_-- == 2) end_row();
  }

  /// The finished matrix.
  [[nodiscard]] ExactMatrix take() {
    if (rows_ == 0) throw InputError(name_ + ": it has no rows; give at least one");
    matrix_.reshape(cols_);
    return std::move(matrix_);
  }

 private:
  [[nodiscard]] std::string row_place() const { return name_ + "[" + std::to_string(rows_) + "]"; }
  [[nodiscard]] std::string place() const {
    if (depth_ == 0) return name_;
    return depth_ == 1 ? row_place() : row_place() + "[" + std::to_string(entries_) + "]";
  }

  [[noreturn]] void wrong(std::string_view found) const {
    const std::string_view expected = depth_ == 0   ? "an array of rows"
                                      : depth_ == 1 ? "a row (an array of numbers)"
                                                    : "a number or a string that holds one";
    throw InputError(place() + ": expected " + std::string(expected) + ", found " + std::string(found));
  }

  template <class Append>
  void at_entry(Append append) {
    try {
      append();
    } catch (const InputError& error) {
      throw InputError(place() + ": " + error.what());
    }
    ++entries_;
  }

  void end_row() {
    if (entries_ == 0) throw InputError(row_place() + ": the row is empty; it needs d >= 1 entries");
    if (rows_ == 0) cols_ = entries_;
    if (entries_ != cols_) {
      throw InputError(row_place() + ": a row of length " + std::to_string(entries_) +
                       " after rows of length " + std::to_string(cols_) + "; all rows need d entries");
    }
    ++rows_;
  }

  std::string name_;
  ExactMatrix matrix_{1};  // one column until the shape is known
  int depth_ = 0;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::size_t entries_ = 0;  // of the row so far
};

/// Hears one instance object and hands the long members to a reader of their own.
class InstanceEvents : public json::Events {
 public:
  InstanceEvents() = default;
  InstanceEvents(const InstanceEvents&) = delete;  // the readers of the members refer to this one
  InstanceEvents& operator=(const InstanceEvents&) = delete;

  void null() override {
    if (inner_ != nullptr) return inner_->null();
    wrong("null");
  }

  void boolean(bool value) override {
    if (inner_ != nullptr) return inner_->boolean(value);
    wrong("true or false");
  }

  void number(std::string_view text) override {
    if (inner_ != nullptr) return inner_->number(text);
    wrong("a number");
  }

  void string(std::string_view text) override {
    if (inner_ != nullptr) return inner_->string(text);
    if (depth_ != 1) wrong("a string");
    if (key_ == "format") {
      set_format(text);
    } else if (key_ == "name") {
      instance_.name = text;
    } else if (key_ == "activation") {
      instance_.activation = parse_activation(text);
      has_activation_ = true;
    } else if (key_ == "neuron") {
      instance_.neuron = parse_neuron_form(text);
      has_neuron_ = true;
    } else if (key_ == "teacher_neuron") {
      instance_.teacher_neuron = parse_neuron_form(text);
    } else {
      wrong("a string");
    }
  }

  void start_array() override {
    if (inner_ == nullptr) {
      const bool gram = depth_ == 2;
      if (depth_ == 0 || (!gram && key_ != "teacher" && key_ != "student")) wrong("an array");
      enter(gram || key_ == "teacher" ? &teacher_ : &student_, gram ? "teacher.gram" : key_);
    }
    ++inner_depth_;
    inner_->start_array();
  }

  void end_array() override {
    inner_->end_array();
    leave();
  }

  void start_object() override {
    if (inner_ == nullptr) {
      if (depth_ == 0 || (depth_ == 1 && key_ == "teacher")) {
        instance_.gram = depth_++ == 1;
        return;
      }
      if (depth_ != 1 || key_ != "provenance") wrong("an object");
      inner_ = &provenance_.emplace(instance_.provenance, 0);
    }
    ++inner_depth_;
    inner_->start_object();
  }

  void key(std::string_view key) override {
    if (inner_ != nullptr) return inner_->key(key);
    if (depth_ == 2) {
      if (key != "gram")
        throw InputError("teacher: the key " + excerpt(key) + " is unknown; allowed here: gram");
      return;
    }
    for (const std::string_view known : keys) {
      if (key == known) {
        key_ = key;
        return;
      }
    }
    throw InputError("the key " + excerpt(key) +
                     " is unknown; an instance has format, name, activation, neuron, " +
                     "teacher_neuron, teacher, student, provenance");
  }

  void end_object() override {
    if (inner_ != nullptr) {
      inner_->end_object();
      leave();
      return;
    }
    if (depth_-- == 2 && !teacher_) throw InputError("teacher: the key \"gram\" is missing");
  }

  /// The finished instance.
  [[nodiscard]] Instance take() {
    require(has_format_, "format");
    require(has_activation_, "activation");
    require(has_neuron_, "neuron");
    require(teacher_.has_value(), "teacher");
    instance_.teacher = teacher_->take();
    if (student_) instance_.student = student_->take();
    check_consistency(instance_);
    return std::move(instance_);
  }

 private:
  static constexpr std::string_view keys[] = {"format",         "name",    "activation", "neuron",
                                              "teacher_neuron", "teacher", "student",    "provenance"};

  [[nodiscard]] std::string_view expected() const {
    if (depth_ == 0) return "an instance object";
    if (depth_ == 2) return "an array of rows";
    if (key_ == "teacher") return "an array of rows, or an object with the key gram";
    if (key_ == "student") return "an array of rows (leave the key out where there is no student)";
    return key_ == "provenance" ? "an object" : "a string";
  }

  [[noreturn]] void wrong(std::string_view found) const {
    const std::string place = depth_ == 0 ? "the document" : depth_ == 2 ? "teacher.gram" : key_;
    throw InputError(place + ": expected " + std::string(expected()) + ", found " + std::string(found));
  }

  void set_format(std::string_view text) {
    has_format_ = true;
    if (text == format_name) return;
    std::string message =
        "format: " + excerpt(text) + " is not known; this program reads " + std::string(format_name);
    if (text.starts_with("lojacert-certificate/")) message += " here (the file is a certificate)";
    throw InputError(message);
  }

  static void require(bool present, std::string_view key) {
    if (!present) throw InputError("the key " + excerpt(key) + " is missing");
  }

  void enter(std::optional<MatrixEvents>* matrix, const std::string& name) {
    inner_ = &matrix->emplace(name);
  }

  void leave() {
    if (--inner_depth_ == 0) inner_ = nullptr;
  }

  Instance instance_;
  bool has_format_ = false;
  bool has_activation_ = false;
  bool has_neuron_ = false;
  std::optional<MatrixEvents> teacher_;
  std::optional<MatrixEvents> student_;
  std::optional<json::Writer> provenance_;

  int depth_ = 0;                  // 1 in the instance, 2 in the teacher's object
  std::string key_;                // of the instance
  json::Events* inner_ = nullptr;  // the reader of the member that is open
  int inner_depth_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------
// Writing JSON.

using EntryText = std::function<std::string(const RationalInterval&)>;

void write_rows(std::string& out, const ExactMatrix& matrix, const EntryText& entry_text,
                std::size_t indent) {
  out += "[";
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    out.append(indent + 2, ' ') += "[";
    for (std::size_t k = 0; k < matrix.cols(); ++k) {
      if (k > 0) out += ", ";
      out.append("\"").append(entry_text(matrix.at(i, k))) += "\"";
    }
    out += "]";
  }
  out.append("\n").append(indent, ' ') += "]";
}

void write_member(std::string& out, std::string_view key, std::string_view text) {
  out.append("  ").append(json::quoted(key)).append(": ").append(json::quoted(text)) += ",\n";
}

void write_teacher(std::string& out, const Instance& instance, const EntryText& entry_text) {
  out += "  \"teacher\": ";
  if (!instance.gram) return write_rows(out, instance.teacher, entry_text, 2);
  out += "{\n    \"gram\": ";
  write_rows(out, instance.teacher, entry_text, 4);
  out += "\n  }";
}

std::string to_json(const Instance& instance, const EntryText& entry_text, bool with_provenance) {
  std::string out = "{\n";
  write_member(out, "format", format_name);
  if (!instance.name.empty()) write_member(out, "name", instance.name);
  write_member(out, "activation", to_string(instance.activation));
  write_member(out, "neuron", to_string(instance.neuron));
  write_member(out, "teacher_neuron", to_string(instance.teacher_neuron));
  write_teacher(out, instance, entry_text);
  if (instance.student) {
    out += ",\n  \"student\": ";
    write_rows(out, *instance.student, entry_text, 2);
  }
  if (with_provenance && !instance.provenance.empty()) {
    if (!instance.provenance.starts_with('{')) throw InputError("provenance: expected an object");
    out += ",\n  \"provenance\": ";
    json::Writer writer(out, 2);
    json::read(instance.provenance, "provenance", writer);
  }
  return out + "\n}\n";
}

std::string canonical_entry(const RationalInterval& value) {
  constexpr std::size_t longest_number = 20000;
  std::string text = canonical_text(value);
  // p/q of a number with a large exponent may exceed what the grammar allows.
  return text.size() <= longest_number ? text : exact_text(value);
}

// ---------------------------------------------------------------------------------------------------------------
// Finding out what a file is.

/// The first byte of a .zip or of a .npy file; no JSON text begins with it.
bool is_array_start(int first) { return first == 'P' || first == 0x93; }

std::ifstream open_for_reading(const std::string& path) {
  if (std::error_code error; std::filesystem::is_directory(path, error)) {
    throw InputError(path + ": is a directory; name a file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(path + ": cannot be opened: " + std::strerror(errno));
  return in;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

/// The options that are given (or, for `given` = false, not given).
std::vector<std::string_view> options(const ArrayForms& forms, bool given) {
  std::vector<std::string_view> names;
  if (forms.activation.has_value() == given) names.emplace_back("--activation");
  if (forms.neuron.has_value() == given) names.emplace_back("--neuron");
  if (forms.teacher_neuron.has_value() == given) names.emplace_back("--teacher-neuron");
  return names;
}

void require_forms(const std::string& path, const ArrayForms& forms) {
  const auto missing = options(forms, false);
  if (!missing.empty()) throw InputError(path + ": arrays do not say their network; give " + joined(missing));
}

void refuse_forms(const std::string& path, const ArrayForms& forms) {
  const auto given = options(forms, true);
  if (!given.empty())
    throw InputError(path + ": a JSON instance says its network itself; leave out " + joined(given));
}

Instance from_arrays(const std::string& path, ArrayPair arrays, const ArrayForms& forms) {
  Instance instance;
  instance.activation = forms.activation.value();
  instance.neuron = forms.neuron.value();
  instance.teacher_neuron = forms.teacher_neuron.value();
  instance.teacher = std::move(arrays.teacher);
  instance.student = std::move(arrays.student);
  try {
    check_consistency(instance);
  } catch (const InputError& error) {
    throw InputError(path + ": " + error.what());
  }
  return instance;
}

}  // namespace

Instance read_instance_json(std::istream& in, const std::string& label) {
  InstanceEvents events;
  json::read(in, label, events);
  try {
    return events.take();
  } catch (const InputError& error) {
    throw InputError(label + ": " + error.what());
  }
}

Instance read_instance(const std::string& path, const ArrayForms& forms) {
  if (path == "-") {
    refuse_forms("standard input", forms);
    if (is_array_start(std::cin.peek())) {
      throw InputError(
          "standard input: only a JSON instance can be read from here; save the arrays to a file");
    }
    return read_instance_json(std::cin, "standard input");
  }
  std::ifstream in = open_for_reading(path);
  const int first = in.peek();
  if (in.bad()) throw InputError(path + ": cannot be read");
  if (first == 0x93) {
    throw InputError(path +
                     ": a .npy file holds one array; give --teacher FILE and --student FILE, or save a .npz");
  }
  if (is_array_start(first)) {
    require_forms(path, forms);
    ArrayPair arrays = read_npz(path);
    return from_arrays(path, std::move(arrays), forms);
  }
  refuse_forms(path, forms);
  return read_instance_json(in, path);
}

Instance read_instance_npy(const std::string& teacher_path, const std::string& student_path,
                           const ArrayForms& forms) {
  require_forms(teacher_path, forms);
  ArrayPair arrays{read_npy(teacher_path), std::nullopt};
  if (!student_path.empty()) arrays.student = read_npy(student_path);
  return from_arrays(student_path.empty() ? teacher_path : student_path, std::move(arrays), forms);
}

std::string instance_json(const Instance& instance) {
  return to_json(
      instance, [](const RationalInterval& value) { return exact_text(value); }, true);
}

std::string canonical_instance_json(const Instance& instance) {
  return to_json(instance, canonical_entry, false);
}

}  // namespace lojacert
