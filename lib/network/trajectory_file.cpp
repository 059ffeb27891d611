#include <lojacert/network/trajectory_file.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/json.hpp>

#include <fmt/format.h>

#include <fstream>
#include <utility>

namespace lojacert {

namespace {

ExactMatrix rows_of(const json::Value& array) {
  ExactMatrix rows;
  bool first = true;
  for (const json::Value& row : array.as_array()) {
    if (first) rows = ExactMatrix(row.as_array().size());
    first = false;
    if (row.as_array().empty() || row.items.size() != rows.cols())
      throw InputError(array.place + ": rows of one and the same positive length are needed");
    for (const json::Value& entry : row.items) rows.append(parse_exact_point(entry.as_string()));
  }
  if (rows.empty()) throw InputError(array.place + ": has no row");
  return rows;
}

constexpr const char* format_name = "lojacert-trajectory/1";

RecordedDescent from_header(const json::Value& header) {
  header.expect_object(
      {"format", "name", "activation", "neuron", "teacher_neuron", "teacher", "m", "step", "record_every"});
  if (header.at("format").as_string() != format_name)
    throw InputError(fmt::format("format: is not {}", format_name));
  RecordedDescent descent;
  if (const json::Value* name = header.find("name")) descent.start.name = name->as_string();
  descent.start.activation = parse_activation(header.at("activation").as_string());
  descent.start.neuron = parse_neuron_form(header.at("neuron").as_string());
  descent.start.teacher_neuron = parse_neuron_form(header.at("teacher_neuron").as_string());
  descent.start.teacher = rows_of(header.at("teacher"));
  descent.step = header.at("step").as_string();
  if (parse_exact_point(descent.step) <= 0) throw InputError("step: must be positive");
  return descent;
}

void add_iterate(RecordedDescent& descent, const json::Value& line) {
  line.expect_object({"iteration", "loss", "arithmetic", "student"});
  const long long iteration = line.at("iteration").as_integer();
  ExactMatrix student = rows_of(line.at("student"));
  if (descent.students.empty()) {
    if (iteration != 0) throw InputError(fmt::format("iteration: is {}; the first must be 0", iteration));
    descent.start.student = student;
    check_consistency(descent.start);
  } else {
    if (iteration <= descent.iterations.back())
      throw InputError(fmt::format("iteration: is {} after {}; iterations must increase", iteration,
                                   descent.iterations.back()));
    if (student.rows() != descent.start.student_count() || student.cols() != descent.start.dimension())
      throw InputError("student: has another shape than the first");
  }
  descent.iterations.push_back(iteration);
  descent.students.push_back(std::move(student));
}

std::string line_label(const std::string& path, std::size_t number) {
  return fmt::format("{}, line {}", path, number);
}

}  // namespace

Instance RecordedDescent::at(std::size_t i) const {
  Instance instance = start;
  instance.student = students.at(i);
  return instance;
}

bool is_trajectory_file(const std::string& path) {
  std::ifstream in(path);
  std::string first;
  if (!std::getline(in, first)) return false;
  try {
    const json::Value line = json::parse(first, path);
    const json::Value* format = line.find("format");
    return format != nullptr && format->as_string() == format_name;
  } catch (const InputError&) {
    return false;  // an instance over several lines, or no JSON at all
  }
}

RecordedDescent read_recorded_descent(const std::string& path) {
  if (path.empty()) throw InputError("trajectory: the file's name is empty");
  std::ifstream in(path);
  if (!in) throw InputError(path + ": cannot be opened");
  std::string text;
  RecordedDescent descent;
  for (std::size_t number = 1; std::getline(in, text); ++number) {
    const std::string label = line_label(path, number);
    if (text.empty()) throw InputError(label + ": is empty");
    const json::Value line = json::parse(text, label);
    try {
      if (number == 1)
        descent = from_header(line);
      else
        add_iterate(descent, line);
    } catch (const InputError& error) {
      throw InputError(label + ": " + error.what());
    }
  }
  if (in.bad()) throw InputError(path + ": cannot be read");
  if (descent.students.empty()) throw InputError(path + ": needs a header and an iterate at least");
  return descent;
}

Trajectory read_trajectory(const std::string& path) {
  RecordedDescent descent = read_recorded_descent(path);
  for (std::size_t i = 0; i < descent.iterations.size(); ++i) {
    if (descent.iterations[i] == static_cast<long long>(i)) continue;
    throw InputError(fmt::format(
        "{}: iteration: is {} where {} is due; record every step (\"record_every\": 1 in the specification)",
        line_label(path, i + 2), descent.iterations[i], i));
  }
  if (descent.students.size() < 2) throw InputError(path + ": needs a header and two iterates at least");
  descent.students.erase(descent.students.begin());
  return {std::move(descent.start), std::move(descent.step), std::move(descent.students)};
}

}  // namespace lojacert
