#include <lojacert/network/trajectory_file.hpp>

#include <lojacert/exact/error.hpp>
#include <lojacert/exact/number.hpp>
#include <lojacert/network/json.hpp>

#include <fmt/format.h>

#include <fstream>
#include <string_view>
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

constexpr std::string_view format_name = "lojacert-trajectory/1";

RecordedIterates from_header(const json::Value& header) {
  header.expect_object(
      {"format", "name", "activation", "neuron", "teacher_neuron", "teacher", "m", "step", "record_every"});
  if (header.at("format").as_string() != format_name)
    throw InputError(fmt::format("format: is not {}", format_name));
  RecordedIterates recorded;
  if (const json::Value* name = header.find("name")) recorded.setting.name = name->as_string();
  recorded.setting.activation = parse_activation(header.at("activation").as_string());
  recorded.setting.neuron = parse_neuron_form(header.at("neuron").as_string());
  recorded.setting.teacher_neuron = parse_neuron_form(header.at("teacher_neuron").as_string());
  recorded.setting.teacher = rows_of(header.at("teacher"));
  recorded.step = header.at("step").as_string();
  if (parse_exact_point(recorded.step) <= 0) throw InputError("step: must be positive");
  return recorded;
}

void add_iterate(RecordedIterates& recorded, const json::Value& line, bool gaps_allowed) {
  line.expect_object({"iteration", "loss", "arithmetic", "student"});
  RecordedIterate iterate{line.at("iteration").as_integer(), rows_of(line.at("student"))};
  const std::vector<RecordedIterate>& before = recorded.iterates;
  const auto expected = static_cast<long long>(before.size());
  if (!gaps_allowed && iterate.iteration != expected) {
    throw InputError(fmt::format(
        "iteration: is {} where {} is due; record every step (\"record_every\": 1 in the specification)",
        iterate.iteration, expected));
  }
  if (iterate.iteration < 0 || (!before.empty() && iterate.iteration <= before.back().iteration))
    throw InputError(fmt::format("iteration: is {}, and must grow from line to line", iterate.iteration));
  if (before.empty()) {
    Instance start = recorded.setting;
    start.student = iterate.student;
    check_consistency(start);
  } else if (iterate.student.rows() != before.front().student.rows() ||
             iterate.student.cols() != before.front().student.cols()) {
    throw InputError("student: has another shape than the first");
  }
  recorded.iterates.push_back(std::move(iterate));
}

RecordedIterates read_lines(const std::string& path, bool gaps_allowed) {
  if (path.empty()) throw InputError("trajectory: the file's name is empty");
  std::ifstream in(path);
  if (!in) throw InputError(path + ": cannot be opened");
  std::string text;
  RecordedIterates recorded;
  for (long number = 1; std::getline(in, text); ++number) {
    const std::string label = fmt::format("{}, line {}", path, number);
    if (text.empty()) throw InputError(label + ": is empty");
    const json::Value line = json::parse(text, label);
    try {
      if (number == 1)
        recorded = from_header(line);
      else
        add_iterate(recorded, line, gaps_allowed);
    } catch (const InputError& error) {
      throw InputError(label + ": " + error.what());
    }
  }
  if (in.bad()) throw InputError(path + ": cannot be read");
  return recorded;
}

}  // namespace

RecordedIterates read_recorded_iterates(const std::string& path) {
  RecordedIterates recorded = read_lines(path, true);
  if (recorded.iterates.empty()) throw InputError(path + ": needs a header and one iterate at least");
  return recorded;
}

bool is_trajectory_file(const std::string& path) {
  std::ifstream in(path);
  std::string text;
  if (!std::getline(in, text)) return false;
  try {
    const json::Value line = json::parse(text, path);
    const json::Value* format = line.find("format");
    return format != nullptr && format->kind == json::Kind::string && format->text == format_name;
  } catch (const InputError&) {
    return false;
  }
}

Trajectory read_trajectory(const std::string& path) {
  RecordedIterates recorded = read_lines(path, false);
  if (recorded.iterates.size() < 2) throw InputError(path + ": needs a header and two iterates at least");
  Trajectory trajectory{std::move(recorded.setting), std::move(recorded.step), {}};
  trajectory.start.student = std::move(recorded.iterates.front().student);
  for (std::size_t n = 1; n < recorded.iterates.size(); ++n)
    trajectory.iterates.push_back(std::move(recorded.iterates[n].student));
  return trajectory;
}

}  // namespace lojacert
