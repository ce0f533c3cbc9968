#include "app/cli.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "base/text.h"

namespace kalends::app {
namespace {

constexpr const char* kVersion = "kalends 0.1.0";
constexpr const char* kFooter = R"(
Exit codes: 0 done; 1 something failed; 2 the command line or the configuration is wrong, nothing was touched;
3 done, but held work or conflicts wait for a person ("kalends held", "kalends conflicts").
Every command takes --config FILE, --json and --help.)";

// The command line's commands, made once for each parse; options write straight into `invocation`.
class Builder {
 public:
  explicit Builder(Invocation& invocation)
      : invocation_(invocation), app_("Keeps calendars the same everywhere.", "kalends") {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", kVersion);
    app_.footer(kFooter);
    app_.get_formatter()->column_width(34);
    syncing();
    deciding();
    history();
    times();
    files();
    upkeep();
  }

  CLI::App& app() { return app_; }
  std::optional<Command> chosen() const {
    const auto used = app_.get_subcommands();
    if (used.empty()) return std::nullopt;
    return commands_.at(used.front());
  }

 private:
  CLI::App& add(Command command, const std::string& name, const std::string& summary,
                const std::string& examples) {
    CLI::App& sub = *app_.add_subcommand(name, summary);
    commands_[&sub] = command;
    if (command != Command::completion) {
      sub.add_option("-c,--config", invocation_.config, "The configuration; kalends.toml by default")
          ->type_name("FILE");
      sub.add_flag("--json", invocation_.json, "One JSON object on standard output (docs/CLI.md)");
    }
    sub.footer("\nExamples:\n" + examples);
    sub.get_formatter()->column_width(34);
    return sub;
  }

  CLI::Option* subject(CLI::App& sub, const std::string& name, const std::string& what,
                       bool required = true) {
    return sub.add_option(name, invocation_.subject, what)->required(required)->type_name("");
  }

  void syncing() {
    CLI::App& sync =
        add(Command::sync, "sync", "Keep the links in sync",
            "  kalends sync\n  kalends sync --watch --interval 30\n  kalends sync --yes --json\n\n"
            "The first run of a link that would write into a calendar which already holds events shows its\n"
            "plan and asks; without a terminal it is held. --yes answers that question and no other.");
    bool* once = &once_;
    CLI::Option* watch =
        sync.add_flag("--watch", invocation_.watch, "Stay, react to vault changes at once, poll the rest");
    sync.add_flag("--once", *once, "One cycle, then end (the default)")->excludes(watch);
    sync.add_flag("-y,--yes", invocation_.yes, "Answer the first run's question; releases no held work");
    sync.add_option("--interval", invocation_.interval_s, "Seconds between polls with --watch; 60 by default")
        ->type_name("SECONDS")
        ->needs(watch)
        ->check(CLI::Range(1, 86'400));
    sync.add_flag("--all", invocation_.all, "List every change, however many");
    CLI::App& plan = add(Command::plan, "plan", "What sync would do, and why, without doing it",
                         "  kalends plan\n  kalends plan --all\n  kalends plan --json");
    plan.add_flag("--all", invocation_.all, "List every change, however many");
    add(Command::status, "status", "Each calendar's health, last run, what is held and in conflict",
        "  kalends status\n  kalends status --json");
  }

  void deciding() {
    CLI::App& conflicts = add(Command::conflicts, "conflicts", "Conflicts that wait for a person",
                              "  kalends conflicts\n  kalends conflicts --all");
    conflicts.add_flag("--all", invocation_.all, "Settled ones, too, with the value that lost");
    CLI::App& resolve = add(Command::resolve, "resolve", "Settle a conflict; the next sync carries it out",
                            "  kalends resolve 3 --take work\n  kalends resolve 3 --take both");
    subject(resolve, "ID", "The conflict's number in \"kalends conflicts\"");
    resolve.add_option("--take", invocation_.take, "Whose value to take: a calendar, \"hub\" or \"both\"")
        ->required()
        ->type_name("CALENDAR|hub|both");
    CLI::App& held = add(Command::held, "held", "Planned work that waits for a person",
                         "  kalends held\n  kalends held --all");
    held.add_flag("--all", invocation_.all, "Work that was decided, too, and every move");
    subject(
        add(Command::approve, "approve", "Release held work; the next sync does it", "  kalends approve 2"),
        "ID", "The number in \"kalends held\"");
    subject(add(Command::reject, "reject", "Refuse held work", "  kalends reject 2"), "ID",
            "The number in \"kalends held\"");
  }

  void history() {
    CLI::App& log = add(Command::log, "log", "Runs and their writes", "  kalends log\n  kalends log 12");
    subject(log, "RUN", "One run's number, to see its writes", false);
    subject(add(Command::undo, "undo", "Take a run or one write back on every side",
                "  kalends undo 12       run 12\n  kalends undo w345     write 345 alone"),
            "RUN|WRITE", "A run's number, or w and a write's number, as \"kalends log\" shows them");
    subject(add(Command::why, "why", "Where an event and each of its fields came from",
                "  kalends why \"Team meeting\"\n  kalends why 6f2c1a@example.org"),
            "UID|TITLE", "The event's uid, Kalends' id or whole title");
  }

  void range(CLI::App& sub, bool required) {
    const std::string what = "A date (midnight in the zone) or an RFC 3339 time";
    sub.add_option("--from", invocation_.from, what)->required(required)->type_name("T");
    sub.add_option("--to", invocation_.to, what + "; not included")->required(required)->type_name("T");
    sub.add_option("--zone", invocation_.zone, "The zone to show times in; the system's by default")
        ->type_name("ZONE");
  }

  void times() {
    CLI::App& events =
        add(Command::events, "events", "Occurrences of a range, expanded",
            "  kalends events --from 2026-03-01 --to 2026-04-01\n"
            "  kalends events --from 2026-03-01 --to 2026-03-08 --calendar work --zone Asia/Tokyo");
    range(events, true);
    events.add_option("--calendar", invocation_.calendar, "Only what this calendar holds")->type_name("ID");
    CLI::App& occurrences =
        add(Command::occurrences, "occurrences", "Occurrences straight from an .ics file, one start a line",
            "  kalends occurrences team.ics --from 2026-03-01 --to 2026-04-01 --zone Europe/Berlin\n"
            "  kalends occurrences team.ics --from 2026-03-01 --to 9999-12-31 --limit 10");
    subject(occurrences, "FILE.ics", "An iCalendar file; - reads standard input");
    range(occurrences, true);
    occurrences.add_option("--limit", invocation_.limit, "Only the first N")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000));
  }

