#include "provider/ics/ics_provider.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace kalends::provider {

namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

std::string_view content_of(std::string_view text) {
  if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
  return trim(text);
}

// The start of what came instead of a calendar, printable and short.
std::string beginning(std::string_view text) {
  std::string out = repair_utf8(text.substr(0, 40));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

ports::Item item_of(ical::ReadEvent read) {
  ports::Item item;
  item.id = RemoteId(read.event.uid);
  item.uid = read.event.uid;
  item.mark = ports::parse_mark(read.mark);
  item.facts = calendar::to_facts(read.event);
  item.version = sha256(calendar::encode(item.facts)).hex();
  item.updated = calendar::last_change(read.event);
  item.read_only = true;
  item.foreign_copy = read.foreign_copy;
  item.warnings = std::move(read.warnings);
  return item;
}

}  // namespace

IcsProvider::IcsProvider(IcsConfig config, ports::Http& http, const calendar::ZoneSource& zones)
    : config_(std::move(config)), http_(http), zones_(zones) {
  capabilities_.provider = "ics";
  capabilities_.writable = false;
  capabilities_.keeps_marks = false;
  capabilities_.conditional = false;
}

ports::Credentials IcsProvider::credentials() const {
  using Scheme = ports::Credentials::Scheme;
  if (config_.bearer) return {Scheme::bearer, "", config_.secret};
  if (config_.username.empty()) return {};
  return {Scheme::any, config_.username, config_.secret};
}

Result<ical::Reading> IcsProvider::read(const std::string& text) const {
  std::string_view content = content_of(text);
  constexpr std::string_view kBegin = "BEGIN:VCALENDAR";
  constexpr std::string_view kEnd = "END:VCALENDAR";
  if (!equal_ignoring_case(content.substr(0, kBegin.size()), kBegin))
    return fail(ErrorKind::corrupt, fmt::format("{} is no calendar: it begins with \"{}\"; check the address",
                                                address(), beginning(content)));
  if (content.size() < kEnd.size() ||
      !equal_ignoring_case(content.substr(content.size() - kEnd.size()), kEnd))
    return fail(ErrorKind::corrupt,
                fmt::format("{} was cut off: it does not end with END:VCALENDAR", address()));
  auto reading = ical::read(text, zones_);
  if (!reading) return std::unexpected(std::move(reading).error().within(address()));
  return reading;
}

Result<ports::Changes> IcsProvider::changes(const std::string& cursor, const ports::Known& known) {
  Feed feed = TRY(fetch_feed(http_, config_.url, credentials(), parse_feed_cursor(cursor)));
  ports::Changes changes;
  changes.cursor = to_string(feed.cursor);
  if (!feed.text) return changes;
  ical::Reading reading = TRY(read(*feed.text));
  changes.complete = true;
  for (ical::ReadEvent& event : reading.events) {
    ports::Item item = item_of(std::move(event));
    if (known(item.id) == item.version) {
      changes.unchanged.push_back(std::move(item.id));
    } else {
      changes.items.push_back(std::move(item));
    }
  }
  for (ical::BrokenEvent& broken : reading.broken) {
    // Without a name it may be any event of this feed: then nothing is known to be absent.
    if (broken.uid.empty()) changes.complete = false;
    if (!broken.uid.empty())
      changes.unreadable.push_back({RemoteId(std::move(broken.uid)), "", std::move(broken.reason)});
  }
  return changes;
}

Result<ports::Item> IcsProvider::get(const RemoteId& id) {
  const Feed feed = TRY(fetch_feed(http_, config_.url, credentials(), {}));
  ical::Reading reading = TRY(read(feed.text.value_or("")));
  for (ical::ReadEvent& event : reading.events) {
    if (event.event.uid == id.value) return item_of(std::move(event));
  }
  for (const ical::BrokenEvent& broken : reading.broken) {
    if (broken.uid == id.value || broken.uid.empty())
      return fail(ErrorKind::corrupt, fmt::format("{}: {}", address(), broken.reason));
  }
  return fail(ErrorKind::not_found, fmt::format("{} has no event {}", address(), id.value));
}

std::unexpected<Error> IcsProvider::read_only() const {
  return fail(ErrorKind::unsupported, fmt::format("{} is a feed: it can be read, not written", address()));
}

Result<ports::Written> IcsProvider::create(const ports::Draft&) { return read_only(); }

Result<ports::Written> IcsProvider::update(const ports::Item&, const calendar::Facts&, Instant) {
  return read_only();
}

Result<void> IcsProvider::remove(const ports::Item&) { return read_only(); }

}  // namespace kalends::provider
