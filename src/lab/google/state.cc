#include "lab/google/state.h"

#include <fmt/format.h>

#include <algorithm>

namespace kalends::lab::google {

const char* to_string(Role role) {
  switch (role) {
    case Role::none: return "none";
    case Role::free_busy: return "freeBusyReader";
    case Role::reader: return "reader";
    case Role::writer: return "writer";
    case Role::owner: return "owner";
  }
  return "none";
}

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::none, Role::free_busy, Role::reader, Role::writer, Role::owner})
    if (text == to_string(role)) return role;
  return std::nullopt;
}

const std::vector<std::string>& writable_members() {
  static const std::vector<std::string> kMembers = {"summary",
                                                    "description",
                                                    "location",
                                                    "colorId",
                                                    "eventLabelId",
                                                    "start",
                                                    "end",
                                                    "endTimeUnspecified",
                                                    "recurrence",
                                                    "attendees",
                                                    "attendeesOmitted",
                                                    "extendedProperties",
                                                    "conferenceData",
                                                    "gadget",
                                                    "anyoneCanAddSelf",
                                                    "guestsCanInviteOthers",
                                                    "guestsCanModify",
                                                    "guestsCanSeeOtherGuests",
                                                    "privateCopy",
                                                    "reminders",
                                                    "source",
                                                    "attachments",
                                                    "transparency",
                                                    "visibility",
                                                    "status",
                                                    "eventType",
                                                    "workingLocationProperties",
                                                    "outOfOfficeProperties",
                                                    "focusTimeProperties",
                                                    "birthdayProperties",
                                                    "hangoutLink",
                                                    "locked"};
  return kMembers;
}

bool is_writable(std::string_view member) {
  return std::ranges::find(writable_members(), member) != writable_members().end();
}

std::string etag_of(std::int64_t revision) {
  return fmt::format("\"{}\"", 3'400'000'000'000'000 + 2 * revision);
}

}  // namespace kalends::lab::google
