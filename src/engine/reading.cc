// What people ask: status, conflicts, held work, runs. Reads only.
#include <algorithm>

#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::HeldRow;
using ports::WriteRow;

constexpr std::size_t kNamed = 10;  // unreadable items; the rest is counted

const char* to_string(HeldRow::State state) {
  switch (state) {
    case HeldRow::State::waiting: return "waiting";
    case HeldRow::State::approved: return "approved";
    case HeldRow::State::rejected: return "rejected";
    case HeldRow::State::done: return "done";
  }
  return "done";
}

const char* to_string(WriteRow::State state) {
  switch (state) {
    case WriteRow::State::intended: return "intended";
    case WriteRow::State::done: return "done";
    case WriteRow::State::failed: return "failed";
  }
  return "failed";
}

Result<HeldView> view_of(const HeldRow& row) {
  HeldRecord record = TRY(decode_held(row.blob));
  HeldView view;
  view.id = row.id;
  view.kind = row.kind;
  view.calendar = row.calendar;
  view.count = row.count;
  view.state = to_string(row.state);
  view.reason = record.reason;
  view.work = record.work;
  view.at = row.at;
  return view;
}

}  // namespace

std::string tries_words(const WriteRecord& record) {
  const bool failed = !record.error.empty();
  if (failed) return "tried " + std::to_string(record.tries) + " times";
  return "after " + std::to_string(record.tries) + (record.tries == 1 ? " attempt" : " attempts") +
         " that failed";
}

Result<ConflictView> Engine::Inner::view_of(Transaction& tx, const ports::ConflictRow& row) {
  ConflictRecord record = TRY(decode_conflict(row.blob));
  ConflictView view;
  view.id = row.id;
  view.event = row.event;
  view.title = record.title;
  view.path = record.path;
  view.base = record.base;
  // The hub's value is that of whoever wrote it.
  std::string other = replica_name(record.hub_replica);
  if (other.empty() || other == row.calendar.value) other = "hub";
  auto at = [](std::int64_t ms) { return ms == 0 ? std::nullopt : std::optional(Instant{ms}); };
  const bool deletion = record.policy == "an edit beats a deletion";
  const bool remote_won = record.winner == "remote";
  view.sides.push_back({row.calendar.value, record.remote, at(record.remote_ms), deletion && !remote_won});
  view.sides.push_back({other, record.hub, at(record.hub_ms), deletion && remote_won});
  view.winner = remote_won ? row.calendar.value : record.winner.empty() ? "" : other;
  view.policy = record.policy;
  view.open = row.open;
  view.at = row.at;
  if (auto event = TRY(tx.event(row.event))) view.when = time_of(TRY(merge::decode_state(event->blob)));
  if (!row.open) return view;
  const bool named = providers.contains(CalendarId(other));
  view.takes = {row.calendar.value, named ? other : std::string("hub")};
  // A single element, or the organizer, says nothing as an event of its own.
  if (record.path.find('/') == std::string::npos && record.path != "organizer") view.takes.push_back("both");
  return view;
}

Result<WriteView> Engine::Inner::view_of(const ports::WriteRow& row) {
  WriteRecord record = TRY(decode_write(row.blob));
  WriteView view;
  view.id = row.id;
  view.run = row.run;
  view.event = row.event;
  view.title = record.title;
  view.calendar = row.calendar.empty() ? "hub" : row.calendar.value;
  view.kind = row.kind;
  view.state = to_string(row.state);
  view.why = record.error.empty() ? record.why : record.error;
  view.tries = record.tries;
  if (record.tries > (record.error.empty() ? 0u : 1u)) view.why += "; " + tries_words(record);
  view.changes = record.changes;
  view.from = record.from;
  view.at = row.at;
  return view;
}

Result<RunView> Engine::Inner::view_of(Transaction& tx, const ports::RunRow& row) {
  RunView view;
  view.id = row.id;
  view.kind = row.kind;
  view.started = row.started;
  view.ended = row.ended;
  for (const WriteRow& write : TRY(tx.writes_of_run(row.id))) view.writes.push_back(TRY(view_of(write)));
  return view;
}

