#include "refusal.hpp"

#include "interface.hpp"
#include "suggestion.hpp"

#include <lojacert/exact/excerpt.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace lojacert::program {

namespace {

bool is_option(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

/// What the commands below a command are called.
const char* kind_of_command(const CLI::App& app) {
  if (app.get_name() == "prove") return "claim";
  return app.get_name() == "make" ? "kind" : "command";
}

/// The command that the words name, as far as they do, and the word that names none.
struct Reached {
  const CLI::App* command;
  std::optional<std::string> unknown;
};

Reached reached_by(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  for (const std::string& word : words) {
    if (command_names(*command).empty() || is_option(word)) break;
    const auto below = command->get_subcommands(
        [&word](const CLI::App* candidate) { return candidate->get_name() == word; });
    if (below.empty()) return {command, word};
    command = below.front();
  }
  return {command, std::nullopt};
}

std::optional<std::string> unknown_word(const CLI::App& app, const CLI::App& command) {
  const std::vector<std::string> unexpected = app.remaining(true);
  for (const std::string& word : unexpected) {
    if (!is_option(word)) continue;
    const std::string name = word.substr(0, word.find('='));
    const bool too_early = !command_names(command).empty();
    return fmt::format("unknown option {}{}", excerpt(name),
                       too_early ? "; a command comes first, its options after it"
                                 : did_you_mean(name, option_names(command)));
  }
  if (unexpected.empty()) return std::nullopt;
  return fmt::format("unexpected argument {}; {} takes no more of them", excerpt(unexpected.front()),
                     command.get_name());
}

/// CLI11's own messages quote what was typed as it stands.
std::string without_control_characters(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return text;
}

std::optional<std::string> unknown_value(const CLI::App& command, const std::string& message) {
  for (const CLI::Option* option : command.get_options()) {
    const std::vector<std::string> choices = choices_of(*option);
    if (choices.empty() || !message.starts_with(option->get_name() + ":")) continue;
    for (const std::string& value : option->results()) {
      if (std::ranges::find(choices, value) != choices.end()) continue;
      return fmt::format("{}: {} is not one of {}{}", option->get_name(), excerpt(value),
                         fmt::join(choices, ", "), did_you_mean(value, choices));
    }
  }
  return std::nullopt;
}

}  // namespace

std::string refusal(const CLI::App& app, const CLI::ParseError& error,
                    const std::vector<std::string>& words) {
  const Reached reached = reached_by(app, words);
  if (reached.unknown) {
    const std::vector<std::string> names = command_names(*reached.command);
    const char* kind = kind_of_command(*reached.command);
    const std::string suggestion = did_you_mean(*reached.unknown, names);
    return fmt::format("unknown {} {}{} the {}s are {}", kind, excerpt(*reached.unknown),
                       suggestion.empty() ? ";" : suggestion, kind, fmt::join(names, ", "));
  }
  if (const auto reason = unknown_word(app, *reached.command)) return *reason;
  if (const auto names = command_names(*reached.command); !names.empty())
    return fmt::format("name a {}: {}", kind_of_command(*reached.command), fmt::join(names, ", "));
  if (error.get_name() == "ValidationError") {
    if (const auto reason = unknown_value(*reached.command, error.what())) return *reason;
  }
  return without_control_characters(error.what());
}

}  // namespace lojacert::program
