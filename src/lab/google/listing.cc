#include "lab/google/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "lab/cloud/json_merge.h"
#include "lab/google/cursors.h"

namespace kalends::lab::google {
namespace {

constexpr std::size_t kMaxInstances = 730;           // of one series in one listing
constexpr std::int64_t kHorizon = 2 * 366 * 86'400;  // of a listing of instances without timeMax
constexpr std::int64_t kBeginning = -62'135'596'800;

// One line of a listing: an event, or an occurrence of a master.
struct Line {
  const Event* event = nullptr;
  std::optional<Slot> slot;
  std::string id;
  std::uint64_t rank = 0;
};

class Listing {
 public:
  Listing(Service& service, const Place& place, const ListQuery& query)
      : service_(service), calendar_(place.calendar), query_(query), utc_(service.zones.find("UTC")) {
    zone_ = service.zones.find(calendar_.zone);
    if (zone_ == nullptr) zone_ = utc_;
    from_ = query.time_min ? query.time_min->ms / 1000 : kBeginning;
    to_ = query.time_max ? (query.time_max->ms + 999) / 1000 : service.now().ms / 1000 + kHorizon;
  }

  std::vector<Line> lines() {
    for (const auto& [id, event] : calendar_.events)
      if (query_.only_master.empty() || id == query_.only_master || event.master == query_.only_master)
        consider(event);
    order();
    return std::move(lines_);
  }

 private:
  bool increment() const { return query_.since >= 0; }

  void consider(const Event& event) {
    if (query_.single_events && event.master.empty() && repeats(event.fields) && !event.cancelled) {
      expand(event);
      return;
    }
    if (increment() && event.change <= query_.since) return;
    if (event.cancelled && !shows_cancelled(event)) return;
    if (!event.cancelled && !matches(event, whole_fields(calendar_, event, service_.zones))) return;
    if (query_.updated_min && event.updated < *query_.updated_min) return;
    if (!in_window(event)) return;
    add(event, event.id, std::nullopt);
  }

  // Cancelled occurrences of a series that lives are part of what the series says.
  bool shows_cancelled(const Event& event) const {
    if (query_.show_deleted || query_.updated_min) return true;
    if (event.master.empty() || query_.single_events) return false;
    const auto master = calendar_.events.find(event.master);
    return master != calendar_.events.end() && !master->second.cancelled;
  }

