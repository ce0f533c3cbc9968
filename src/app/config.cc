#include "app/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "app/config_link.h"
#include "app/config_section.h"
#include "base/text.h"
#include "provider/caldav/url.h"

namespace kalends::app {
namespace {

constexpr std::size_t kMaxConfigBytes = 1u << 20;

// Which keys each provider's calendars take, beside "id" and "provider".
const std::map<std::string, std::vector<std::string>>& keys_by_provider() {
  static const std::map<std::string, std::vector<std::string>> keys = {
      {"caldav", {"url", "name", "username", "password", "token"}},
      {"google", {"calendar", "token", "url"}},
      {"obsidian", {"path", "end_date", "zone"}},
      {"ics", {"url", "username", "password", "token"}},
  };
  return keys;
}

struct Context {
  std::string folder;
  const IsZone& is_zone;
  std::vector<Problem>& problems;
};

// An absolute path: "~/" is the home folder, anything else that is relative starts at the configuration's folder.
std::string absolute(const std::string& path, const std::string& folder) {
  const char* home = std::getenv("HOME");
  if (path.starts_with("~/") && home) return std::filesystem::path(home) / path.substr(2);
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

std::optional<Secret> read_secret(Section& section, const std::string& key, const Context& context) {
  const TomlEntry* entry = section.entry(key);
  if (!entry) return std::nullopt;
  if (const std::string* text = entry->value.string()) return Secret{Secret::Source::literal, *text, {}};
  const TomlValue::Table* table = entry->value.table();
  if (!table) {
    section.complain(key, fmt::format("\"{0}\" should be {{ env = \"NAME\" }}, {{ file = \"PATH\" }} or "
                                      "{{ command = [\"PROGRAM\", ...] }}, and this is {1}.",
                                      key, entry->value.kind()));
    return std::nullopt;
  }
  Section source(*table, entry->value.place, key, {"env", "file", "command"}, context.problems);
  const int given = source.has("env") + source.has("file") + source.has("command");
  if (given != 1) {
    source.complain(source.place(), fmt::format("\"{}\" takes exactly one of env, file and command.", key));
    return std::nullopt;
  }
  if (const auto name = source.text("env")) return Secret{Secret::Source::environment, *name, {}};
  if (const auto path = source.text("file"))
    return Secret{Secret::Source::file, absolute(*path, context.folder), {}};
  if (const auto command = source.texts("command")) {
    if (!command->empty() && !command->front().empty()) return Secret{Secret::Source::command, "", *command};
    source.complain("command", "\"command\" needs at least the program's name.");
  }
  return std::nullopt;
}

void read_url(Section& section, CalendarConfig& calendar, const Context& context) {
  const auto url = section.text("url");
  if (!url) {
    if (!section.has("url"))
      section.complain(section.place(), fmt::format("calendar \"{}\" needs a url.", calendar.id.value));
    return;
  }
  calendar.url = *url;
  const bool web = url->starts_with("http://") || url->starts_with("https://");
  const bool feed = calendar.provider == "ics";
  if (feed && url->starts_with("file:")) {
    std::string path = url->substr(5);
    if (path.starts_with("//")) path = path.substr(path.starts_with("//localhost/") ? 11 : 2);
    calendar.url = "file:" + absolute(path, context.folder);
  } else if (!web && !(feed && url->starts_with("webcal"))) {
    section.complain("url",
                     fmt::format("\"{}\" is no address; it should begin with {}.", *url,
                                 feed ? "https://, http://, webcal:// or file:" : "https:// or http://"));
  }
  const std::size_t host = web ? url->find("//") + 2 : url->size();
  const std::size_t at = url->find('@');
  if (host < url->size() && at != std::string::npos && at < url->find('/', host))
    section.complain("url", "A url carries no name and password; write them as username and password.");
}

void read_google(Section& section, CalendarConfig& calendar, const Context& context) {
  if (section.has("url")) read_url(section, calendar, context);
  calendar.name = section.text("calendar").value_or("primary");
  if (section.has("calendar") && calendar.name.empty())
    section.complain("calendar",
                     "\"calendar\" names one by its id or its name; \"primary\" is the account's own.");
  calendar.token = read_secret(section, "token", context);
  if (!section.has("token"))
    section.complain(section.place(), fmt::format("calendar \"{}\" needs a token.", calendar.id.value));
}

void read_obsidian(Section& section, CalendarConfig& calendar, const Context& context) {
  if (const auto path = section.text("path")) {
    calendar.path = absolute(*path, context.folder);
  } else if (!section.has("path")) {
    section.complain(section.place(), fmt::format("calendar \"{}\" needs a path, the folder of its notes.",
                                                  calendar.id.value));
  }
  if (const auto end = section.word("end_date", {"auto", "exclusive", "inclusive"}))
    calendar.end_date = *end == "exclusive"   ? EndDate::exclusive
                        : *end == "inclusive" ? EndDate::inclusive
                                              : EndDate::automatic;
  if (const auto zone = section.text("zone")) {
    calendar.zone = *zone;
    if (!context.is_zone(*zone))
      section.complain("zone",
                       fmt::format("\"{}\" is no time zone; write it like \"Europe/Berlin\".", *zone));
  }
}

// Ids appear in commands and in titles of copies, so they are short words that nothing else is called.
void check_id(Section& section, const std::string& id) {
  const bool plain = std::ranges::all_of(id, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (!plain || id.size() > 64)
    section.complain("id",
                     fmt::format("\"{}\" is no id; use up to 64 letters, digits, '-', '_' and '.'.", id));
  if (id == "hub" || id == "both" || id == "person")
    section.complain("id",
                     fmt::format("\"{}\" means something else to Kalends; call the calendar otherwise.", id));
}

CalendarConfig read_calendar(const TomlValue& value, const Context& context) {
  static const std::vector<std::string> all = {"id",       "provider", "url",      "name",
                                               "calendar", "username", "password", "token",
                                               "path",     "end_date", "zone"};
  CalendarConfig calendar;
  calendar.place = value.place;
  Section section(*value.table(), value.place, "[[calendar]]", all, context.problems);
  if (const auto id = section.text("id")) {
    check_id(section, *id);
    calendar.id = CalendarId(*id);
  } else if (!section.has("id")) {
    section.complain(section.place(), "[[calendar]] needs an id.");
  }
  if (!section.has("provider"))
    section.complain(section.place(),
                     "[[calendar]] needs a provider: \"caldav\", \"google\", \"obsidian\" or \"ics\".");
  const auto provider = section.word("provider", {"caldav", "google", "obsidian", "ics"});
  if (!provider) return calendar;
  calendar.provider = *provider;

  const std::vector<std::string>& allowed = keys_by_provider().at(*provider);
  for (const TomlEntry& entry : *value.table()) {
    const bool known = std::ranges::find(all, entry.key) != all.end();
    const bool common = entry.key == "id" || entry.key == "provider";
    if (known && !common && std::ranges::find(allowed, entry.key) == allowed.end())
      section.complain(entry.place,
                       fmt::format("\"{}\" means nothing to the provider \"{}\", which takes {}.", entry.key,
                                   *provider, join(allowed, ", ")));
  }
  if (*provider == "obsidian") {
    read_obsidian(section, calendar, context);
    return calendar;
  }
  if (*provider == "google") {
    read_google(section, calendar, context);
    return calendar;
  }
  read_url(section, calendar, context);
  if (const auto name = section.text("name")) calendar.name = *name;
  if (const auto username = section.text("username")) calendar.username = *username;
  calendar.password = read_secret(section, "password", context);
  calendar.token = read_secret(section, "token", context);
  if (section.has("password") && section.has("token"))
    section.complain("token", "A calendar signs in with a password or with a token, not with both.");
  // A misspelt key was told above, and may be the very one.
  const bool spelt = std::ranges::all_of(
      *value.table(), [&](const TomlEntry& entry) { return std::ranges::find(all, entry.key) != all.end(); });
  if (spelt && section.has("password") != section.has("username"))
    section.complain(section.has("password") ? "password" : "username",
                     "username and password belong together; one of them is missing.");
  return calendar;
}

std::string read_store(const TomlValue& value, const Context& context) {
  std::string url = "sqlite:kalends.db";
  if (!value.table()) {
    context.problems.push_back({value.place, "\"store\" should be a table: write [store]."});
  } else {
    Section section(*value.table(), value.place, "[store]", {"url"}, context.problems);
    if (const auto given = section.text("url")) url = *given;
    if (!url.starts_with("sqlite:") || url.size() == 7)
      section.complain("url", fmt::format("\"{}\" is no store; write it like \"sqlite:kalends.db\".", url));
    std::error_code error;
    const std::string path = absolute(url.substr(std::min<std::size_t>(url.size(), 7)), context.folder);
    if (path.ends_with('/') || std::filesystem::is_directory(path, error))
      section.complain("url", fmt::format("\"{}\" is a folder; name a file in it, like \"{}{}kalends.db\".",
                                          url, url, url.ends_with('/') ? "" : "/"));
  }
  return absolute(url.substr(std::min<std::size_t>(url.size(), 7)), context.folder);
}

// The tables of a repeated section, or a problem when somebody wrote it with single brackets.
const TomlValue::Array* repeated(const TomlEntry& entry, std::vector<Problem>& problems) {
  const TomlValue::Array* array = entry.value.array();
  if (array && std::ranges::all_of(*array, [](const TomlValue& value) { return value.table(); }))
    return array;
  problems.push_back(
      {entry.place,
       fmt::format("\"{0}\" can stand many times: write [[{0}]], with two brackets.", entry.key)});
  return nullptr;
}

// An address in its normal form, with one slash at its end.
std::string plain_url(const std::string& url) {
  auto parsed = provider::parse_dav_url(url);
  if (!parsed) return url;
  parsed->path = provider::with_slash(parsed->path);
  return parsed->text();
}

// The folder with links followed as far as it is there.
std::string plain_path(const std::string& path) {
  std::error_code unknown;
  const auto real = std::filesystem::weakly_canonical(path, unknown);
  std::string text = unknown ? std::filesystem::path(path).lexically_normal().string() : real.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

// What two calendars have in common when what is written into the one turns up in the other: each would take the other's
// copies for a person's events. "" where nothing is written.
std::string place_of(const CalendarConfig& calendar) {
  if (!calendar.path.empty()) return plain_path(calendar.path);
  if (calendar.provider == "google") {
    // An id is the same calendar whoever signs in; "primary" and names are the account's, which the token stands for.
    std::string account;
    if (calendar.token && calendar.name.find('@') == std::string::npos)
      account = calendar.token->text + "\n" + join(calendar.token->command, "\n");
    const std::string url = calendar.url.empty() ? std::string() : plain_url(calendar.url);
    return fmt::format("google\n{}\n{}\n{}", url, calendar.name, account);
  }
  if (calendar.url.empty() || !calendar.writable()) return {};
  return fmt::format("{}\n{}\n{}", plain_url(calendar.url), calendar.name, calendar.username);
}

void read_calendars(const TomlEntry& entry, const Context& context, Config& config) {
  const TomlValue::Array* array = repeated(entry, context.problems);
  if (!array) return;
  std::map<std::string, std::size_t> places;
  for (const TomlValue& value : *array) {
    CalendarConfig calendar = read_calendar(value, context);
    const std::string place = place_of(calendar);
    const CalendarConfig* first = config.calendar(calendar.id);
    if (first && !calendar.id.empty()) {
      context.problems.push_back(
          {value.place, fmt::format("The id \"{}\" is taken by the calendar of line {}.", calendar.id.value,
                                    first->place.line)});
      continue;
    }
    if (const auto same = places.find(place); same != places.end() && !place.empty()) {
      const CalendarConfig& other = config.calendars[same->second];
      context.problems.push_back(
          {value.place,
           fmt::format("\"{}\" is the same calendar as \"{}\" of line {}, and every event in it would be "
                       "doubled; name it once, and use that id in every link.",
                       calendar.id.value, other.id.value, other.place.line)});
    }
    places.emplace(place, config.calendars.size());
    config.calendars.push_back(std::move(calendar));
  }
}

}  // namespace

const CalendarConfig* Config::calendar(const CalendarId& id) const {
  const auto found = std::ranges::find(calendars, id, &CalendarConfig::id);
  return found == calendars.end() ? nullptr : &*found;
}

std::vector<std::string> Config::calendar_names() const {
  std::vector<std::string> names;
  for (const CalendarConfig& calendar : calendars)
    if (!calendar.id.empty()) names.push_back(calendar.id.value);
  return names;
}

std::expected<Config, std::vector<Problem>> parse_config(std::string_view text, const std::string& file,
                                                         const std::string& folder, const IsZone& is_zone) {
  const auto document = parse_toml(text);
  if (!document) return std::unexpected(std::vector{document.error()});

  std::vector<Problem> problems;
  const Context context{folder, is_zone, problems};
  Config config;
  config.file = file;
  config.folder = folder;
  config.store_path = absolute("kalends.db", folder);
  Section top(*document, {1, 1}, "The configuration", {"store", "calendar", "link"}, problems);
  if (const TomlEntry* store = top.entry("store")) config.store_path = read_store(store->value, context);
  if (const TomlEntry* calendars = top.entry("calendar")) read_calendars(*calendars, context, config);
  if (const TomlEntry* links = top.entry("link"))
    if (const TomlValue::Array* array = repeated(*links, problems))
      for (const TomlValue& value : *array) read_link(value, config, problems);

  if (problems.empty()) return config;
  std::ranges::sort(problems);
  return std::unexpected(std::move(problems));
}

std::expected<Config, std::vector<Problem>> read_config(const std::string& file, const IsZone& is_zone) {
  std::ifstream stream(file, std::ios::binary);
  std::error_code error;
  if (!stream || std::filesystem::is_directory(file, error)) {
    const bool missing = !stream && !std::filesystem::exists(file, error);
    return std::unexpected(std::vector{
        Problem{{},
                fmt::format("{} Name another with --config, or write one as the README shows.",
                            missing ? "There is no such file." : "This configuration cannot be read.")}});
  }
  std::string text(kMaxConfigBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxConfigBytes)
    return std::unexpected(std::vector{Problem{{}, "A configuration past one megabyte is none of ours."}});
  const std::string folder = std::filesystem::absolute(file, error).parent_path().lexically_normal().string();
  return parse_config(text, file, folder, is_zone);
}

std::string to_string(const std::string& file, const std::vector<Problem>& problems) {
  std::vector<std::string> lines;
  for (const Problem& problem : problems)
    lines.push_back(problem.place.line > 0 ? fmt::format("{}:{}:{}: {}", file, problem.place.line,
                                                         problem.place.column, problem.message)
                                           : fmt::format("{}: {}", file, problem.message));
  return join(lines, "\n");
}

}  // namespace kalends::app
