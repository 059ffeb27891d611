#include "help_text.hpp"

#include <lojacert/exact/error.hpp>

#include <regex>
#include <sstream>

namespace lojacert::program {

namespace {

std::vector<std::string> paragraphs_of(std::string_view text) {
  std::vector<std::string> paragraphs(1);
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    if (!line.empty())
      paragraphs.back() += line + "\n";
    else if (!paragraphs.back().empty())
      paragraphs.emplace_back();
  }
  return paragraphs;
}

std::string in_one_line(const std::string& text) {
  std::string line = std::regex_replace(text, std::regex("\\s+"), " ");
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line;
}

/// "--max-bits N", "-q, --quiet", "INSTANCE", "CERT..." and the meaning.
Argument argument_of(const std::string& heading, const std::string& meaning) {
  Argument argument;
  argument.description = meaning;
  std::istringstream words(heading);
  for (std::string word; words >> word;) {
    if (word.back() == ',') word.pop_back();
    if (word.starts_with("-"))
      argument.names.push_back(word);
    else
      argument.value = word;
  }
  if (argument.names.empty()) {
    argument.positional = true;
    argument.repeated = argument.value.ends_with("...");
    argument.required = argument.repeated;
    argument.names = {argument.value.substr(0, argument.value.find('.'))};
    argument.value = argument.names.front();
  }
  return argument;
}

std::vector<Argument> arguments_of(const std::string& paragraph) {
  const std::regex form("  (\\S.*?)  +(\\S.*)");
  std::vector<Argument> arguments;
  std::istringstream in(paragraph);
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (!std::regex_match(line, match, form))
      throw InputError("help text: not an option and its meaning: " + line);
    arguments.push_back(argument_of(match[1], match[2]));
  }
  return arguments;
}

}  // namespace

DescribedProgram read_help_text(std::string_view text) {
  const std::vector<std::string> paragraphs = paragraphs_of(text);
  const std::regex usage("usage: (\\S+) .*\n");
  std::smatch match;
  if (paragraphs.size() < 5 || !std::regex_match(paragraphs[0], match, usage) ||
      !paragraphs[3].starts_with("Examples:"))
    throw InputError("help text: expected usage, description, options, examples and exit status");
  DescribedProgram described;
  described.command.name = match[1];
  described.command.description = in_one_line(paragraphs[1]);
  described.command.arguments = arguments_of(paragraphs[2]);
  described.command.examples = paragraphs[3];
  described.exit_status = in_one_line(paragraphs[4]) + ".";
  return described;
}

}  // namespace lojacert::program
