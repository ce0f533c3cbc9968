#include "app/views_json.h"

#include <utility>

#include "app/moments.h"

namespace kalends::app {
namespace {

Json maybe(const std::optional<Instant>& at) { return at ? Json(to_rfc3339(*at)) : Json(); }
Json maybe(const std::optional<engine::EventTime>& when, const calendar::Zone& zone) {
  if (!when) return {};
  Json out = Json::object();
  out.set("start", rfc3339_in(when->start_utc, zone)).set("end", rfc3339_in(when->end_utc, zone));
  out.set("all_day", when->all_day).set("repeats", when->repeats);
  return out;
}
Json maybe(const std::optional<std::string>& value) { return value ? Json(*value) : Json(); }

}  // namespace

// These are no part of the header, but overloads beside those that are.
static Json to_json(const engine::CalendarCounts& counts) {
  Json out = Json::object();
  out.set("id", counts.calendar.value).set("seen", counts.seen).set("pulled", counts.pulled);
  out.set("created", counts.created).set("updated", counts.updated).set("removed", counts.removed);
  out.set("failed", counts.failed).set("error", counts.error);
  out.set("unreadable", counts.unreadable);
  return out;
}

static Json to_json(const engine::ConflictSide& side) {
  Json out = Json::object();
  out.set("who", side.who).set("value", maybe(side.value)).set("at", maybe(side.at));
  out.set("deleted", side.deleted);
  return out;
}

static Json to_json(const calendar::Change& change) {
  Json out = Json::object();
  out.set("path", change.path).set("before", maybe(change.before)).set("after", maybe(change.after));
  return out;
}

static Json to_json(const engine::PlaceLineage& place) {
  Json out = Json::object();
  out.set("calendar", place.calendar.value).set("role", place.role).set("remote", place.remote);
  out.set("link", place.link).set("why", place.why).set("not_shown", texts(place.not_shown));
  return out;
}

static Json to_json(const engine::FieldLineage& field) {
  Json out = Json::object();
  out.set("path", field.path).set("value", field.value).set("from", field.from).set("link", field.link);
  out.set("run", field.run).set("run_at", maybe(field.run_at)).set("at", to_rfc3339(field.at));
  return out;
}

template <class View, class... Zone>
static Json array_of(const std::vector<View>& views, const Zone&... zone) {
  Json array = Json::array();
  for (const View& view : views) array.push(to_json(view, zone...));
  return array;
}

Json texts(const std::vector<std::string>& values) {
  Json array = Json::array();
  for (const std::string& value : values) array.push(value);
  return array;
}

Json to_json(const engine::Move& move, const calendar::Zone& zone) {
  Json out = Json::object();
  out.set("kind", engine::to_string(move.kind)).set("event", move.event.value).set("title", move.title);
  out.set("calendar", move.calendar.value).set("from", move.from).set("fields", texts(move.fields));
  out.set("why", move.why).set("error", move.error).set("when", maybe(move.when, zone));
  return out;
}

Json to_json(const engine::RunReport& report, const calendar::Zone& zone) {
  Json out = Json::object();
  out.set("run", report.run)
      .set("calendars", array_of(report.calendars))
      .set("moves", array_of(report.moves, zone));
  out.set("conflicts_open", report.conflicts_open).set("held_waiting", report.held_waiting);
  out.set("first_runs_rejected", report.first_runs_rejected).set("messages_sent", report.messages_sent);
  out.set("warnings", texts(report.warnings)).set("errors", texts(report.errors));
  return out;
}

Json to_json(const engine::CalendarStatus& status) {
  Json out = Json::object();
  out.set("id", status.calendar.value).set("address", status.address).set("health", status.health);
  out.set("in_sync_as_of", maybe(status.in_sync_as_of)).set("events", status.events).set("held", status.held);
  out.set("conflicts", status.conflicts).set("pending", status.pending).set("unreadable", status.unreadable);
  out.set("failed", status.failed).set("error", status.error);
  out.set("unreadable_items", texts(status.unreadable_items));
  return out;
}

Json to_json(const engine::ConflictView& conflict, const calendar::Zone& zone) {
  Json out = Json::object();
  out.set("id", conflict.id).set("event", conflict.event.value).set("title", conflict.title);
  out.set("path", conflict.path).set("base", maybe(conflict.base)).set("sides", array_of(conflict.sides));
  out.set("winner", conflict.winner).set("policy", conflict.policy).set("open", conflict.open);
  out.set("at", to_rfc3339(conflict.at)).set("when", maybe(conflict.when, zone));
  out.set("takes", texts(conflict.takes));
  return out;
}

Json to_json(const engine::HeldView& held, const calendar::Zone& zone) {
  Json out = Json::object();
  out.set("id", held.id).set("kind", held.kind).set("calendar", held.calendar.value).set("count", held.count);
  out.set("state", held.state).set("reason", held.reason).set("at", to_rfc3339(held.at));
  out.set("work", array_of(held.work, zone));
  return out;
}

Json to_json(const engine::WriteView& write) {
  Json out = Json::object();
  out.set("id", write.id).set("run", write.run).set("event", write.event.value).set("title", write.title);
  out.set("calendar", write.calendar).set("kind", write.kind).set("state", write.state).set("why", write.why);
  out.set("tries", static_cast<std::int64_t>(write.tries));
  out.set("from", write.from);
  out.set("changes", array_of(write.changes)).set("at", to_rfc3339(write.at));
  return out;
}

Json to_json(const engine::RunView& run) {
  Json out = Json::object();
  out.set("id", run.id).set("kind", run.kind).set("started", to_rfc3339(run.started));
  out.set("ended", maybe(run.ended)).set("writes", array_of(run.writes));
  return out;
}

Json to_json(const engine::Lineage& lineage) {
  Json out = Json::object();
  out.set("event", lineage.event.value).set("title", lineage.title).set("alive", lineage.alive);
  out.set("places", array_of(lineage.places)).set("fields", array_of(lineage.fields));
  out.set("history", array_of(lineage.history));
  return out;
}

}  // namespace kalends::app
