// What a provider promises that keeps the exceptions of a series as items of their own.
// A part of provider_contract.h, which includes it.
#pragma once

namespace kalends::ports {

namespace contract {
inline const std::string kSlot = "2026-03-16T09:00:00";
// One occurrence of series_facts(), as an event that does not repeat.
inline calendar::Facts occurrence_facts(const std::string& title) {
  return {{"title", title}, {"when", "zoned 2026-03-16T09:00:00 PT30M Europe/Berlin"}};
}
inline calendar::Facts plain_series_facts() {
  auto facts = series_facts();
  facts.erase_under("overrides/");
  return facts;
}
}  // namespace contract

TEST_P(ProviderContract, AnExceptionOfItsOwnHasItsOwnVersion) {
  KALENDS_NEEDS(writable() && apart());
  const auto master = create(1, contract::plain_series_facts()).id;
  const auto series = read(master);
  const auto cursor = list().cursor;
  const auto part = create_part(2, master, contract::kSlot, contract::occurrence_facts("Once"));
  const auto item = read(part);
  EXPECT_EQ(item.part_of, (PartOf{master, contract::kSlot}));
  EXPECT_EQ(item.facts, ours().project(contract::occurrence_facts("Once")));
  if (ours().capabilities().keeps_marks) EXPECT_EQ(item.mark, contract::mark(2));
  EXPECT_EQ(read(master), series) << "the master stays as it was";
  EXPECT_FALSE(read(master).part_of);
  const auto changes = list(cursor);
  ASSERT_NE(find(changes, part), nullptr);
  EXPECT_EQ(find(changes, part)->part_of, item.part_of);
  if (!changes.complete) EXPECT_EQ(find(changes, master), nullptr);

  they_retitle(part, "Theirs");
  EXPECT_EQ(read(master), series);
  EXPECT_EQ(read(part).part_of, item.part_of);
  const auto version = read(part).version;
  they_retitle(master, "All of them");
  if (!version.empty()) EXPECT_EQ(read(part).version, version);
}

TEST_P(ProviderContract, AnExceptionOfItsOwnIsWrittenUnderItsOwnCondition) {
  KALENDS_NEEDS(writable() && apart() && conditional());
  const auto master = create(1, contract::plain_series_facts()).id;
  const auto part = create_part(2, master, contract::kSlot, contract::occurrence_facts("Once"));
  const auto old = read(part);
  they_retitle(master, "All of them");
  contract::given(ours().update(old, contract::occurrence_facts("Ours"), harness_->now()));
  harness_->settle();
  const auto known = read(part);
  they_retitle(part, "Theirs");
  const auto updated = ours().update(known, contract::occurrence_facts("Late"), harness_->now());
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().kind, ErrorKind::stale) << updated.error().message;
  const auto removed = ours().remove(known);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::stale) << removed.error().message;
  EXPECT_EQ(read(part).facts.get("title"), "Theirs");
}

TEST_P(ProviderContract, AnExcludedOccurrenceIsAnItemThatSaysSo) {
  KALENDS_NEEDS(writable() && apart());
  const calendar::Facts excluded{{std::string(sync::kExcluded), "1"}};
  const auto master = create(1, contract::plain_series_facts()).id;
  const auto part = create_part(2, master, contract::kSlot, excluded);
  EXPECT_EQ(read(part).facts, excluded);
  contract::given(ours().update(read(part), contract::occurrence_facts("Again"), harness_->now()));
  harness_->settle();
  EXPECT_EQ(read(part).facts, ours().project(contract::occurrence_facts("Again")));
  contract::given(ours().update(read(part), excluded, harness_->now()));
  harness_->settle();
  EXPECT_EQ(read(part).facts, excluded);
}

TEST_P(ProviderContract, ASlotHasOneException) {
  KALENDS_NEEDS(writable() && apart());
  const auto master = create(1, contract::plain_series_facts()).id;
  const auto part = create_part(2, master, contract::kSlot, contract::occurrence_facts("Once"));
  Draft again = draft(3, contract::occurrence_facts("Twice"));
  again.part_of = PartOf{master, contract::kSlot};
  const auto second = ours().create(again);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::stale) << second.error().message;
  EXPECT_EQ(read(part).facts.get("title"), "Once");
}

TEST_P(ProviderContract, WithoutItsExceptionASeriesGoesOn) {
  KALENDS_NEEDS(writable() && apart());
  const auto master = create(1, contract::plain_series_facts()).id;
  const auto part = create_part(2, master, contract::kSlot, contract::occurrence_facts("Once"));
  const auto cursor = list().cursor;
  they_remove(part);
  const auto changes = list(cursor);
  EXPECT_EQ(find(changes, part), nullptr);
  EXPECT_EQ(std::ranges::find(changes.gone, master), changes.gone.end());
  EXPECT_EQ(read(master).facts, ours().project(contract::plain_series_facts()));
}

TEST_P(ProviderContract, ARemovedMasterTakesItsExceptionsAlongOrNot) {
  KALENDS_NEEDS(writable() && apart());
  const auto master = create(1, contract::plain_series_facts()).id;
  const auto part = create_part(2, master, contract::kSlot, contract::occurrence_facts("Once"));
  contract::given(ours().remove(read(master)));
  harness_->settle();
  const auto listing = list();
  EXPECT_EQ(find(listing, part) == nullptr, ours().capabilities().parts_follow);
}

}  // namespace kalends::ports
