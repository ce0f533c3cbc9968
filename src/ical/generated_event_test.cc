// The generator's own parts, and the law of facts: from_facts(to_facts(e)) == e, to_facts(from_facts(f)) == f.
#include <gtest/gtest.h>

#include <algorithm>

#include "calendar/parameters.h"
#include "ical/generated_event.h"

namespace kalends::ical::testing {

using calendar::Duration;
using calendar::Event;
using calendar::LocalTime;
using calendar::TimeKind;
using calendar::When;

namespace {
constexpr const char* kPieces[] = {"a",  "B", " ", ",", ";", ":",   "\\", "\n",   "\"",  "'",  "ä", "日本",
                                   "😀", "%", "/", "^", "n", "\\n", "=",  "word", "  x", "\t", "#", "1"};
constexpr const char* kZones[] = {"Europe/Berlin", "America/New_York", "Etc/UTC", "Asia/Kathmandu",
                                  "Australia/Lord_Howe"};
constexpr int kFields = 18;
}  // namespace

std::string EventSource::text(int longest) {
  std::string out;
  for (int n = number(1, longest); n > 0; --n) out += kPieces[number(0, std::size(kPieces) - 1)];
  return out;
}

std::string EventSource::word() {
  std::string out;
  for (int n = number(1, 8); n > 0; --n) out += static_cast<char>('a' + number(0, 25));
  return out;
}

When EventSource::when() {
  When when;
  calendar::Date day{number(18000, 22000)};
  switch (number(0, 3)) {
    case 0:
      when.kind = TimeKind::all_day;
      when.start = calendar::at(day);
      when.duration = Duration{number(1, 5), 0};
      return when;
    case 1: when.kind = TimeKind::floating; break;
    default: when.kind = TimeKind::zoned; when.zone = kZones[number(0, std::size(kZones) - 1)];
  }
  when.start = calendar::at(day, number(0, 95) * 900);
  if (chance(80))
    when.duration =
        chance(15) ? Duration{number(1, 3), number(0, 3) * 3600} : Duration{0, number(1, 200) * 300};
  return when;
}

calendar::Recurrence EventSource::recurrence(const When& when) {
  static constexpr const char* kRules[] = {"FREQ=DAILY;COUNT=10", "FREQ=WEEKLY;BYDAY=MO,WE",
                                           "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY;INTERVAL=2",
                                           "FREQ=WEEKLY;UNTIL=20300101T000000Z"};
  calendar::Recurrence out;
  out.rules.push_back(*calendar::parse_rule(kRules[number(0, std::size(kRules) - 1)]));
  if (chance(10)) out.exclusion_rules.push_back(*calendar::parse_rule("FREQ=MONTHLY;BYMONTHDAY=13"));
  for (int n = chance(30) ? number(1, 3) : 0; n > 0; --n) {
    calendar::ExtraDate extra{LocalTime{when.start.seconds + number(1, 300) * 86400}, std::nullopt};
    if (when.kind != TimeKind::all_day && chance(40)) extra.duration = Duration{0, number(1, 8) * 1800};
    out.extra_dates.push_back(extra);
  }
  return out;
}

calendar::Attendee EventSource::attendee() {
  calendar::Attendee out;
  out.address = "mailto:" + word() + "@example.org";
  if (chance(60)) {
    out.name = text(6);
    std::erase_if(out.name, [](char c) { return c == '\n' || c == '\t'; });
  }
  if (chance(30)) out.role = "optional";
  if (chance(30)) out.participation = "accepted";
  if (chance(10)) out.kind = "location";
  out.rsvp = chance(30);
  if (chance(20)) out.parameters["X-NUM"] = "1";
  if (chance(20)) out.parameters["MEMBER"] = "\"mailto:a@b.c\",\"mailto:d@b.c\"";
  return out;
}

calendar::Reminder EventSource::reminder() {
  calendar::Reminder out;
  out.anchor = static_cast<calendar::Reminder::Anchor>(number(0, 2));
  if (out.anchor == calendar::Reminder::Anchor::absolute) {
    out.at = Instant{number(1'700'000, 1'900'000) * std::int64_t{1'000'000}};
  } else {
    out.offset = Duration{0, -number(0, 4) * 900};
  }
  if (chance(20)) out.action = "audio";
  if (chance(50)) out.description = text(6);
  if (chance(20)) out.unknown = {"X-WR-ALARMUID:" + word(), "REPEAT:2"};
  return out;
}

void EventSource::draw_field(Event& event, int field) {
  bool empty = chance(30);
  auto list = [&](std::vector<std::string>& values, auto draw) {
    if (!values.empty() && chance(50)) values.erase(values.begin());
    for (int n = number(0, 2); n > 0; --n) values.push_back(draw());
  };
  auto uri = [&] { return "https://" + word() + ".example.org/" + word(); };
  switch (field) {
    case 0: event.title = empty ? "" : text(20); break;
    case 1: event.description = empty ? "" : text(120); break;
    case 2: event.location = empty ? "" : text(10); break;
    case 3: list(event.categories, [&] { return word() + ",;" + word(); }); break;
    case 4: list(event.conferences, uri); break;
    case 5: list(event.attachments, uri); break;
    case 6: event.status = empty ? "" : chance(50) ? "tentative" : "cancelled"; break;
    case 7: event.visibility = empty ? "" : chance(50) ? "private" : "public"; break;
    case 8: event.show_as = empty ? "" : chance(50) ? "free" : "busy"; break;
    case 9: event.priority = empty ? std::nullopt : std::optional(number(0, 9)); break;
    case 10: event.url = empty ? "" : uri(); break;
    case 11: event.geo = empty ? "" : "48.85299;2.36885"; break;
    case 12: event.colour = empty ? "" : "turquoise"; break;
    case 13: event.organizer = empty ? std::nullopt : std::optional(attendee()); break;
    case 14:
      if (!event.attendees.empty() && chance(50)) event.attendees.pop_back();
      for (int n = number(0, 3); n > 0; --n) event.attendees.push_back(attendee());
      if (!event.attendees.empty() && chance(50)) event.attendees.front().participation = "declined";
      break;
    case 15:
      if (!event.reminders.empty() && chance(50)) event.reminders.clear();
      for (int n = number(0, 2); n > 0; --n) event.reminders.push_back(reminder());
      break;
    case 16:
      if (!event.unknown.empty() && chance(50)) event.unknown.clear();
      event.unknown.push_back({"X-" + std::string(1, static_cast<char>('A' + number(0, 3))), {}});
      for (int n = number(1, 3); n > 0; --n)
        event.unknown.back().lines.push_back(event.unknown.back().name + ";P=1:a\\,b " + word());
      if (chance(20))
        event.unknown.push_back({"BEGIN:X-BOX", {"BEGIN:X-BOX", "X-IN:" + word(), "END:X-BOX"}});
      break;
    default: list(event.more_locations, [&] { return text(5) + "."; }); break;
  }
}

// Parameters for some of what the event has; those of what it lacks are no part of a normal one.
void EventSource::draw_parameters(Event& event) {
  constexpr std::string_view kDrawn[] = {";LANGUAGE=de",
                                         ";ALTREP=\"cid:a;b:c\"",
                                         ";FMTTYPE=text/plain;SIZE=12",
                                         ";FILENAME=\"a b.txt\";X-A=1",
                                         ";FEATURE=AUDIO,VIDEO;LABEL=Room^'s",
                                         ";X-A=1;X-A=2",
                                         ";LANGUAGE=\"fr\";X-EMPTY="};
  std::vector<std::string> owners = {"title",        "description", "location",   "url",
                                     "colour",       "geo",         "status",     "show_as",
                                     "when/DTSTART", "when/DTEND",  "visibility", "priority"};
  for (const auto* list :
       {&event.categories, &event.conferences, &event.attachments, &event.more_locations}) {
    const char* field = list == &event.categories    ? "categories"
                        : list == &event.conferences ? "conferences"
                        : list == &event.attachments ? "attachments"
                                                     : "locations";
    for (const std::string& key : *list) owners.push_back(calendar::owner_of_element(field, key));
  }
  for (const auto& rule : event.recurrence.rules) owners.push_back(calendar::owner_of_rule("RRULE", rule));
  for (const auto& extra : event.recurrence.extra_dates) owners.push_back(owner_of(extra));
  for (const std::string& owner : owners)
    if (chance(30)) event.parameters[owner] = kDrawn[number(0, std::size(kDrawn) - 1)];
  for (auto& reminder : event.reminders)
    if (chance(20)) reminder.parameters["TRIGGER"] = ";X-A=\"b:c\"";
}

void EventSource::draw_overrides(Event& event) {
  auto base = to_facts(event);
  base.erase_under("when/");
  for (int n = number(0, 4); n > 0; --n) {
    LocalTime slot{event.when.start.seconds + number(0, 40) * 86400};
    calendar::Override override;
    override.excluded = chance(40);
    if (!override.excluded) {
      Event other = event;
      other.recurrence = {};
      other.overrides.clear();
      other.when.start = slot;
      base.set("when", to_facts(other).get("when"));
      for (int k = number(0, 3); k > 0; --k) draw_field(other, number(0, kFields - 1));
      if (chance(50)) other.when.start.seconds += 86400;
      if (chance(30)) draw_parameters(other);
      for (const auto& change : difference(base, to_facts(other))) {
        if (calendar::field_of(change.path) == "recurrence" || change.path.starts_with("overrides/"))
          continue;
        if (change.after) {
          override.patch.set(change.path, *change.after);
        } else {
          override.removed.push_back(change.path);
        }
      }
    }
    event.overrides[slot] = std::move(override);
  }
}

Event EventSource::event() {
  Event event;
  event.uid = "uid-" + word() + "@example.org";
  event.when = when();
  for (int n = number(0, 8); n > 0; --n) draw_field(event, number(0, kFields - 1));
  calendar::normalise(event);
  const bool series = chance(50);
  if (series) event.recurrence = recurrence(event.when);
  if (chance(50)) draw_parameters(event);
  if (series) {
    draw_overrides(event);
    for (const auto& [slot, override] : event.overrides)
      if (override.excluded && chance(20)) event.parameters[calendar::owner_of_exclusion(slot)] = ";X-A=1";
  }
  calendar::normalise(event);
  return event;
}

Event EventSource::changed(const Event& original) {
  Event event = original;
  for (int n = number(1, 4); n > 0; --n) draw_field(event, number(0, kFields - 1));
  if (chance(30)) event.when = when();
  if (chance(50)) draw_parameters(event);
  if (chance(10)) event.parameters.clear();
  calendar::normalise(event);
  if (event.when.start != original.when.start || event.when.kind != original.when.kind)
    event.overrides.clear();
  if (chance(30)) event.recurrence = chance(30) ? calendar::Recurrence{} : recurrence(event.when);
  if (event.when.start != original.when.start) event.recurrence.extra_dates.clear();
  if (chance(40)) event.overrides.clear();
  if (!event.recurrence.empty() && chance(50)) draw_overrides(event);
  if (event.recurrence.empty()) event.overrides.clear();
  calendar::normalise(event);
  return event;
}

namespace {

TEST(Facts, OfAnyEventGiveItBack) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    EventSource source(seed);
    Event event = source.event();
    auto facts = to_facts(event);
    auto back = from_facts(facts);
    ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().message;
    back->uid = event.uid;
    ASSERT_EQ(to_facts(*back), facts) << "seed " << seed;
    ASSERT_EQ(*back, event) << "seed " << seed;
    for (const auto& [path, value] : facts) ASSERT_FALSE(value.empty()) << path;
  }
}

}  // namespace
}  // namespace kalends::ical::testing
