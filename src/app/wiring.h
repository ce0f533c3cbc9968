// From a configuration to a working engine: the only place that names stores and providers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "app/config.h"
#include "app/machine.h"
#include "app/secrets.h"
#include "app/tokens.h"
#include "engine/engine.h"
#include "ports/provider.h"
#include "ports/store.h"

namespace kalends::app {

// Whether the command changes the store. Reading is possible while another process (sync --watch) has it; a trial takes
// the store as a change does, and leaves no trace: where there is none yet, none is made.
enum class Access : std::uint8_t { read, trial, write };

// Whether a note that a listing lacks is deleted at once, or only when it stays away for a moment.
enum class Belief : std::uint8_t { at_once, settled };
inline constexpr std::int64_t kSettleMs = 2000;

// A provider with what it stands on; secrets are not asked for before the first request that needs one.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>> make(const CalendarConfig& calendar, Machine& machine,
                                                  Belief belief = Belief::at_once);
  ~Connection();

  ports::Provider& provider() { return *provider_; }
  // Whether its last listing still keeps something missing that may come back: look again after kSettleMs.
  bool is_waiting() const { return is_waiting_ && is_waiting_(); }

 private:
  explicit Connection(std::unique_ptr<SigningHttp> http) : http_(std::move(http)) {}

  std::unique_ptr<SigningHttp> http_;     // outlives the provider
  std::unique_ptr<SecretTokens> tokens_;  // likewise; of one that asks for its token itself
  std::unique_ptr<ports::Provider> provider_;
  std::function<bool()> is_waiting_;
};

// A vault folder as a provider of its own, for import and convert.
std::unique_ptr<ports::Provider> open_vault(const std::string& folder, Machine& machine);

class Wiring {
 public:
  // Opens the store and connects every calendar of the configuration; no server is spoken to.
  static Result<std::unique_ptr<Wiring>> make(const Config& config, Access access, Machine& machine,
                                              ports::Progress* progress = nullptr,
                                              Belief belief = Belief::at_once);
  ~Wiring();

  engine::Engine& engine() { return *engine_; }
  ports::Store& store() { return *store_; }
  // Whether some calendar's listing is not final yet.
  bool is_waiting() const;

 private:
  Wiring();

  std::unique_ptr<ports::Store> store_;
  std::map<CalendarId, std::unique_ptr<Connection>> connections_;
  std::unique_ptr<engine::Engine> engine_;
};

// Puts a backup in the place of the configuration's store, and has the engine hear of it before any sync does, even when
// the process ends in between. Gives the name under which what was there is kept, "" when there was nothing.
Result<std::string> restore_store(const Config& config, const std::string& backup, Machine& machine);

}  // namespace kalends::app
