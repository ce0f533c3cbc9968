// The calendarList resource: an account's own view of the calendars it knows.
#include <algorithm>

#include "lab/cloud/json_merge.h"
#include "lab/google/calendars.h"
#include "lab/google/cursors.h"

namespace kalends::lab::google {
namespace {

Json show_entry(const Service& service, const std::string& account, const std::string& id,
                const Entry& entry) {
  Json out = Json::object();
  out.set("kind", "calendar#calendarListEntry").set("etag", etag_of(entry.revision)).set("id", id);
  const auto found = service.state.calendars.find(id);
  if (entry.deleted || found == service.state.calendars.end() || found->second.deleted)
    return out.set("deleted", true);
  const Calendar& calendar = found->second;
  out.set("summary", calendar.summary);
  if (!calendar.description.empty()) out.set("description", calendar.description);
  if (!calendar.location.empty()) out.set("location", calendar.location);
  out.set("timeZone", calendar.zone);
  out.set("colorId", "14")
      .set("backgroundColor", "#9fe1e7")
      .set("foregroundColor", "#000000")
      .set("selected", true);
  for (const auto& [name, value] : *entry.fields.members()) out.set(name, value);
  out.set("accessRole", to_string(calendar.roles.at(account))).set("dataOwner", calendar.owner);
  if (id == account) out.set("primary", true);
  return out.set("conferenceProperties",
                 Json::object().set("allowedConferenceSolutionTypes", Json::array().push("hangoutsMeet")));
}

struct ListedEntry {
  std::uint64_t rank;
  std::string id;
  const Entry* entry;
};

std::vector<ListedEntry> entries(const Service& service, const Call& call, std::int64_t since, bool deleted,
                                 bool hidden, Role least) {
  const Account& account = service.state.accounts.at(call.account);
  std::vector<ListedEntry> out;
  for (const auto& [id, entry] : account.list) {
    if (since >= 0 && entry.change <= since) continue;
    if (entry.deleted && !deleted) continue;
    if (!entry.deleted) {
      const Calendar& calendar = service.state.calendars.at(id);
      if (calendar.roles.at(call.account) < least) continue;
      if (is_true(entry.fields, "hidden") && !hidden) continue;
    }
    out.push_back({rank_of(id), id, &entry});
  }
  std::ranges::sort(out, [](const ListedEntry& a, const ListedEntry& b) {
    return a.rank != b.rank ? a.rank < b.rank : a.id < b.id;
  });
  return out;
}

// The parts of an entry that its account may set.
Outcome<Json> taken(const Json& before, const Json& patch) {
  static constexpr const char* kMembers[] = {
      "colorId",  "backgroundColor",  "foregroundColor", "hidden",
      "selected", "defaultReminders", "summaryOverride", "notificationSettings"};
  Json wanted = Json::object();
  for (const char* name : kMembers)
    if (const Json* value = patch.find(name)) wanted.set(name, *value);
  return merge_patch(before, wanted);
}

Outcome<Entry*> entry_of(Service& service, const Call& call, const std::string& id) {
  auto& list = service.state.accounts.at(call.account).list;
  const auto found = list.find(id == "primary" ? call.account : id);
  if (found == list.end() || found->second.deleted) return not_found();
  return &found->second;
}

}  // namespace

Outcome<Answer> list_calendars(Service& service, const Call& call) {
  const Account& account = service.state.accounts.at(call.account);
  const std::string listing = listing_of(call, "calendarList");
  const auto wanted = TRY(number(call, "maxResults", 1));
  std::size_t left = std::min<std::size_t>(250, wanted ? static_cast<std::size_t>(*wanted) : 100);
  bool deleted = TRY(flag(call, "showDeleted", false));
  bool hidden = TRY(flag(call, "showHidden", false));
  Role least = Role::free_busy;
  if (const auto* role = call.parameter("minAccessRole")) {
    const auto read = parse_role(*role);
    if (!read) return invalid_parameter("minAccessRole", "Invalid role.");
    least = *read;
  }
  PageToken at{listing, account.epoch, -1, account.changes, 0, ""};
  if (const auto* text = call.parameter("syncToken")) {
    const bool refused = call.parameter("minAccessRole") != nullptr ||
                         (call.parameter("showDeleted") != nullptr && !deleted) ||
                         (call.parameter("showHidden") != nullptr && !hidden);
    if (refused) return refuse(400, "badRequest", "Sync token cannot be used with these parameters.");
    at.since = TRY(usable(service, *text, listing, account.epoch)).as_of;
    deleted = hidden = true;
  }
  if (const auto* text = call.parameter("pageToken")) {
    const auto token = parse_page_token(*text);
    if (!token || token->listing != listing || token->since != at.since)
      return std::unexpected(
          Refusal{400, "invalid", "Invalid page token value.", "global", "pageToken", "parameter"});
    at = *token;
  }
  Json items = Json::array();
  bool more = false;
  for (const auto& [rank, id, entry] : entries(service, call, at.since, deleted, hidden, least)) {
    if (!at.after_id.empty() && std::pair(rank, id) <= std::pair(at.after_rank, at.after_id)) continue;
    if (left == 0) {
      more = true;
      break;
    }
    --left;
    items.push(show_entry(service, call.account, id, *entry));
    at.after_rank = rank;
    at.after_id = id;
  }
  Json body = Json::object();
  body.set("kind", "calendar#calendarList").set("etag", etag_of(account.changes));
  if (more)
    body.set("nextPageToken", print(at));
  else
    body.set("nextSyncToken", print(SyncToken{listing, account.epoch, at.as_of, service.now()}));
  return Answer{body.set("items", std::move(items))};
}

Outcome<Answer> get_entry(Service& service, const Call& call, const std::string& id) {
  const Entry* entry = TRY(entry_of(service, call, id));
  return Answer{show_entry(service, call.account, id == "primary" ? call.account : id, *entry)};
}

Outcome<Answer> patch_entry(Service& service, const Call& call, const std::string& id) {
  Entry* entry = TRY(entry_of(service, call, id));
  TRY_VOID(check_match(call, entry->revision));
  if (call.body.members() == nullptr) return refuse(400, "parseError", "Parse Error");
  entry->fields = TRY(taken(call.method == "PUT" ? Json::object() : entry->fields, call.body));
  entry->change = ++service.state.accounts.at(call.account).changes;
  entry->revision = ++service.state.revisions;
  return get_entry(service, call, id);
}

Outcome<Answer> insert_entry(Service& service, const Call& call) {
  const std::string id = text_of(call.body, "id");
  const Place place = TRY(open_calendar(service, call, id, Role::free_busy));
  Account& account = service.state.accounts.at(call.account);
  Entry& entry = account.list[place.calendar.id];
  entry.deleted = false;
  entry.fields = TRY(taken(entry.fields, call.body));
  entry.change = ++account.changes;
  entry.revision = ++service.state.revisions;
  return get_entry(service, call, place.calendar.id);
}

Outcome<Answer> delete_entry(Service& service, const Call& call, const std::string& id) {
  Entry* entry = TRY(entry_of(service, call, id));
  if (id == "primary" || id == call.account)
    return refuse(403, "cannotRemovePrimaryCalendar",
                  "The primary calendar cannot be removed from the list.");
  entry->deleted = true;
  entry->change = ++service.state.accounts.at(call.account).changes;
  entry->revision = ++service.state.revisions;
  return Answer{Json(), 204};
}

}  // namespace kalends::lab::google
