// Compiled zone files. RFC 8536 (versions 1 to 3) and RFC 9636 (version 4). Every count is checked against the bytes
// that are there before anything is read, so a damaged file costs no more than its size.
#include <fmt/format.h>

#include "calendar/posix_zone.h"
#include "calendar/zone.h"

namespace kalends::calendar {

namespace {

constexpr std::size_t kHeaderSize = 44;
constexpr std::int32_t kMaxOffset = 26 * 3600;

struct Header {
  char version = 0;
  std::uint64_t utc_count = 0, wall_count = 0, leap_count = 0, time_count = 0, type_count = 0, char_count = 0;

  std::uint64_t data_size(std::uint64_t time_size) const {
    return time_count * (time_size + 1) + type_count * 6 + char_count + leap_count * (time_size + 4) +
           wall_count + utc_count;
  }
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < kHeaderSize || !bytes.starts_with("TZif")) return std::nullopt;
  auto count = [&](std::size_t index) { return big_endian(bytes.substr(20 + 4 * index, 4)); };
  return Header{bytes[4], count(0), count(1), count(2), count(3), count(4), count(5)};
}

std::unexpected<Error> damaged(const std::string& name, std::string_view why) {
  return fail(ErrorKind::corrupt, fmt::format("the zone file of {} is damaged: {}", name, why));
}

// The data block that `header` announces; `bytes` holds all of it.
struct Block {
  std::int32_t first_offset = 0;
  std::vector<Zone::Transition> transitions;
};

Result<Block> read_block(const std::string& name, const Header& header, std::string_view bytes,
                         std::size_t time_size) {
  if (header.type_count == 0 || header.type_count > 256)
    return damaged(name, "it has no types of time, or too many");
  if (header.leap_count != 0) {
    return fail(ErrorKind::unsupported, fmt::format("the zone file of {} counts leap seconds", name));
  }
  std::string_view times = bytes.substr(0, header.time_count * time_size);
  std::string_view types = bytes.substr(times.size(), header.time_count);
  std::string_view records = bytes.substr(times.size() + types.size(), header.type_count * 6);
  std::vector<std::int32_t> offsets;
  for (std::size_t i = 0; i < header.type_count; ++i) {
    auto offset = static_cast<std::int32_t>(big_endian(records.substr(i * 6, 4)));
    if (offset <= -kMaxOffset || offset >= kMaxOffset) return damaged(name, "an offset is longer than a day");
    offsets.push_back(offset);
  }
  Block block{offsets[0], {}};
  block.transitions.reserve(header.time_count);
  for (std::size_t i = 0; i < header.time_count; ++i) {
    std::uint64_t raw = big_endian(times.substr(i * time_size, time_size));
    std::int64_t at = time_size == 4 ? static_cast<std::int32_t>(raw) : static_cast<std::int64_t>(raw);
    if (at < -(std::int64_t{1} << 59) || at > std::int64_t{1} << 59)
      return damaged(name, "a change lies past all time");
    if (i != 0 && at <= block.transitions.back().at) return damaged(name, "its changes are out of order");
    auto type = static_cast<unsigned char>(types[i]);
    if (type >= offsets.size()) return damaged(name, "a change names a type of time that is not there");
    block.transitions.push_back({at, offsets[type]});
  }
  return block;
}

}  // namespace

Result<Zone> parse_tzif(std::string name, std::string_view bytes) {
  auto header = read_header(bytes);
  if (!header) return damaged(name, "it does not begin as one");
  std::size_t time_size = 4;
  bytes.remove_prefix(kHeaderSize);
  if (header->version >= '2') {  // the first block is for old readers; the one that counts follows
    if (header->data_size(4) > bytes.size()) return damaged(name, "it is cut off");
    bytes.remove_prefix(header->data_size(4));
    header = read_header(bytes);
    if (!header) return damaged(name, "its second part is missing");
    bytes.remove_prefix(kHeaderSize);
    time_size = 8;
  }
  std::uint64_t size = header->data_size(time_size);
  if (size > bytes.size()) return damaged(name, "it is cut off");
  Block block = TRY(read_block(name, *header, bytes, time_size));
  bytes.remove_prefix(size);
  Zone::Footer footer;
  footer.standard = block.transitions.empty() ? block.first_offset : block.transitions.back().offset;
  if (time_size == 8) {
    std::size_t end = bytes.find('\n', 1);
    if (!bytes.starts_with('\n') || end == std::string_view::npos)
      return damaged(name, "its last line is missing");
    if (end > 1) {
      auto rule = parse_posix_zone(bytes.substr(1, end - 1));
      if (!rule) return damaged(name, "its last line is no rule");
      footer = std::move(*rule);
    }
  }
  return Zone(std::move(name), block.first_offset, std::move(block.transitions), std::move(footer));
}

}  // namespace kalends::calendar
