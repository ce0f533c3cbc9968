// What a provider promises that tells a window of dates only.
// A part of provider_contract.h, which includes it.
#pragma once

namespace kalends::ports {

TEST_P(ProviderContract, WhatLeavesItsWindowOfDatesIsStillFoundByItsName) {
  KALENDS_NEEDS(writable() && list().covers);
  const auto facts = contract::plain_facts(1);
  const auto moved = create(1, facts).id;
  const auto removed = create(2, contract::plain_facts(2)).id;
  auto cursor = list().cursor;
  const auto move = [&](const std::string& when) {
    const auto item = read(moved);
    auto target = item.facts;
    target.set("when", when);
    contract::given(harness_->theirs().update(item, target, harness_->now()));
    harness_->settle();
  };
  move("zoned 2056-03-02T09:00:00 PT1H Europe/Berlin");
  they_remove(removed);
  const auto changes = list(cursor);
  ASSERT_TRUE(changes.covers);
  EXPECT_LT(changes.covers->from, changes.covers->to);
  for (const auto& id : {moved, removed}) {
    EXPECT_EQ(find(changes, id), nullptr);
    const bool said = std::ranges::find(changes.gone, id) != changes.gone.end();
    EXPECT_TRUE(said || changes.complete);
  }
  EXPECT_EQ(find(list(), moved), nullptr) << "nor does a whole listing have it";
  EXPECT_EQ(read(moved).facts.get("when"), "zoned 2056-03-02T09:00:00 PT1H Europe/Berlin");
  const auto gone = ours().get(removed);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::not_found) << "by this a deletion is told from what left";
  cursor = changes.cursor;
  move(facts.get("when"));
  EXPECT_NE(find(list(cursor), moved), nullptr) << "what comes into it is news";
}

}  // namespace kalends::ports
