#include "provider/memory/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "sync/items.h"

namespace kalends::provider {

using calendar::Facts;
using ports::Item;
using ports::WriteKind;

MemoryServer::MemoryServer(std::string name, Profile profile, Now now)
    : name_(std::move(name)), profile_(std::move(profile)), now_(std::move(now)) {}

Instant MemoryServer::rounded_now() const {
  const auto grain = std::max<std::int64_t>(1, profile_.clock_grain_ms);
  return Instant{now_().ms / grain * grain};
}

RemoteId MemoryServer::new_id() { return RemoteId(fmt::format("{}-{:04}", name_, ++last_id_)); }

void MemoryServer::store(Stored item) {
  item.version = ++last_version_;
  log_.push_back({++last_number_, item.id, now_(), item});
  items_[item.id] = std::move(item);
}

void MemoryServer::drop(const RemoteId& id) {
  items_.erase(id);
  log_.push_back({++last_number_, id, now_(), std::nullopt});
}

void MemoryServer::spoil(const RemoteId& id, bool spoilt) {
  const auto found = items_.find(id);
  if (found == items_.end()) return;
  Stored item = found->second;
  item.spoilt = spoilt;
  store(std::move(item));
}

void MemoryServer::kill_cursors() { ++generation_; }

void MemoryServer::restore(const Snapshot& snapshot) {
  for (const auto& item : items())
    if (!snapshot.items.contains(item.id)) drop(item.id);
  for (const auto& [id, item] : snapshot.items) {
    log_.push_back({++last_number_, id, now_(), item});
    items_[id] = item;
  }
  kill_cursors();
}

void MemoryServer::clear() { restore({}); }

// A server that rewrites late does it between two calls, without anybody's edit: `updated` stays, the version moves.
void MemoryServer::settle_rewrites() {
  for (auto item : items()) {
    if (!item.unsettled) continue;
    item.unsettled = false;
    item.facts = project(profile_, item.facts);
    store(std::move(item));
  }
}

std::uint64_t MemoryServer::visible_until() const {
  const Instant shown{now_().ms - profile_.lag_ms};
  std::uint64_t until = last_number_;
  for (auto entry = log_.rbegin(); profile_.lag_ms > 0 && entry != log_.rend() && entry->at > shown; ++entry)
    until = entry->number - 1;
  return until;
}

// As of the last entry that is shown: what came later is taken back, newest first.
std::map<RemoteId, Stored> MemoryServer::visible() const {
  const auto until = visible_until();
  auto shown = items_;
  for (auto entry = log_.rbegin(); entry != log_.rend() && entry->number > until; ++entry) {
    const auto earlier = std::find_if(std::next(entry), log_.rend(),
                                      [&](const Logged& other) { return other.id == entry->id; });
    if (earlier != log_.rend() && earlier->state)
      shown[entry->id] = *earlier->state;
    else
      shown.erase(entry->id);
  }
  return shown;
}

Item MemoryServer::item_of(const Stored& stored) const {
  Item item;
  item.id = stored.id;
  if (profile_.versions) item.version = fmt::format("\"{}\"", stored.version);
  item.uid = stored.uid;
  item.mark = stored.mark;
  item.facts = stored.facts;
  item.raw = calendar::encode(stored.facts);
  if (profile_.tells_updated) item.updated = stored.updated;
  item.read_only = stored.read_only;
  item.foreign_copy = stored.foreign_copy;
  item.part_of = stored.part_of;
  return item;
}

std::string MemoryServer::cursor_at(std::uint64_t number) const {
  return profile_.delta ? fmt::format("{}:{}:{}", generation_, number, now_().ms) : std::string();
}

std::optional<std::uint64_t> MemoryServer::read_cursor(const std::string& cursor) const {
  const auto parts = split(cursor, ':');
  if (!profile_.delta || parts.size() != 3) return std::nullopt;
  const auto generation = parse_integer(parts[0]);
  const auto number = parse_integer(parts[1]);
  const auto made_at = parse_integer(parts[2]);
  if (!generation || !number || !made_at || *number < 0 ||
      static_cast<std::uint64_t>(*generation) != generation_)
    return std::nullopt;
  if (profile_.cursor_ms > 0 && now_().ms - *made_at > profile_.cursor_ms) return std::nullopt;
  const auto since = static_cast<std::uint64_t>(*number);
  if (since > last_number_ || last_number_ - since > profile_.log_length) return std::nullopt;
  return since;
}

void MemoryServer::disorder(std::vector<Item>& items) const {
  if (profile_.repeats)
    for (std::size_t i = 0, size = items.size(); i < size; i += 3) items.push_back(items[i]);
  if (!profile_.shuffles) return;
  std::ranges::sort(items, {}, [&](const Item& item) {
    return sha256(item.id.value + fmt::to_string(last_number_)).bytes;
  });
}

void MemoryServer::list_all(ports::Changes& out, const ports::Known& known) const {
  out.complete = true;
  for (const auto& [id, stored] : visible()) {
    if (windowed() && !in_window(stored.facts, now_())) continue;
    Item item = item_of(stored);
    if (stored.spoilt)
      out.unreadable.push_back({id, item.version, "the simulated item is damaged", stored.part_of});
    else if (!item.version.empty() && known(id) == item.version)
      out.unchanged.push_back(id);
    else
      out.items.push_back(std::move(item));
  }
}

void MemoryServer::list_since(ports::Changes& out, std::uint64_t since, std::uint64_t until) const {
  std::map<RemoteId, const Logged*> last;
  for (const auto& entry : log_) {
    if (entry.number > until) break;
    const bool repeated = profile_.repeats && entry.number == since && entry.state;
    if (entry.number > since || repeated) last[entry.id] = &entry;
  }
  for (const auto& [id, entry] : last) {
    if (!entry->state)
      out.gone.push_back(id);
    else if (entry->state->spoilt)
      out.unreadable.push_back(
          {id, item_of(*entry->state).version, "the simulated item is damaged", entry->state->part_of});
    else
      out.items.push_back(item_of(*entry->state));
  }
}

Result<ports::Changes> MemoryServer::changes(const std::string& cursor, const ports::Known& known) {
  ++reads_;
  if (vanished_)
    return fail(ErrorKind::not_found, fmt::format("the simulated calendar {} is not there", name_));
  settle_rewrites();
  if (profile_.page > 0) return read_in_pages(cursor, known);
  ports::Changes out;
  const auto until = visible_until();
  const auto since = read_cursor(cursor);
  if (windowed()) out.covers = covered();
  if (windowed() && since) {
    list_window_since(out, cursor, *since);
  } else if (since) {
    list_since(out, *since, std::max(*since, until));
  } else {
    list_all(out, known);
    out.reset = !cursor.empty();
  }
  disorder(out.items);
  out.cursor = cursor_at(since ? std::max(*since, until) : until);
  return out;
}

Result<Item> MemoryServer::get(const RemoteId& id) {
  ++reads_;
  if (!vanished_) settle_rewrites();
  const auto found = vanished_ ? items_.end() : items_.find(id);
  const Stored* stored = found == items_.end() ? nullptr : &found->second;
  if (!stored) return fail(ErrorKind::not_found, fmt::format("there is no item {} in {}", id.value, name_));
  if (stored->spoilt)
    return fail(ErrorKind::corrupt, fmt::format("the item {} in {} is damaged", id.value, name_));
  return item_of(*stored);
}

std::vector<std::string> MemoryServer::recipients(const Facts& before, const Facts& after) const {
  std::vector<std::string> out;
  if (!profile_.schedules) return out;
  for (const Facts* facts : {&before, &after}) {
    if (!facts->find("organizer")) continue;
    for (const auto& [path, value] : *facts)
      if (path.starts_with("attendees/"))
        out.push_back(calendar::decode_key(path.substr(path.find('/') + 1)));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void MemoryServer::note(WriteKind kind, const Stored& item, const Facts& before, const Facts& after) {
  for (const auto& recipient : recipients(before, after))
    outbox_.push_back({kind, item.id, recipient, writes_.size()});
  writes_.push_back({kind, item.id, item.mark, before, after, now_(), item.part_of});
}

ports::Written MemoryServer::written(const Stored& stored, bool altered) const {
  ports::Written out{stored.id, {}, std::nullopt};
  const bool says = profile_.version_on_write == VersionAnswer::always ||
                    (profile_.version_on_write == VersionAnswer::when_unaltered && !altered);
  const Item item = item_of(stored);
  if (says) out.version = item.version;
  if (profile_.item_on_write) out.item = item;
  return out;
}

// A part goes where its master is and no other part stands; an event that is several items is never sent as one.
Result<void> MemoryServer::check_part(const ports::Draft& draft) const {
  if (!draft.part_of) {
    if (apart() && sync::spread(draft.facts).size() > 1)
      return fail(ErrorKind::invalid, fmt::format("{} keeps exceptions as items of their own", name_));
    return {};
  }
  if (!apart())
    return fail(ErrorKind::unsupported,
                fmt::format("{} keeps exceptions in the item of their master", name_));
  const auto master = items_.find(draft.part_of->master);
  if (master == items_.end() || master->second.part_of)
    return fail(ErrorKind::not_found, fmt::format("there is no master {}", draft.part_of->master.value));
  if (part(draft.part_of->master, draft.part_of->slot))
    return fail(ErrorKind::stale, fmt::format("{} has an exception at {} already",
                                              draft.part_of->master.value, draft.part_of->slot));
  return {};
}

Result<ports::Written> MemoryServer::create(const ports::Draft& draft) {
  if (vanished_)
    return fail(ErrorKind::not_found, fmt::format("the simulated calendar {} is not there", name_));
  if (profile_.read_only) return fail(ErrorKind::forbidden, fmt::format("{} can only be read", name_));
  TRY_VOID(check_part(draft));
  Stored item;
  item.part_of = draft.part_of;
  const std::string slot = draft.part_of ? "-" + draft.part_of->slot : std::string();
  item.id = profile_.client_ids ? RemoteId(fmt::format("{}-{}{}", name_, draft.mark.nonce, slot)) : new_id();
  if (items_.contains(item.id))
    return fail(ErrorKind::stale, fmt::format("{} is there already", item.id.value));
  item.uid = profile_.keeps_uids ? draft.uid : fmt::format("{}@{}", item.id.value, name_);
  if (profile_.unique_uids)
    for (const auto& [id, other] : items_)
      if (!item.part_of && !other.part_of && other.uid == item.uid)
        return fail(ErrorKind::stale, fmt::format("the uid {} is there already", item.uid));
  if (profile_.keeps_marks) item.mark = draft.mark;
  const Facts kept = project(profile_, draft.facts);
  item.unsettled = profile_.rewrites_late;
  item.facts = item.unsettled ? draft.facts : kept;
  item.updated = rounded_now();
  const RemoteId id = item.id;
  store(std::move(item));
  note(WriteKind::create, items_[id], {}, items_[id].facts);
  return written(items_[id], kept != draft.facts);
}

Result<ports::Written> MemoryServer::update(const Item& current, const Facts& target) {
  if (profile_.read_only) return fail(ErrorKind::forbidden, fmt::format("{} can only be read", name_));
  const auto found = vanished_ ? items_.end() : items_.find(current.id);
  if (found == items_.end())
    return fail(ErrorKind::not_found, fmt::format("there is no item {} in {}", current.id.value, name_));
  Stored item = found->second;
  if (item.read_only) return fail(ErrorKind::forbidden, fmt::format("{} can only be read", item.id.value));
  if (profile_.conditional && profile_.versions && item_of(item).version != current.version)
    return fail(ErrorKind::stale, fmt::format("{} was changed meanwhile", item.id.value));
  const Facts before = item.facts;
  for (const auto& change : calendar::difference(current.facts, target)) {
    if (change.after)
      item.facts.set(change.path, *change.after);
    else
      item.facts.erase(change.path);
  }
  const Facts asked = item.facts;
  const Facts kept = project(profile_, item.facts);
  item.unsettled = profile_.rewrites_late;
  if (!item.unsettled) item.facts = kept;
  item.updated = rounded_now();
  store(item);
  note(WriteKind::update, item, before, item.facts);
  return written(items_[current.id], kept != asked);
}

Result<void> MemoryServer::remove(const Item& current) {
  if (vanished_)
    return fail(ErrorKind::not_found, fmt::format("the simulated calendar {} is not there", name_));
  if (profile_.read_only) return fail(ErrorKind::forbidden, fmt::format("{} can only be read", name_));
  const auto found = items_.find(current.id);
  if (found == items_.end()) return {};
  const Stored item = found->second;
  if (profile_.conditional && profile_.versions && item_of(item).version != current.version)
    return fail(ErrorKind::stale, fmt::format("{} was changed meanwhile", item.id.value));
  if (profile_.parts_follow)
    for (const auto& [slot, part] : parts_of(item.id)) drop(part);
  drop(item.id);
  note(WriteKind::remove, item, item.facts, {});
  return {};
}

}  // namespace kalends::provider
