#include "lab/google/channels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/text.h"
#include "calendar/time.h"
#include "lab/cloud/json_merge.h"

namespace kalends::lab::google {
namespace {

constexpr std::int64_t kLife = std::int64_t{604'800} * 1000;
constexpr std::size_t kMaxChannels = 1000;

// RFC 9110 section 5.6.7.
std::string http_date(Instant at) {
  static constexpr std::array<const char*, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const calendar::LocalTime time{at.ms / 1000};
  const calendar::Date date = calendar::date_of(time);
  const auto [year, month, day] = calendar::civil(date);
  const std::int32_t second = calendar::second_of_day(time);
  return fmt::format(
      "{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(calendar::weekday(date))], day,
      kMonths[static_cast<std::size_t>(month - 1)], year, second / 3600, second / 60 % 60, second % 60);
}

void post(Service& service, Channel& channel, const char* state) {
  channel.messages += 1 + static_cast<std::int64_t>(service.random.next() % 3);
  if (std::string_view(state) == "sync") channel.messages = 1;
  Notice notice;
  notice.at = Instant{service.now().ms + service.habits.notice_delay_ms};
  notice.url = channel.address;
  notice.headers = {{"X-Goog-Channel-ID", channel.id},
                    {"X-Goog-Channel-Expiration", http_date(channel.expires)},
                    {"X-Goog-Resource-State", state},
                    {"X-Goog-Message-Number", fmt::format("{}", channel.messages)},
                    {"X-Goog-Resource-ID", channel.resource_id},
                    {"X-Goog-Resource-URI", channel.resource_uri}};
  if (!channel.token.empty()) notice.headers.emplace_back("X-Goog-Channel-Token", channel.token);
  if (service.happens(service.habits.lost_notice_percent)) return;
  if (service.happens(service.habits.double_notice_percent)) service.notices.push_back(notice);
  service.notices.push_back(std::move(notice));
}

// A number that may stand as text, as 64-bit numbers do in the API's JSON.
std::optional<std::int64_t> long_number(const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->integer() != nullptr) return *value->integer();
  if (value->string() == nullptr) return std::nullopt;
  const auto number = parse_integer(*value->string());
  return number ? std::optional<std::int64_t>(*number) : std::nullopt;
}

Outcome<void> check(const Service& service, const Channel& channel, const std::string& type) {
  if (channel.id.empty()) return required("Missing channel id.");
  if (channel.id.size() > 64) return refuse(400, "channelIdTooLong", "Channel id is too long.");
  if (type != "web_hook" && type != "webhook")
    return refuse(400, "unknownChannelType", "Unknown channel type.");
  const bool secure = channel.address.starts_with("https://");
  if (!secure && !(service.habits.plain_web_hooks && channel.address.starts_with("http://")))
    return refuse(400, "push.webhookUrlNotHttps",
                  fmt::format("WebHook callback must be HTTPS: {}", channel.address));
  if (channel.token.size() > 256) return invalid("Channel token is too long.");
  for (const Channel& other : service.channels)
    if (other.id == channel.id && other.expires > service.now())
      return refuse(400, "channelIdNotUnique", fmt::format("Channel id {} not unique", channel.id));
  return {};
}

}  // namespace

void announce(Service& service, const Calendar& calendar) {
  const Instant now = service.now();
  std::erase_if(service.channels, [&](const Channel& channel) { return channel.expires <= now; });
  for (Channel& channel : service.channels)
    if (channel.calendar == calendar.id) post(service, channel, calendar.deleted ? "not_exists" : "exists");
}

Outcome<Answer> watch(Service& service, const Call& call, const std::string& calendar) {
  Channel channel;
  channel.account = call.account;
  channel.resource_uri = "https://www.googleapis.com/calendar/v3/users/me/calendarList?alt=json";
  if (!calendar.empty()) {
    channel.calendar = TRY(open_calendar(service, call, calendar, Role::reader)).calendar.id;
    channel.resource_uri = fmt::format("https://www.googleapis.com/calendar/v3/calendars/{}/events?alt=json",
                                       percent_encode(channel.calendar));
  }
  channel.id = text_of(call.body, "id");
  channel.address = text_of(call.body, "address");
  channel.token = text_of(call.body, "token");
  TRY_VOID(check(service, channel, text_of(call.body, "type")));
  if (service.channels.size() >= kMaxChannels)
    return std::unexpected(Refusal{403, "rateLimitExceeded", "Too many channels.", "usageLimits"});
  const Instant now = service.now();
  channel.expires = Instant{now.ms + kLife};
  if (const auto wanted = long_number(call.body.find("expiration")); wanted && *wanted > now.ms)
    channel.expires.ms = std::min(channel.expires.ms, *wanted);
  channel.resource_id = sha256(channel.resource_uri + "\n" + channel.account).hex().substr(0, 27);
  Json out = Json::object();
  out.set("kind", "api#channel").set("id", channel.id).set("resourceId", channel.resource_id);
  out.set("resourceUri", channel.resource_uri);
  if (!channel.token.empty()) out.set("token", channel.token);
  out.set("expiration", fmt::format("{}", channel.expires.ms));
  service.channels.push_back(std::move(channel));
  post(service, service.channels.back(), "sync");
  return Answer{std::move(out)};
}

Outcome<Answer> stop_channel(Service& service, const Call& call) {
  const std::string id = text_of(call.body, "id");
  const std::string resource = text_of(call.body, "resourceId");
  const std::size_t stopped = std::erase_if(service.channels, [&](const Channel& channel) {
    return channel.id == id && channel.resource_id == resource && channel.account == call.account;
  });
  if (stopped == 0)
    return refuse(404, "channelUnknown", fmt::format("Channel '{}' not found for project", id));
  return Answer{Json(), 204};
}

}  // namespace kalends::lab::google