Result<Status> Engine::status() {
  auto tx = TRY(inner_->world.store.begin());
  Status out;
  std::vector<ports::ConflictRow> conflicts = TRY(tx->conflicts(true));
  std::vector<HeldRow> waiting = TRY(tx->held(HeldRow::State::waiting));
  std::vector<ports::BaseRow> unsettled = TRY(tx->unsettled_bases());
  const std::map<CalendarId, Failing> failing = TRY(inner_->failing(*tx));
  for (const CalendarId& id : inner_->settings.calendars) {
    CalendarStatus status;
    status.calendar = id;
    const ports::Provider& provider = *inner_->providers.at(id);
    status.address = provider.address();
    auto row = TRY(tx->calendar(id));
    if (row && row->listed_at.ms != 0) status.in_sync_as_of = row->listed_at;
    if (row) status.error = row->error;
    if (auto refused = failing.find(id); refused != failing.end()) {
      const Failing& of = refused->second;
      status.failed = of.writes;
      status.in_sync_as_of = of.in_sync_as_of.ms != 0 ? std::optional(of.in_sync_as_of) : std::nullopt;
      status.error += (status.error.empty() ? "" : "; ") + of.error;
    }
    const ports::ItemCounts items = TRY(tx->item_counts(id));
    status.events = items.present;
    status.unreadable = items.unreadable;
    if (items.unreadable > 0)
      for (const ports::ItemRow& item : TRY(tx->items(id)))
        if (item.state == ports::ItemRow::State::unreadable && status.unreadable_items.size() < kNamed)
          status.unreadable_items.push_back(item.remote.value);
    status.pending = static_cast<std::size_t>(std::ranges::count_if(
        unsettled, [&](const ports::BaseRow& base) { return base.calendar == id && !base.settled; }));
    status.held = static_cast<std::size_t>(std::ranges::count(waiting, id, &HeldRow::calendar));
    status.conflicts =
        static_cast<std::size_t>(std::ranges::count(conflicts, id, &ports::ConflictRow::calendar));
    status.health = !status.error.empty()               ? "failing"
                    : !status.in_sync_as_of             ? "never synced"
                    : !provider.capabilities().writable ? "read-only"
                                                        : "ok";
    out.calendars.push_back(std::move(status));
  }
  for (const ports::RunRow& run : TRY(tx->runs(1))) {
    out.last_run = run.id;
    out.last_run_at = run.started;
  }
  return out;
}

Result<std::vector<ConflictView>> Engine::conflicts(bool open_only) {
  auto tx = TRY(inner_->world.store.begin());
  std::vector<ConflictView> out;
  for (const ports::ConflictRow& row : TRY(tx->conflicts(open_only)))
    out.push_back(TRY(inner_->view_of(*tx, row)));
  return out;
}

Result<std::vector<HeldView>> Engine::held(bool waiting_only) {
  auto tx = TRY(inner_->world.store.begin());
  std::vector<HeldView> out;
  std::vector<HeldRow::State> states = {HeldRow::State::waiting};
  if (!waiting_only)
    states.insert(states.end(), {HeldRow::State::approved, HeldRow::State::rejected, HeldRow::State::done});
  for (HeldRow::State state : states)
    for (const HeldRow& row : TRY(tx->held(state))) out.push_back(TRY(view_of(row)));
  return out;
}

Result<std::vector<RunView>> Engine::log(std::size_t newest) {
  auto tx = TRY(inner_->world.store.begin());
  std::vector<RunView> out;
  for (const ports::RunRow& row : TRY(tx->runs(newest))) out.push_back(TRY(inner_->view_of(*tx, row)));
  return out;
}

Result<RunView> Engine::log_run(std::int64_t run) {
  auto tx = TRY(inner_->world.store.begin());
  auto row = TRY(tx->run(run));
  if (!row)
    return fail(ErrorKind::not_found,
                "there is no run " + std::to_string(run) + "; \"kalends log\" lists them");
  return inner_->view_of(*tx, *row);
}

}  // namespace kalends::engine
