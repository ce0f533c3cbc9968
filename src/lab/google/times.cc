#include "lab/google/times.h"

#include <fmt/format.h>

#include <cstdlib>

#include "lab/cloud/json_merge.h"

namespace kalends::lab::google {
namespace {

using calendar::LocalTime;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // the end of the year 9999

std::unexpected<Refusal> bad_moment(std::string_view name) {
  return invalid(fmt::format("Invalid {} time.", name));
}

Outcome<Moment> read_day(const std::string& text, std::string_view name) {
  const auto date = calendar::parse_date(text);
  if (!date) return bad_moment(name);
  Moment out;
  out.all_day = true;
  out.wall = calendar::at(*date);
  out.utc = out.wall.seconds;
  return out;
}

}  // namespace

std::string rfc3339_in(std::int64_t utc, const calendar::Zone& zone) {
  const std::int32_t offset = zone.offset_at(utc);
  const std::string wall = calendar::to_string(LocalTime{utc + offset});
  if (zone.name() == "UTC" || zone.name() == "Etc/UTC") return wall + "Z";
  const int minutes = std::abs(offset) / 60;
  return fmt::format("{}{}{:02}:{:02}", wall, offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

Outcome<Moment> read_moment(const Json* value, std::string_view name, const calendar::ZoneSource& zones,
                            const std::string& calendar_zone, bool repeats) {
  const bool there = value != nullptr && value->members() != nullptr;
  const std::string date = there ? text_of(*value, "date") : "";
  const std::string time = there ? text_of(*value, "dateTime") : "";
  if (date.empty() && time.empty()) return required(fmt::format("Missing {} time.", name));
  if (!date.empty() && !time.empty()) return bad_moment(name);
  if (!date.empty()) return read_day(date, name);

  Moment out;
  out.zone = text_of(*value, "timeZone");
  const auto instant = parse_rfc3339(time);
  const auto wall = instant ? std::nullopt : calendar::parse_local_time(time);
  if (!instant && !wall) return bad_moment(name);
  if (out.zone.empty()) {
    if (repeats || wall) return required(fmt::format("Missing time zone definition for {} time.", name));
    out.zone = calendar_zone;
  }
  const calendar::Zone* zone = zones.find(out.zone);
  if (zone == nullptr) return invalid(fmt::format("Invalid time zone definition for {} time.", name));
  if (instant) {
    if (instant->ms < 0 && instant->ms < -62'135'596'800'000) return bad_moment(name);
    out.utc = instant->ms >= 0 ? instant->ms / 1000 : (instant->ms - 999) / 1000;
    if (out.utc > kLastSecond - kDay) return bad_moment(name);
    out.wall = zone->to_local(out.utc);
  } else {
    out.wall = *wall;
    out.utc = zone->to_utc(*wall);
  }
  return out;
}

Json held(const Moment& moment, const calendar::ZoneSource& zones) {
  Json out = Json::object();
  if (moment.all_day) return out.set("date", calendar::to_string(calendar::date_of(moment.wall)));
  const calendar::Zone* zone = zones.find(moment.zone);
  KALENDS_CHECK(zone != nullptr);
  return out.set("dateTime", rfc3339_in(moment.utc, *zone)).set("timeZone", moment.zone);
}

Json shown(const Moment& moment, const calendar::Zone& in) {
  Json out = Json::object();
  if (moment.all_day) return out.set("date", calendar::to_string(calendar::date_of(moment.wall)));
  return out.set("dateTime", rfc3339_in(moment.utc, in)).set("timeZone", moment.zone);
}

Moment moment_of(const Json& held, const calendar::ZoneSource& zones) {
  const auto read = read_moment(&held, "", zones, "", false);
  KALENDS_CHECK(read.has_value());
  return *read;
}

Moment moved(const Moment& from, std::int64_t seconds, const calendar::ZoneSource& zones) {
  Moment out = from;
  out.utc += seconds;
  if (out.all_day) {
    out.wall = LocalTime{out.utc};
  } else {
    const calendar::Zone* zone = zones.find(out.zone);
    KALENDS_CHECK(zone != nullptr);
    out.wall = zone->to_local(out.utc);
  }
  return out;
}

}  // namespace kalends::lab::google
