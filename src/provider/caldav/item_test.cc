// The bound of a resource: what is past it is told, with its version, and left alone.
#include "provider/caldav/item.h"

#include <gtest/gtest.h>

#include "system/zone_files.h"

namespace kalends::provider {
namespace {

TEST(Item, AResourceHas16MiBAtMost) {
  const system::ZoneFiles zones;
  const std::string before =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:big\r\nDTSTART:20260302T090000Z\r\nX-PAD:";
  const std::string after = "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
  const auto read = [&](std::size_t bytes) {
    std::string body = before;
    while (body.size() + after.size() + 500'008 < bytes) body += std::string(500'000, 'x') + "\r\nX-PAD:";
    body += std::string(bytes - body.size() - after.size(), 'x') + after;
    return read_resource(RemoteId("/big.ics"), "\"1\"", body, false, zones);
  };
  constexpr std::size_t kMost = 16u << 20;
  EXPECT_TRUE(std::holds_alternative<ports::Item>(read(kMost)));
  const auto more = read(kMost + 1);
  ASSERT_TRUE(std::holds_alternative<ports::Unreadable>(more));
  EXPECT_EQ(std::get<ports::Unreadable>(more).version, "\"1\"");
}

}  // namespace
}  // namespace kalends::provider
