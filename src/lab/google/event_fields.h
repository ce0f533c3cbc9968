// What a client may say of an event, checked and brought into one form: defaults and empty values left out, times in
// the zone they name, addresses in lower case.
#pragma once

#include <string>

#include "lab/google/answer.h"
#include "lab/google/times.h"

namespace kalends::lab::google {

struct FieldRules {
  const calendar::ZoneSource& zones;
  std::string calendar_zone;
  bool conferences = false;    // conferenceDataVersion=1
  bool attachments = false;    // supportsAttachments=true
  bool rewrites_text = false;  // see habits.h
  bool rewrites_rules = false;
};

// `wanted` is the whole event as it shall be, `before` what it was (an empty object for a new one). Members that no
// client writes are those of `before`. invalid and required as the service says them.
Outcome<Json> normal_fields(const Json& wanted, const Json& before, const FieldRules& rules);

// The parts that are lists and objects of their own; the same contract, for one member each. null = leave it out.
Outcome<Json> normal_attendees(const Json& wanted);
Outcome<Json> normal_reminders(
    const Json& wanted);  // events.reminders and calendarList.defaultReminders' items
Outcome<Json> normal_extended_properties(const Json& wanted);
Outcome<Json> normal_conference(const Json& wanted);
Outcome<Json> normal_attachments(const Json& wanted);

// Takes a bool member that is `usual` when absent: null when it has that value.
Outcome<Json> normal_flag(const Json& wanted, std::string_view name, bool usual);

}  // namespace kalends::lab::google
