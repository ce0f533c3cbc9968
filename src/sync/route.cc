#include "sync/route.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/mutation.h"
#include "base/text.h"
#include "calendar/when_text.h"

namespace kalends::sync {

Result<std::vector<CompiledLink>> compile(const std::vector<Link>& links) {
  std::vector<CompiledLink> out;
  for (const Link& link : links) {
    CompiledLink compiled;
    compiled.link = link;
    const Filter& filter = link.filter;
    if (filter.title) compiled.title = TRY(Pattern::compile(*filter.title));
    if (filter.attendee) compiled.attendee = TRY(Pattern::compile(*filter.attendee));
    if (filter.category) compiled.category = TRY(Pattern::compile(*filter.category));
    if (filter.time) compiled.time = TRY(Pattern::compile(*filter.time));
    out.push_back(std::move(compiled));
  }
  return out;
}

namespace {

constexpr std::int64_t kDay = 86400;

std::vector<std::string> categories_of(const calendar::Facts& hub) {
  std::vector<std::string> out;
  for (const auto& [path, value] : hub)
    if (calendar::field_of(path) == "categories")
      out.push_back(
          calendar::decode_key(std::string_view(path).substr(std::string_view("categories/").size())));
  return out;
}

bool is_one_of(const std::string& name, const std::vector<std::string>& wanted) {
  return std::ranges::any_of(wanted, [&](const std::string& w) { return equal_ignoring_case(w, name); });
}

// Name or address, without the words that only facts.h knows.
bool attendee_matches(const calendar::Facts::Entry& entry, const Pattern& pattern) {
  std::string address =
      calendar::decode_key(std::string_view(entry.first).substr(std::string_view("attendees/").size()));
  if (address.starts_with("mailto:")) address.erase(0, 7);
  if (pattern.matches(address)) return true;
  for (std::string_view line : split(entry.second, '\n'))
    if (line.starts_with("name=") && pattern.matches(line.substr(5))) return true;
  return false;
}

bool has_attendee(const calendar::Facts& hub, const Pattern& pattern) {
  return std::ranges::any_of(hub, [&](const calendar::Facts::Entry& entry) {
    return calendar::field_of(entry.first) == "attendees" && attendee_matches(entry, pattern);
  });
}

bool is_busy(const calendar::Facts& hub) { return hub.get("show_as") != "free"; }

bool contents_pass(const CompiledLink& compiled, const calendar::Facts& hub) {
  const Filter& filter = compiled.link.filter;
  if (compiled.title && !compiled.title->matches(hub.get("title"))) return false;
  if (compiled.attendee && !has_attendee(hub, *compiled.attendee)) return false;
  if (compiled.category || !filter.categories.empty()) {
    const std::vector<std::string> names = categories_of(hub);
    auto matches = [&](const std::string& name) { return compiled.category->matches(name); };
    auto listed = [&](const std::string& name) { return is_one_of(name, filter.categories); };
    if (compiled.category && std::ranges::none_of(names, matches)) return false;
    if (!filter.categories.empty() && std::ranges::none_of(names, listed)) return false;
  }
  if (compiled.time && !compiled.time->matches(start_text(hub))) return false;
  if (filter.all_day && *filter.all_day != hub.get("when").starts_with("all-day")) return false;
  if (filter.busy && *filter.busy != is_busy(hub)) return false;
  return true;
}

bool may_leave(const Link& link, const CalendarId& calendar) {
  if (std::ranges::find(link.calendars, calendar) == link.calendars.end()) return false;
  return link.direction == Direction::two_way || link.from == calendar;
}

Lens extend(const CalendarId& calendar, const Lens& from, const CompiledLink& compiled, Passage passage,
            bool origin_writable) {
  Lens lens = from;
  if (from.role == Role::copy) lens.via.push_back(calendar);
  lens.role = Role::copy;
  lens.routed = true;
  lens.wanted = from.wanted && passage == Passage::passes;
  lens.aged = passage != Passage::fails && (from.aged || (from.wanted && passage == Passage::aged));
  if (lens.wanted || is_on(Mutant::route_forgets_age)) lens.aged = false;
  bool comes_back = compiled.link.direction == Direction::two_way || is_on(Mutant::route_pulls_one_way);
  lens.pullable = from.pullable && origin_writable && comes_back;
  lens.masks.push_back(compiled.link.privacy);
  lens.link = compiled.link.id;
  lens.policies = compiled.link.conflict;
  return lens;
}

// Which routes a pass follows: those that carry the event, those that a window's edge closes, those that a filter closes.
enum class Reach : std::uint8_t { wanted, aged, closed };

// Grows `reached` by every calendar that can be reached; each takes the first link of the configuration that gets
// there.
void grow(std::map<CalendarId, Lens>& reached, const std::vector<CompiledLink>& links,
          const calendar::Facts& hub, const TimeFrame& frame, bool origin_writable, Reach reach) {
  for (bool grew = true; grew;) {
    grew = false;
    for (const CompiledLink& compiled : links) {
      Passage how = passage(compiled, hub, frame);
      if (reach == Reach::wanted && how != Passage::passes) continue;
      if (reach == Reach::aged && how == Passage::fails) continue;
      std::map<CalendarId, Lens> added;
      for (const CalendarId& from : compiled.link.calendars) {
        auto source = reached.find(from);
        if (source == reached.end() || !may_leave(compiled.link, from)) continue;
        if (reach == Reach::wanted && !source->second.wanted) continue;
        if (reach == Reach::aged && !source->second.wanted && !source->second.aged) continue;
        for (const CalendarId& to : compiled.link.calendars)
          if (!reached.contains(to))
            added.try_emplace(to, extend(from, source->second, compiled, how, origin_writable));
      }
      if (added.empty()) continue;
      reached.merge(added);
      grew = true;
      break;
    }
  }
}

}  // namespace

std::string start_text(const calendar::Facts& hub) {
  static constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  const auto when = calendar::parse_when(hub.get("when"));
  if (!when) return {};
  const calendar::Date date = calendar::date_of(when->start);
  std::string out =
      calendar::to_string(date) + " " + std::string(kDays[static_cast<std::size_t>(calendar::weekday(date))]);
  if (when->kind == calendar::TimeKind::all_day) return out;
  const std::int32_t minutes = calendar::second_of_day(when->start) / 60;
  return out + fmt::format(" {:02}:{:02}", minutes / 60, minutes % 60);
}

Passage passage(const CompiledLink& compiled, const calendar::Facts& hub, const TimeFrame& frame) {
  if (!contents_pass(compiled, hub)) return Passage::fails;
  const Filter& filter = compiled.link.filter;
  if (filter.past_days && frame.to_utc && *frame.to_utc < frame.now_utc - *filter.past_days * kDay)
    return Passage::aged;
  if (filter.future_days && frame.from_utc > frame.now_utc + *filter.future_days * kDay) return Passage::aged;
  return Passage::passes;
}

std::map<CalendarId, Lens> routes(const std::vector<CompiledLink>& links, const std::set<CalendarId>& origins,
                                  const std::set<CalendarId>& writable, const calendar::Facts& hub,
                                  const TimeFrame& frame) {
  std::map<CalendarId, Lens> reached;
  bool origin_writable = false;
  for (const CalendarId& origin : origins) {
    Lens lens;
    lens.role = Role::origin;
    lens.routed = lens.wanted = true;
    lens.origin = origin.value;
    for (const CompiledLink& compiled : links) {
      if (std::ranges::find(compiled.link.calendars, origin) == compiled.link.calendars.end()) continue;
      lens.policies = compiled.link.conflict;
      lens.link = compiled.link.id;
      break;
    }
    reached.emplace(origin, std::move(lens));
    origin_writable = origin_writable || writable.contains(origin);
  }
  for (Reach reach : {Reach::wanted, Reach::aged, Reach::closed})
    grow(reached, links, hub, frame, origin_writable, reach);
  return reached;
}

}  // namespace kalends::sync
