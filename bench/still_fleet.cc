#include "still_fleet.h"

#include <fmt/format.h>

#include "base/text.h"

namespace kalends::bench {

namespace {

CalendarId calendar_id(std::size_t number) { return CalendarId(fmt::format("calendar-{:04}", number)); }

std::string raw_text(const std::string& uid, const std::string& title, std::size_t n) {
  return fmt::format(
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Still//EN\r\nBEGIN:VEVENT\r\nUID:{}\r\n"
      "DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:202603{:02}T090000\r\nDURATION:PT1H\r\n"
      "SUMMARY:{}\r\nLOCATION:Room {}\r\nDESCRIPTION:Agenda\\, minutes and the open points of last time\r\n"
      "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\n"
      "END:VEVENT\r\nEND:VCALENDAR\r\n",
      uid, n % 28 + 1, title, n % 40);
}

}  // namespace

StillCalendar::StillCalendar(const FleetShape& shape, std::size_t number)
    : number_(number), count_(shape.events / shape.calendars) {
  capabilities_.provider = "still";
  capabilities_.delta = shape.delta;
}

ports::Item StillCalendar::item(std::size_t n) const {
  ports::Item item;
  bool changed = n < changed_;
  item.id = RemoteId(fmt::format("{}.ics", n));
  item.version = changed ? "2" : "1";
  item.uid = fmt::format("{}-{}@still.example", number_ / 2, n);
  std::string title = fmt::format("Meeting {} of team {}{}", n, number_ / 2, changed ? ", moved" : "");
  item.facts = {{"title", title},
                {"when", fmt::format("zoned 2026-03-{:02}T09:00:00 PT1H Europe/Berlin", n % 28 + 1)},
                {"location", fmt::format("Room {}", n % 40)},
                {"description", "Agenda, minutes and the open points of last time"},
                {"categories/Work", "1"}};
  if (n % 5 == 0) item.facts.set("recurrence", "RRULE:FREQ=WEEKLY;COUNT=20");
  item.raw = raw_text(item.uid, title, n);
  item.updated = Instant{changed ? 1'767'300'000'000 : 1'767'000'000'000};
  return item;
}

Result<ports::Changes> StillCalendar::changes(const std::string& cursor, const ports::Known& known) {
  ports::Changes out;
  out.cursor = cursor;
  if (!shown_) return out;
  out.cursor = "1";
  out.complete = cursor.empty() || !capabilities_.delta;
  for (std::size_t n = 0; n < (out.complete ? count_ : changed_); ++n) {
    ports::Item one = item(n);
    if (known(one.id) == one.version) {
      out.unchanged.push_back(std::move(one.id));
    } else {
      out.items.push_back(std::move(one));
    }
  }
  return out;
}

Result<ports::Item> StillCalendar::get(const RemoteId& id) {
  auto n = parse_integer(std::string_view(id.value).substr(0, id.value.find('.')));
  if (!n || *n < 0 || static_cast<std::size_t>(*n) >= count_)
    return fail(ErrorKind::not_found, "there is no such event");
  return item(static_cast<std::size_t>(*n));
}

// Nothing is written in what is measured here, so a write is a mistake of the measurement.
Result<ports::Written> StillCalendar::create(const ports::Draft&) {
  return fail(ErrorKind::unsupported, "a still calendar takes no events");
}
Result<ports::Written> StillCalendar::update(const ports::Item&, const calendar::Facts&, Instant) {
  return fail(ErrorKind::unsupported, "a still calendar takes no changes");
}
Result<void> StillCalendar::remove(const ports::Item&) {
  return fail(ErrorKind::unsupported, "a still calendar gives up nothing");
}

Fleet::Fleet(FleetShape shape) {
  for (std::size_t i = 0; i < shape.calendars; ++i) {
    calendars_.push_back(std::make_unique<StillCalendar>(shape, i));
    settings_.calendars.push_back(calendar_id(i));
    if (i % 2 == 0) continue;
    sync::Link link;
    link.id = LinkId(fmt::format("link-{:04}", i / 2));
    link.calendars = {calendar_id(i - 1), calendar_id(i)};
    settings_.links.push_back(std::move(link));
  }
}

engine::Engine Fleet::engine(ports::Store& store) {
  std::map<CalendarId, ports::Provider*> providers;
  for (std::size_t i = 0; i < calendars_.size(); ++i) providers[calendar_id(i)] = calendars_[i].get();
  return engine::Engine({store, clock_, random_, log_, zones_, *zones_.find("UTC")}, settings_, providers);
}

}  // namespace kalends::bench
