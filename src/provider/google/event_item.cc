#include "provider/google/event_item.h"

#include <fmt/format.h>

#include "calendar/series_fields.h"
#include "calendar/slots.h"
#include "provider/google/json.h"
#include "provider/google/zone_names.h"
#include "sync/items.h"

namespace kalends::provider::google {

namespace {

constexpr std::size_t kMaxSteps = 2'000'000;
// Marks of other tools that copy events.
constexpr std::string_view kForeignKeys[] = {"outlook_EntryID", "outlook_GlobalApptID", "keeperSource"};
constexpr std::string_view kForeignUids[] = {"@keeper.sh"};

// Whose event it is decides: shared fields of a guest's copy can be changed by the organizer alone.
bool is_read_only(const Json& event, Role role) {
  if (role != Role::writer && role != Role::writer_without_private) return true;
  const std::string& type = text_of(event, "eventType");
  if (!type.empty() && type != "default") return true;
  if (is_true(event, "locked")) return true;
  const std::string& visibility = text_of(event, "visibility");
  if (role == Role::writer_without_private && (visibility == "private" || visibility == "confidential"))
    return true;
  const Json& organizer = object_of(event, "organizer");
  const bool of_another = !organizer.members()->empty() && !is_true(organizer, "self");
  return of_another && !is_true(event, "guestsCanModify") && !is_true(event, "privateCopy");
}

bool is_foreign_copy(const Json& event) {
  for (const std::string_view key : kForeignKeys)
    if (!private_of(event, key).empty()) return true;
  for (const std::string_view end : kForeignUids)
    if (text_of(event, "iCalUID").ends_with(end)) return true;
  return false;
}

ports::Item envelope(const Json& event, Role role) {
  ports::Item item;
  item.id = RemoteId(text_of(event, "id"));
  item.version = text_of(event, "etag");
  item.uid = text_of(event, "iCalUID");
  item.mark = ports::parse_mark(private_of(event, kMark));
  item.raw = event.dump();
  item.updated = parse_rfc3339(text_of(event, "updated"));
  item.read_only = is_read_only(event, role);
  item.foreign_copy = is_foreign_copy(event);
  return item;
}

calendar::Facts excluded() { return {{std::string(sync::kExcluded), "1"}}; }

}  // namespace

bool has_slot(const Series& series, calendar::LocalTime slot) {
  auto slots = calendar::Slots::of(series.event, series.zone, {slot, slot}, kMaxSteps);
  calendar::Slot found;
  while (slots && slots->next(found))
    if (found.start == slot) return true;
  return false;
}

bool is_cancelled(const Json& event) { return text_of(event, "status") == "cancelled"; }

std::optional<Occurrence> occurrence_of(const Json& event) {
  const std::string& id = text_of(event, "id");
  Occurrence out{text_of(event, "recurringEventId"), ""};
  const auto line = id.rfind('_');
  if (line != std::string::npos && line > 0 && slot_of_name(std::string_view(id).substr(line + 1), nullptr))
    out.name = id.substr(line + 1);
  if (!out.master.empty()) return out;
  // A cancellation may leave everything out but the id.
  if (out.name.empty() || !is_cancelled(event)) return std::nullopt;
  out.master = id.substr(0, line);
  return out;
}

Role role_of(std::string_view access_role) {
  if (access_role == "owner" || access_role == "writer") return Role::writer;
  if (access_role == "writerWithoutPrivateAccess") return Role::writer_without_private;
  return access_role == "reader" || access_role == "freeBusyReader" ? Role::reader : Role::none;
}

Reading read_event(const Json& event, const Context& context, Role role) {
  ports::Item item = envelope(event, role);
  auto decoded = decode(event, context);
  if (!decoded) return ports::Unreadable{item.id, item.version, decoded.error().message};
  item.facts = calendar::to_facts(decoded->event);
  item.warnings = std::move(decoded->warnings);
  return item;
}

std::optional<Reading> read_exception(const Json& event, const Series& series, const Context& context,
                                      Role role) {
  ports::Item item = envelope(event, role);
  const auto occurrence = occurrence_of(event);
  auto slot = slot_of(object_of(event, "originalStartTime"), series.zone);
  if (!slot && occurrence) slot = slot_of_name(occurrence->name, series.zone);
  if (!slot)
    return ports::Unreadable{item.id, item.version, "it does not say which occurrence of its series it is"};
  const ports::PartOf part_of{RemoteId(text_of(series.json, "id")), calendar::to_string(*slot)};
  if (is_cancelled(event)) {
    if (!has_slot(series, *slot)) return std::nullopt;
    item.facts = excluded();
    item.read_only = is_read_only(series.json, role);
  } else {
    const auto decoded = decode(event, context);
    if (!decoded) return ports::Unreadable{item.id, item.version, decoded.error().message, part_of};
    calendar::Event one = decoded->event;
    one.recurrence = {};
    item.facts = calendar::to_facts(one);
    if (!private_of(event, kFollows).empty() && item.facts == inherited(series.event, *slot))
      return std::nullopt;
  }
  item.part_of = part_of;
  return item;
}

std::vector<ports::Item> exclusions_of(const Json& master, const Context& context, Role role) {
  std::vector<ports::Item> out;
  if (items_of(master, "recurrence").empty()) return out;
  const auto decoded = decode(master, context);
  if (!decoded) return out;
  const Series series = series_of(master, context);
  for (const calendar::LocalTime at : decoded->exclusions) {
    if (!has_slot(series, at)) continue;
    ports::Item item;
    const std::string& id = text_of(master, "id");
    item.part_of = ports::PartOf{RemoteId(id), calendar::to_string(at)};
    item.id = RemoteId(occurrence_id(id, item.part_of->slot, series));
    item.version = kExclusion;
    item.facts = excluded();
    item.read_only = is_read_only(master, role);
    out.push_back(std::move(item));
  }
  return out;
}

Series series_of(const Json& master, const Context& context) {
  Series out{master, {}, nullptr};
  if (auto decoded = decode(master, context)) out.event = std::move(decoded->event);
  const Json& start = object_of(master, "start");
  if (!text_of(start, "date").empty()) return out;
  std::string zone = text_of(start, "timeZone");
  if (zone.empty()) zone = context.calendar_zone;
  out.zone = zone_named(zone, context.zones);
  if (!out.zone) out.zone = zone_named("UTC", context.zones);
  return out;
}

std::string occurrence_id(const std::string& master, const std::string& slot, const Series& series) {
  const auto at = calendar::parse_local_time(slot);
  return fmt::format("{}_{}", master, at ? slot_name(*at, series.zone) : slot);
}

calendar::Facts inherited(const calendar::Event& series, calendar::LocalTime slot) {
  const auto fields = calendar::fields_of(calendar::to_facts(series));
  return calendar::fields_at(fields, slot);
}

}  // namespace kalends::provider::google
