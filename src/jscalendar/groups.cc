#include "jscalendar/groups.h"

#include <algorithm>
#include <array>

#include "calendar/parameters.h"
#include "jscalendar/members.h"

namespace kalends::jscalendar {
namespace {

// Whether the member is read and written alike with every override.
bool is_plain(std::string_view name) {
  static constexpr std::array<std::string_view, 29> kPlain = {"@type",
                                                              "color",
                                                              "created",
                                                              "description",
                                                              "duration",
                                                              "excluded",
                                                              "excludedRecurrenceRules",
                                                              "freeBusyStatus",
                                                              "kalends:added",
                                                              "kalends:parameters",
                                                              "kalends:seriesParameters",
                                                              "kalends:stamp",
                                                              "kalends:zones",
                                                              "locale",
                                                              "locations",
                                                              "priority",
                                                              "privacy",
                                                              "recurrenceId",
                                                              "recurrenceIdTimeZone",
                                                              "recurrenceOverrides",
                                                              "recurrenceRules",
                                                              "sequence",
                                                              "showWithoutTime",
                                                              "start",
                                                              "status",
                                                              "timeZone",
                                                              "title",
                                                              "uid",
                                                              "updated"};
  static_assert(std::ranges::is_sorted(kPlain));
  return std::ranges::binary_search(kPlain, name);
}

Groups group_of_field(std::string_view field) {
  if (field == "attendees" || field == "organizer") return kPeople;
  if (field == "reminders") return kAlerts;
  if (field == "attachments" || field == "url") return kLinks;
  if (field == "conferences") return kMeetings;
  if (field == "categories") return kKeywords;
  return field == "unknown" ? kUnknown : 0;
}

}  // namespace

Groups group_of_member(std::string_view name) {
  if (name == "participants" || name == "replyTo") return kPeople;
  if (name == "alerts") return kAlerts;
  if (name == "links") return kLinks;
  if (name == "virtualLocations") return kMeetings;
  if (name == "keywords") return kKeywords;
  return is_plain(name) ? 0 : kUnknown;
}

Groups groups_of(const calendar::Event& series, const calendar::Override& change) {
  // The parameters of the title, of categories and others are one member.
  Groups out = 0;
  bool parameters = !series.parameters.empty();
  for (const auto& [path, value] : change.patch) {
    out |= group_of_field(calendar::field_of(path));
    parameters = parameters || calendar::is_parameters(path) || value.starts_with(';');
  }
  for (const std::string& path : change.removed) out |= group_of_field(calendar::field_of(path));
  // A member that nobody knows may have any name, and then who came first has it.
  const auto is_member = [](const calendar::Unknown& one) { return one.name == "JSPROP"; };
  if (std::ranges::any_of(series.unknown, is_member) || change.patch.find("unknown/JSPROP") != nullptr)
    return kEverything;
  return parameters ? out | kKeywords : out;
}

calendar::Event only(const calendar::Event& series, Groups groups) {
  // Copied field by field, because copying all of it is what is to be spared.
  calendar::Event out;
  out.uid = series.uid;
  out.title = series.title;
  out.description = series.description;
  out.when = series.when;
  out.location = series.location;
  out.more_locations = series.more_locations;
  out.colour = series.colour;
  out.status = series.status;
  out.visibility = series.visibility;
  out.show_as = series.show_as;
  out.priority = series.priority;
  out.geo = series.geo;
  out.zones = series.zones;
  out.parameters = series.parameters;
  if ((groups & kPeople) != 0) {
    out.organizer = series.organizer;
    out.attendees = series.attendees;
  }
  if ((groups & kAlerts) != 0) out.reminders = series.reminders;
  if ((groups & kLinks) != 0) {
    out.attachments = series.attachments;
    out.url = series.url;
  }
  if ((groups & kMeetings) != 0) out.conferences = series.conferences;
  if ((groups & kKeywords) != 0) out.categories = series.categories;
  if ((groups & kUnknown) != 0) out.unknown = series.unknown;
  calendar::normalise(out);
  return out;
}

}  // namespace kalends::jscalendar
