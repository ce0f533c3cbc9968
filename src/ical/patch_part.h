// The edits that make one VEVENT show another event: fields in patch_fields.cc, times in patch_times.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "calendar/event.h"
#include "calendar/zone.h"
#include "ical/editor.h"
#include "ical/event_text.h"
#include "ical/part.h"

namespace kalends::ical {

// What the zones of the file at hand are called there. A zone that has no name yet gets its own, and is remembered as
// one that needs a VTIMEZONE.
class ZoneNames {
 public:
  ZoneNames(const Document& document, ZoneTable& table);
  std::string tzid(const std::string& zone);
  TzidOf as_function() {
    return [this](const std::string& zone) { return tzid(zone); };
  }
  const std::set<std::string>& missing() const { return missing_; }

 private:
  std::map<std::string, std::string> names_;  // zone -> the TZID that means it here
  std::set<std::string> missing_;
  std::set<std::string, std::less<>> defined_;  // TZIDs that have a VTIMEZONE in the text
};

// One component and what it shows now.
struct PartEdit {
  Editor& editor;
  ZoneTable& table;
  ZoneNames& names;
  const calendar::ZoneSource& zones;  // with the target's own
  const Part& part;

  const Document& document() const { return editor.document(); }
  std::size_t component() const { return part.component; }
  // The lines of that name in the component, in order.
  std::vector<std::size_t> lines(std::string_view name) const;
  // Where new properties go: in front of the first child, else of END.
  std::size_t end_of_properties() const;
  // Gives the property this value with these parameters beside those that say its form; adds it when it is not there,
  // removes all of it for "".
  void set(std::string_view name, const std::string& value, std::string_view params = {});
  // Puts `texts` in the place of all `old` lines, or at the end when there are none.
  void rewrite(const std::vector<std::size_t>& old, const std::vector<std::string>& texts);
};

// Everything but times. `target` is normal.
void patch_fields(PartEdit& edit, const calendar::Event& target);

// "NAME;PARAMS:value" of a line with another value and these parameters beside those that say its form.
std::string with_value(const Line& line, std::string_view value, std::string_view params);

// DTSTART, DTEND and DURATION.
void patch_when(PartEdit& edit, const calendar::Event& target);

// RRULE, EXRULE, RDATE and EXDATE of a master.
void patch_recurrence(PartEdit& edit, const calendar::Event& target);

// RECURRENCE-ID of what the target shows, when `respell` is set or the series' own form of it changed, `before` to
// `after`. RANGE goes with a new spelling.
void patch_slot(PartEdit& edit, const calendar::Event& target, calendar::LocalTime slot,
                const calendar::When& before, const calendar::When& after, bool respell);

}  // namespace kalends::ical
