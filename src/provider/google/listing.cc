#include "provider/google/listing.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

constexpr char kPageSize[] = "2500";
// What is read of a listing; lists are asked for whole, because an update sends them whole.
constexpr char kFields[] =
    "nextPageToken,nextSyncToken,timeZone,accessRole,items(id,etag,status,updated,iCalUID,summary,"
    "description,location,"
    "source,start,end,recurrence,recurringEventId,originalStartTime,transparency,visibility,colorId,"
    "attendees,"
    "attendeesOmitted,organizer,extendedProperties,reminders,conferenceData,hangoutLink,attachments,"
    "eventType,locked,"
    "privateCopy,guestsCanModify)";
constexpr int kMaxPages = 10'000;
constexpr int kMaxRepeats = 20;  // of one page token: an empty page may say no more than "once more"
constexpr std::size_t kMaxEvents = 1'000'000;

std::unexpected<Error> broken(const Request& request, std::string_view why) {
  return fail(ErrorKind::corrupt, fmt::format("{} {}: {}", request.method, request.what, why));
}

Result<void> take_page(const Request& request, const Json& page, Pages& out) {
  const Json* items = page.find("items");
  if (items && !items->items()) return broken(request, "its events are no list");
  for (const Json& event : items_of(page, "items")) {
    const std::string& id = text_of(event, "id");
    // A listing with an event that cannot be told from others proves nothing about any of them.
    if (id.empty()) return broken(request, "it lists an event without an id");
    out.events.insert_or_assign(id, event);
  }
  if (out.events.size() > kMaxEvents) return broken(request, "it lists more events than a calendar has");
  if (const std::string& zone = text_of(page, "timeZone"); !zone.empty()) out.zone = zone;
  if (const std::string& role = text_of(page, "accessRole"); !role.empty()) out.role = role_of(role);
  return {};
}

// Sorts the events of a listing into what became of them.
class Sorting {
 public:
  Sorting(const Pages& pages, const Cursor* before, const Context& context, const ports::Known& known,
          const Lookup& lookup)
      : pages_(pages), before_(before), context_(context), known_(known), lookup_(lookup) {
    if (before) cursor_ = *before;
  }

  Result<ports::Changes> run(const std::string& calendar) {
    for (const auto& [id, event] : pages_.events)
      if (!occurrence_of(event)) take_event(id, event);
    for (const auto& [id, event] : pages_.events)
      if (const auto occurrence = occurrence_of(event)) TRY_VOID(take_occurrence(id, event, *occurrence));
    for (const auto& [id, event] : pages_.events)
      if (!occurrence_of(event)) take_exclusions(id, event);
    TRY_VOID(look_at_taken_back());
    out_.complete = !before_;
    cursor_.calendar = calendar;
    cursor_.token = pages_.token;
    out_.cursor = pages_.token.empty() ? std::string() : to_string(cursor_);
    return std::move(out_);
  }

 private:
  void put(Reading reading) {
    if (auto* unreadable = std::get_if<ports::Unreadable>(&reading)) {
      out_.unreadable.push_back(std::move(*unreadable));
      return;
    }
    auto& item = std::get<ports::Item>(reading);
    if (!item.version.empty() && known_(item.id) == item.version)
      out_.unchanged.push_back(item.id);
    else
      out_.items.push_back(std::move(item));
  }
  void put_gone(const std::string& id) {
    if (before_) out_.gone.emplace_back(id);
  }

  void take_event(const std::string& id, const Json& event) {
    if (is_cancelled(event)) return put_gone(id);
    put(read_event(event, context_, pages_.role));
    if (!items_of(event, "recurrence").empty()) series_.emplace(id, series_of(event, context_));
  }

  // The series of an exception: of these pages, or of earlier ones.
  Result<const Series*> series_named(const std::string& id) {
    if (const auto found = series_.find(id); found != series_.end()) return &found->second;
    if (pages_.events.contains(id) || !before_) return nullptr;
    return lookup_.series(id);
  }

