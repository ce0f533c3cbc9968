// Any bytes as a stored cursor, an address and a redirect's target: a cursor reads back as itself, a redirect leads to a
// web address or nowhere, and an address for messages shows neither a person's name nor a query.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "provider/ics/feed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kalends;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto cursor = provider::parse_feed_cursor(text);
  const bool none = cursor == provider::FeedCursor();
  KALENDS_CHECK(none || provider::to_string(cursor) == text);

  const std::size_t half = std::min(text.find('\n'), text.size());
  const std::string address = "https://" + text.substr(0, half);
  const auto target = provider::redirected(address, text.substr(half));
  if (target) {
    const std::string lower = target->substr(0, 4);
    KALENDS_CHECK(lower.size() == 4 && (lower[0] == 'h' || lower[0] == 'H'));
    KALENDS_CHECK(target->find("://") != std::string::npos && target->find('#') == std::string::npos);
  }
  const std::string shown = provider::shown_address(address);
  KALENDS_CHECK(shown.find('?') == std::string::npos);
  return 0;
}
