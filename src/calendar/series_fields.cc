#include "calendar/series_fields.h"

#include "calendar/when_text.h"

namespace kalends::calendar {

Facts fields_of(const Facts& facts) {
  Facts out = facts;
  out.erase("recurrence");
  out.erase_under("recurrence/");
  out.erase_under("overrides/");
  out.erase_under("zones/");
  return out;
}

Facts fields_at(const Facts& fields, LocalTime slot) {
  Facts out = fields;
  out.erase_under("when/");  // parameters of the master's own times
  if (const std::string* text = fields.find("when")) {
    if (auto when = parse_when(*text)) {
      when->start = slot;
      out.set("when", print_when(*when));
    }
  }
  return out;
}

}  // namespace kalends::calendar
