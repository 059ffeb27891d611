#include "training_spec.hpp"

#include "random.hpp"

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/instance_file.hpp>
#include <lojacert/network/json.hpp>

#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

namespace lojacert::search {

namespace {

/// A number of the grammar in a string, or a JSON number: the nearest double.
Rational number_at(const json::Value& value) {
  if (value.kind == json::Kind::string) {
    try {
      return parse_exact_point(value.text);
    } catch (const InputError& error) {
      throw InputError(value.place + ": " + error.what());
    }
  }
  return lojacert::exact(value.as_double());
}

std::uint64_t count_at(const json::Value& value, long long least) {
  const long long number = value.as_integer();
  if (number < least) throw InputError(value.place + ": it must be at least " + std::to_string(least));
  return static_cast<std::uint64_t>(number);
}

/// Where `student` is a path, that instance's student is meant.
bool is_cited_student(std::string_view key, const json::Value& value) {
  return key == "student" && value.kind == json::Kind::string;
}

/// The instance that the keys spell out, read by the reader of instances so that both grammars are one.
Instance spelled_instance(const json::Value& spec, const std::string& label) {
  std::vector<std::pair<std::string, json::Value>> members{{"format", json::string("lojacert-instance/1")}};
  for (const char* key : {"name", "activation", "neuron", "teacher_neuron", "teacher", "student"})
    if (const json::Value* value = spec.find(key); value != nullptr && !is_cited_student(key, *value))
      members.emplace_back(key, *value);
  std::istringstream text(json::dump(json::object(std::move(members))));
  return read_instance_json(text, label);
}

/// Where `teacher` is a path: that instance's activation, forms and teacher; the spec's keys must not
/// contradict them.
Instance cited_instance(const json::Value& spec, const std::filesystem::path& folder) {
  Instance instance = read_instance((folder / spec.at("teacher").as_string()).string());
  if (const json::Value* value = spec.find("activation"))
    instance.activation = parse_activation(value->as_string());
  if (const json::Value* value = spec.find("neuron")) instance.neuron = parse_neuron_form(value->as_string());
  if (const json::Value* value = spec.find("teacher_neuron"))
    instance.teacher_neuron = parse_neuron_form(value->as_string());
  if (const json::Value* value = spec.find("name")) instance.name = value->as_string();
  instance.provenance.clear();
  const json::Value* student = spec.find("student");
  if (student == nullptr || is_cited_student("student", *student)) return instance;
  std::vector<std::pair<std::string, json::Value>> members{{"format", json::string("lojacert-instance/1")},
                                                           {"activation", json::string("abs")},
                                                           {"neuron", json::string("norm")},
                                                           {"teacher", *student}};
  std::istringstream text(json::dump(json::object(std::move(members))));
  instance.student = read_instance_json(text, "student").teacher;
  if (instance.student->cols() != instance.dimension())
    throw InputError("student: its rows do not have the teacher's length");
  return instance;
}

/// m seeded rows of normal entries times init_scale / sqrt(d).
ExactMatrix random_student(const json::Value& spec, std::size_t d) {
  const std::uint64_t m = count_at(spec.at("m"), 1);
  const json::Value* scale = spec.find("init_scale");
  const double size = scale == nullptr ? 0.5 : number_at(*scale).convert_to<double>();
  if (!(size > 0)) throw InputError("init_scale: it must be positive");
  if (m > 100000) throw InputError("m: at most 100000 students");
  RandomStream random(count_at(spec.at("seed"), 0));
  ExactMatrix rows(d);
  for (const double entry : random.normal_rows(m, d, size / std::sqrt(static_cast<double>(d))))
    rows.append(entry);
  return rows;
}

void set_student(const json::Value& spec, const std::filesystem::path& folder, Instance& start) {
  const json::Value* student = spec.find("student");
  if (student == nullptr) {
    start.student = random_student(spec, start.dimension());
    return;
  }
  if (is_cited_student("student", *student)) {
    start.student = read_instance((folder / student->as_string()).string()).student;
    if (!start.student || start.student->cols() != start.dimension())
      throw InputError("student: that instance has no student of the teacher's length");
  }
  for (const char* key : {"seed", "init_scale"})
    if (spec.find(key) != nullptr)
      throw InputError(std::string(key) + ": it goes with a random start, not with `student`");
  const json::Value* m = spec.find("m");
  if (m != nullptr && count_at(*m, 1) != start.student_count())
    throw InputError("m: it is not the number of student rows");
}

DescentOptions descent_options(const json::Value& spec) {
  DescentOptions options;
  options.step = number_at(spec.at("step"));
  if (const json::Value* value = spec.find("target_loss")) options.target_loss = number_at(*value);
  if (const json::Value* value = spec.find("record_every")) options.record_every = count_at(*value, 1);
  if (const json::Value* value = spec.find("max_bits"))
    options.max_bits = static_cast<unsigned>(std::min<std::uint64_t>(count_at(*value, 53), 65536));
  options.iterations = options.target_loss ? 1000000000000ULL : 0;
  if (const json::Value* value = spec.find("iterations")) options.iterations = count_at(*value, 0);
  if (options.iterations == 0 && spec.find("iterations") == nullptr)
    throw InputError("iterations: say when to stop with `iterations`, `target_loss` or both");
  return options;
}

/// The specification for the provenance: a cited instance by its file name, wherever it lay.
std::string provenance_of(json::Value spec) {
  for (auto& [key, value] : spec.members)
    if ((key == "teacher" || key == "student") && value.kind == json::Kind::string)
      value.text = std::filesystem::path(value.text).filename().string();
  return json::dump(spec);
}

void replace_seed(json::Value& spec, std::uint64_t seed) {
  for (auto& [key, value] : spec.members) {
    if (key != "seed") continue;
    value = json::number_text(std::to_string(seed));
    value.place = "--seed";
    return;
  }
  throw InputError("--seed: the specification draws no random start, which has a key `seed`");
}

TrainingSpec interpreted(const json::Value& spec, const std::string& label,
                         const std::filesystem::path& folder) {
  spec.expect_object({"format", "name", "activation", "neuron", "teacher_neuron", "teacher", "student", "m",
                      "seed", "init_scale", "step", "iterations", "target_loss", "record_every", "max_bits"});
  if (spec.at("format").as_string() != "lojacert-training/1")
    throw InputError("format: expected \"lojacert-training/1\"");
  const bool cited = spec.at("teacher").kind == json::Kind::string;
  TrainingSpec training{cited ? cited_instance(spec, folder) : spelled_instance(spec, label),
                        descent_options(spec), provenance_of(spec)};
  if (training.start.gram) throw InputError("teacher: training needs the teacher's rows, not a Gram matrix");
  set_student(spec, folder, training.start);
  return training;
}

}  // namespace

TrainingSpec parse_training_spec(std::string_view text, const std::string& label,
                                 const std::filesystem::path& folder,
                                 const std::optional<std::uint64_t>& seed) {
  json::Value spec = json::parse(text, label);
  try {
    if (seed) replace_seed(spec, *seed);
    return interpreted(spec, label, folder);
  } catch (const InputError& error) {
    const std::string message = error.what();
    throw InputError(message.starts_with(label) ? message : label + ": " + message);
  }
}

TrainingSpec read_training_spec(const std::string& path, const std::optional<std::uint64_t>& seed) {
  const auto all = [](std::istream& in) { return std::string(std::istreambuf_iterator<char>(in), {}); };
  if (path == "-") return parse_training_spec(all(std::cin), "standard input", ".", seed);
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw InputError(path + ": cannot be read; name a training specification (JSON) or - for standard input");
  return parse_training_spec(all(file), path, std::filesystem::path(path).parent_path(), seed);
}

}  // namespace lojacert::search
