// The simulated world of one run: calendars, their faults, the store on disk, a clock, and the engine between them,
// which may be killed at any write, commit or call and is then started anew on what the store kept.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calendar/zone.h"
#include "engine/engine.h"
#include "lab/sim/chance.h"
#include "lab/sim/ledger.h"
#include "lab/sim/run.h"
#include "lab/sim/scheduler.h"
#include "lab/sim/topology.h"
#include "lab/sim/trace.h"
#include "provider/memory/provider.h"
#include "provider/memory/server.h"
#include "store/sqlite/store.h"

namespace kalends::lab {

// The time of the world, and what the clock of our machine makes of it.
class SimClock : public ports::Clock {
 public:
  // Asking for the time is a point where another thread may come in.
  Instant now() override {
    if (before_now) before_now();
    return Instant{now_.ms + skew_ms};
  }
  Instant peek() const { return now_; }  // the world's
  void sleep_ms(std::int64_t ms) override { advance(ms); }
  void advance(std::int64_t ms) { now_.ms += ms; }
  std::function<void()> before_now;
  std::int64_t skew_ms = 0;

 private:
  Instant now_{
      1'771'920'000'000};  // 2026-02-24T08:00:00Z: some of people's events are past, most are to come
};

// Where the process dies. Counts down the points it passes; dead, it lets nothing through.
class Fate {
 public:
  void die_in(int points) { left_ = points; }
  void live() { left_ = -1, dead_ = false; }
  bool dead() const { return dead_; }
  // Whether the process is still alive past this point.
  bool pass() {
    if (!dead_ && left_ >= 0 && left_-- == 0) dead_ = true;
    return !dead_;
  }

 private:
  int left_ = -1;
  bool dead_ = false;
};

// A provider whose process can die before a call, or after the call was carried out, and where other threads come in.
class MortalProvider : public ports::Provider {
 public:
  MortalProvider(provider::MemoryServer& server, provider::Faults& faults, Fate& fate, Scheduler& scheduler,
                 Flaw flaw)
      : inner_(server, &faults), fate_(fate), scheduler_(scheduler), flaw_(flaw) {}
  provider::MemoryProvider& inner() { return inner_; }

  const ports::Capabilities& capabilities() const override { return inner_.capabilities(); }
  calendar::Facts project(const calendar::Facts& facts) const override { return inner_.project(facts); }
  Result<ports::Changes> changes(const std::string& cursor, const ports::Known& known) override;
  Result<ports::Item> get(const RemoteId& id) override;
  Result<ports::Written> create(const ports::Draft& draft) override;
  Result<ports::Written> update(const ports::Item& current, const calendar::Facts& target,
                                Instant now) override;
  Result<void> remove(const ports::Item& current) override;
  std::vector<std::string> recipients(ports::WriteKind kind, const ports::Item* current,
                                      const calendar::Facts& target) const override {
    return inner_.recipients(kind, current, target);
  }
  std::string address() const override { return inner_.address(); }

 private:
  template <class T, class Work>
  Result<T> mortal(Work work);

  ports::Item as_it_is(const ports::Item& current);

  provider::MemoryProvider inner_;
  Fate& fate_;
  Scheduler& scheduler_;
  Flaw flaw_;
};

// One calendar with all that belongs to it.
struct Place {
  CalendarId id;
  std::unique_ptr<provider::MemoryServer> server;
  provider::Faults faults;
  std::unique_ptr<MortalProvider> provider;
};

struct Cycle {
  bool crashed = false;
  std::optional<engine::RunReport> report;
  std::string error;
};

class World {
 public:
  World(std::uint64_t seed, std::string folder, Flaw flaw);
  ~World();

  // One cycle of the engine, in a process that is started when there is none; a crash ends the process.
  Cycle sync(engine::SyncOptions options);
  // The engine, or nothing when the store cannot be opened.
  engine::Engine* engine();
  ports::Store& store() { return *store_; }
  void end_process();

  // The store put back as it was at the last backup; false when there is none.
  bool backup_store();
  bool restore_store();

  std::int64_t store_bytes() const;
  // The day of an event that the store knows, "" when it cannot be told.
  std::string day_of_event(const EventId& id);

  std::size_t server_writes() const;

  const std::uint64_t seed;
  Chance chance;         // of the step that is under way
  Chance engine_chance;  // what the engine draws
  Scheduler scheduler;
  Trace trace;
  Topology topology;
  SimClock clock;
  Fate fate;
  std::vector<std::unique_ptr<Place>> places;
  Ledger ledger;
  std::map<CalendarId, int>
      last_read;                    // how many edits there were when the last cycle began that could read it
  Instant last_whole_cycle;         // when the last cycle began that ended without a failure
  std::int64_t disk_bytes = 0;      // so much the store may hold when the next process opens it; 0 = any
  bool ran = false;                 // whether any cycle ever began
  std::vector<std::string> broken;  // what went wrong that should not, as sentences

 private:
  Result<void> start_process();
  void note_day(const EventId& id);  // of an event in conflict, while it is known
  void keep_conflicts();
  void note_told(const CalendarId& calendar);
  void tell_unseen_apart();
  void say_writes(const std::vector<std::size_t>& seen);

  std::string folder_;
  std::string store_path_;
  int backups_ = 0;
  std::unique_ptr<calendar::ZoneSource> zones_;
  std::unique_ptr<ports::Log> log_;
  std::unique_ptr<store::SqliteStore> store_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace kalends::lab
