// What is done in batches comes to the same as what is done at once, and nothing counts that a power cut may take back.
#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

// What two full calendars come to, and how many pieces of held work the first run makes.
struct Outcome {
  std::size_t held = 0, work = 0, home = 0, moves = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome first_run(std::size_t new_at_once) {
  TwoCalendars bench;
  bench.settings.new_at_once = new_at_once;
  for (int day = 1; day <= 10; ++day)
    bench.servers["work"]->put(meeting("Work " + std::to_string(day), day), "w" + std::to_string(day));
  for (int day = 11; day <= 15; ++day)
    bench.servers["home"]->put(meeting("Home " + std::to_string(day), day), "h" + std::to_string(day));
  bench.servers["home"]->put(meeting("Work 3", 3), "w3");  // the same event on both sides
  Outcome out;
  out.held = bench.sync().held_waiting;
  EXPECT_EQ(bench.servers["work"]->list().size(), 10u);
  out.moves = bench.sync(true).moves.size();
  out.work = bench.servers["work"]->list().size();
  out.home = bench.servers["home"]->list().size();
  bench.expect_quiet();
  return out;
}

TEST(Batches, ManyNewEventsComeToTheSame) {
  const Outcome at_once = first_run(1000);
  EXPECT_EQ(at_once.work, 15u);
  EXPECT_EQ(at_once.home, 15u);
  EXPECT_EQ(first_run(3), at_once);
  EXPECT_EQ(first_run(1), at_once);
}

TEST(Batches, AnEmptyCalendarIsFilledInBatches) {
  TwoCalendars bench;
  bench.settings.new_at_once = 4;
  for (int day = 1; day <= 21; ++day)
    bench.servers["work"]->put(meeting("Work " + std::to_string(day), day), "w" + std::to_string(day));
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 21u);
  bench.expect_quiet();
}

// A calendar that can say what the store knew when its writes were made safe.
class Asking : public MemoryProvider {
 public:
  Asking(MemoryServer& server, store::SqliteStore& store) : MemoryProvider(server), store_(store) {}
  Result<std::optional<std::string>> persist() override {
    auto tx = TRY(store_.begin());
    for (const ports::BaseRow& base : TRY(tx->unsettled_bases())) pending += base.pending ? 1 : 0;
    if (is_broken) return fail(ErrorKind::transient, "the disk is full");
    return std::nullopt;
  }
  bool is_broken = false;
  std::size_t pending = 0;

 private:
  store::SqliteStore& store_;
};

TEST(Batches, WritesAreMadeSafeBeforeTheyAreSettled) {
  for (bool broken : {false, true}) {
    TwoCalendars bench;
    auto asking = std::make_unique<Asking>(*bench.servers["home"], *bench.store);
    Asking& home = *asking;
    bench.providers["home"] = std::move(asking);
    home.is_broken = broken;
    for (int day = 1; day <= 3; ++day)
      bench.servers["work"]->put(meeting("Work", day), "w" + std::to_string(day));
    EXPECT_EQ(bench.sync().errors.size(), broken ? 3u : 0u);
    EXPECT_EQ(home.pending, 3u);
    home.is_broken = false;
    bench.sync();
    EXPECT_EQ(bench.servers["home"]->list().size(), 3u) << "what may not be safe is not written twice";
    bench.expect_quiet();
  }
}

}  // namespace
}  // namespace kalends::engine
