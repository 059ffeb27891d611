#include "manual.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace lojacert::program {

namespace {

/// Text in which man(7) sees no requests.
std::string plain(const std::string& text) {
  std::string result;
  bool line_starts = true;
  for (const char c : text) {
    if (line_starts && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
    line_starts = c == '\n';
  }
  return result;
}

std::string bold(const std::string& text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + plain(text) + "\\fR"; }

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// `--by BETTER`: the names of an argument and its value.
std::string heading(const Argument& argument) {
  if (argument.positional) return italic(upper_case(argument.names.front()));
  std::vector<std::string> names;
  for (const std::string& name : argument.names) names.push_back(bold(name));
  std::string text = fmt::format("{}", fmt::join(names, ", "));
  if (!argument.value.empty()) text += " " + italic(argument.value);
  return text;
}

std::string body(const Argument& argument) {
  std::string text = plain(argument.description);
  if (!argument.choices.empty()) text += plain(fmt::format(": {}", fmt::join(argument.choices, ", ")));
  if (!argument.initial.empty()) text += plain(" (default: " + argument.initial + ")");
  if (argument.required && !argument.positional) text += " (required)";
  return text;
}

std::string arguments_section(const Command& command, const char* title, bool positional) {
  std::string text;
  for (const Argument& argument : command.arguments) {
    if (argument.positional == positional) text += ".TP\n" + heading(argument) + "\n" + body(argument) + "\n";
  }
  return text.empty() ? text : fmt::format(".SH {}\n{}", title, text);
}

std::string synopsis(const Command& command, const std::string& words) {
  std::string text = bold(words);
  if (!command.commands.empty()) return text + " " + italic("COMMAND") + " [" + italic("OPTION") + " ...]";
  text += " [" + italic("OPTION") + " ...]";
  for (const Argument& argument : command.arguments) {
    if (!argument.positional) continue;
    const std::string name = heading(argument) + (argument.repeated ? " ..." : "");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text;
}

std::string examples_section(const std::string& footer) {
  std::string lines;
  std::size_t start = 0;
  while (start < footer.size()) {
    const std::size_t end = std::min(footer.find('\n', start), footer.size());
    const std::string line = footer.substr(start, end - start);
    if (line.starts_with("  $ ")) lines += plain(line.substr(2)) + "\n";
    start = end + 1;
  }
  return lines.empty() ? lines : ".SH EXAMPLES\n.nf\n" + lines + ".fi\n";
}

std::string commands_section(const Command& command, const std::string& page) {
  std::string text = ".SH COMMANDS\n";
  for (const Command& below : command.commands)
    text += fmt::format(".TP\n.BR {} (1)\n{}\n", plain(page + "-" + below.name), plain(below.description));
  return text;
}

struct Context {
  std::string date;
  std::string exit_status;
  std::string see_also;
};

void add_page(const Command& command, const std::string& words, const std::string& above,
              const Context& context, std::vector<ManualPage>& pages) {
  std::string page = words;
  std::ranges::replace(page, ' ', '-');
  std::string text = fmt::format(".TH {} 1 {} \"lojacert {}\" \"lojacert\"\n", upper_case(plain(page)),
                                 context.date, LOJACERT_VERSION);
  text += fmt::format(".SH NAME\n{} \\- {}\n", plain(page), plain(command.description));
  text += ".SH SYNOPSIS\n" + synopsis(command, words) + "\n";
  text += ".SH DESCRIPTION\n" + plain(command.description) + ".\n";
  if (!command.commands.empty()) text += commands_section(command, page);
  text += arguments_section(command, "ARGUMENTS", true) + arguments_section(command, "OPTIONS", false);
  text += ".SH EXIT STATUS\n" + plain(context.exit_status) + "\n" + examples_section(command.examples);
  text += fmt::format(".SH SEE ALSO\n.BR {} (1)\n", plain(above.empty() ? context.see_also : above));
  pages.push_back({page, text});
  for (const Command& below : command.commands)
    add_page(below, words + " " + below.name, page, context, pages);
}

}  // namespace

std::vector<ManualPage> manual_pages(const Command& program, const std::string& date,
                                     const std::string& exit_status, const std::string& see_also) {
  std::vector<ManualPage> pages;
  add_page(program, program.name, "", {date, exit_status, see_also}, pages);
  return pages;
}

std::string exit_status_text() {
  return "0: PROVED, EVALUATED or DONE. 1: DISPROVED. 2: bad usage or input, with one message on standard "
         "error. "
         "3: UNDECIDED or UNSUPPORTED. 4: a limit that the user gave, memory or an interrupt stopped it "
         "(UNDECIDED).";
}

}  // namespace lojacert::program
