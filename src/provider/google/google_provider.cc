// Reading: which calendar, its changes, one event. Writing is in writes.cc.
#include "provider/google/google_provider.h"

#include <fmt/format.h>

#include "provider/google/calendars.h"
#include "provider/google/json.h"
#include "provider/google/listing.h"

namespace kalends::provider::google {

namespace {

constexpr std::size_t kMaxSeries = 20'000;

}  // namespace

GoogleProvider::GoogleProvider(GoogleConfig config, ports::Http& http, ports::Tokens& tokens,
                               const calendar::ZoneSource& zones)
    : config_(std::move(config)), client_(http, tokens, config_.url), zones_(zones) {
  capabilities_.provider = "google";
  capabilities_.delta = true;
  capabilities_.exceptions = ports::Exceptions::own_items;
  capabilities_.clock_grain_ms = 1;
  capabilities_.server = origin_of(client_.base());
}

std::string GoogleProvider::address() const {
  return fmt::format("{} ({})", client_.base(), config_.calendar);
}

std::string GoogleProvider::identity() const {
  if (calendar_.empty() || calendar_ == "primary") return {};
  return fmt::format("{}\n{}", client_.base(), calendar_);
}

calendar::Facts GoogleProvider::project(const calendar::Facts& facts) const {
  return google::project(facts, zones_);
}

// The calendar's id. A failure is not remembered: the next call asks again.
Result<void> GoogleProvider::find_place() {
  if (calendar_.empty()) calendar_ = TRY(find_calendar(client_, config_.calendar));
  return {};
}

std::string GoogleProvider::event_path(const std::string& id) const {
  return fmt::format("/calendars/{}/events/{}", percent_encode(calendar_), percent_encode(id));
}

Result<Answer> GoogleProvider::fetch(const std::string& id) {
  Request request;
  request.path = event_path(id);
  request.what = fmt::format("event {} of {}", id, config_.calendar);
  return client_.send(request);
}

void GoogleProvider::remember(const Json& event) {
  const std::string& id = text_of(event, "id");
  if (is_cancelled(event) || items_of(event, "recurrence").empty() ||
      !text_of(event, "recurringEventId").empty()) {
    series_.erase(id);
    return;
  }
  if (series_.size() >= kMaxSeries) series_.clear();
  series_.insert_or_assign(id, series_of(event, context()));
}

Result<const Series*> GoogleProvider::series(const std::string& id) {
  if (const auto found = series_.find(id); found != series_.end()) return &found->second;
  const Answer answer = TRY(fetch(id));
  if (answer.status == 404 || answer.status == 410) return nullptr;
  if (!answer.ok()) return std::unexpected(answer.error);
  remember(answer.json);
  const auto found = series_.find(id);
  return found == series_.end() ? nullptr : &found->second;
}

Result<ports::Changes> GoogleProvider::changes(const std::string& text, const ports::Known& known) {
  std::optional<Cursor> cursor = parse_cursor(text);
  // The name was looked up when the cursor came to be; an id stays when a person names the calendar anew.
  if (calendar_.empty() && cursor && config_.calendar != "primary") calendar_ = cursor->calendar;
  TRY_VOID(find_place());
  if (cursor && cursor->calendar != calendar_) cursor.reset();
  Pages pages;
  if (cursor) {
    pages = TRY(read_pages(client_, calendar_, cursor->token));
    if (pages.dead_token) cursor.reset();
  }
  if (!cursor) {
    auto all = read_pages(client_, calendar_, "");
    if (!all && all.error().kind == ErrorKind::not_found) calendar_.clear();
    pages = TRY(std::move(all));
  }
  if (!pages.zone.empty()) zone_ = pages.zone;
  if (pages.role == Role::none) pages.role = role_;
  role_ = pages.role;
  capabilities_.writable = role_ == Role::writer || role_ == Role::writer_without_private;
  if (!cursor) series_.clear();
  for (const auto& [id, event] : pages.events) remember(event);
  const Lookup lookup{[this](const std::string& id) { return series(id); },
                      [this](const std::string& id) -> Result<std::optional<Json>> {
                        const Answer answer = TRY(fetch(id));
                        if (answer.ok()) return answer.json;
                        if (answer.status == 404 || answer.status == 410) return std::nullopt;
                        return std::unexpected(answer.error);
                      }};
  ports::Changes out =
      TRY(changes_of(pages, cursor ? &*cursor : nullptr, calendar_, context(), known, lookup));
  if (const auto next = parse_cursor(out.cursor)) taken_back_ = next->taken_back;
  out.reset = out.complete && !text.empty();
  return out;
}

// An event as it is now; not_found for one that is cancelled and no exception.
Result<ports::Item> GoogleProvider::item_of(const Json& event) {
  const auto missing = [&] {
    return fail(ErrorKind::not_found,
                fmt::format("there is no event {} in {}", text_of(event, "id"), config_.calendar));
  };
  remember(event);
  Reading reading;
  const auto occurrence = occurrence_of(event);
  const Series* of = occurrence ? TRY(series(occurrence->master)) : nullptr;
  if (of) {
    auto exception = read_exception(event, *of, context(), role_);
    if (!exception) return missing();
    reading = *std::move(exception);
  } else {
    if (is_cancelled(event)) return missing();
    reading = read_event(event, context(), role_);
    if (auto* item = std::get_if<ports::Item>(&reading); item && occurrence) item->uid.clear();
  }
  if (auto* item = std::get_if<ports::Item>(&reading)) return std::move(*item);
  return fail(ErrorKind::corrupt, fmt::format("event {} of {}: {}", text_of(event, "id"), config_.calendar,
                                              std::get<ports::Unreadable>(reading).reason));
}

Result<ports::Item> GoogleProvider::get(const RemoteId& id) {
  TRY_VOID(find_place());
  const Answer answer = TRY(fetch(id.value));
  if (answer.ok()) {
    auto item = item_of(answer.json);
    if (item || item.error().kind != ErrorKind::not_found) return item;
  } else if (answer.status != 404 && answer.status != 410) {
    return std::unexpected(answer.error);
  }
  // An occurrence that its series excludes is there, though nothing of theirs has its name.
  Json named = Json::object();
  named.set("id", id.value).set("status", "cancelled");
  if (const auto occurrence = occurrence_of(named))
    if (const Series* of = TRY(series(occurrence->master)))
      for (ports::Item& item : exclusions_of(of->json, context(), role_))
        if (item.id == id) return std::move(item);
  if (!answer.ok()) return std::unexpected(answer.error);
  return fail(ErrorKind::not_found, fmt::format("there is no event {} in {}", id.value, config_.calendar));
}

}  // namespace kalends::provider::google
