#include "lab/sim/world.h"

#include <algorithm>
#include <filesystem>

#include "merge/state.h"
#include "system/zone_files.h"

namespace kalends::lab {
namespace {

namespace fs = std::filesystem;

class NoLog : public ports::Log {
 public:
  void write(ports::Level, std::string_view) override {}
};

}  // namespace

template <class T, class Work>
Result<T> MortalProvider::mortal(Work work) {
  const auto died = [] { return fail(ErrorKind::cancelled, "the process was killed"); };
  scheduler_.pause();
  if (!fate_.pass()) return died();
  auto result = work();
  if (!fate_.pass()) return died();
  scheduler_.pause();
  return result;
}

Result<ports::Changes> MortalProvider::changes(const std::string& cursor, const ports::Known& known) {
  return mortal<ports::Changes>([&] { return inner_.changes(cursor, known); });
}
Result<ports::Item> MortalProvider::get(const RemoteId& id) {
  return mortal<ports::Item>([&] { return inner_.get(id); });
}
Result<ports::Written> MortalProvider::create(const ports::Draft& draft) {
  return mortal<ports::Written>([&] { return inner_.create(draft); });
}
Result<ports::Written> MortalProvider::update(const ports::Item& current, const calendar::Facts& target,
                                              Instant now) {
  return mortal<ports::Written>([&] { return inner_.update(as_it_is(current), target, now); });
}
Result<void> MortalProvider::remove(const ports::Item& current) {
  return mortal<void>([&] { return inner_.remove(current); });
}

// What a writer takes for the present item who does not care whether it is.
ports::Item MortalProvider::as_it_is(const ports::Item& current) {
  if (flaw_ != Flaw::writes_over_edits) return current;
  auto now = inner_.get(current.id);
  return now ? *std::move(now) : current;
}

World::World(std::uint64_t seed_, std::string folder, Flaw flaw)
    : seed(seed_),
      chance(seed_),
      engine_chance(seed_ + 1),
      folder_(std::move(folder)),
      store_path_((fs::path(folder_) / "kalends.db").string()),
      zones_(std::make_unique<system::ZoneFiles>()),
      log_(std::make_unique<NoLog>()) {
  topology = draw_topology(chance);
  std::string profiles;
  for (std::size_t n = 0; n < topology.profiles.size(); ++n) {
    auto place = std::make_unique<Place>();
    place->id = topology.settings.calendars[n];
    place->server = std::make_unique<provider::MemoryServer>(place->id.value, topology.profiles[n],
                                                             [this] { return clock.peek(); });
    place->faults = provider::Faults(chance.next(), 0);
    place->provider = std::make_unique<MortalProvider>(*place->server, place->faults, fate, scheduler, flaw);
    profiles += " " + topology.profiles[n].name;
    places.push_back(std::move(place));
  }
  clock.before_now = [this] { scheduler.pause(); };
  trace.say("topology {}:{}", topology.name, profiles);
}

World::~World() { end_process(); }

std::string World::day_of_event(const EventId& id) {
  auto transaction = store_->begin();
  if (!transaction) return {};
  auto row = (*transaction)->event(id);
  if (!row || !*row) return {};
  const auto state = merge::decode_state((*row)->blob);
  return state ? day_of(state->facts()) : std::string();
}

std::int64_t World::store_bytes() const {
  std::error_code error;
  const auto size = fs::file_size(store_path_, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

std::size_t World::server_writes() const {
  std::size_t count = 0;
  for (const auto& each : places) count += each->server->writes().size();
  return count;
}

Result<void> World::start_process() {
  store::SqliteOptions options;
  options.durable = false;
  options.max_bytes = disk_bytes;
  options.before_write = [this] { return fate.pass(); };
  options.before_commit = [this] { return fate.pass(); };
  options.after_commit = [this] { return fate.pass(); };
  store_ = TRY(store::SqliteStore::open(store_path_, std::move(options)));
  std::map<CalendarId, ports::Provider*> providers;
  for (const auto& each : places) providers[each->id] = each->provider.get();
  const calendar::Zone* local = zones_->find("Europe/Berlin");
  KALENDS_CHECK(local != nullptr);
  engine_ = std::make_unique<engine::Engine>(
      engine::World{*store_, clock, engine_chance, *log_, *zones_, *local, nullptr, &scheduler},
      topology.settings, std::move(providers));
  return {};
}

void World::end_process() {
  engine_.reset();
  store_.reset();
  fate.live();
}

engine::Engine* World::engine() {
  if (engine_) return engine_.get();
  if (auto started = start_process(); !started) {
    trace.say("the process did not start: {}", started.error().message);
    if (!fate.dead() && disk_bytes == 0)
      broken.push_back("the process did not start: " + started.error().message);
    engine_.reset();
    store_.reset();
  }
  return engine_.get();
}

// What the calendars saw since they had seen so many writes each, by day.
void World::say_writes(const std::vector<std::size_t>& seen) {
  static constexpr const char* kKinds[] = {"create", "update", "remove"};
  for (std::size_t n = 0; n < places.size(); ++n) {
    const auto& writes = places[n]->server->writes();
    for (std::size_t i = seen[n]; i < writes.size(); ++i) {
      const auto& write = writes[i];
      trace.say("  {} saw {} {}", places[n]->id.value, kKinds[static_cast<std::size_t>(write.kind)],
                day_of(write.kind == ports::WriteKind::remove ? write.before : write.after));
      if (write.kind == ports::WriteKind::update)
        for (const auto& change : calendar::difference(write.before, write.after))
          trace.say("    {}: {} -> {}", change.path, change.before.value_or("nothing"),
                    change.after.value_or("nothing"));
    }
  }
}

Cycle World::sync(engine::SyncOptions options) {
  Cycle out;
  ran = true;
  if (last_whole_cycle.ms == 0) tell_unseen_apart();
  std::vector<std::size_t> seen;
  for (const auto& each : places) seen.push_back(each->server->writes().size());
  const std::size_t points_before = scheduler.points(), switches_before = scheduler.switches();
  const Instant began = clock.peek();
  const auto edits_before = static_cast<int>(ledger.edits.size());  // the clock stands still in a cycle
  const std::size_t writes_before = server_writes();
  if (auto* running = engine()) {
    auto report = running->sync(options);
    if (report)
      out.report = std::move(*report);
    else
      out.error = report.error().message;
  }
  out.crashed = fate.dead();
  say_writes(seen);
  if (out.crashed) {
    trace.say("  crashed after {} writes", server_writes() - writes_before);
    end_process();
    return out;
  }
  if (!out.report && disk_bytes > 0) {
    trace.say("  failed: the disk is full");
    end_process();
    return out;
  }
  if (!out.report) {
    broken.push_back("a cycle failed: " + out.error);
    end_process();
    return out;
  }
  for (const auto& move : out.report->moves)
    if (move.kind == engine::Move::Kind::conflict) note_day(move.event);
  for (const auto& move : out.report->moves)
    trace.say("  {} {} at {}{}: {}", engine::to_string(move.kind), move.title, move.calendar.value,
              move.from.empty() ? "" : " from " + move.from, move.why);
  for (const auto& error : out.report->errors) trace.say("  error: {}", error);
  trace.say("  {} writes, {} held, {} conflicts, {} switches at {} points", server_writes() - writes_before,
            out.report->held_waiting, out.report->conflicts_open, scheduler.switches() - switches_before,
            scheduler.points() - points_before);
  for (const auto& counts : out.report->calendars)
    if (counts.error.empty()) {
      last_read[counts.calendar] = edits_before;
      note_told(counts.calendar);
    }
  if (out.report->errors.empty()) last_whole_cycle = began;
  return out;
}

// What was entered twice by hand is told by equal contents alone, and contents that cannot be seen equal nothing: to
// anybody who looks now these are two events. So are two with one uid of which a calendar tells the one and would have
// told the other as well if it said the same.
void World::tell_unseen_apart() {
  for (const auto& each : places)
    for (const auto& item : each->server->list()) {
      const auto found = ledger.events.find(day_of(item.facts));
      if (found == ledger.events.end()) continue;
      Known& known = found->second;
      const bool told = each->server->tells(item.facts);
      if (known.by_hand && (item.spoilt || !told)) {
        ++known.duplicates;
        known.by_hand = false;
      } else if (!told && !known.untold && known.made_at.size() > 1) {
        for (const auto& other : places)
          for (const auto& twin : other->server->list())
            known.untold = known.untold || (other->id != each->id && day_of(twin.facts) == found->first &&
                                            each->server->tells(twin.facts));
        known.duplicates += known.untold ? 1 : 0;
      }
    }
}

void World::note_told(const CalendarId& calendar) {
  const auto& server =
      *(*std::ranges::find(places, calendar, [](const auto& each) { return each->id; }))->server;
  for (const auto& item : server.list())
    if (server.tells(item.facts)) ledger.told.insert({calendar, item.id});
  for (const auto& write : server.writes()) ledger.told.insert({calendar, write.id});
}

// A store in which no cycle ever began has not even the key by which events get their names: to put it back is to lose
// the store, and copies that hide what they are of are then known to nobody.
bool World::backup_store() {
  if (!engine()) return false;
  if (auto transaction = store_->begin()) {
    const auto key = (*transaction)->meta("digest_key");
    if (!key || !*key) return false;
  }
  return store_->backup((fs::path(folder_) / ("backup-" + std::to_string(++backups_))).string()).has_value();
}

void World::note_day(const EventId& id) {
  if (auto day = day_of_event(id); !day.empty()) ledger.days_of_conflicts[id] = std::move(day);
}

void World::keep_conflicts() {
  if (auto* running = engine())
    if (auto all = running->conflicts(false)) {
      ledger.conflicts.insert(ledger.conflicts.end(), all->begin(), all->end());
      for (const auto& conflict : *all) note_day(conflict.event);
    }
}

bool World::restore_store() {
  // Where neither marks nor uids are kept, what changed since the backup cannot be known again.
  for (const auto& profile : topology.profiles)
    if (!profile.keeps_marks && !profile.keeps_uids) return false;
  if (backups_ == 0) return false;
  keep_conflicts();
  end_process();
  const auto path = (fs::path(folder_) / ("backup-" + std::to_string(backups_))).string();
  if (auto restored = store::SqliteStore::restore(path, store_path_); !restored) {
    broken.push_back("a backup could not be restored: " + restored.error().message);
    return false;
  }
  auto* running = engine();
  if (!running) return false;
  if (auto told = running->after_restore(); !told)
    broken.push_back("the engine did not take a restored store: " + told.error().message);
  ledger.store_restored = true;
  return true;
}

}  // namespace kalends::lab
