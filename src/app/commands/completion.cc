// Completion scripts for shells, made from the command line's own shape so that they cannot fall behind it.
#include <fmt/format.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "base/text.h"

namespace kalends::app {
namespace {

// A text inside single quotes of a POSIX shell.
std::string quoted(std::string text) {
  for (std::size_t i = 0; (i = text.find('\'', i)) != std::string::npos; i += 4) text.replace(i, 1, "'\\''");
  return "'" + text + "'";
}

std::string bash(const Shape& shape) {
  std::vector<std::string> names;
  std::string cases;
  for (const Shape::Part& part : shape.commands) {
    names.push_back(part.name);
    cases += fmt::format("    {}) words=\"{}\" ;;\n", part.name, join(part.options, " "));
  }
  return fmt::format(R"(# bash completion for kalends
_kalends() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{} --help --version" -- "$current"))
    return
  fi
  case ${{COMP_WORDS[1]}} in
{}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}}
complete -o filenames -F _kalends kalends
)",
                     join(names, " "), cases);
}

std::string zsh(const Shape& shape) {
  std::string commands, cases;
  for (const Shape::Part& part : shape.commands) {
    std::string summary = part.summary;
    std::erase(summary, ':');
    commands += "    " + quoted(part.name + ":" + summary) + "\n";
    cases += fmt::format("    {}) compadd -- {}; _files ;;\n", part.name, join(part.options, " "));
  }
  return fmt::format(R"(#compdef kalends
_kalends() {{
  local -a commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
{}  esac
}}
_kalends "$@"
)",
                     commands, cases);
}

std::string fish(const Shape& shape) {
  std::string out = "# fish completion for kalends\n";
  for (const Shape::Part& part : shape.commands) {
    out += fmt::format("complete -c kalends -n __fish_use_subcommand -a {} -d {}\n", part.name,
                       quoted(part.summary));
    for (const std::string& option : part.options)
      out += fmt::format("complete -c kalends -n '__fish_seen_subcommand_from {}' -l {}\n", part.name,
                         option.substr(2));
  }
  return out;
}

}  // namespace

Exit run_completion(Desk& desk) {
  const Shape shape = command_line_shape();
  const std::string& shell = desk.invocation.subject;
  std::string script = shell == "bash" ? bash(shape) : shell == "zsh" ? zsh(shape) : fish(shape);
  script.pop_back();
  desk.console.line(script);
  return Exit::done;
}

}  // namespace kalends::app
