// doctor: looks at everything that sync stands on, and says what to do about what is not well. It changes nothing.
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>

#include "app/commands/commands.h"
#include "app/words.h"
#include "calendar/time.h"

namespace kalends::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLowDisk = 100u << 20;
constexpr std::int64_t kClockToleranceMs = 120'000;

struct Check {
  enum class State : std::uint8_t { ok, warn, fail } state = State::ok;
  std::string name;     // "configuration", "credentials", "server" ...
  std::string subject;  // a calendar's id, a path
  std::string message;  // a sentence
  std::string advice;   // what to do, "" when all is well
};

const char* word(Check::State state) {
  switch (state) {
    case Check::State::ok: return "ok";
    case Check::State::warn: return "warn";
    case Check::State::fail: return "fail";
  }
  return "";
}

class Doctor {
 public:
  explicit Doctor(Desk& desk) : desk_(desk) {}

  std::vector<Check> examine(const Config& config) {
    configuration(config);
    zones(config);
    clock();
    store(config);
    for (const CalendarConfig& calendar : config.calendars) look_at(calendar);
    return std::move(checks_);
  }

 private:
  using State = Check::State;

  void tell(State state, std::string name, std::string subject, std::string message,
            std::string advice = "") {
    checks_.push_back({state, std::move(name), std::move(subject), std::move(message), std::move(advice)});
  }

  void configuration(const Config& config) {
    tell(State::ok, "configuration", config.file,
         fmt::format("{} and {}.", counted(config.calendars.size(), "calendar"),
                     counted(config.links.size(), "link")));
    if (config.links.empty())
      tell(State::warn, "configuration", config.file, "There is no link, so nothing is kept in sync.",
           "Add a [[link]] with at least two calendars.");
    std::error_code error;
    const auto mode = fs::status(config.file, error).permissions();
    const bool open = !error && (mode & (fs::perms::group_read | fs::perms::others_read)) != fs::perms::none;
    for (const CalendarConfig& calendar : config.calendars) {
      const auto& secret = calendar.token ? calendar.token : calendar.password;
      if (secret && secret->source == Secret::Source::literal)
        tell(State::warn, "configuration", calendar.id.value,
             open ? "Its secret stands in the configuration, which others on this computer can read."
                  : "Its secret stands in the configuration.",
             "Write { env = \"...\" }, { file = \"...\" } or { command = [...] } instead.");
    }
  }

  void zones(const Config& config) {
    const auto& local = desk_.machine.local_zone();
    const std::string name = system::system_zone_name();
    if (desk_.machine.zones().find("Europe/Berlin") == nullptr)
      tell(State::fail, "zones", "", "This computer has no time zone files.", "Install the package tzdata.");
    else if (desk_.machine.zones().find(name) == nullptr)
      tell(State::warn, "zones", name, "The computer's own zone is unknown, so UTC is used.",
           "Set TZ or /etc/localtime.");
    else
      tell(State::ok, "zones", local.name(), "The computer's zone is known.");
    for (const CalendarConfig& calendar : config.calendars)
      if (!calendar.zone.empty())
        tell(State::ok, "zones", calendar.zone, fmt::format("The zone of {} is known.", calendar.id.value));
  }

  void clock() {
    // Before this program was written, and a century later: a clock out there orders edits wrongly.
    const std::int64_t now = desk_.machine.clock().now().ms;
    const bool sane = now > 1'767'225'600'000 && now < 4'922'899'200'000;
    tell(sane ? State::ok : State::fail, "clock", "",
         fmt::format("It is {}.", to_rfc3339({now / 1000 * 1000})),
         sane ? "" : "Set the computer's clock: conflicts are decided by who was later.");
  }

