#include "instance.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

namespace lojaverify {

namespace {

constexpr std::array<std::string_view, 3> activation_names{"abs", "relu", "relu+linear"};
constexpr std::array<std::string_view, 2> form_names{"unit", "norm"};

/// One of the names, as the enumerator in the same position.
template <typename Enumeration>
Enumeration read_name(const Json& json, std::span<const std::string_view> names) {
  std::string known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (json.string() == names[i]) return static_cast<Enumeration>(i);
    known += (known.empty() ? "" : ", ") + std::string(names[i]);
  }
  json.fail("unknown name: write one of " + known);
}

Box read_entry(const Json& json) {
  if (json.is_string()) return json.parsed(parse_box);
  const Rational value = Rational::exact(json.number());
  return {value, value};
}

void check_gram(const Json& json, const std::vector<Row>& gram) {
  if (gram.size() != gram.front().size()) json.fail("a Gram matrix must be square");
  for (std::size_t i = 0; i < gram.size(); ++i) {
    if (!is_point(gram[i])) json.fail("the entries of a Gram matrix must be exact points, not boxes");
    if (gram[i][i].lo.sign() < 0) json.fail("the diagonal of a Gram matrix must not be negative");
    for (std::size_t k = 0; k < i; ++k) {
      if (gram[i][k].lo != gram[k][i].lo) json.fail("a Gram matrix must be symmetric");
    }
  }
}

/// A line with the shape, and one for each row.
void write_section(const std::string& name, const std::vector<Row>& rows, const TextSink& sink) {
  const std::string columns = name == "gram" ? "" : ' ' + std::to_string(rows.front().size());
  sink(name + ' ' + std::to_string(rows.size()) + columns + '\n');
  for (const Row& row : rows) {
    std::string line;
    for (const Box& x : row) {
      if (!line.empty()) line += ' ';
      line += x.is_point() ? x.lo.text() : '[' + x.lo.text() + ',' + x.hi.text() + ']';
    }
    sink(line += '\n');
  }
}

}  // namespace

std::string name_of(Activation x) { return std::string(activation_names.at(static_cast<std::size_t>(x))); }
std::string name_of(Form x) { return std::string(form_names.at(static_cast<std::size_t>(x))); }

bool is_point(const Row& row) { return std::ranges::all_of(row, &Box::is_point); }

bool can_be_zero(const Row& row) {
  return std::ranges::all_of(row, [](const Box& x) { return x.lo.sign() <= 0 && x.hi.sign() >= 0; });
}

bool Instance::is_point() const {
  return std::ranges::all_of(teacher, lojaverify::is_point) &&
         std::ranges::all_of(student, lojaverify::is_point);
}

std::vector<Row> read_rows(const Json& json) {
  std::vector<Row> rows;
  for (const Json row_json : json.elements()) {
    Row& row = rows.emplace_back();
    for (const Json entry : row_json.elements()) row.push_back(read_entry(entry));
    if (row.empty()) row_json.fail("a row must have at least one entry");
    if (row.size() != rows.front().size())
      row_json.fail("must have " + std::to_string(rows.front().size()) + " entries, as the first row has");
  }
  if (rows.empty()) json.fail("must have at least one row");
  return rows;
}

Instance read_instance(const Json& json) {
  if (json.at("format").string() != "lojacert-instance/1") {
    if (json.at("format").string().starts_with("lojacert-instance/")) {
      throw Unsupported("instance format '" + printable(json.at("format").string()) + "'");
    }
    json.at("format").fail("must be \"lojacert-instance/1\"");
  }
  json.allow_only(
      {"format", "name", "activation", "neuron", "teacher_neuron", "teacher", "student", "provenance"});
  if (const auto name = json.find("name")) static_cast<void>(name->string());
  if (const auto origin = json.find("provenance"); origin && !origin->is_object())
    origin->fail("must be an object");

  Instance instance;
  instance.activation = read_name<Activation>(json.at("activation"), activation_names);
  instance.neuron = read_name<Form>(json.at("neuron"), form_names);
  if (const auto form = json.find("teacher_neuron"))
    instance.teacher_neuron = read_name<Form>(*form, form_names);

  const Json teacher = json.at("teacher");
  instance.gram = teacher.is_object();
  if (instance.gram) teacher.allow_only({"gram"});
  instance.teacher = read_rows(instance.gram ? teacher.at("gram") : teacher);
  if (instance.gram) check_gram(teacher.at("gram"), instance.teacher);
  if (const auto student = json.find("student")) {
    if (instance.gram) student->fail("not allowed beside a Gram matrix: give the teacher's vectors");
    instance.student = read_rows(*student);
    if (instance.student.front().size() != instance.d())
      student->fail("its rows must have " + std::to_string(instance.d()) + " entries, as the teacher's have");
  }
  return instance;
}

void write_canonical(const Instance& instance, DigestOf part, const TextSink& sink) {
  sink(part == DigestOf::instance ? "lojacert-canonical/1 instance\n" : "lojacert-canonical/1 teacher\n");
  sink("activation " + name_of(instance.activation) + "\nneuron " + name_of(instance.neuron) +
       "\nteacher_neuron " + name_of(instance.teacher_neuron) + '\n');
  write_section(instance.gram ? "gram" : "teacher", instance.teacher, sink);
  if (part == DigestOf::instance && !instance.student.empty())
    write_section("student", instance.student, sink);
}

std::string digest(const Instance& instance, DigestOf part) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  bool good = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  write_canonical(instance, part, [&](std::string_view text) {
    good = good && EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1;
  });
  std::array<unsigned char, 32> bytes{};
  good = good && EVP_DigestFinal_ex(context.get(), bytes.data(), nullptr) == 1;
  if (!good) throw std::bad_alloc();  // the only way in which OpenSSL's SHA-256 fails
  std::string result = "sha256:";
  for (const unsigned char byte : bytes) {
    result += "0123456789abcdef"[byte >> 4U];
    result += "0123456789abcdef"[byte & 15U];
  }
  return result;
}

}  // namespace lojaverify
