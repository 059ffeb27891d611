#include "interface.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace lojacert::program {

namespace {

constexpr std::array<std::string_view, 4> file_values = {"FILE", "CERT", "SPEC", "INSTANCE"};

std::string value_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return {};
  std::string name = option.get_type_name();
  name.erase(std::min(name.find(':'), name.size()));  // what follows describes its check
  return name.empty() ? "VALUE" : name;
}

Argument argument_of(const CLI::Option& option) {
  Argument argument;
  argument.positional = option.get_positional();
  if (argument.positional) {
    argument.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) argument.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) argument.names.push_back("--" + name);
  }
  argument.value = value_of(option);
  argument.choices = choices_of(option);
  argument.description = option.get_description();
  argument.initial = option.get_default_str();
  argument.required = option.get_required();
  argument.repeated = option.get_expected_max() > 1;
  return argument;
}

bool is_visible(const CLI::App* command) { return !command->get_group().empty(); }

}  // namespace

bool Argument::names_a_file() const { return std::ranges::find(file_values, value) != file_values.end(); }

std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return {};
  return CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(is_visible)) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    const std::vector<std::string> own = argument_of(*option).names;
    names.insert(names.end(), own.begin(), own.end());
  }
  return names;
}

Command interface_of(const CLI::App& app) {
  Command command{app.get_name(), app.get_description(), app.get_footer(), {}, {}};
  for (const CLI::Option* option : app.get_options()) command.arguments.push_back(argument_of(*option));
  for (const CLI::App* below : app.get_subcommands(is_visible))
    command.commands.push_back(interface_of(*below));
  return command;
}

}  // namespace lojacert::program
