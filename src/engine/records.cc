#include "engine/records.h"

#include "base/bytes.h"

namespace kalends::engine {

namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kWriteVersion = 3;  // 1 had no slot, 2 no tries and no other event
constexpr std::uint64_t kHeldVersion = 2;   // 1 did not say when

std::unexpected<Error> damaged(const char* what) {
  return fail(ErrorKind::corrupt, std::string("a stored ") + what + " is damaged; run \"kalends verify\"");
}

void write_texts(ByteWriter& out, const std::vector<std::string>& texts) {
  out.number(texts.size());
  for (const std::string& text : texts) out.text(text);
}

std::vector<std::string> read_texts(ByteReader& in) {
  std::vector<std::string> out;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) out.push_back(in.text());
  return out;
}

}  // namespace

std::string encode_item(const ports::Item& item) {
  ByteWriter out;
  out.number(kVersion);
  out.text(calendar::encode(item.facts));
  out.text(item.raw);
  out.number(item.updated ? 1 : 0);
  out.signed_number(item.updated ? item.updated->ms : 0);
  out.number((item.read_only ? 1 : 0) | (item.foreign_copy ? 2 : 0));
  write_texts(out, item.warnings);
  return out.take();
}

Result<ports::Item> decode_item(const ports::ItemRow& row) {
  ports::Item item;
  item.id = row.remote;
  item.version = row.version;
  item.uid = row.uid;
  item.mark = ports::parse_mark(row.mark);
  if (!row.part_of.empty()) item.part_of = ports::PartOf{row.part_of, row.slot};
  if (row.blob.empty()) return item;
  ByteReader in(row.blob);
  if (in.number() != kVersion) return damaged("item");
  item.facts = TRY(calendar::decode_facts(in.view()));
  item.raw = in.text();
  bool has_updated = in.number() != 0;
  std::int64_t updated = in.signed_number();
  if (has_updated) item.updated = Instant{updated};
  std::uint64_t flags = in.number();
  item.read_only = (flags & 1) != 0;
  item.foreign_copy = (flags & 2) != 0;
  item.warnings = read_texts(in);
  if (!in.done()) return damaged("item");
  return item;
}

bool is_read_only(const ports::ItemRow& row) {
  ByteReader in(row.blob);
  if (in.number() != kVersion) return false;
  in.view();
  in.view();
  in.number();
  in.signed_number();
  return (in.number() & 1) != 0 && in.ok();
}

std::string encode_write(const WriteRecord& record) {
  ByteWriter out;
  out.number(kWriteVersion);
  for (const std::string* text : {&record.title, &record.why, &record.from, &record.link, &record.error})
    out.text(*text);
  out.number(record.changes.size());
  for (const calendar::Change& change : record.changes) {
    out.text(change.path);
    out.optional_text(change.before);
    out.optional_text(change.after);
  }
  out.text(record.slot);
  out.number(record.tries);
  out.text(record.other.value);
  return out.take();
}

Result<WriteRecord> decode_write(const std::string& blob) {
  ByteReader in(blob);
  const std::uint64_t version = in.number();
  if (version == 0 || version > kWriteVersion) return damaged("write");
  WriteRecord record;
  for (std::string* text : {&record.title, &record.why, &record.from, &record.link, &record.error})
    *text = in.text();
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    calendar::Change change;
    change.path = in.text();
    change.before = in.optional_text();
    change.after = in.optional_text();
    record.changes.push_back(std::move(change));
  }
  if (version >= 2) record.slot = in.text();
  if (version >= 3) {
    record.tries = in.number();
    record.other = EventId(in.text());
  }
  if (!in.done()) return damaged("write");
  return record;
}

std::string encode_conflict(const ConflictRecord& record) {
  ByteWriter out;
  out.number(kVersion);
  out.text(record.title);
  out.text(record.path);
  out.optional_text(record.base);
  out.optional_text(record.remote);
  out.optional_text(record.hub);
  out.text(record.winner);
  out.text(record.hub_replica);
  out.signed_number(record.remote_ms);
  out.signed_number(record.hub_ms);
  out.text(record.policy);
  return out.take();
}

Result<ConflictRecord> decode_conflict(const std::string& blob) {
  ByteReader in(blob);
  if (in.number() != kVersion) return damaged("conflict");
  ConflictRecord record;
  record.title = in.text();
  record.path = in.text();
  record.base = in.optional_text();
  record.remote = in.optional_text();
  record.hub = in.optional_text();
  record.winner = in.text();
  record.hub_replica = in.text();
  record.remote_ms = in.signed_number();
  record.hub_ms = in.signed_number();
  record.policy = in.text();
  if (!in.done()) return damaged("conflict");
  return record;
}

Result<void> reveal(ports::ConflictRow& row) {
  row.path = TRY(decode_conflict(row.blob)).path;
  return {};
}

std::string encode_held(const HeldRecord& record) {
  ByteWriter out;
  out.number(kHeldVersion);
  out.text(record.reason);
  write_texts(out, record.keys);
  write_texts(out, record.recipients);
  out.number(record.work.size());
  for (const Move& move : record.work) {
    out.number(static_cast<std::uint64_t>(move.kind));
    out.text(move.event.value);
    out.text(move.title);
    out.text(move.calendar.value);
    out.text(move.from);
    write_texts(out, move.fields);
    out.text(move.why);
    const EventTime when = move.when.value_or(EventTime{});
    out.number((move.when ? 1 : 0) | (when.all_day ? 2 : 0) | (when.repeats ? 4 : 0));
    out.signed_number(when.start_utc);
    out.signed_number(when.end_utc);
  }
  return out.take();
}

Result<HeldRecord> decode_held(const std::string& blob) {
  ByteReader in(blob);
  const std::uint64_t version = in.number();
  if (version == 0 || version > kHeldVersion) return damaged("piece of held work");
  HeldRecord record;
  record.reason = in.text();
  record.keys = read_texts(in);
  record.recipients = read_texts(in);
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    Move move;
    std::uint64_t kind = in.number();
    if (kind > static_cast<std::uint64_t>(Move::Kind::hold)) return damaged("piece of held work");
    move.kind = static_cast<Move::Kind>(kind);
    move.event = EventId(in.text());
    move.title = in.text();
    move.calendar = CalendarId(in.text());
    move.from = in.text();
    move.fields = read_texts(in);
    move.why = in.text();
    if (version >= 2) {
      const std::uint64_t flags = in.number();
      EventTime when{in.signed_number(), in.signed_number(), (flags & 2) != 0, (flags & 4) != 0};
      if ((flags & 1) != 0) move.when = when;
    }
    record.work.push_back(std::move(move));
  }
  if (!in.done()) return damaged("piece of held work");
  return record;
}

}  // namespace kalends::engine
