// The engine's views as JSON, with the names that docs/CLI.md promises.
#pragma once

#include <vector>

#include "base/json.h"
#include "engine/views.h"

namespace kalends::app {

Json to_json(const engine::Move& move);
Json to_json(const engine::RunReport& report);
Json to_json(const engine::CalendarStatus& status);
Json to_json(const engine::ConflictView& conflict);
Json to_json(const engine::HeldView& held);
Json to_json(const engine::WriteView& write);
Json to_json(const engine::RunView& run);
Json to_json(const engine::Lineage& lineage);

// An object with one array of that name.
template <class View>
Json named(const char* name, const std::vector<View>& views) {
  Json array = Json::array();
  for (const View& view : views) array.push(to_json(view));
  return Json::object().set(name, std::move(array));
}
Json texts(const std::vector<std::string>& values);

}  // namespace kalends::app
