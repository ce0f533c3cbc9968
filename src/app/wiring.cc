#include "app/wiring.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "provider/caldav/caldav_provider.h"
#if __has_include("provider/ics/ics_provider.h")
#include "provider/ics/ics_provider.h"
#endif
#if __has_include("provider/obsidian/obsidian_provider.h")
#include "provider/obsidian/obsidian_provider.h"
#endif
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

std::unique_ptr<ports::Provider> provider_of(const CalendarConfig& calendar, ports::Http& http,
                                             Machine& machine) {
  if (calendar.provider == "caldav") return caldav(calendar, http, machine);
  return nullptr;
}

Result<std::unique_ptr<ports::Store>> open_store(const Config& config, Access access) {
  std::error_code error;
  // Before the first sync there is nothing to read, and reading makes no file.
  if (access == Access::read && !std::filesystem::exists(config.store_path, error))
    return TRY(store::SqliteStore::open(":memory:"));
  store::SqliteOptions options;
  options.read_only = access == Access::read;
  return TRY(store::SqliteStore::open(config.store_path, options));
}

}  // namespace

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::make(const CalendarConfig& calendar, Machine& machine) {
  const std::optional<Secret>& secret = calendar.token ? calendar.token : calendar.password;
  auto http = std::make_unique<SigningHttp>(machine.http(), secret);
  std::unique_ptr<Connection> connection(new Connection(std::move(http)));
  connection->provider_ = provider_of(calendar, *connection->http_, machine);
  return connection;
}

std::unique_ptr<ports::Provider> open_vault(const std::string& folder, Machine& machine) {
  (void)folder, (void)machine;
  return nullptr;
}

Wiring::Wiring() = default;
Wiring::~Wiring() = default;

Result<std::unique_ptr<Wiring>> Wiring::make(const Config& config, Access access, Machine& machine,
                                             ports::Progress* progress) {
  std::unique_ptr<Wiring> wiring(new Wiring());
  wiring->store_ = TRY(open_store(config, access));
  engine::Settings settings;
  settings.links = config.links;
  std::map<CalendarId, ports::Provider*> providers;
  for (const CalendarConfig& calendar : config.calendars) {
    auto connection = Connection::make(calendar, machine);
    if (!connection)
      return std::unexpected(
          std::move(connection).error().within(fmt::format("Calendar {}", calendar.id.value)));
    providers[calendar.id] = &(*connection)->provider();
    wiring->connections_[calendar.id] = std::move(*connection);
    settings.calendars.push_back(calendar.id);
  }
  engine::World world{*wiring->store_, machine.clock(),      machine.random(), machine.log(),
                      machine.zones(), machine.local_zone(), progress};
  wiring->engine_ = std::make_unique<engine::Engine>(world, std::move(settings), std::move(providers));
  return wiring;
}

Result<void> restore_store(const Config& config, const std::string& backup) {
  return store::SqliteStore::restore(backup, config.store_path);
}

}  // namespace kalends::app
