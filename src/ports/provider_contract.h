// What every provider promises, as one suite: a provider's own test includes this file once and instantiates it with
// a harness that makes one empty calendar and two views of it, ours and somebody else's.
//
//   INSTANTIATE_TEST_SUITE_P(Mine, ProviderContract, testing::Values([] { return std::make_unique<MyHarness>(); }));
//
// A test that needs what the provider's capabilities deny is skipped.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/provider.h"
#include "sync/items.h"

namespace kalends::ports {

class ProviderHarness {
 public:
  virtual ~ProviderHarness() = default;
  virtual Provider& ours() = 0;
  // Another view of the same calendar, through which a person's edits are made.
  virtual Provider& theirs() = 0;
  virtual Instant now() { return Instant{1'772'442'000'000}; }  // 2026-03-02T09:00:00Z
  // Lets what the place does late come to pass (a listing that lags, a rewrite after the answer).
  virtual void settle() {}
};
using ProviderHarnessFactory = std::function<std::unique_ptr<ProviderHarness>()>;

namespace contract {

// The value, or a failed test that prints the error.
template <class T>
T given(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << to_string(result.error().kind) << ": " << result.error().message;
    if constexpr (!std::is_void_v<T>) return T{};
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline Mark mark(int n) {
  std::string event = "00000000000000000000000000000000";
  std::string nonce = "0000000000000000";
  event.back() = nonce.back() = "0123456789abcdef"[n % 16];
  return {EventId(event), nonce};
}

inline calendar::Facts plain_facts(int n) {
  return {{"title", "Meeting " + std::to_string(n)},
          {"when", "zoned 2026-03-0" + std::to_string(n % 8 + 1) + "T09:00:00 PT1H Europe/Berlin"},
          {"description", "About number " + std::to_string(n)}};
}

inline calendar::Facts awkward_facts() {
  return {{"title", "Käffchen; \"quoted\", with\\slash: #1 \xF0\x9F\x8E\x89"},
          {"when", "all-day 2026-03-02 P2D"},
          {"description", "first line\nsecond, line; and\ttab\n\nlast 漢字 line"},
          {"location", "Raum 5: 'links' [a] {b} | > & *"},
          {"categories/Größe", "1"},
          {"categories/Work", "1"},
          {"show_as", "free"}};
}

inline calendar::Facts series_facts() {
  return {{"title", "Every week"},
          {"when", "zoned 2026-03-02T09:00:00 PT30M Europe/Berlin"},
          {"recurrence", "RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO"},
          {"overrides/2026-03-09T09:00:00", "excluded"},
          {"overrides/2026-03-16T09:00:00", "changed"},
          {"overrides/2026-03-16T09:00:00/title", "Once different"},
          {"overrides/2026-03-16T09:00:00/when", "zoned 2026-03-17T10:00:00 PT30M Europe/Berlin"}};
}

inline std::vector<calendar::Facts> samples() { return {plain_facts(1), awkward_facts(), series_facts()}; }

inline std::string known_to_nobody(const RemoteId&) { return {}; }

}  // namespace contract

class ProviderContract : public testing::TestWithParam<ProviderHarnessFactory> {
 protected:
  void SetUp() override { harness_ = GetParam()(); }

  Provider& ours() { return harness_->ours(); }
  bool writable() { return ours().capabilities().writable; }
  bool conditional() { return ours().capabilities().conditional; }