  void store(const Config& config) {
    const fs::path path(config.store_path);
    std::error_code error;
    if (::access(path.parent_path().c_str(), W_OK | X_OK) != 0) {
      tell(State::fail, "disk", path.parent_path().string(), "The store's folder cannot be written.",
           "Make the folder, or change its permissions or [store] url.");
      return;
    }
    const auto space = fs::space(path.parent_path(), error);
    const bool low = !error && space.available < kLowDisk;
    tell(low ? State::warn : State::ok, "disk", path.parent_path().string(),
         error ? "The folder can be written." : fmt::format("{} MiB are free.", space.available >> 20),
         low ? "Make room: a full disk stops syncing." : "");
    if (!fs::exists(path, error)) {
      tell(State::ok, "store", config.store_path, "It is made by the first sync.");
      return;
    }
    if (::access(path.c_str(), R_OK | W_OK) != 0) {
      tell(State::fail, "store", config.store_path, "The store cannot be read and written.",
           "Change its owner or its permissions.");
      return;
    }
    auto wiring = Wiring::make(config, Access::read, desk_.machine);
    const auto problems = wiring ? (*wiring)->store().verify() : std::unexpected(wiring.error());
    if (!problems)
      tell(State::fail, "store", config.store_path, problems.error().message,
           "Restore a backup: kalends restore FILE.");
    else if (!problems->empty())
      tell(State::fail, "store", config.store_path, problems->front(),
           "Restore a backup: kalends restore FILE.");
    else
      tell(State::ok, "store", config.store_path, "It is sound.");
    if (problems && problems->empty()) wiring_ = std::move(*wiring);
  }

  void look_at(const CalendarConfig& calendar) {
    if (!credentials(calendar)) return;
    if (calendar.provider == "obsidian" && !folder(calendar)) return;
    const std::string name = calendar.provider == "obsidian"     ? "vault"
                             : calendar.url.starts_with("file:") ? "file"
                                                                 : "server";
    auto connection = Connection::make(calendar, desk_.machine);
    const auto changes =
        connection ? (*connection)->provider().changes("", [](const RemoteId&) { return std::string(); })
                   : std::unexpected(connection.error());
    if (!changes) {
      tell(State::fail, name, calendar.id.value, changes.error().message,
           advice(changes.error().kind, calendar.provider));
      return;
    }
    tell(
        State::ok, name, calendar.id.value,
        fmt::format("{}: {}{}.", (*connection)->provider().address(), counted(changes->items.size(), "event"),
                    (*connection)->provider().capabilities().writable ? "" : ", read-only"));
    if (!changes->unreadable.empty())
      tell(State::warn, name, calendar.id.value,
           fmt::format("{} cannot be read; the first: {}: {}", counted(changes->unreadable.size(), "item"),
                       changes->unreadable.front().id.value, changes->unreadable.front().reason),
           "They are left alone. Repair them where they were made.");
    strangers(name, calendar, changes->items);
    one_place(name, calendar, (*connection)->provider().identity());
    if (name == "server") server_clock(calendar);
  }

  // Items whose marks name no event of this store.
  void strangers(const std::string& name, const CalendarConfig& calendar,
                 const std::vector<ports::Item>& items) {
    auto tx = wiring_ ? wiring_->store().begin() : fail(ErrorKind::not_found, "");
    if (!tx) return;
    std::size_t count = 0;
    for (const ports::Item& item : items) {
      if (!item.mark) continue;
      const auto event = (*tx)->event(item.mark->event);
      if (event && !*event) ++count;
    }
    if (count > 0)
      tell(State::ok, name, calendar.id.value,
           fmt::format("It holds {} with the mark of another Kalends store, which keeps this calendar too or "
                       "was lost.",
                       counted(count, "item")));
  }

  // Where a server says that two ids are one calendar.
  void one_place(const std::string& name, const CalendarConfig& calendar, const std::string& identity) {
    if (identity.empty()) return;
    const auto [first, is_new] = places_.emplace(identity, calendar.id.value);
    if (is_new) return;
    tell(State::fail, name, calendar.id.value,
         fmt::format("It is the same calendar as \"{}\", so nothing is written to either.", first->second),
         "Name it once, and use that id in every link.");
  }

  bool credentials(const CalendarConfig& calendar) {
    const auto& secret = calendar.token ? calendar.token : calendar.password;
    if (!secret) return true;
    const auto value = resolve(*secret);
    if (!value) {
      tell(State::fail, "credentials", calendar.id.value, value.error().message,
           "Give the secret, then run doctor again.");
      return false;
    }
    tell(State::ok, "credentials", calendar.id.value,
         fmt::format("The secret comes from {}.", describe(*secret)));
    if (calendar.url.starts_with("http://") && calendar.url.find("//127.") == std::string::npos &&
        calendar.url.find("//localhost") == std::string::npos &&
        calendar.url.find("//[::1]") == std::string::npos)
      tell(State::warn, "credentials", calendar.id.value,
           "The secret is sent over http:// where others can read it.", "Use https://.");
    return true;
  }

