// Any bytes as what the store keeps: `corrupt` with a sentence, or a value whose bytes read back as the same value. The
// first byte chooses the format.
#include "engine/records.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "calendar/event.h"
#include "merge/state.h"
#include "sync/base.h"

namespace {

using namespace kalends;

template <class Decode, class Encode>
void check(const std::string& bytes, Decode decode, Encode encode) {
  const auto value = decode(bytes);
  if (!value) {
    KALENDS_CHECK(value.error().kind == ErrorKind::corrupt && !value.error().message.empty());
    return;
  }
  const std::string once = encode(*value);
  const auto again = decode(once);
  KALENDS_CHECK(again && encode(*again) == once);
}

// Facts that are an event give the same event again.
void check_event(const std::string& bytes) {
  const auto facts = calendar::decode_facts(bytes);
  if (!facts) return;
  const auto event = calendar::from_facts(*facts);
  if (!event) return;
  const calendar::Facts normal = calendar::to_facts(*event);
  const auto again = calendar::from_facts(normal);
  KALENDS_CHECK(again && calendar::to_facts(*again) == normal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto as_item = [](const std::string& blob) {
    ports::ItemRow row;
    row.blob = blob;
    return engine::decode_item(row);
  };
  switch (data[0] % 8) {
    case 0: check(bytes, as_item, engine::encode_item); break;
    case 1: check(bytes, engine::decode_write, engine::encode_write); break;
    case 2: check(bytes, engine::decode_conflict, engine::encode_conflict); break;
    case 3: check(bytes, engine::decode_held, engine::encode_held); break;
    case 4: check(bytes, sync::decode_base, [](const sync::Base& base) { return sync::encode(base); }); break;
    case 5:
      check(bytes, merge::decode_state, [](const merge::EventState& state) { return merge::encode(state); });
      break;
    case 6:
      check(bytes, calendar::decode_facts,
            [](const calendar::Facts& facts) { return calendar::encode(facts); });
      check_event(bytes);
      break;
    default:
      if (const auto mark = ports::parse_mark(bytes)) KALENDS_CHECK(ports::to_string(*mark) == bytes);
  }
  return 0;
}