  Result<void> take_occurrence(const std::string& id, const Json& event, const Occurrence& occurrence) {
    const Series* series = TRY(series_named(occurrence.master));
    if (series) {
      auto reading = read_exception(event, *series, context_, pages_.role);
      put_exception(id, event, occurrence.master, std::move(reading));
      return {};
    }
    if (is_cancelled(event)) {
      put_gone(id);
      return {};
    }
    // Somebody was invited to this one alone: an event of its own. Others of that series have the same iCalUID.
    Reading reading = read_event(event, context_, pages_.role);
    if (auto* item = std::get_if<ports::Item>(&reading)) item->uid.clear();
    put(std::move(reading));
    return {};
  }

  void put_exception(const std::string& id, const Json& event, const std::string& master,
                     std::optional<Reading> reading) {
    auto& taken_back = cursor_.taken_back[master];
    taken_back.erase(id);
    if (reading) {
      told_.insert(id);
      put(std::move(*reading));
      return;
    }
    if (!is_cancelled(event)) taken_back.insert(id);
    put_gone(id);
  }

  // Exceptions that were taken back, of series that are told and perhaps show something else now.
  Result<void> look_at_taken_back() {
    if (!before_) return {};
    for (const auto& [master, ids] : before_->taken_back) {
      if (!pages_.events.contains(master)) continue;
      const auto series = series_.find(master);
      for (const std::string& id : ids) {
        if (pages_.events.contains(id)) continue;
        std::optional<Json> event;
        if (series != series_.end()) event = TRY(lookup_.event(id));
        if (event)
          put_exception(id, *event, master, read_exception(*event, series->second, context_, pages_.role));
        else
          cursor_.taken_back[master].erase(id);
      }
    }
    return {};
  }

  void take_exclusions(const std::string& id, const Json& master) {
    std::set<std::string> before = std::exchange(cursor_.exclusions[id], {});
    if (!is_cancelled(master))
      for (ports::Item& item : exclusions_of(master, context_, pages_.role)) {
        cursor_.exclusions[id].insert(item.id.value);
        before.erase(item.id.value);
        if (!told_.contains(item.id.value)) put(std::move(item));
      }
    for (const std::string& taken_back : before)
      if (!told_.contains(taken_back)) put_gone(taken_back);
    if (cursor_.exclusions[id].empty()) cursor_.exclusions.erase(id);
  }

  const Pages& pages_;
  const Cursor* before_;
  const Context& context_;
  const ports::Known& known_;
  const Lookup& lookup_;
  ports::Changes out_;
  Cursor cursor_;
  std::map<std::string, Series> series_;
  std::set<std::string> told_;  // exceptions that are items of their own
};

}  // namespace

Result<Pages> read_pages(Client& client, const std::string& calendar, const std::string& token) {
  Request request;
  request.path = fmt::format("/calendars/{}/events", percent_encode(calendar));
  request.what = "events of " + calendar;
  Pages out;
  std::string page_token;
  int repeats = 0;
  for (int page = 0; page < kMaxPages; ++page) {
    request.query = {{"maxResults", kPageSize}, {"fields", kFields}};
    if (!token.empty()) request.query.emplace_back("syncToken", token);
    if (!page_token.empty()) request.query.emplace_back("pageToken", page_token);
    Answer answer = TRY(client.send(request));
    // 410 is the word for it; a token that was never one is a bad request.
    if (answer.status == 410 || (answer.status == 400 && !token.empty())) {
      if (token.empty()) return std::unexpected(std::move(answer.error));
      Pages dead;
      dead.dead_token = true;
      return dead;
    }
    if (!answer.ok()) return std::unexpected(std::move(answer.error));
    TRY_VOID(take_page(request, answer.json, out));
    const std::string& next = text_of(answer.json, "nextPageToken");
    if (next.empty()) {
      out.token = text_of(answer.json, "nextSyncToken");
      if (out.token.empty() && !token.empty()) return broken(request, "its last page has no sync token");
      return out;
    }
    repeats = next == page_token ? repeats + 1 : 0;
    if (repeats > kMaxRepeats) return broken(request, "its pages go round in a circle");
    page_token = next;
  }
  return broken(request, "its pages have no end");
}

Result<ports::Changes> changes_of(const Pages& pages, const Cursor* before, const std::string& calendar,
                                  const Context& context, const ports::Known& known, const Lookup& lookup) {
  return Sorting(pages, before, context, known, lookup).run(calendar);
}

}  // namespace kalends::provider::google
