#include "provider/google/cursor.h"

#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

constexpr char kForm[] = "google-1";

Json print_ids(const IdsBySeries& all) {
  Json out = Json::object();
  for (const auto& [series, ids] : all) {
    Json list = Json::array();
    for (const std::string& id : ids) list.push(id);
    if (!ids.empty()) out.set(series, std::move(list));
  }
  return out;
}

IdsBySeries read_ids(const Json& all) {
  IdsBySeries out;
  for (const auto& [series, list] : *all.members())
    if (list.items())
      for (const Json& id : *list.items())
        if (id.string()) out[series].insert(*id.string());
  return out;
}

}  // namespace

std::string to_string(const Cursor& cursor) {
  Json out = Json::object();
  out.set("form", kForm).set("calendar", cursor.calendar).set("token", cursor.token);
  out.set("exclusions", print_ids(cursor.exclusions)).set("taken_back", print_ids(cursor.taken_back));
  return out.dump();
}

std::optional<Cursor> parse_cursor(const std::string& text) {
  const auto json = parse_json(text);
  if (!json || text_of(*json, "form") != kForm) return std::nullopt;
  Cursor out;
  out.calendar = text_of(*json, "calendar");
  out.token = text_of(*json, "token");
  if (out.calendar.empty() || out.token.empty()) return std::nullopt;
  out.exclusions = read_ids(object_of(*json, "exclusions"));
  out.taken_back = read_ids(object_of(*json, "taken_back"));
  return out;
}

}  // namespace kalends::provider::google