  Draft draft(int n, calendar::Facts facts) {
    return {contract::mark(n), "contract-" + std::to_string(n) + "@example.org", std::move(facts),
            harness_->now()};
  }
  Written create(int n, const calendar::Facts& facts) {
    auto written = contract::given(ours().create(draft(n, facts)));
    harness_->settle();
    return written;
  }
  bool apart() { return ours().capabilities().exceptions == Exceptions::own_items; }
  // A whole event: the item of its master, and where exceptions are items of their own those too.
  Written create_whole(const Draft& draft) {
    if (!apart()) return contract::given(ours().create(draft));
    Written master;
    for (const auto& [slot, facts] : sync::spread(ours().project(draft.facts))) {
      Draft item = draft;
      item.facts = facts;
      if (!slot.empty()) item.part_of = PartOf{master.id, slot};
      auto written = contract::given(ours().create(item));
      if (slot.empty()) master = std::move(written);
    }
    return master;
  }
  // What a listing says of the whole event.
  static calendar::Facts whole(const Changes& changes, const RemoteId& master) {
    sync::Items items;
    for (const Item& item : changes.items) {
      if (item.id == master) items[""] = item.facts;
      if (item.part_of && item.part_of->master == master) items[item.part_of->slot] = item.facts;
    }
    return sync::gather(items);
  }
  RemoteId create_part(int n, const RemoteId& master, const std::string& slot, const calendar::Facts& facts) {
    Draft part = draft(n, facts);
    part.part_of = PartOf{master, slot};
    auto written = contract::given(ours().create(part));
    harness_->settle();
    return written.id;
  }
  Item read(const RemoteId& id) { return contract::given(ours().get(id)); }
  Changes list(const std::string& cursor = {}) {
    return contract::given(ours().changes(cursor, contract::known_to_nobody));
  }
  // Somebody else gives the item another title.
  void they_retitle(const RemoteId& id, const std::string& title) {
    auto item = contract::given(harness_->theirs().get(id));
    auto target = item.facts;
    target.set("title", title);
    contract::given(harness_->theirs().update(item, target, harness_->now()));
    harness_->settle();
  }
  void they_remove(const RemoteId& id) {
    contract::given(harness_->theirs().remove(contract::given(harness_->theirs().get(id))));
    harness_->settle();
  }
  static const Item* find(const Changes& changes, const RemoteId& id) {
    const auto found = std::ranges::find(changes.items, id, &Item::id);
    return found == changes.items.end() ? nullptr : &*found;
  }

  std::unique_ptr<ProviderHarness> harness_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ProviderContract);

#define KALENDS_NEEDS(condition) \
  if (!(condition)) GTEST_SKIP() << "not among its capabilities"

TEST_P(ProviderContract, SaysWhereItIs) {
  EXPECT_FALSE(ours().address().empty());
  EXPECT_FALSE(ours().capabilities().provider.empty());
  EXPECT_GE(ours().capabilities().clock_grain_ms, 1);
}

TEST_P(ProviderContract, ProjectingTwiceIsProjectingOnce) {
  for (const auto& facts : contract::samples()) {
    const auto once = ours().project(facts);
    EXPECT_EQ(ours().project(once), once);
    EXPECT_EQ(ours().project(facts), once) << "the same every time";
  }
}

TEST_P(ProviderContract, WhatIsCreatedReadsBackAsProjected) {
  KALENDS_NEEDS(writable());
  int n = 0;
  for (const auto& facts : contract::samples()) {
    const auto wanted = draft(++n, facts);
    const auto written = create_whole(wanted);
    ASSERT_FALSE(written.id.empty());
    if (written.item) EXPECT_EQ(written.item->id, written.id);
    harness_->settle();
    const auto item = read(written.id);
    EXPECT_EQ(whole(list(), written.id), ours().project(facts)) << "sample " << n;
    if (ours().capabilities().keeps_marks) EXPECT_EQ(item.mark, wanted.mark);
    const auto listing = list();
    EXPECT_TRUE(listing.complete);
    const Item* listed = find(listing, written.id);
    ASSERT_NE(listed, nullptr);
    EXPECT_EQ(listed->facts, item.facts);
    EXPECT_EQ(listed->version, item.version);
    EXPECT_EQ(listed->uid, item.uid);
    EXPECT_EQ(listed->mark, item.mark);
  }
}

TEST_P(ProviderContract, AnAnsweredVersionIsThatOfWhatWasWritten) {
  KALENDS_NEEDS(writable());
  const auto written = contract::given(ours().create(draft(1, contract::awkward_facts())));
  const auto item = read(written.id);
  if (!written.version.empty() && item.version == written.version) {
    EXPECT_EQ(ours().project(item.facts), ours().project(contract::awkward_facts()));
    if (written.item) EXPECT_EQ(written.item->facts, item.facts);
  }
}

TEST_P(ProviderContract, AnItemListedWithItsKnownVersionIsUnchanged) {
  KALENDS_NEEDS(writable());
  const auto first = create(1, contract::plain_facts(1)).id;
  const auto second = create(2, contract::plain_facts(2)).id;
  const auto version = read(first).version;
  KALENDS_NEEDS(!version.empty());
  const auto listing = contract::given(
      ours().changes("", [&](const RemoteId& id) { return id == first ? version : std::string(); }));
  EXPECT_TRUE(listing.complete);
  EXPECT_THAT(listing.unchanged, testing::ElementsAre(first));
  EXPECT_EQ(find(listing, first), nullptr);
  EXPECT_NE(find(listing, second), nullptr);
}

TEST_P(ProviderContract, AnUpdateChangesWhatWasAskedAlone) {
  KALENDS_NEEDS(writable());
  auto facts = contract::awkward_facts();
  const auto id = create(1, facts).id;
  const auto before = read(id);
  auto target = before.facts;
  target.set("title", "Now this");
  target.erase("location");
  target.set("when", "all-day 2026-03-04 P1D");
  const auto written = contract::given(ours().update(before, target, harness_->now()));
  harness_->settle();
  const auto after = read(written.id);
  EXPECT_EQ(after.facts, ours().project(target));
  EXPECT_EQ(after.mark, before.mark) << "the mark outlives an update";
  EXPECT_EQ(after.uid, before.uid);
  if (!before.version.empty()) EXPECT_NE(after.version, before.version);
}

TEST_P(ProviderContract, AStaleUpdateOrRemovalChangesNothing) {
  KALENDS_NEEDS(writable() && conditional());
  const auto id = create(1, contract::plain_facts(1)).id;
  const auto old = read(id);
  they_retitle(id, "Theirs");
  auto target = old.facts;
  target.set("title", "Ours");
  const auto updated = ours().update(old, target, harness_->now());
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().kind, ErrorKind::stale) << updated.error().message;
  const auto removed = ours().remove(old);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::stale) << removed.error().message;
  EXPECT_EQ(read(id).facts.get("title"), "Theirs");
}

