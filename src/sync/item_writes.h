// Where exceptions are items of their own: which items a push writes, and what an unfinished one has left behind. Pure.
// A calendar that keeps exceptions in their master is the same with one item.
#pragma once

#include "sync/items.h"
#include "sync/plan.h"

namespace kalends::sync {

// Facts of a whole event as the items in which the place keeps it.
Items items_at(const Place& place, const calendar::Facts& whole);
// What was seen, item by item; nothing of an unknown slot.
Items seen_items(const Place& place);

// The writes that bring the items there to `target`. Updates, then creates, then removals; a master goes after what
// hangs on it when that would stay, so that an edit of it is seen in time.
std::vector<ItemWrite> item_writes(const Place& place, Intent::Kind kind, const calendar::Facts& target);

// What is remembered of slots that cannot be read: what was agreed, or else what an unfinished write meant.
calendar::Facts remembered(const Base& base, const std::set<std::string, std::less<>>& slots);

// What the replica holds because of our unfinished write is its past, not a person's edit. Of a write that is several,
// some may have been made: each item that shows what was meant is past, and each that shows what was there before.
void take_intent(Base& base, const Place& place);

// The items of a place as a base keeps them; `before` still tells of the slots that cannot be read.
std::vector<RemoteItem> remote_items(const Place& place, const std::vector<RemoteItem>& before);

}  // namespace kalends::sync
