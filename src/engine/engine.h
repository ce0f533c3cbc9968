// The engine: one cycle is observe -> plan -> act -> settle, every step of which may be cut off at any point.
// Commands for people (resolve, approve, undo, why) read and change the store only; the next cycle carries them out.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "calendar/zone.h"
#include "engine/views.h"
#include "ports/executor.h"
#include "ports/provider.h"
#include "ports/store.h"
#include "ports/world.h"
#include "sync/link.h"

namespace kalends::engine {

struct Settings {
  std::vector<CalendarId> calendars;  // in the configuration's order
  std::vector<sync::Link> links;
  std::size_t new_at_once =
      1000;  // how many new events are planned and written together: it bounds the memory
};

// Everything outside the engine, owned by the caller and outliving it.
struct World {
  ports::Store& store;
  ports::Clock& clock;
  ports::Random& random;
  ports::Log& log;
  const calendar::ZoneSource& zones;
  const calendar::Zone& local_zone;  // where floating and all-day times are read
  ports::Progress* progress = nullptr;
  ports::Executor* executor = nullptr;  // none: the calendars are asked one after the other
};

struct SyncOptions {
  bool yes = false;  // answers the question a first run asks; releases no other held work
};

enum class Take : std::uint8_t { calendar, hub, both };

class Engine {
 public:
  // `providers` has one entry for each of settings.calendars.
  Engine(World world, Settings settings, std::map<CalendarId, ports::Provider*> providers);
  ~Engine();

  // One cycle over all links. An error only when the store fails; a calendar that fails is in the report.
  Result<RunReport> sync(SyncOptions options);
  // What sync would do now. Looks at the calendars, writes to none of them, and leaves the store as it was.
  Result<RunReport> plan();

  Result<Status> status();
  Result<std::vector<ConflictView>> conflicts(bool open_only = true);
  Result<void> resolve(std::int64_t conflict, Take take, const CalendarId& calendar);
  Result<std::vector<HeldView>> held(bool waiting_only = true);
  Result<void> approve(std::int64_t held);
  Result<void> reject(std::int64_t held);
  Result<std::vector<RunView>> log(std::size_t newest = 20);
  Result<RunView> log_run(std::int64_t run);
  Result<UndoReport> undo_run(std::int64_t run);
  Result<UndoReport> undo_write(std::int64_t write);
  // By uid, Kalends' id, or title (whole, ignoring case); not_found when there is none.
  Result<std::vector<Lineage>> why(const std::string& uid_or_title);
  // Occurrences in a range (UTC seconds), by start; of one calendar when `calendar` is not empty.
  // An event that cannot be expanded hides no other.
  Result<EventsView> events(std::int64_t from_utc, std::int64_t to_utc, const CalendarId& calendar,
                            const calendar::Zone& viewer);
  // All events that a calendar holds, for export.
  Result<std::vector<calendar::Event>> events_of(const CalendarId& calendar);
  // After the store came back from a backup: a new epoch, no cursors; the next cycle adopts and deletes nothing.
  Result<void> after_restore();

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace kalends::engine
