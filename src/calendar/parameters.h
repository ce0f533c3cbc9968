// Parameters of properties that we read ("SUMMARY;LANGUAGE=de") and that no field of an event says: carried, not acted on.
//
// They belong to a value. Those of an element of a set are the element's own value in facts; those of a register stand
// beside it at "title/;HASH", where HASH names the value they came with. **So they travel, merge and hide with their
// value, and never show on another one**: a register that is replaced leaves them behind, stale, and stale ones count for
// nothing.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calendar/event.h"

namespace kalends::calendar {

// Who has them, as the key of Event::parameters: "title"; "when/DTSTART", "when/DTEND", "when/RECURRENCE-ID";
// "recurrence/RRULE:FREQ=DAILY", "recurrence/RDATE:2026-03-02T09:00:00", "recurrence/EXDATE:2026-03-02T09:00:00";
// "categories/Work" and other elements by their path; "uid", "sequence", "created", "updated", "stamp" are bookkeeping
// and stand in no facts.
inline constexpr std::string_view kStartOwner = "when/DTSTART";
inline constexpr std::string_view kEndOwner = "when/DTEND";
inline constexpr std::string_view kSlotOwner = "when/RECURRENCE-ID";
std::string owner_of(const ExtraDate& extra);
std::string owner_of_exclusion(LocalTime slot);
std::string owner_of_rule(std::string_view property, const Rule& rule);
std::string owner_of_element(std::string_view field, std::string_view key);

// Names in upper case and values as they stand in a content line, with quotes and RFC 6868 escapes.
using ParameterList = std::vector<std::pair<std::string, std::string>>;
// As Event::parameters has them, by name; what is no name or not fit for a line is left out.
std::string join_parameters(ParameterList list);
ParameterList split_parameters(std::string_view text);

// The parameters of that owner, "" when it has none.
const std::string& parameters_of(const Event& event, std::string_view owner);

// Whether a path, inside an override too, is that of a register's parameters.
bool is_parameters(std::string_view path);

// A path for people to read: "parameters of title" for "title/;HASH"; any other path as it is.
std::string path_words(std::string_view path);

// Takes out what belongs to values that the facts do not have.
void drop_stale_parameters(Facts& facts);

// The parts of to_facts(), from_facts() and normalise() that speak of parameters. `facts` has every field already.
void put_parameters(Facts& facts, const Event& event);
void take_parameters(Event& event, const Facts& facts);
void prune_parameters(Event& event);

}  // namespace kalends::calendar
