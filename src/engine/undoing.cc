// Undo is a merge: base = what a write left, theirs = what was before it, ours = what is there now. The next cycle carries
// it out. **What was changed since stays and is named; what a person made is not ours to take back.**
#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "calendar/parameters.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::WriteRow;
using Value = std::optional<std::string>;

bool is_unfinished_create(const sync::Base& base, std::int64_t write) {
  return base.intent && base.intent->kind == sync::Intent::Kind::create &&
         std::ranges::find(base.intent->writes, write) != base.intent->writes.end();
}

bool is_birth(const calendar::Change& change) {
  return change.path == merge::kLife && !change.before && change.after;
}

// The changes of the hub that take back those of `net` which nobody touched since.
std::vector<calendar::Change> back_to(const Loaded& loaded, const Net& net, const std::string& title,
                                      UndoReport& report) {
  std::vector<calendar::Change> out;
  for (const auto& [path, change] : net) {
    if (change.before == change.after) continue;
    if (path == merge::kLife && is_on(Mutant::undo_leaves_deleted)) continue;
    const Value now = loaded.state.value(path);
    if (now == change.before) continue;
    if (now != change.after && !is_on(Mutant::undo_overwrites_later_edits)) {
      if (!is_on(Mutant::undo_names_nothing))
        report.kept.push_back(
            fmt::format("{} of \"{}\" stays: it was changed since.", calendar::path_words(path), title));
      continue;
    }
    out.push_back({path, now, change.before});
  }
  return out;
}

}  // namespace

void chain(Net& net, const calendar::Change& change) {
  auto [it, inserted] = net.try_emplace(change.path, change);
  if (inserted) return;
  const bool earlier = change.after == it->second.before && change.before != it->second.after;
  if (earlier) {
    it->second.before = change.before;
  } else {
    it->second.after = change.after;
  }
}

// A copy that a run made goes, unless somebody changed it since: then its removal waits for a person's word.
Result<void> Engine::Inner::take_back_create(Transaction& tx, Loaded& loaded, const WriteRow& row,
                                             const WriteRecord& record, UndoReport& report) {
  sync::Base& base = loaded.bases.at(row.calendar);
  const EventId& id = loaded.row.id;
  const std::string title = loaded.state.value("title").value_or("an event without a title");
  calendar::Facts made;
  for (const calendar::Change& change : record.changes)
    if (change.after) made.set(change.path, *change.after);
  auto item = loaded.items.find(row.calendar);
  const bool there = item != loaded.items.end() && item->second.state == ports::ItemRow::State::present;
  if (base.role == sync::Role::origin) return {};
  if (!there && is_unfinished_create(base, row.id)) {
    // It may be there, unseen as yet: if it is, it goes as soon as a look shows it.
    base.withdrawn = true;
    TRY_VOID(put_base(tx, id, row.calendar, base, false));
    loaded.row.dirty = true;
    ++report.restored;
  }
  if (item != loaded.items.end() && item->second.state == ports::ItemRow::State::unreadable)
    report.kept.push_back(
        fmt::format("The copy of \"{}\" in \"{}\" stays, because it cannot be read; undo the run again "
                    "when it can.",
                    title, row.calendar.value));
  if (!there || row.state != WriteRow::State::done) return {};
  calendar::Facts shows = TRY(whole_item(loaded, row.calendar)).facts;
  if (shows != providers_project(row.calendar, made)) {
    TRY_VOID(hold_undone_copy(tx, loaded, row.calendar, shows));
    report.kept.push_back(
        fmt::format("The copy of \"{}\" in \"{}\" stays, because it was changed since; its "
                    "removal waits for your word (\"kalends held\").",
                    title, row.calendar.value));
    return {};
  }
  base.withdrawn = !is_on(Mutant::undo_leaves_copies);
  TRY_VOID(put_base(tx, id, row.calendar, base, false));
  loaded.row.dirty = true;
  ++report.restored;
  return {};
}

