#include "shells.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

namespace lojacert::program {

namespace {

/// Calls `visit` with every command and the words that lead to it: "lojacert prove loss".
void for_each_command(const Command& command, const std::string& path,
                      const std::function<void(const Command&, const std::string&)>& visit) {
  visit(command, path);
  for (const Command& below : command.commands) for_each_command(below, path + " " + below.name, visit);
}

/// The text in single quotes for bash and zsh, in which nothing has a meaning.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

/// The same for fish, where a backslash has a meaning inside single quotes.
std::string quoted_for_fish(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::vector<std::string> names_below(const Command& command) {
  std::vector<std::string> names;
  for (const Command& below : command.commands) names.push_back(below.name);
  return names;
}

std::vector<std::string> option_names(const Command& command) {
  std::vector<std::string> names;
  for (const Argument& argument : command.arguments)
    if (!argument.positional) names.insert(names.end(), argument.names.begin(), argument.names.end());
  return names;
}

bool takes_files(const Command& command) {
  return std::ranges::any_of(command.arguments, [](const Argument& argument) {
    return argument.positional && argument.names_a_file();
  });
}

/// The choices of a positional argument: `completion bash`.
std::vector<std::string> positional_choices(const Command& command) {
  for (const Argument& argument : command.arguments)
    if (argument.positional && !argument.choices.empty()) return argument.choices;
  return {};
}

std::vector<std::string> paths_of(const Command& program) {
  std::vector<std::string> paths;
  for_each_command(program, program.name, [&](const Command&, const std::string& path) {
    if (path != program.name) paths.push_back(quoted(path));
  });
  return paths;
}

/// What bash offers as the value of an option.
std::string bash_value(const Argument& argument) {
  if (!argument.choices.empty()) return fmt::format("choices='{}'", fmt::join(argument.choices, " "));
  return argument.names_a_file() ? "files=1" : ":";
}

std::string bash_values(const Command& program) {
  std::string cases;
  for_each_command(program, program.name, [&](const Command& command, const std::string& path) {
    for (const Argument& argument : command.arguments) {
      if (argument.positional || argument.value.empty()) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : argument.names) patterns.push_back(quoted(path + " " + name));
      cases += fmt::format("    {}) {} ;;\n", fmt::join(patterns, " | "), bash_value(argument));
    }
  });
  return cases;
}

std::string bash_commands(const Command& program) {
  std::string cases;
  for_each_command(program, program.name, [&](const Command& command, const std::string& path) {
    std::vector<std::string> plain = names_below(command);
    const std::vector<std::string> values = positional_choices(command);
    plain.insert(plain.end(), values.begin(), values.end());
    cases += fmt::format("      {}) options='{}' choices='{}' files={} ;;\n", quoted(path),
                         fmt::join(option_names(command), " "), fmt::join(plain, " "),
                         takes_files(command) ? "1" : "''");
  });
  return cases;
}

/// A name for a shell function: "_lojacert_prove_not_pl".
std::string function_name(const std::string& path) {
  std::string name = "_" + path;
  for (char& c : name)
    if (c == ' ' || c == '-') c = '_';
  return name;
}

/// Text inside a specification of zsh's _arguments or _describe.
std::string zsh_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_value(const Argument& argument) {
  if (argument.value.empty()) return {};
  const std::string action = !argument.choices.empty() ? fmt::format("({})", fmt::join(argument.choices, " "))
                             : argument.names_a_file() ? "_files"
                                                       : " ";
  return fmt::format(":{}:{}", zsh_text(argument.value), action);
}

std::string zsh_argument(const Argument& argument) {
  if (argument.positional) return quoted((argument.repeated ? "*" : "") + zsh_value(argument));
  const std::string rest = fmt::format("[{}]{}", zsh_text(argument.description), zsh_value(argument));
  const std::string equals = argument.value.empty() ? "" : "=";
  std::vector<std::string> specifications;
  for (const std::string& name : argument.names) {
    const std::string exclusive = fmt::format("({})", fmt::join(argument.names, " "));
    specifications.push_back(quoted(exclusive + name + (name.starts_with("--") ? equals : "") + rest));
  }
  return fmt::format("{}", fmt::join(specifications, " "));
}

std::string zsh_function(const Command& command, const std::string& path) {
  std::vector<std::string> specifications;
  for (const Argument& argument : command.arguments) specifications.push_back(zsh_argument(argument));
  std::string text = function_name(path) + "() {\n";
  if (command.commands.empty())
    return text + fmt::format("  _arguments \\\n    {}\n}}\n\n", fmt::join(specifications, " \\\n    "));
  std::vector<std::string> described;
  std::string cases;
  for (const Command& below : command.commands) {
    described.push_back(quoted(zsh_text(below.name) + ":" + zsh_text(below.description)));
    cases += fmt::format("        {}) {} ;;\n", below.name, function_name(path + " " + below.name));
  }
  text += "  local context state state_descr line\n  typeset -A opt_args\n";
  text += fmt::format("  local -a commands=(\n    {}\n  )\n", fmt::join(described, "\n    "));
  text += fmt::format("  _arguments -C {} '1: :->command' '*:: :->rest'\n", fmt::join(specifications, " "));
  text += "  case $state in\n    command) _describe -t commands command commands ;;\n";
  text += fmt::format("    rest)\n      case $words[1] in\n{}      esac ;;\n  esac\n}}\n\n", cases);
  return text;
}

std::string fish_argument(const Argument& argument, const std::string& start) {
  const std::string choices =
      argument.choices.empty()
          ? ""
          : " -a " + quoted_for_fish(fmt::format("{}", fmt::join(argument.choices, " ")));
  if (argument.positional) {
    if (argument.names_a_file()) return start + " -F\n";
    return choices.empty() ? "" : start + choices + "\n";
  }
  std::string line = start;
  for (const std::string& name : argument.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!argument.value.empty()) line += argument.names_a_file() ? " -r -F" : " -x";
  return line + choices + " -d " + quoted_for_fish(argument.description) + "\n";
}

std::string generated(const Command& program) {
  return fmt::format("generated from the command line of {}, do not edit", program.name);
}

}  // namespace

std::string bash_completion(const Command& program) {
  const std::vector<std::string> paths = paths_of(program);
  std::string text = fmt::format("# bash completion: {}\n_{}() {{\n", generated(program), program.name);
  text += fmt::format(R"(  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}
  local path={} options='' choices='' files='' i
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
)",
                      program.name);
  if (!paths.empty()) {
    text += fmt::format(R"(  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${{COMP_WORDS[i]}}" in
      {}) path+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
)",
                        fmt::join(paths, " | "));
  }
  text += "  case \"$path $prev\" in\n" + bash_values(program) + "    *)\n      case $path in\n";
  text += bash_commands(program) + "      esac ;;\n  esac\n";
  text += R"(  COMPREPLY=()
  if [[ $cur == -* && -n $options ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    return
  fi
  [[ -z $choices ]] || mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$cur")
  if [[ -n $files ]]; then
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
    compopt -o filenames 2>/dev/null
  fi
}
)";
  return text + fmt::format("complete -F _{0} {0}\n", program.name);
}

