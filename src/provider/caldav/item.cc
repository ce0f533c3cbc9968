// What ical:: read is carried over; nothing is guessed here.
#include "provider/caldav/item.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"
#include "calendar/event.h"
#include "ical/text.h"

namespace kalends::provider {

namespace {

constexpr char kContentVersion[] = "sha256:";
// One calendar resource: a series with thousands of overrides fits; more is hostile.
constexpr std::size_t kMaxResourceBytes = 16u << 20;

bool mentions(std::string_view body, std::string_view line) {
  return to_upper(body).find(line) != std::string::npos;
}

// Below an override: "overrides/SLOT/visibility" and "overrides/SLOT/-visibility".
bool is_visibility_of_override(std::string_view path) {
  return path.starts_with("overrides/") && (path.ends_with("/visibility") || path.ends_with("/-visibility"));
}

}  // namespace

calendar::Facts without_defaults(calendar::Facts facts) {
  if (facts.find("visibility") && facts.get("visibility") != "public") return facts;
  facts.erase("visibility");
  std::vector<std::string> implied;
  for (const auto& [path, value] : facts)
    if (is_visibility_of_override(path) && (value == "public" || path.ends_with("/-visibility")))
      implied.push_back(path);
  for (const auto& path : implied) facts.erase(path);
  return facts;
}

Result<PatchFacts> patch_facts(std::string_view raw, const calendar::Facts& target,
                               const calendar::ZoneSource& zones) {
  const auto reading = TRY(ical::read(raw, zones));
  if (reading.events.size() != 1)
    return fail(ErrorKind::corrupt,
                "the text an update is made from does not hold one event; read the item again");
  PatchFacts facts;
  facts.before = calendar::to_facts(reading.events.front().event);
  facts.after = without_defaults(target);
  if (facts.after.find("visibility")) return facts;
  const calendar::Facts plain = without_defaults(facts.before);
  for (const auto& [path, value] : facts.before) {
    if (plain.find(path)) continue;
    const auto slot = calendar::slot_of(path);
    if (slot.empty() || facts.after.get("overrides/" + std::string(slot)) == "changed")
      facts.after.set(path, value);
  }
  return facts;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', end + 1)) {
    if (end > 0 && text[end - 1] == '\r') continue;
    out.append(text, begin, end - begin).append("\r\n");
    begin = end + 1;
  }
  return out.append(text, begin);
}

std::string version_of_contents(std::string_view raw) { return kContentVersion + sha256(raw).hex(); }

bool is_content_version(std::string_view version) { return version.starts_with(kContentVersion); }

Resource read_resource(const RemoteId& id, const std::string& version, std::string_view body, bool read_only,
                       const calendar::ZoneSource& zones) {
  ports::Item item;
  item.id = id;
  item.raw = with_crlf(body);
  item.version = version.empty() ? version_of_contents(item.raw) : version;
  item.read_only = read_only;
  const auto unreadable = [&](std::string reason) {
    return ports::Unreadable{id, item.version, std::move(reason)};
  };

  ical::Limits limits;
  limits.max_bytes = kMaxResourceBytes;
  auto reading = ical::read(item.raw, zones, limits);
  if (!reading) return unreadable(reading.error().message);
  if (reading->events.empty()) {
    if (mentions(item.raw, "BEGIN:VEVENT"))
      return unreadable(reading->warnings.empty() ? "its event can't be read" : reading->warnings.front());
    if (mentions(item.raw, "BEGIN:VTODO") || mentions(item.raw, "BEGIN:VJOURNAL") ||
        mentions(item.raw, "BEGIN:VFREEBUSY") || mentions(item.raw, "BEGIN:VAVAILABILITY"))
      return NotAnEvent{};
    return unreadable("it holds no event");
  }
  if (reading->events.size() > 1)
    return unreadable(
        fmt::format("it holds {} events of different UIDs where CalDAV allows one (RFC 4791 section 4.1)",
                    reading->events.size()));
  auto& read = reading->events.front();
  item.uid = read.event.uid;
  item.mark = ports::parse_mark(read.mark);
  item.facts = without_defaults(calendar::to_facts(read.event));
  item.updated = calendar::last_change(read.event);
  item.foreign_copy = read.foreign_copy;
  item.warnings = std::move(read.warnings);
  for (auto& warning : reading->warnings) item.warnings.push_back(std::move(warning));
  return item;
}

}  // namespace kalends::provider