TEST_P(ProviderContract, RemovingTwiceSucceedsAndLeavesNothing) {
  KALENDS_NEEDS(writable());
  const auto id = create(1, contract::plain_facts(1)).id;
  const auto kept = create(2, contract::plain_facts(2)).id;
  const auto item = read(id);
  contract::given(ours().remove(item));
  contract::given(ours().remove(item));
  harness_->settle();
  const auto gone = ours().get(id);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::not_found) << gone.error().message;
  const auto listing = list();
  EXPECT_TRUE(listing.complete);
  EXPECT_EQ(find(listing, id), nullptr);
  EXPECT_NE(find(listing, kept), nullptr);
}

TEST_P(ProviderContract, UpdatingWhatIsGoneDoesNotBringItBack) {
  KALENDS_NEEDS(writable());
  const auto id = create(1, contract::plain_facts(1)).id;
  const auto item = read(id);
  they_remove(id);
  auto target = item.facts;
  target.set("title", "Ours");
  const auto updated = ours().update(item, target, harness_->now());
  ASSERT_FALSE(updated);
  EXPECT_THAT(updated.error().kind, testing::AnyOf(ErrorKind::stale, ErrorKind::not_found));
  harness_->settle();
  EXPECT_THAT(list().items, testing::IsEmpty());
}

TEST_P(ProviderContract, CreatingTwiceNeverOverwrites) {
  KALENDS_NEEDS(writable());
  const auto id = create(1, contract::plain_facts(1)).id;
  they_retitle(id, "Theirs");
  const auto again = ours().create(draft(1, contract::plain_facts(1)));
  if (!again) EXPECT_EQ(again.error().kind, ErrorKind::stale) << again.error().message;
  if (again) EXPECT_NE(again->id, id);
  EXPECT_EQ(read(id).facts.get("title"), "Theirs");
}