  void files() {
    CLI::App& import = add(Command::import, "import", "Bring events of a file into a calendar",
                           "  kalends import holidays.ics --calendar notes\n\n"
                           "Events whose uid the calendar already holds are left alone.");
    subject(import, "FILE", "An .ics or JSCalendar .json file, or a vault folder");
    import.add_option("--calendar", invocation_.calendar, "The calendar to write into")
        ->required()
        ->type_name("ID");
    CLI::App& export_ =
        add(Command::export_, "export", "Write a calendar to a file",
            "  kalends export notes.ics --calendar notes\n  kalends export notes.json --calendar notes");
    subject(export_, "FILE",
            "An .ics or .json file, or a folder to make a vault of; - writes .ics to standard output");
    export_.add_option("--calendar", invocation_.calendar, "The calendar to read")
        ->required()
        ->type_name("ID");
    CLI::App& convert = add(Command::convert, "convert", "Between .ics, JSCalendar .json and a vault folder",
                            "  kalends convert team.ics team.json\n  kalends convert team.ics vault/Team");
    subject(convert, "FROM", "An .ics or .json file, or a vault folder");
    convert.add_option("TO", invocation_.target, "An .ics or .json file, or a folder")
        ->required()
        ->type_name("");
  }

  void lab() {
    CLI::App& lab =
        add(Command::lab, "lab", "Prove the engine in a simulated world, or serve simulated providers",
            "  kalends lab run --seeds 2000\n  kalends lab run --seed 42 --trace\n"
            "  kalends lab run --seed 42 --shrink\n  kalends lab run --seed 42 --keep 3,7,12 --trace\n\n"
            "The real engine and store with simulated calendars, people, clock and accidents. No\n"
            "configuration is read and no calendar is touched. Exit code 1 when a seed fails.\n\n"
            "  kalends lab serve --json\n  kalends lab serve --listen 127.0.0.1:8900\n\n"
            "Cloud providers as simulators over HTTP, each with a token of an account, until Ctrl-C.");
    subject(lab, "WHAT", "run or serve")->check(CLI::IsMember({"run", "serve"}));
    lab.add_option("--listen", invocation_.listen, "serve: address and port; 0 takes free ports")
        ->type_name("ADDRESS:PORT");
    constexpr std::int64_t kMost = 1'000'000'000;
    CLI::Option* seed = lab.add_option("--seed", invocation_.seed, "This seed alone")
                            ->type_name("N")
                            ->check(CLI::Range(std::int64_t{1}, kMost));
    lab.add_option("--seeds", invocation_.seeds, "So many seeds; 100 by default")
        ->type_name("N")
        ->excludes(seed)
        ->check(CLI::Range(std::int64_t{1}, kMost));
    lab.add_option("--from", invocation_.first_seed, "The first of them; 1 by default")
        ->type_name("N")
        ->excludes(seed)
        ->check(CLI::Range(std::int64_t{1}, kMost));
    lab.add_option("--steps", invocation_.steps,
                   "Steps of each history; 10 to 45 by default, as the seed says")
        ->type_name("N")
        ->check(CLI::Range(1, 100'000));
    lab.add_option("--keep", invocation_.keep, "Only these steps of its history, as --shrink names them")
        ->type_name("N,N")
        ->needs(seed);
    lab.add_flag("--trace", invocation_.trace, "Print what happened")->needs(seed);
    lab.add_flag("--shrink", invocation_.shrink, "Find a shorter history that fails in the same way");
  }

  void upkeep() {
    add(Command::doctor, "doctor", "Check configuration, credentials, servers, zones, clock and disk",
        "  kalends doctor\n  kalends doctor --json");
    subject(add(Command::backup, "backup", "Copy the store to a new file while it is in use",
                "  kalends backup kalends-backup.db"),
            "FILE", "The file to write; it must not exist");
    CLI::App& restore =
        add(Command::restore, "restore", "Put a backup in the store's place; deletes nothing anywhere",
            "  kalends restore kalends-backup.db");
    subject(restore, "FILE", "A file that \"kalends backup\" wrote");
    add(Command::verify, "verify", "Check the store for damage", "  kalends verify");
    lab();
    CLI::App& completion =
        add(Command::completion, "completion", "Print completions for a shell",
            "  kalends completion bash > ~/.local/share/bash-completion/completions/kalends\n"
            "  kalends completion zsh > ~/.zfunc/_kalends\n"
            "  kalends completion fish > ~/.config/fish/completions/kalends.fish");
    subject(completion, "SHELL", "bash, zsh or fish")->check(CLI::IsMember({"bash", "zsh", "fish"}));
  }

  Invocation& invocation_;
  CLI::App app_;
  std::map<const CLI::App*, Command> commands_;
  bool once_ = false;
};

std::vector<std::string> names_of(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

// The mistake in one or two sentences, with the nearest command when the first word is none.
std::string explain(const CLI::ParseError& error, Builder& builder, int argc, const char* const* argv) {
  const std::vector<std::string> names = names_of(builder.app());
  const bool none = argc >= 2 && argv[1][0] == '-' && error.get_name() == "RequiredError";
  if (argc < 2 || none) return "Which command? \"kalends --help\" lists them.";
  const std::string first = argv[1];
  if (!first.starts_with('-') && std::find(names.begin(), names.end(), first) == names.end()) {
    const auto near = nearest(first, names);
    return "There is no command \"" + first + "\"" +
           (near ? "; did you mean \"" + *near + "\"?" : ". The commands are " + join(names, ", ") + ".");
  }
  const std::string which = builder.chosen() ? "kalends " + first : "kalends";
  return std::string(error.what()) + ". \"" + which + " --help\" shows how it is used.";
}

// The options that every command takes may stand before its name: they are moved behind it.
std::vector<const char*> in_order(int argc, const char* const* argv) {
  std::vector<const char*> words(argv, argv + argc);
  std::size_t at = 1;
  while (at < words.size()) {
    const std::string_view word = words[at];
    const bool config = word == "-c" || word == "--config";
    if (!config && word != "--json" && !word.starts_with("--config=")) break;
    at += config ? 2 : 1;
  }
  if (at > 1 && at < words.size() && words[at][0] != '-')
    std::rotate(words.begin() + 1, words.begin() + static_cast<std::ptrdiff_t>(at),
                words.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  return words;
}

}  // namespace

Parsed parse_command_line(int given, const char* const* as_given) {
  const std::vector<const char*> words = in_order(given, as_given);
  const int argc = static_cast<int>(words.size());
  const char* const* argv = words.data();
  Parsed parsed;
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--json") parsed.json = true;
  Invocation invocation;
  Builder builder(invocation);
  try {
    builder.app().parse(argc, argv);
    invocation.command = *builder.chosen();
    parsed.invocation = invocation;
  } catch (const CLI::CallForVersion&) {
    parsed.text = kVersion;
  } catch (const CLI::CallForAllHelp&) {
    parsed.text = builder.app().help("", CLI::AppFormatMode::All);
  } catch (const CLI::CallForHelp&) {
    CLI::App* shown = &builder.app();
    for (CLI::App* sub : builder.app().get_subcommands()) shown = sub;
    parsed.text = shown->help(shown == &builder.app() ? "" : "kalends");
  } catch (const CLI::ParseError& error) {
    parsed.mistaken = true;
    parsed.text = explain(error, builder, argc, argv);
  }
  while (parsed.text.ends_with('\n')) parsed.text.pop_back();
  return parsed;
}

Shape command_line_shape() {
  Invocation invocation;
  Builder builder(invocation);
  Shape shape;
  for (CLI::App* sub : builder.app().get_subcommands([](const CLI::App*) { return true; })) {
    Shape::Part part{sub->get_name(), sub->get_description(), {}};
    for (const CLI::Option* option : sub->get_options())
      for (const std::string& name : option->get_lnames()) part.options.push_back("--" + name);
    shape.commands.push_back(std::move(part));
  }
  return shape;
}

}  // namespace kalends::app
