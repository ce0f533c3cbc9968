#include "provider/google/cursor.h"

#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

constexpr char kForm[] = "google-1";

}  // namespace

std::string to_string(const Cursor& cursor) {
  Json out = Json::object();
  out.set("form", kForm).set("calendar", cursor.calendar).set("token", cursor.token);
  Json all = Json::object();
  for (const auto& [series, ids] : cursor.exclusions) {
    Json list = Json::array();
    for (const std::string& id : ids) list.push(id);
    if (!ids.empty()) all.set(series, std::move(list));
  }
  out.set("exclusions", std::move(all));
  return out.dump();
}

std::optional<Cursor> parse_cursor(const std::string& text) {
  const auto json = parse_json(text);
  if (!json || text_of(*json, "form") != kForm) return std::nullopt;
  Cursor out;
  out.calendar = text_of(*json, "calendar");
  out.token = text_of(*json, "token");
  if (out.calendar.empty() || out.token.empty()) return std::nullopt;
  for (const auto& [series, list] : *object_of(*json, "exclusions").members())
    if (list.items())
      for (const Json& id : *list.items())
        if (id.string()) out.exclusions[series].insert(*id.string());
  return out;
}

}  // namespace kalends::provider::google
