// Writes that a calendar refused and that are meant still, and since when that keeps the calendar out of sync.
// A row in the trail says of each write whether it failed; a base that is not settled says that it is meant still.
#include <fmt/format.h>

#include "base/bytes.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::WriteRow;

// Of calendars that a failed write keeps out of sync: when they last were in sync.
constexpr const char* kInSyncAsOf = "in_sync_as_of";

std::map<CalendarId, Instant> decode_times(const std::string& bytes) {
  std::map<CalendarId, Instant> out;
  ByteReader in(bytes);
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    CalendarId calendar(in.text());
    out[calendar] = {in.signed_number()};
  }
  return out;
}

std::string encode_times(const std::map<CalendarId, Instant>& times) {
  ByteWriter out;
  out.number(times.size());
  for (const auto& [calendar, at] : times) {
    out.text(calendar.value);
    out.signed_number(at.ms);
  }
  return out.take();
}

// Where one push is several writes, those after the one that failed were not tried: the cause is the first's.
Result<WriteRow> first_of_push(Transaction& tx, WriteRow row) {
  while (row.id > 1) {
    auto before = TRY(tx.write(row.id - 1));
    const bool same = before && before->run == row.run && before->event == row.event &&
                      before->calendar == row.calendar && before->state == WriteRow::State::failed;
    if (!same) break;
    row = *std::move(before);
  }
  return row;
}

// What becomes of a failed write next: it may wait for a person by now, or was rejected by one.
Result<std::string> what_is_next(Transaction& tx, const WriteRow& row) {
  using State = ports::HeldRow::State;
  for (State state : {State::waiting, State::rejected})
    for (const ports::HeldRow& held : TRY(tx.held(state))) {
      const HeldRecord record = TRY(decode_held(held.blob));
      for (const Move& work : record.work) {
        if (work.event != row.event || work.calendar != row.calendar) continue;
        if (state == State::rejected) return fmt::format("you rejected what was held as {}", held.id);
        return fmt::format("it waits for your word now, held as {}", held.id);
      }
    }
  return std::string("the next sync tries again");
}

}  // namespace

Result<std::map<CalendarId, Failing>> Engine::Inner::failing(Transaction& tx) {
  std::map<CalendarId, Failing> out;
  std::map<CalendarId, WriteRow> example;
  for (WriteRow& row : TRY(tx.failing_writes())) {
    ++out[row.calendar].writes;
    example.try_emplace(row.calendar, std::move(row));
  }
  if (out.empty()) return out;
  const auto times = decode_times(TRY(tx.meta(kInSyncAsOf)).value_or(""));
  for (auto& [calendar, failing] : out) {
    if (auto at = times.find(calendar); at != times.end()) failing.in_sync_as_of = at->second;
    const WriteRow first = TRY(first_of_push(tx, std::move(example.at(calendar))));
    const WriteRecord record = TRY(decode_write(first.blob));
    const std::string next = TRY(what_is_next(tx, first));
    const std::string others = failing.writes == 1   ? ""
                               : failing.writes == 2 ? " and one more event"
                                                     : fmt::format(" and {} more events", failing.writes - 1);
    failing.error =
        fmt::format("\"{}\"{} could not be written, and {}: {}", record.title, others, next, record.error);
  }
  return out;
}

// Nobody can look whether an unfinished write reached a calendar that is not configured any more, and nothing more will be
// written there: it is on record as of unknown end, and keeps no event busy.
Result<void> Engine::Inner::settle_unconfigured(Transaction& tx) {
  for (const ports::BaseRow& row : TRY(tx.unsettled_bases())) {
    if (providers.contains(row.calendar)) continue;
    sync::Base base = TRY(sync::decode_base(row.blob));
    if (base.intent) {
      for (std::int64_t id : base.intent->writes) {
        auto write = TRY(tx.write(id));
        if (!write || write->state == WriteRow::State::done) continue;
        WriteRecord record = TRY(decode_write(write->blob));
        record.error = "it is not known whether it reached the calendar, which is not configured any more";
        write->blob = encode_write(record);
        write->state = WriteRow::State::failed;
        TRY_VOID(tx.put(*write));
      }
      if (base.intent->kind == sync::Intent::Kind::create) {
        base.nonce =
            base.intent->nonce;  // what it may have made is known by that, should the calendar come back
        base.standing = sync::Standing::retired;
      }
      base.intent.reset();
    }
    TRY_VOID(put_base(tx, row.event, row.calendar, base, true));
  }
  return {};
}

Result<void> Engine::Inner::keep_in_sync_times(Transaction& tx, const Cycle& cycle) {
  const std::string kept = TRY(tx.meta(kInSyncAsOf)).value_or("");
  const auto before = decode_times(kept);
  std::map<CalendarId, Instant> times;
  for (const WriteRow& row : TRY(tx.failing_writes())) {
    if (times.contains(row.calendar)) continue;
    auto known = before.find(row.calendar);
    auto seen = cycle.watched_since.find(row.calendar);
    times[row.calendar] = known != before.end()               ? known->second
                          : seen != cycle.watched_since.end() ? seen->second
                                                              : Instant{};
  }
  if (times == before) return {};
  return tx.set_meta(kInSyncAsOf, encode_times(times));
}

}  // namespace kalends::engine
