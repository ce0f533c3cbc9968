// Listings in pages, read by a client that knows what can happen between two of them: items are changed, so that they
// move to a page that was read already or come twice, they are made and deleted, the cursor dies, the reading breaks off
// and goes on later. **What it hands on is whole as of its last page, or it is an error.**
//
// Pages go by what was read last and not by a count, so that nothing that stays as it is can be skipped. What did not
// stay stands in the log since the reading began; where there is no log, everything is read again.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "provider/memory/server.h"

namespace kalends::provider {

using ports::Item;

namespace {

constexpr int kReadings = 4;  // that are begun in one call before it gives up

}  // namespace

MemoryServer::Reading MemoryServer::begin_reading(const std::string& cursor) const {
  Reading out;
  out.cursor = cursor;
  out.since = read_cursor(cursor);
  out.begun = last_number_;
  out.generation = generation_;
  return out;
}

// Whether what changed since it began can still be told.
bool MemoryServer::is_alive(const Reading& reading) const {
  if (!profile_.delta) return last_number_ == reading.begun;
  return generation_ == reading.generation && last_number_ - reading.begun <= profile_.log_length;
}

std::set<RemoteId> MemoryServer::changed_between(std::uint64_t since, std::uint64_t until) const {
  std::set<RemoteId> out;
  for (const auto& entry : log_)
    if (entry.number > since && entry.number <= until) out.insert(entry.id);
  return out;
}

// Reads what follows the last that was read; false when nothing does.
bool MemoryServer::read_page(Reading& reading, const ports::Known& known) const {
  using Key = std::pair<std::string, RemoteId>;
  std::map<Key, const Stored*> there;
  std::set<RemoteId> wanted;
  if (reading.since) wanted = changed_between(*reading.since, reading.begun);
  for (const auto& [id, stored] : items_)
    if (!reading.since || wanted.contains(id)) there.emplace(Key(stored.facts.get("title"), id), &stored);
  for (const auto& id : wanted)
    if (!items_.contains(id)) reading.gone.insert(id);
  auto next = reading.last ? there.upper_bound(*reading.last) : there.begin();
  for (std::size_t n = 0; n < profile_.page && next != there.end(); ++n, ++next) {
    const auto& [key, stored] = *next;
    Item item = item_of(*stored);
    reading.last = key;
    if (stored->spoilt)
      reading.unreadable.insert(item.id);
    else if (!reading.since && !item.version.empty() && known(item.id) == item.version)
      reading.unchanged.insert(item.id);
    else
      reading.items.push_back(std::move(item));
  }
  return next != there.end();
}

void MemoryServer::catch_up(Reading& reading) const {
  for (const auto& id : changed_between(reading.begun, last_number_)) {
    reading.unchanged.erase(id);
    reading.unreadable.erase(id);
    reading.gone.erase(id);
    const auto found = items_.find(id);
    if (found == items_.end())
      reading.gone.insert(id);
    else if (found->second.spoilt)
      reading.unreadable.insert(id);
    else
      reading.items.push_back(item_of(found->second));
  }
}

ports::Changes MemoryServer::whole_of(Reading reading) const {
  ports::Changes out;
  out.complete = !reading.since;
  out.reset = !reading.since && !reading.cursor.empty();
  out.items = std::move(reading.items);
  out.unchanged.assign(reading.unchanged.begin(), reading.unchanged.end());
  out.gone.assign(reading.gone.begin(), reading.gone.end());
  for (const auto& id : reading.unreadable) {
    const Stored& stored = items_.at(id);
    out.unreadable.push_back({id, item_of(stored).version, "the simulated item is damaged", stored.part_of});
  }
  // What was listed and is gone since is not there.
  std::erase_if(out.items, [&](const Item& item) { return !items_.contains(item.id); });
  out.cursor = cursor_at(last_number_);
  return out;
}

Result<ports::Changes> MemoryServer::read_in_pages(const std::string& cursor, const ports::Known& known) {
  auto before = std::exchange(broken_off_, std::nullopt);
  const bool goes_on = before && before->cursor == cursor && is_alive(*before);
  Reading reading = goes_on ? *std::move(before) : begin_reading(cursor);
  for (int begun = 1; begun <= kReadings;) {
    const Reading earlier = reading;
    bool more = read_page(reading, known);
    const Turn turn = after_page ? after_page() : Turn::go_on;
    if (vanished_ || turn == Turn::broken_off) {
      broken_off_ = std::move(reading);
      return fail(ErrorKind::transient, fmt::format("the listing of {} broke off", name_));
    }
    if (!is_alive(reading)) {
      reading = begin_reading(cursor);
      ++begun;
      continue;
    }
    if (turn == Turn::again) {
      reading.last = earlier.last;
      more = true;
    }
    if (more) continue;
    catch_up(reading);
    return whole_of(std::move(reading));
  }
  return fail(ErrorKind::transient, fmt::format("{} does not hold still while it is listed", name_));
}

}  // namespace kalends::provider
