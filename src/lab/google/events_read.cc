// events.get, events.instances, and what both find.
#include "lab/cloud/json_merge.h"
#include "lab/google/cursors.h"
#include "lab/google/events.h"
#include "lab/google/listing.h"
#include "lab/google/view.h"

namespace kalends::lab::google {

std::vector<Event*> exceptions_of(Calendar& calendar, const std::string& master) {
  std::vector<Event*> out;
  const std::string prefix = master + "_";
  for (auto it = calendar.events.lower_bound(prefix); it != calendar.events.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    if (it->second.master == master) out.push_back(&it->second);
  }
  return out;
}

Outcome<Named> find_event(Service& service, Calendar& calendar, const std::string& id) {
  Named out;
  if (const auto kept = calendar.events.find(id); kept != calendar.events.end()) {
    out.kept = &kept->second;
    if (kept->second.master.empty()) return out;
    out.slot = *kept->second.slot;
    const auto master = calendar.events.find(kept->second.master);
    if (master != calendar.events.end()) out.master = &master->second;
    return out;
  }
  auto name = parse_instance_id(id);
  if (!name) return not_found();
  const auto master = calendar.events.find(name->master);
  if (master == calendar.events.end() || master->second.cancelled) return not_found();
  if (!has_slot(master->second.fields, name->slot, service.zones)) return not_found();
  out.master = &master->second;
  out.slot = name->slot;
  if (!out.slot.start.all_day) {
    out.slot.start.zone = moment_of(*master->second.fields.find("start"), service.zones).zone;
    out.slot.start = moved(out.slot.start, 0, service.zones);
  }
  return out;
}

Outcome<Answer> get_event(Service& service, const Call& call, const std::string& calendar,
                          const std::string& id) {
  const Place place = TRY(open_calendar(service, call, calendar, Role::free_busy));
  const Viewer viewer = TRY(viewer_of(service, call, place));
  const Named named = TRY(find_event(service, place.calendar, id));
  if (named.kept != nullptr) return Answer{show(service, place.calendar, *named.kept, viewer)};
  return Answer{show_instance(service, place.calendar, *named.master, named.slot, viewer)};
}

Outcome<Answer> list_instances(Service& service, const Call& call, const std::string& calendar,
                               const std::string& id) {
  const Place place = TRY(open_calendar(service, call, calendar, Role::free_busy));
  const auto master = place.calendar.events.find(id);
  if (master == place.calendar.events.end() || master->second.cancelled) return not_found();
  ListQuery query = TRY(read_query(service, call, place));
  query.single_events = true;
  query.only_master = id;
  return list(service, call, place, query);
}

}  // namespace kalends::lab::google
