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

Trajectory from_header(const json::Value& header) {
  header.expect_object(
      {"format", "name", "activation", "neuron", "teacher_neuron", "teacher", "m", "step", "record_every"});
  if (header.at("format").as_string() != "lojacert-trajectory/1")
    throw InputError("format: is not lojacert-trajectory/1");
  Trajectory trajectory;
  trajectory.start.activation = parse_activation(header.at("activation").as_string());
  trajectory.start.neuron = parse_neuron_form(header.at("neuron").as_string());
  trajectory.start.teacher_neuron = parse_neuron_form(header.at("teacher_neuron").as_string());
  trajectory.start.teacher = rows_of(header.at("teacher"));
  trajectory.step = header.at("step").as_string();
  if (parse_exact_point(trajectory.step) <= 0) throw InputError("step: must be positive");
  return trajectory;
}

void add_iterate(Trajectory& trajectory, const json::Value& line) {
  line.expect_object({"iteration", "loss", "arithmetic", "student"});
  const bool is_first = !trajectory.start.student;
  const auto expected = static_cast<long long>(is_first ? 0 : trajectory.iterates.size() + 1);
  if (line.at("iteration").as_integer() != expected) {
    throw InputError(fmt::format(
        "iteration: is {} where {} is due; record every step (\"record_every\": 1 in the specification)",
        line.at("iteration").as_integer(), expected));
  }
  ExactMatrix student = rows_of(line.at("student"));
  if (is_first) {
    trajectory.start.student = std::move(student);
    check_consistency(trajectory.start);
    return;
  }
  if (student.rows() != trajectory.start.student_count() || student.cols() != trajectory.start.dimension())
    throw InputError("student: has another shape than the first");
  trajectory.iterates.push_back(std::move(student));
}

}  // namespace

Trajectory read_trajectory(const std::string& path) {
  if (path.empty()) throw InputError("trajectory: the file's name is empty");
  std::ifstream in(path);
  if (!in) throw InputError(path + ": cannot be opened");
  std::string text;
  Trajectory trajectory;
  for (long number = 1; std::getline(in, text); ++number) {
    const std::string label = fmt::format("{}, line {}", path, number);
    if (text.empty()) throw InputError(label + ": is empty");
    const json::Value line = json::parse(text, label);
    try {
      if (number == 1)
        trajectory = from_header(line);
      else
        add_iterate(trajectory, line);
    } catch (const InputError& error) {
      throw InputError(label + ": " + error.what());
    }
  }
  if (in.bad()) throw InputError(path + ": cannot be read");
  if (trajectory.iterates.empty()) throw InputError(path + ": needs a header and two iterates at least");
  return trajectory;
}

}  // namespace lojacert
