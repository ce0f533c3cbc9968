// The fields' files put together.
#include "provider/google/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "calendar/slots.h"
#include "provider/google/json.h"
#include "provider/google/zone_names.h"
#include "sync/items.h"

namespace kalends::provider::google {

namespace {

using calendar::Event;
using calendar::Facts;
using calendar::LocalTime;

const Json kNothing = Json::object();
constexpr std::size_t kMaxSteps = 2'000'000;

// The zone in which the slots of an event with these times are told; nullptr for days.
const calendar::Zone* zone_of(const Event& event, const Context& context) {
  if (event.when.kind == calendar::TimeKind::all_day) return nullptr;
  std::string name = event.when.zone;
  if (event.when.kind == calendar::TimeKind::floating)
    name = context.calendar_zone;
  else
    name = iana_zone(name, event, event.when.start, context.zones);
  const calendar::Zone* zone = zone_named(name, context.zones);
  return zone ? zone : zone_named("UTC", context.zones);
}

// One item's facts after a write and a read.
Facts round_trip(const Facts& facts, const Context& context) {
  const auto body = encode(facts, context);
  if (!body) return facts;
  auto decoded = decode(*body, context);
  return decoded ? calendar::to_facts(decoded->event) : facts;
}

// Which of `slots` the series has by itself.
std::set<LocalTime> slots_among(const Facts& master, const std::set<LocalTime>& slots,
                                const Context& context) {
  const auto event = calendar::from_facts(master);
  if (!event || event->recurrence.empty()) return {};
  auto series =
      calendar::Slots::of(*event, zone_of(*event, context), {*slots.begin(), *slots.rbegin()}, kMaxSteps);
  std::set<LocalTime> out;
  calendar::Slot slot;
  while (series && series->next(slot))
    if (slots.contains(slot.start)) out.insert(slot.start);
  return out;
}

}  // namespace

Result<Decoded> decode(const Json& event, const Context& context) {
  Decoded out;
  TRY_VOID(read_times(event, context, out.event));
  read_recurrence(event, zone_of(out.event, context), out);
  read_words(event, out.event);
  read_people(event, out.event);
  read_reminders(event, out.event);
  read_links(event, out.event);
  calendar::normalise(out.event);
  return out;
}

Result<Json> encode_all(const Facts& facts, const Context& context) {
  const Event event = TRY(calendar::from_facts(facts));
  Json body = Json::object();
  write_times(event, context, kNothing, body);
  write_recurrence(event, zone_of(event, context), {}, body);
  write_words(event, body);
  write_people(event, kNothing, body);
  write_reminders(event, body);
  write_links(event, kNothing, body);
  return body;
}

Result<Json> encode(const Facts& facts, const Context& context) {
  return without_nulls(TRY(encode_all(facts, context)));
}

Result<Json> patch(const Json& event, const Facts& before, const Facts& target, const Context& context) {
  std::set<std::string_view> changed;
  const Facts was = round_trip(before, context), is = round_trip(target, context);
  const auto changes = calendar::difference(was, is);
  for (const auto& change : changes) changed.insert(calendar::field_of(change.path));
  const auto touches = [&](std::initializer_list<std::string_view> fields) {
    return std::ranges::any_of(fields, [&](std::string_view field) { return changed.contains(field); });
  };
  const Event wanted = TRY(calendar::from_facts(is));
  Json body = Json::object();
  if (touches({"when", "recurrence"})) {
    const auto there = decode(event, context);
    write_times(wanted, context, event, body);
    if (touches({"recurrence"}) || !wanted.recurrence.empty())
      write_recurrence(wanted, zone_of(wanted, context), there ? there->exclusions : std::vector<LocalTime>(),
                       body);
  }
  Json words = Json::object();
  write_words(wanted, words);
  const auto take = [&](std::string_view field, const char* member) {
    if (changed.contains(field)) body.set(member, *words.find(member));
  };
  take("title", "summary");
  take("description", "description");
  take("location", "location");
  take("url", "source");
  take("status", "status");
  take("visibility", "visibility");
  take("show_as", "transparency");
  take("colour", "colorId");
  if (touches({"attendees"})) {
    if (is_true(event, "attendeesOmitted"))
      return fail(ErrorKind::unsupported,
                  "Google showed a part of its guests alone, so the list cannot be written");
    write_people(wanted, event, body);
  }
  if (touches({"reminders"})) write_reminders(wanted, body);
  if (touches({"attachments"})) write_links(wanted, event, body);
  return body;
}

Facts project(const Facts& whole, const calendar::ZoneSource& zones) {
  const Context context{zones, ""};
  sync::Items items = sync::spread(whole);
  std::set<LocalTime> slots;
  for (auto& [slot, facts] : items) {
    if (!slot.empty())
      if (const auto at = calendar::parse_local_time(slot)) slots.insert(*at);
    if (!facts.find(sync::kExcluded)) facts = round_trip(facts, context);
  }
  if (items.size() == 1) return std::move(items.begin()->second);
  if (!slots.empty()) slots = slots_among(items[""], slots, context);
  std::erase_if(items, [&](const auto& entry) {
    const auto at = calendar::parse_local_time(entry.first);
    return !entry.first.empty() && (!at || !slots.contains(*at));
  });
  return sync::gather(items);
}

}  // namespace kalends::provider::google
