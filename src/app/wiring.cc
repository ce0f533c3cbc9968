#include "app/wiring.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "provider/caldav/caldav_provider.h"
#include "provider/google/google_provider.h"
#include "provider/ics/ics_provider.h"
#include "provider/obsidian/obsidian_provider.h"
#include "store/sqlite/store.h"

namespace kalends::app {
namespace {

std::unique_ptr<ports::Provider> caldav(const CalendarConfig& calendar, ports::Http& http, Machine& machine) {
  provider::CalDavConfig config;
  config.url = calendar.url;
  config.name = calendar.name;
  config.username = calendar.username;
  config.bearer = calendar.token.has_value();
  return std::make_unique<provider::CalDavProvider>(std::move(config), http, machine.zones());
}

std::unique_ptr<ports::Provider> google(const CalendarConfig& calendar, ports::Http& http,
                                        ports::Tokens& tokens, Machine& machine) {
  provider::google::GoogleConfig config;
  config.calendar = calendar.name;
  if (!calendar.url.empty()) config.url = calendar.url;
  return std::make_unique<provider::google::GoogleProvider>(std::move(config), http, tokens, machine.zones());
}

namespace obsidian = provider::obsidian;

obsidian::EndDates end_dates(EndDate end_date) {
  switch (end_date) {
    case EndDate::automatic: return obsidian::EndDates::automatic;
    case EndDate::exclusive: return obsidian::EndDates::exclusive;
    case EndDate::inclusive: return obsidian::EndDates::inclusive;
  }
  return obsidian::EndDates::automatic;
}

std::unique_ptr<obsidian::ObsidianProvider> vault(obsidian::Config config, Machine& machine) {
  return std::make_unique<obsidian::ObsidianProvider>(std::move(config), machine.zones(),
                                                      machine.local_zone().name());
}

Result<std::unique_ptr<ports::Store>> open_store(const Config& config, Access access) {
  std::error_code error;
  // Before the first sync there is nothing to read, and reading makes no file.
  if (access != Access::write && !std::filesystem::exists(config.store_path, error))
    return TRY(store::SqliteStore::open(":memory:"));
  store::SqliteOptions options;
  options.read_only = access == Access::read;
  auto store = store::SqliteStore::open(config.store_path, options);
  if (!store && access == Access::read && store.error().kind == ErrorKind::not_found)
    return TRY(store::SqliteStore::open(":memory:"));
  return TRY(std::move(store));
}

}  // namespace

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::make(const CalendarConfig& calendar, Machine& machine,
                                                     Belief belief) {
  const std::optional<Secret>& secret = calendar.token ? calendar.token : calendar.password;
  auto http = std::make_unique<SigningHttp>(machine.http(), secret, machine.asking());
  std::unique_ptr<Connection> connection(new Connection(std::move(http)));
  if (calendar.provider == "caldav") {
    connection->provider_ = caldav(calendar, *connection->http_, machine);
  } else if (calendar.provider == "google") {
    connection->tokens_ = std::make_unique<SecretTokens>(calendar.token, machine.asking());
    connection->provider_ = google(calendar, machine.http(), *connection->tokens_, machine);
  } else if (calendar.provider == "obsidian") {
    obsidian::Config config{
        .path = calendar.path, .end_dates = end_dates(calendar.end_date), .zone = calendar.zone};
    config.clock = &machine.clock();
    if (belief == Belief::settled) config.settle_ms = kSettleMs;
    auto notes = vault(std::move(config), machine);
    connection->is_waiting_ = [watched = notes.get()] { return watched->is_waiting(); };
    connection->provider_ = std::move(notes);
  } else if (calendar.provider == "ics") {
    provider::IcsConfig config{
        .url = calendar.url, .username = calendar.username, .secret = "", .bearer = false};
    config.bearer = calendar.token.has_value();
    connection->provider_ =
        std::make_unique<provider::IcsProvider>(std::move(config), *connection->http_, machine.zones());
  } else {
    return fail(ErrorKind::unsupported, fmt::format("There is no provider {}.", calendar.provider));
  }
  return connection;
}

std::unique_ptr<ports::Provider> open_vault(const std::string& folder, Machine& machine) {
  return vault({.path = folder}, machine);
}

bool Wiring::is_waiting() const {
  return std::ranges::any_of(connections_, [](const auto& entry) { return entry.second->is_waiting(); });
}

Wiring::Wiring() = default;
Wiring::~Wiring() = default;

Result<std::unique_ptr<Wiring>> Wiring::make(const Config& config, Access access, Machine& machine,
                                             ports::Progress* progress, Belief belief) {
  std::unique_ptr<Wiring> wiring(new Wiring());
  wiring->store_ = TRY(open_store(config, access));
  engine::Settings settings;
  settings.links = config.links;
  std::map<CalendarId, ports::Provider*> providers;
  for (const CalendarConfig& calendar : config.calendars) {
    auto connection = Connection::make(calendar, machine, belief);
    if (!connection)
      return std::unexpected(
          std::move(connection).error().within(fmt::format("Calendar {}", calendar.id.value)));
    providers[calendar.id] = &(*connection)->provider();
    wiring->connections_[calendar.id] = std::move(*connection);
    settings.calendars.push_back(calendar.id);
  }
  engine::World world{*wiring->store_, machine.clock(),      machine.random(), machine.log(),
                      machine.zones(), machine.local_zone(), progress,         &machine.executor()};
  wiring->engine_ = std::make_unique<engine::Engine>(world, std::move(settings), std::move(providers));
  return wiring;
}

Result<std::string> restore_store(const Config& config, const std::string& backup, Machine& machine) {
  return store::SqliteStore::restore(backup, config.store_path, [&](const std::string& copy) -> Result<void> {
    Config staged = config;
    staged.store_path = copy;
    const auto wiring = TRY(Wiring::make(staged, Access::write, machine));
    return wiring->engine().after_restore();
  });
}

}  // namespace kalends::app
