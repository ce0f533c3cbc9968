// What people say to writes that would send mail: the ledger keeps what was approved, for the checker to compare with
// what the calendars sent.
#include <algorithm>

#include "lab/sim/people.h"

namespace kalends::lab {

void People::note_mail(const engine::HeldView& held, bool approved) {
  auto& ledger = world_.ledger;
  for (const auto& work : held.work) {
    const std::string date = world_.day_of_event(work.event);
    const std::set<std::string> fields(work.fields.begin(), work.fields.end());
    if (approved) {
      ledger.mail.push_back({held.calendar, date, work.kind, fields, held.reason, world_.clock.peek()});
      // Who lets the guests be told that it is off knows who they are, though no copy shows them.
      if (work.kind == engine::Move::Kind::remove)
        for (auto& edit : ledger.edits)
          if (edit.day == date && (edit.path == "organizer" || edit.path.starts_with("attendees/")))
            edit.superseded = true;
    }
  }
}

}  // namespace kalends::lab