  bool folder(const CalendarConfig& calendar) {
    std::error_code error;
    if (!fs::is_directory(calendar.path, error)) {
      tell(State::fail, "vault", calendar.id.value, fmt::format("{} is no folder.", calendar.path),
           "Make the folder, or correct the path.");
      return false;
    }
    if (::access(calendar.path.c_str(), W_OK | X_OK) == 0) return true;
    tell(State::fail, "vault", calendar.id.value, fmt::format("{} cannot be written.", calendar.path),
         "Change the folder's permissions.");
    return false;
  }

  // Compares our clock with the Date of an answer (RFC 9110 section 6.6.1); an answer without one says nothing.
  void server_clock(const CalendarConfig& calendar) {
    ports::HttpRequest request;
    request.method = "OPTIONS";
    request.url = calendar.url;
    const auto answer = desk_.machine.http().send(request);
    const std::string* date = answer ? answer->header("date") : nullptr;
    std::tm parts{};
    if (!date || !::strptime(date->c_str(), "%a, %d %b %Y %H:%M:%S", &parts)) return;
    const std::int64_t theirs = std::int64_t{::timegm(&parts)} * 1000;
    const std::int64_t apart = desk_.machine.clock().now().ms - theirs;
    if (std::abs(apart) > kClockToleranceMs)
      tell(State::warn, "clock", calendar.id.value,
           fmt::format("The server's clock is {} s {} ours.", std::abs(apart) / 1000,
                       apart < 0 ? "ahead of" : "behind"),
           "Set this computer's clock, or tell who runs the server.");
    else
      tell(State::ok, "clock", calendar.id.value, "The server's clock agrees with ours.");
  }

  static std::string advice(ErrorKind kind, std::string_view provider) {
    switch (kind) {
      case ErrorKind::unauthorized:
        if (provider == "google") return "Bring a new access token: this one is wrong, or its hour is over.";
        return "Check username and password; many services want an app-specific password.";
      case ErrorKind::forbidden: return "Ask the calendar's owner for access.";
      case ErrorKind::not_found: return "Check the url, and name when the url is a server.";
      case ErrorKind::transient: return "Check the network and that the server runs, then try again.";
      case ErrorKind::rate_limited: return "Wait a while, then try again.";
      default: return "Correct the configuration, or tell who runs the server.";
    }
  }

  Desk& desk_;
  std::vector<Check> checks_;
  std::unique_ptr<Wiring> wiring_;             // to a store that is there and sound
  std::map<std::string, std::string> places_;  // a place's identity -> the first calendar there
};

Json to_json(const Check& check) {
  Json out = Json::object();
  out.set("name", check.name).set("subject", check.subject).set("state", word(check.state));
  out.set("message", check.message).set("advice", check.advice);
  return out;
}

}  // namespace

Exit run_doctor(Desk& desk) {
  const auto config = load_config(desk);
  if (!config) return config.error();
  bool failed = false;
  Json array = Json::array();
  for (const Check& check : Doctor(desk).examine(*config)) {
    array.push(to_json(check));
    failed = failed || check.state == Check::State::fail;
    const Ink ink = check.state == Check::State::ok     ? Ink::green
                    : check.state == Check::State::warn ? Ink::yellow
                                                        : Ink::red;
    const std::string state = word(check.state);
    desk.console.line(fmt::format("{}{} {:<13}  {}{}{}", desk.console.ink(ink, state),
                                  std::string(4 - state.size(), ' '), check.name, printable(check.subject),
                                  check.subject.empty() ? "" : ": ", printable(check.message)));
    if (!check.advice.empty()) desk.console.line("                    " + check.advice);
  }
  desk.console.answer(Json::object().set("checks", std::move(array)));
  return failed ? Exit::failed : Exit::done;
}

}  // namespace kalends::app
