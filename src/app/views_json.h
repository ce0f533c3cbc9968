// The engine's views as JSON, with the names that docs/CLI.md promises. `zone` is that of whoever looks: the times of events
// are written with its offset.
#pragma once

#include <vector>

#include "base/json.h"
#include "calendar/zone.h"
#include "engine/views.h"

namespace kalends::app {

Json to_json(const engine::Move& move, const calendar::Zone& zone);
Json to_json(const engine::RunReport& report, const calendar::Zone& zone);
Json to_json(const engine::CalendarStatus& status);
Json to_json(const engine::ConflictView& conflict, const calendar::Zone& zone);
Json to_json(const engine::HeldView& held, const calendar::Zone& zone);
Json to_json(const engine::WriteView& write);
Json to_json(const engine::RunView& run);
Json to_json(const engine::Lineage& lineage);

// An object with one array of that name.
template <class View, class... Zone>
Json named(const char* name, const std::vector<View>& views, const Zone&... zone) {
  Json array = Json::array();
  for (const View& view : views) array.push(to_json(view, zone...));
  return Json::object().set(name, std::move(array));
}
Json texts(const std::vector<std::string>& values);

}  // namespace kalends::app
