// Any bytes as the sums of a vault's cursor: none, or sums whose text reads back as themselves.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "provider/obsidian/stamp_sums.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using kalends::provider::obsidian::StampSums;
  const auto sums = StampSums::parse({reinterpret_cast<const char*>(data), size});
  if (sums)
    KALENDS_CHECK(StampSums::parse(sums->text()) == sums &&
                  StampSums::parse(sums->text())->text() == sums->text());
  return 0;
}