std::string zsh_completion(const Command& program) {
  std::string text = fmt::format("#compdef {}\n# zsh completion: {}\n\n", program.name, generated(program));
  for_each_command(program, program.name, [&](const Command& command, const std::string& path) {
    text += zsh_function(command, path);
  });
  // Loaded by its name the file is the body of the function, sourced it has to announce it.
  return text +
         fmt::format("if [[ $funcstack[1] == _{0} ]]; then\n  _{0} \"$@\"\nelse\n  compdef _{0} {0}\nfi\n",
                     program.name);
}

std::string fish_completion(const Command& program) {
  std::vector<std::string> paths = paths_of(program);
  std::string text = fmt::format("# fish completion: {}\n", generated(program));
  text += fmt::format(R"(function __{0}_at
    set -l path {0}
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if contains -- "$path $word" {1}
            set path "$path $word"
        end
    end
    test "$path" = "$argv"
end
complete -c {0} -f
)",
                      program.name, fmt::join(paths, " "));
  for_each_command(program, program.name, [&](const Command& command, const std::string& path) {
    const std::string start = fmt::format("complete -c {0} -n '__{0}_at {1}'", program.name, path);
    for (const Command& below : command.commands)
      text += fmt::format("{} -a {} -d {}\n", start, below.name, quoted_for_fish(below.description));
    for (const Argument& argument : command.arguments) text += fish_argument(argument, start);
  });
  return text;
}

}  // namespace lojacert::program
