// Writing: create, update, remove, and what each proved.
#include <fmt/format.h>

#include <set>

#include "base/digest.h"
#include "provider/google/codec.h"
#include "provider/google/google_provider.h"
#include "provider/google/json.h"
#include "sync/items.h"

namespace kalends::provider::google {

namespace {

using calendar::Facts;

// An id that this attempt alone can have chosen: lower-case base32hex, 5 to 1024 characters.
std::string new_id(const ports::Draft& draft) {
  if (draft.mark.event.empty()) return "k" + sha256(draft.uid).hex();
  std::string id = "k" + draft.mark.event.value + draft.mark.nonce;
  for (const char c : id)
    if (!((c >= 'a' && c <= 'v') || (c >= '0' && c <= '9'))) return "k" + sha256(id).hex();
  return id;
}

bool is_excluded(const Facts& facts) { return facts.find(sync::kExcluded) != nullptr; }

std::unexpected<Error> stale(std::string message) { return fail(ErrorKind::stale, std::move(message)); }

bool is_lost_race(int status) { return status == 404 || status == 409 || status == 410 || status == 412; }

std::set<std::string> guests(const Facts& facts) {
  std::set<std::string> out;
  for (const auto& [path, value] : facts) {
    const auto at = path.find("attendees/");
    if (at == 0 || (at != std::string::npos && path[at - 1] == '/' && path.starts_with("overrides/")))
      out.insert(calendar::decode_key(path.substr(at + std::string_view("attendees/").size())));
  }
  return out;
}

}  // namespace

Request GoogleProvider::write(const char* method, const std::string& id, const std::string& etag) const {
  Request request;
  request.method = method;
  request.path = event_path(id);
  request.query = {{"sendUpdates", "none"}};
  if (request.method != "DELETE") {
    request.query.emplace_back("conferenceDataVersion", "1");
    request.query.emplace_back("supportsAttachments", "true");
  }
  request.if_match = etag;
  request.what = fmt::format("event {} of {}", id, config_.calendar);
  return request;
}

Result<ports::Written> GoogleProvider::written(const Json& event) {
  ports::Written out{RemoteId(text_of(event, "id")), text_of(event, "etag"), std::nullopt};
  if (out.id.empty()) return fail(ErrorKind::corrupt, "Google's answer to a write names no event");
  if (auto item = item_of(event)) out.item = *std::move(item);
  return out;
}

Result<ports::Written> GoogleProvider::patch_event(const std::string& id, const std::string& etag,
                                                   Json body) {
  Request request = write("PATCH", id, etag);
  const bool cancels = is_cancelled(body);
  request.body = std::move(body);
  const Answer answer = TRY(client_.send(request));
  if (!answer.ok()) {
    Error error = answer.error;
    if (is_lost_race(answer.status)) error.kind = ErrorKind::stale;
    return std::unexpected(std::move(error));
  }
  if (is_cancelled(answer.json) && !cancels) return stale(fmt::format("event {} was deleted meanwhile", id));
  return written(answer.json);
}

Result<ports::Written> GoogleProvider::create(const ports::Draft& draft) {
  TRY_VOID(find_place());
  if (draft.part_of) return create_part(draft);
  if (sync::spread(draft.facts).size() > 1)
    return fail(ErrorKind::invalid, "Google keeps the exceptions of a series as events of their own");
  const std::string id = new_id(draft);
  Request request = write("POST", id, "");
  request.path = fmt::format("/calendars/{}/events", percent_encode(calendar_));
  request.body = TRY(encode(draft.facts, context()));
  request.body.set("id", id);
  if (!draft.mark.event.empty()) set_private(request.body, kMark, ports::to_string(draft.mark));
  const Answer answer = TRY(client_.send(request));
  if (answer.ok()) return written(answer.json);
  if (answer.status == 409) return adopt(id, draft, answer);
  return std::unexpected(answer.error);
}

// The id is taken: by this very attempt, whose answer was lost, or by what was made of it since.
Result<ports::Written> GoogleProvider::adopt(const std::string& id, const ports::Draft& draft,
                                             const Answer& refusal) {
  const Answer there = TRY(fetch(id));
  if (!there.ok()) return std::unexpected(refusal.error);
  const auto item = item_of(there.json);
  if (!item || item->mark != draft.mark) return std::unexpected(refusal.error);
  const auto meant = decode(TRY(encode(draft.facts, context())), context());
  if (!meant || item->facts != calendar::to_facts(meant->event)) return std::unexpected(refusal.error);
  return ports::Written{item->id, item->version, *item};
}

// An exception is a patch of the occurrence that is there already, if nobody else made one of it.
Result<ports::Written> GoogleProvider::create_part(const ports::Draft& draft) {
  const ports::PartOf& part = *draft.part_of;
  const Series* of = TRY(series(part.master.value));
  if (!of) return fail(ErrorKind::not_found, fmt::format("there is no series {}", part.master.value));
  const Series series = *of;
  const std::string id = occurrence_id(part.master.value, part.slot, series);
  const auto taken = [&] { return stale(fmt::format("event {} is an exception already", id)); };
  for (const ports::Item& item : exclusions_of(series.json, context(), role_))
    if (item.id.value == id) return taken();
  const Answer there = TRY(fetch(id));
  if (!there.ok()) return std::unexpected(there.error);
  if (is_cancelled(there.json)) return taken();
  const auto slot = calendar::parse_local_time(part.slot);
  const auto reading = read_exception(there.json, series, context(), role_);
  if (const auto* item = reading ? std::get_if<ports::Item>(&*reading) : nullptr) {
    const bool marked = item->mark && item->mark != ports::parse_mark(private_of(series.json, kMark));
    if (marked || !slot || item->facts != inherited(series.event, *slot)) return taken();
  }
  Json body = Json::object();
  if (is_excluded(draft.facts)) {
    body.set("status", "cancelled");
  } else {
    const auto shown = TRY(decode(there.json, context()));
    body = TRY(patch(there.json, calendar::to_facts(shown.event), draft.facts, context()));
    if (!private_of(there.json, kFollows).empty()) set_private(body, kFollows, nullptr);
  }
  if (!draft.mark.event.empty()) set_private(body, kMark, ports::to_string(draft.mark));
  return patch_event(id, text_of(there.json, "etag"), std::move(body));
}

Result<ports::Written> GoogleProvider::update(const ports::Item& current, const Facts& target, Instant) {
  TRY_VOID(find_place());
  if (is_excluded(current.facts) && !is_excluded(target)) return include(current, target);
  if (is_excluded(current.facts)) return ports::Written{current.id, current.version, current};
  Json body = Json::object();
  if (is_excluded(target)) {
    body.set("status", "cancelled");
  } else {
    const Json event = TRY(parse_json(current.raw));
    body = TRY(patch(event, current.facts, target, context()));
    if (body.members()->empty()) return ports::Written{current.id, current.version, current};
  }
  auto written = TRY(patch_event(current.id.value, current.version, std::move(body)));
  if (!current.part_of) follow_again(current.id.value);
  return written;
}

// Exceptions of the series that were taken back show what it shows now. What fails here is told by the next listing.
void GoogleProvider::follow_again(const std::string& master) {
  const auto found = taken_back_.find(master);
  if (found == taken_back_.end()) return;
  for (const std::string& id : std::set(found->second)) {
    const auto there = fetch(id);
    if (!there || !there->ok() || private_of(there->json, kFollows).empty()) continue;
    const auto of = series(master);
    if (!of || !*of) return;
    const auto reading = read_exception(there->json, **of, context(), role_);
    if (const auto* item = reading ? std::get_if<ports::Item>(&*reading) : nullptr)
      if (!is_excluded(item->facts)) static_cast<void>(follow(*item));
  }
}

// An occurrence that did not take place does again, and shows all of `target`.
Result<ports::Written> GoogleProvider::include(const ports::Item& current, const Facts& target) {
  std::string etag = current.version;
  if (etag == kExclusion) {
    TRY_VOID(drop_exclusion(current));
    const Answer there = TRY(fetch(current.id.value));
    if (!there.ok()) return std::unexpected(there.error);
    etag = text_of(there.json, "etag");
  }
  Json body = TRY(encode_all(target, context()));
  if (target.get("status") != "tentative") body.set("status", "confirmed");
  return patch_event(current.id.value, etag, std::move(body));
}

// Takes the EXDATE of an occurrence out of its series.
Result<void> GoogleProvider::drop_exclusion(const ports::Item& current) {
  series_.erase(current.part_of->master.value);
  const Series* of = TRY(series(current.part_of->master.value));
  if (!of) return {};
  const Series series = *of;
  auto decoded = TRY(decode(series.json, context()));
  const auto slot = calendar::parse_local_time(current.part_of->slot);
  if (!slot || std::erase(decoded.exclusions, *slot) == 0) return {};
  Json body = Json::object();
  write_recurrence(decoded.event, series.zone, decoded.exclusions, body);
  TRY(patch_event(current.part_of->master.value, text_of(series.json, "etag"), std::move(body)));
  return {};
}

// Takes away an event, or an occurrence that no series has any more. What is gone already is a success.
Result<void> GoogleProvider::cancel(const ports::Item& current) {
  if (is_excluded(current.facts)) return {};
  const Answer answer = TRY(client_.send(write("DELETE", current.id.value, current.version)));
  if (answer.ok() || answer.status == 404 || answer.status == 410) return {};
  // A deletion gives an event another version: was it gone already?
  if (answer.status == 412) {
    const Answer there = TRY(fetch(current.id.value));
    if (there.status == 404 || there.status == 410 || (there.ok() && is_cancelled(there.json))) return {};
  }
  return std::unexpected(answer.error);
}

// An exception cannot be taken away without its occurrence: it is made what its series shows, with a note that it follows.
Result<void> GoogleProvider::follow(const ports::Item& current) {
  const std::string& master = current.part_of->master.value;
  series_.erase(master);
  const Series* of = TRY(series(master));
  if (!of) return {};
  const Series series = *of;
  const auto slot = calendar::parse_local_time(current.part_of->slot);
  if (!slot || !has_slot(series, *slot)) return cancel(current);
  Json body = TRY(encode_all(inherited(series.event, *slot), context()));
  const Json* reminders = series.json.find("reminders");
  body.set("recurrence", nullptr).set("reminders", reminders ? *reminders : Json());
  set_private(body, kFollows, "1");
  taken_back_[master].insert(current.id.value);
  const auto patched = patch_event(current.id.value, current.version, std::move(body));
  if (!patched) return std::unexpected(patched.error());
  return {};
}

Result<void> GoogleProvider::remove(const ports::Item& current) {
  TRY_VOID(find_place());
  if (current.part_of) {
    if (current.version == kExclusion) return drop_exclusion(current);
    return follow(current);
  }
  series_.erase(current.id.value);
  return cancel(current);
}

std::vector<std::string> GoogleProvider::recipients(ports::WriteKind kind, const ports::Item* current,
                                                    const Facts& target) const {
  if (kind == ports::WriteKind::remove) return {};
  std::set<std::string> invited = guests(target);
  if (current && kind == ports::WriteKind::update)
    for (const std::string& guest : guests(current->facts)) invited.erase(guest);
  return {invited.begin(), invited.end()};
}

}  // namespace kalends::provider::google