  bool in_window(const Event& event) const {
    if (increment() && (!service_.habits.deltas_respect_window || event.cancelled)) return true;
    if (!query_.time_min && !query_.time_max) return true;
    if (event.cancelled) {
      if (!event.slot) return true;
      return event.slot->start.utc >= from_ && (!query_.time_max || event.slot->start.utc < to_);
    }
    const Json fields = whole_fields(calendar_, event, service_.zones);
    const Span span = span_of(fields, service_.zones, *zone_);
    if (query_.time_max && span.from >= to_) return false;
    if (!query_.time_min || span.to > from_) return true;
    if (!repeats(fields)) return false;
    return !slots_of(fields, from_, query_.time_max ? to_ : from_ + 4'000'000'000, 1, service_.zones, *zone_)
                .empty();
  }

  void expand(const Event& master) {
    const bool changed = master.change > query_.since;
    if (increment() && !changed) return;
    if (!matches(master, master.fields)) return;
    for (const Slot& slot : slots_of(master.fields, from_, to_, kMaxInstances, service_.zones, *zone_)) {
      const std::string id = instance_id(master.id, slot);
      if (calendar_.events.contains(id)) continue;
      add(master, id, slot);
    }
  }

  static bool has(const Json& fields, const char* side, const std::string& key, const std::string& value) {
    const Json* all = fields.find("extendedProperties");
    const Json* some = all != nullptr ? all->find(side) : nullptr;
    return some != nullptr && text_of(*some, key) == value && some->find(key) != nullptr;
  }

  bool matches(const Event& event, const Json& fields) const {
    if (query_.ical_uid && event.ical_uid != *query_.ical_uid) return false;
    for (const auto& [key, value] : query_.private_properties)
      if (!has(fields, "private", key, value)) return false;
    for (const auto& [key, value] : query_.shared_properties)
      if (!has(fields, "shared", key, value)) return false;
    if (!query_.types.empty()) {
      std::string type = text_of(fields, "eventType");
      if (type.empty()) type = "default";
      if (std::ranges::find(query_.types, type) == query_.types.end()) return false;
    }
    if (!query_.text) return true;
    for (const char* name : {"summary", "description", "location"})
      if (to_lower(text_of(fields, name)).find(*query_.text) != std::string::npos) return true;
    return false;
  }

  void add(const Event& event, const std::string& id, std::optional<Slot> slot) {
    lines_.push_back({&event, std::move(slot), id, rank_of(id)});
  }

  std::int64_t start_of(const Line& line) const {
    if (line.slot) return line.slot->start.utc;
    if (line.event->cancelled) return line.event->slot ? line.event->slot->start.utc : 0;
    return span_of(whole_fields(calendar_, *line.event, service_.zones), service_.zones, *zone_).from;
  }

  // An order that was asked for becomes the rank, so that pages are cut in the same way everywhere.
  void order() {
    for (Line& line : lines_) {
      if (query_.order == "startTime") line.rank = static_cast<std::uint64_t>(start_of(line) - kBeginning);
      if (query_.order == "updated") line.rank = static_cast<std::uint64_t>(line.event->updated.ms);
    }
    std::ranges::sort(lines_, [](const Line& a, const Line& b) {
      return a.rank != b.rank ? a.rank < b.rank : a.id < b.id;
    });
  }

  Service& service_;
  Calendar& calendar_;
  const ListQuery& query_;
  const calendar::Zone* utc_;
  const calendar::Zone* zone_ = nullptr;
  std::int64_t from_ = 0;
  std::int64_t to_ = 0;
  std::vector<Line> lines_;
};

// How many items this page has: fewer than asked for, or none, where that is a habit.
std::size_t page_length(Service& service, std::size_t wanted) {
  if (service.happens(service.habits.empty_page_percent)) return 0;
  if (service.happens(service.habits.short_page_percent)) return 1 + service.random.next() % wanted;
  return wanted;
}

Json envelope(const Service& service, const Call& call, const Place& place) {
  Json out = Json::object();
  out.set("kind", "calendar#events").set("etag", etag_of(place.calendar.revision));
  out.set("summary", place.calendar.summary);
  if (!place.calendar.description.empty()) out.set("description", place.calendar.description);
  out.set("updated", to_rfc3339(place.calendar.updated)).set("timeZone", place.calendar.zone);
  out.set("accessRole", to_string(place.role));
  const auto& list = service.state.accounts.at(call.account).list;
  const auto entry = list.find(place.calendar.id);
  const Json* reminders = entry != list.end() ? entry->second.fields.find("defaultReminders") : nullptr;
  return out.set("defaultReminders", reminders != nullptr ? *reminders : Json::array());
}

}  // namespace

std::vector<Json> shown_between(Service& service, const Place& place, Instant from, Instant to) {
  ListQuery query;
  query.single_events = true;
  query.time_min = from;
  query.time_max = to;
  std::vector<Json> out;
  for (const Line& line : Listing(service, place, query).lines())
    out.push_back(line.slot ? inherited(line.event->fields, *line.slot, service.zones)
                            : whole_fields(place.calendar, *line.event, service.zones));
  return out;
}

Outcome<Answer> list(Service& service, const Call& call, const Place& place, const ListQuery& query) {
  const Viewer viewer = TRY(viewer_of(service, call, place));
  const std::vector<Line> lines = Listing(service, place, query).lines();
  auto at = lines.begin();
  if (!query.after_id.empty())
    at = std::ranges::upper_bound(
        lines, std::pair(query.after_rank, std::string_view(query.after_id)), {},
        [](const Line& line) { return std::pair(line.rank, std::string_view(line.id)); });
  std::size_t left = page_length(service, query.page_size);
  Json items = Json::array();
  const Line* last = nullptr;
  for (; at != lines.end() && left > 0; ++at, --left) {
    items.push(at->slot ? show_instance(service, place.calendar, *at->event, *at->slot, viewer)
                        : show(service, place.calendar, *at->event, viewer));
    last = &*at;
  }
  Json body = envelope(service, call, place);
  if (at != lines.end()) {
    PageToken next{query.listing, place.calendar.epoch, query.since,
                   query.as_of,   query.after_rank,     query.after_id};
    // Named one item too early, the next page begins with an item that this one had.
    const bool again = items.items()->size() > 1 && service.happens(service.habits.double_item_percent);
    if (again) --last;
    if (last != nullptr) next.after_rank = last->rank, next.after_id = last->id;
    body.set("nextPageToken", print(next));
  } else if (query.gives_sync_token && query.only_master.empty()) {
    body.set("nextSyncToken",
             print(SyncToken{query.listing, place.calendar.epoch, query.as_of, service.now()}));
  }
  return Answer{body.set("items", std::move(items))};
}

Outcome<Answer> list_events(Service& service, const Call& call, const std::string& calendar) {
  const Place place = TRY(open_calendar(service, call, calendar, Role::free_busy));
  return list(service, call, place, TRY(read_query(service, call, place)));
}

}  // namespace kalends::lab::google
