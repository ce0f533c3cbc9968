#include "engine/inner.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/mutation.h"
#include "base/text.h"

namespace kalends::engine {

const char* to_string(Move::Kind kind) {
  switch (kind) {
    case Move::Kind::pull: return "pull";
    case Move::Kind::create: return "create";
    case Move::Kind::update: return "update";
    case Move::Kind::remove: return "remove";
    case Move::Kind::adopt: return "adopt";
    case Move::Kind::conflict: return "conflict";
    case Move::Kind::hold: return "hold";
  }
  return "pull";
}

std::string change_key(const CalendarId& calendar, const EventId& event, const calendar::Facts& contents) {
  if (is_on(Mutant::hold_approves_later_contents)) return "change|" + calendar.value + "|" + event.value;
  return "change|" + calendar.value + "|" + event.value + "|" + std::to_string(sync::digest_of(contents));
}

Move::Kind move_kind(sync::Intent::Kind kind) {
  switch (kind) {
    case sync::Intent::Kind::create: return Move::Kind::create;
    case sync::Intent::Kind::update: return Move::Kind::update;
    case sync::Intent::Kind::remove: return Move::Kind::remove;
  }
  return Move::Kind::update;
}

Engine::Engine(World world, Settings settings, std::map<CalendarId, ports::Provider*> providers)
    : inner_(new Inner{world, std::move(settings), std::move(providers), {}, {}, true, "1", {}, {}}) {
  auto compiled = sync::compile(inner_->settings.links);
  if (compiled) {
    inner_->islands = Islands(inner_->settings.calendars, *std::move(compiled));
  } else {
    inner_->links_ok = false;
    inner_->links_error = compiled.error();
  }
}

Engine::~Engine() = default;

std::string Engine::Inner::title_key(std::string_view title) const {
  return title.empty() ? std::string() : hmac_sha256(digest_key, to_lower(trim(title))).hex().substr(0, 32);
}

ports::ConflictRow Engine::Inner::sealed(ports::ConflictRow row) const {
  row.path = hmac_sha256(digest_key, row.path).hex().substr(0, 32);
  return row;
}

EventId Engine::Inner::new_event_id() {
  return EventId(fmt::format("{:016x}{:016x}", world.random.next(), world.random.next()));
}

// The same item gives the same id, so that after a restore our marks on its copies still name it.
Result<EventId> Engine::Inner::event_id_of(Transaction& tx, const CalendarId& calendar,
                                           const RemoteId& remote) {
  for (int again = 0;; ++again) {
    const std::string name = fmt::format("event\n{}\n{}\n{}", calendar.value, remote.value, again);
    EventId id(hmac_sha256(digest_key, name).hex().substr(0, 32));
    if (!TRY(tx.event(id))) return id;
  }
}

calendar::Facts Engine::Inner::providers_project(const CalendarId& calendar,
                                                 const calendar::Facts& facts) const {
  auto provider = providers.find(calendar);
  return provider == providers.end() ? facts : provider->second->project(facts);
}

std::string Engine::Inner::new_nonce() { return fmt::format("{:016x}", world.random.next()); }

const sync::Link* Engine::Inner::link(const LinkId& id) const {
  for (const sync::Link& link : settings.links)
    if (link.id == id) return &link;
  return nullptr;
}

std::string Engine::Inner::link_key(const sync::Link& link) const {
  std::string all = std::to_string(static_cast<int>(link.direction)) + link.from.value;
  for (const CalendarId& id : link.calendars) {
    auto provider = providers.find(id);
    all += "\n" + id.value + "\n" + (provider == providers.end() ? "" : provider->second->address());
  }
  return "linked:" + sha256(all).hex().substr(0, 16);
}

std::string opaque_uid(const std::string& nonce) { return nonce + "@kalends"; }

std::string replica_name(std::string_view replica) {
  return std::string(replica.substr(0, replica.rfind('#')));
}

std::string Engine::Inner::fingerprint(const calendar::Facts& facts) const {
  if (facts.get("title").empty()) return {};
  return hmac_sha256(digest_key,
                     facts.get("title") + "\n" + facts.get("when") + "\n" + facts.get("recurrence"))
      .hex()
      .substr(0, 32);
}

std::vector<std::string> fields_of(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    std::string field(calendar::field_of(path));
    if (std::ranges::find(out, field) == out.end()) out.push_back(std::move(field));
  }
  return out;
}

std::vector<std::string> fields_of(const std::vector<calendar::Change>& changes) {
  std::vector<std::string> paths;
  for (const calendar::Change& change : changes) paths.push_back(change.path);
  return fields_of(paths);
}

}  // namespace kalends::engine