Result<void> Engine::Inner::undo_event(Transaction& tx, std::int64_t run, const EventId& id,
                                       const std::vector<const WriteRow*>& rows, UndoReport& report) {
  Loaded loaded = TRY(load(tx, id));
  const std::string title = loaded.state.value("title").value_or("an event without a title");
  const std::set<CalendarId> parted = TRY(to_be_parted(loaded, rows, report));
  bool made_by_person = false;  // the event itself was born in these writes: not ours to take back
  Net net;
  for (const WriteRow* row : rows) {
    const WriteRecord record = TRY(decode_write(row->blob));
    if (row->calendar.empty()) {
      for (const calendar::Change& change : record.changes) {
        made_by_person = made_by_person || is_birth(change);
        chain(net, change);
      }
      continue;
    }
    if (row->kind == kPart) return join_again(tx, run, *row, record, report);
    auto base = loaded.bases.find(row->calendar);
    if (parted.contains(row->calendar) || base == loaded.bases.end()) continue;
    const bool part = !record.slot.empty();  // of a series: an override, and no event of its own
    if (row->kind == "create" && !part) {
      TRY_VOID(take_back_create(tx, loaded, *row, record, report));
    } else if (row->kind == "remove" && !part && loaded.state.alive()) {
      if (base->second.standing != sync::Standing::not_here) continue;
      base->second.standing = sync::Standing::none;
      TRY_VOID(put_base(tx, id, row->calendar, base->second, false));
      loaded.row.dirty = true;
      ++report.restored;
    } else if (row->kind == "update" || part) {
      // A copy's own words (a mask's title) are not the hub's: only what the hub says itself is taken back there, to what
      // the hub itself said before, where the trail tells.
      for (const calendar::Change& change : record.changes)
        if (loaded.state.value(change.path) == change.after)
          net.try_emplace(change.path, change).first->second.after = change.after;
    }
  }
  std::vector<calendar::Change> back;
  if (!made_by_person) {
    back = back_to(loaded, net, title, report);
  } else if (!parted.empty()) {
    back = TRY(back_to_one_side(loaded, parted, rows, report));
  }
  report.restored += back.size();
  for (const CalendarId& calendar : parted) TRY_VOID(part(tx, run, loaded, calendar, rows, report));
  if (!back.empty() || loaded.row.dirty) TRY_VOID(write_hub(tx, loaded, run, "a person took it back", back));
  return {};
}

Result<void> Engine::Inner::undo(Transaction& tx, std::int64_t run, const std::vector<WriteRow>& writes,
                                 UndoReport& report) {
  std::map<EventId, std::vector<const WriteRow*>> by_event;
  for (const WriteRow& row : writes) {
    const bool may_have_made = row.kind == "create";  // though no answer came
    if (row.state == WriteRow::State::done || may_have_made) by_event[row.event].push_back(&row);
  }
  for (const auto& [id, rows] : by_event)
    if (TRY(tx.event(id))) TRY_VOID(undo_event(tx, run, id, rows, report));
  return {};
}

Result<UndoReport> Engine::undo_run(std::int64_t run) {
  auto tx = TRY(inner_->world.store.begin());
  if (!TRY(tx->run(run)))
    return fail(ErrorKind::not_found, fmt::format("there is no run {}; \"kalends log\" lists them", run));
  UndoReport report;
  report.run = TRY(inner_->begin_run(*tx, "undo"));
  TRY_VOID(inner_->undo(*tx, report.run, TRY(tx->writes_of_run(run)), report));
  TRY_VOID(tx->commit());
  return report;
}

Result<UndoReport> Engine::undo_write(std::int64_t write) {
  auto tx = TRY(inner_->world.store.begin());
  auto row = TRY(tx->write(write));
  if (!row)
    return fail(ErrorKind::not_found, fmt::format("there is no write {}; \"kalends log\" lists them", write));
  UndoReport report;
  report.run = TRY(inner_->begin_run(*tx, "undo"));
  // A removal carried out the deletion that the hub took in: undoing the one undoes the other. What two events said to
  // each other when they met, and what came of their parting, is one thing with it.
  const bool met = row->kind == kAdopt || row->kind == kPart;
  std::vector<WriteRow> rows;
  if (row->kind == "remove" || met)
    for (WriteRow& other : TRY(tx->writes_of_run(row->run)))
      if (other.event == row->event && other.id != row->id && (met || other.calendar.empty()))
        rows.push_back(std::move(other));
  rows.push_back(*std::move(row));
  TRY_VOID(inner_->undo(*tx, report.run, rows, report));
  TRY_VOID(tx->commit());
  return report;
}

}  // namespace kalends::engine