TEST_P(ProviderContract, AfterACursorComesWhatChangedSince) {
  KALENDS_NEEDS(writable());
  const auto kept = create(1, contract::plain_facts(1)).id;
  const auto edited = create(2, contract::plain_facts(2)).id;
  const auto removed = create(3, contract::plain_facts(3)).id;
  const auto cursor = list().cursor;
  they_retitle(edited, "Theirs");
  they_remove(removed);
  const auto added = create(4, contract::plain_facts(4)).id;
  const auto changes = list(cursor);
  ASSERT_NE(find(changes, edited), nullptr);
  EXPECT_EQ(find(changes, edited)->facts.get("title"), "Theirs");
  EXPECT_NE(find(changes, added), nullptr);
  EXPECT_EQ(find(changes, removed), nullptr);
  const bool said = std::ranges::find(changes.gone, removed) != changes.gone.end();
  EXPECT_TRUE(said || changes.complete) << "a deletion shows as gone or by a complete listing";
  EXPECT_EQ(std::ranges::find(changes.gone, kept), changes.gone.end());
  if (changes.complete) EXPECT_NE(find(changes, kept), nullptr);
}

TEST_P(ProviderContract, AnItemThatIsDeletedRightAfterItWasSeenOrWrittenIsTold) {
  KALENDS_NEEDS(writable());
  auto cursor = list().cursor;  // of an empty calendar: no neighbour gives reason to look closer
  const auto tells = [&](const RemoteId& id) {
    const auto changes = list(cursor);
    EXPECT_EQ(find(changes, id), nullptr);
    cursor = changes.cursor;
    return changes.complete || std::ranges::find(changes.gone, id) != changes.gone.end();
  };
  const auto written = contract::given(ours().create(draft(2, contract::plain_facts(2)))).id;
  if (const auto moved = contract::given(ours().persist())) cursor = *moved;
  they_remove(written);
  EXPECT_TRUE(tells(written)) << "written by us after the look";

  const auto seen = contract::given(harness_->theirs().create(draft(3, contract::plain_facts(3)))).id;
  harness_->settle();
  const auto look = list(cursor);
  EXPECT_NE(find(look, seen), nullptr);
  cursor = look.cursor;
  they_remove(seen);
  EXPECT_TRUE(tells(seen)) << "seen by the look";
}

TEST_P(ProviderContract, ADeadCursorGivesAWholeListing) {
  std::vector<RemoteId> ids;
  if (writable()) ids = {create(1, contract::plain_facts(1)).id, create(2, contract::plain_facts(2)).id};
  for (const char* cursor : {"nonsense", "http://example.org/no/such/token", "1:999999999"}) {
    const auto listing = list(cursor);
    EXPECT_TRUE(listing.complete) << cursor;
    if (ours().capabilities().delta) EXPECT_TRUE(listing.reset) << cursor;
    for (const auto& id : ids) EXPECT_NE(find(listing, id), nullptr) << cursor;
  }
}

TEST_P(ProviderContract, WhatIsNotThereIsNotFound) {
  const auto item = ours().get(RemoteId("kalends-contract-no-such-item"));
  ASSERT_FALSE(item);
  EXPECT_EQ(item.error().kind, ErrorKind::not_found) << item.error().message;
}

TEST_P(ProviderContract, NobodyIsMailedAboutAnEventWithoutPeople) {
  const auto facts = contract::plain_facts(1);
  EXPECT_THAT(ours().recipients(WriteKind::create, nullptr, facts), testing::IsEmpty());
  Item item;
  item.facts = facts;
  EXPECT_THAT(ours().recipients(WriteKind::update, &item, facts), testing::IsEmpty());
  EXPECT_THAT(ours().recipients(WriteKind::remove, &item, facts), testing::IsEmpty());
}

TEST_P(ProviderContract, APlaceThatCanOnlyBeReadSaysSo) {
  KALENDS_NEEDS(!writable());
  const auto created = ours().create(draft(1, contract::plain_facts(1)));
  ASSERT_FALSE(created);
  EXPECT_THAT(created.error().kind, testing::AnyOf(ErrorKind::forbidden, ErrorKind::unsupported));
}

}  // namespace kalends::ports

#include "ports/provider_contract_parts.h"
#include "ports/provider_contract_window.h"
#undef KALENDS_NEEDS
