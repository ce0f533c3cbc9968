// One cycle: observe -> match -> plan -> guard -> keep -> act and settle.
// **Every step is one transaction. Cut off anywhere, the next cycle looks again and plans again.**
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/mutation.h"
#include "base/text.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::HeldRow;

// The rules of the last cycle that came to its end.
constexpr const char* kRulesCarriedOut = "rules_carried_out";

// What the plans depend on beside the calendars' contents: when it changes, every event is planned again. A window's edge
// moves from day to day; without `now` it is left out.
std::string rules_digest(const Settings& settings, std::optional<Instant> now) {
  std::string all;
  auto add = [&](std::string_view text) { all += std::to_string(text.size()) + ":" + std::string(text); };
  bool windowed = false;
  for (const CalendarId& id : settings.calendars) add(id.value);
  for (const sync::Link& link : settings.links) {
    for (const CalendarId& id : link.calendars) add(id.value);
    add(std::to_string(static_cast<int>(link.direction)) + link.from.value);
    auto add_policy = [&](const sync::Policy& policy) {
      add(std::to_string(static_cast<int>(policy.kind)) + policy.preferred.value);
    };
    add_policy(link.conflict.rest);
    for (const auto& [field, policy] : link.conflict.fields) {
      add(field);
      add_policy(policy);
    }
    add(link.privacy.mask ? "mask" : "full");
    add(link.privacy.title.value_or("\x01"));
    for (const std::string& field : link.privacy.drop) add(field);
    add("filter");
    const sync::Filter& filter = link.filter;
    add(filter.title.value_or("\x01"));
    add(filter.attendee.value_or("\x01"));
    add(filter.category.value_or("\x01"));
    add(filter.time.value_or("\x01"));
    for (const std::string& category : filter.categories) add(category);
    add(filter.all_day ? (*filter.all_day ? "y" : "n") : "-");
    add(filter.busy ? (*filter.busy ? "y" : "n") : "-");
    add(std::to_string(filter.past_days.value_or(-1)) + "," +
        std::to_string(filter.future_days.value_or(-1)));
    windowed = windowed || filter.past_days || filter.future_days;
    add("end");
  }
  if (windowed && now) add(std::to_string(now->ms / 86'400'000));
  return sha256(all).hex();
}

// Counts the writes that failed and were not made up for later in the cycle, as after a race that was lost each time.
void count_failed(Cycle& cycle) {
  std::map<std::pair<CalendarId, EventId>, bool> failed;
  for (const Move& move : cycle.report.moves)
    if (move.kind == Move::Kind::create || move.kind == Move::Kind::update || move.kind == Move::Kind::remove)
      failed[{move.calendar, move.event}] = !move.error.empty();
  std::map<CalendarId, std::size_t> sums;
  for (const auto& [where, is_failed] : failed) sums[where.first] += is_failed ? 1 : 0;
  for (auto& [id, counts] : cycle.counts) counts.failed = std::max(counts.failed, sums[id]);
}

}  // namespace

Result<void> Engine::Inner::prepare(Transaction& tx, Cycle& cycle) {
  epoch = TRY(tx.meta("epoch")).value_or("1");
  auto secret = TRY(tx.meta("digest_key"));
  if (!secret) {
    secret = fmt::format("{:016x}{:016x}", world.random.next(), world.random.next());
    TRY_VOID(tx.set_meta("digest_key", *secret));
  }
  digest_key = *secret;

  // A calendar at another address is another calendar: what was agreed with the old one is over.
  for (const CalendarId& id : settings.calendars) {
    std::string address = providers.at(id)->address();
    auto row = TRY(tx.calendar(id));
    if (row && row->address == address) continue;
    if (row) TRY_VOID(retire_calendar(tx, id, false));
    ports::CalendarRow fresh;
    fresh.id = id;
    fresh.address = address;
    TRY_VOID(tx.put(fresh));
  }

  TRY_VOID(settle_unconfigured(tx));

  std::string rules = rules_digest(settings, cycle.now);
  if (TRY(tx.meta("rules")).value_or("") != rules && !is_on(Mutant::rules_change_nothing)) {
    for (const EventId& id : TRY(tx.all_events())) TRY_VOID(tx.set_dirty(id, true));
    TRY_VOID(tx.set_meta("rules", rules));
  }
  cycle.rules = rules_digest(settings, std::nullopt);
  cycle.rules_changed = TRY(tx.meta(kRulesCarriedOut)).value_or(cycle.rules) != cycle.rules;
  for (HeldRow::State state : {HeldRow::State::approved, HeldRow::State::rejected}) {
    for (const HeldRow& row : TRY(tx.held(state))) {
      HeldRecord record = TRY(decode_held(row.blob));
      auto& keys = state == HeldRow::State::approved ? cycle.approved : cycle.rejected;
      keys.insert(record.keys.begin(), record.keys.end());
    }
  }
  for (const HeldRow& row : TRY(tx.held(HeldRow::State::waiting))) {
    if (row.kind != sync::to_string(sync::HoldKind::unclear_create) &&
        row.kind != sync::to_string(sync::HoldKind::oscillating))
      continue;
    HeldRecord record = TRY(decode_held(row.blob));
    cycle.asked.insert(record.keys.begin(), record.keys.end());
  }
  cycle.seen = parse_integer(TRY(tx.meta("seen")).value_or("0")).value_or(0) + 1;
  TRY_VOID(tx.set_meta("seen", std::to_string(cycle.seen)));
  ports::RunRow run;
  run.started = cycle.now;
  run.kind = "sync";
  cycle.run = TRY(tx.add(run));
  cycle.report.run = cycle.dry ? 0 : cycle.run;
  return {};
}

// The calendar's items are forgotten and its bases retired: linking again is a first run, and absence proves nothing.
// At the same place the items' names stay, and the creates whose end is unknown: what cannot be read now is still there.
Result<void> Engine::Inner::retire_calendar(Transaction& tx, const CalendarId& id, bool same_place) {
  for (const ports::BaseRow& row : TRY(tx.bases_at(id))) {
    sync::Base base = TRY(sync::decode_base(row.blob));
    bool stays = base.standing == sync::Standing::not_here || is_on(Mutant::retired_bases_stay);
    if (!stays) base.standing = sync::Standing::retired;
    // At the same place what is there is compared with what the store knows of it.
    if (!same_place) base.fields.clear();
    if (!same_place) base.items.clear();
    bool unfinished = base.intent && base.intent->kind == sync::Intent::Kind::create;
    if (!same_place || !unfinished) base.intent.reset();
    base.nonce.clear();
    TRY_VOID(put_base(tx, row.event, id, base, true));
    TRY_VOID(tx.set_dirty(row.event, true));
  }
  return tx.remove_calendar(id);
}

Result<void> Engine::Inner::finish(Transaction& tx, Cycle& cycle) {
  for (const sync::Link& link : settings.links) {
    bool waits = false;
    for (const CalendarId& id : link.calendars) {
      waits = waits || !cycle.reachable.contains(id);
      std::string key = "first_run|" + link.id.value + "|" + id.value;
      waits = waits || (cycle.proposed.contains(key) && !cycle.approved.contains(key));
    }
    if (!waits && !TRY(tx.meta(link_key(link)))) TRY_VOID(tx.set_meta(link_key(link), "1"));
  }
  TRY_VOID(keep_stayed(tx, cycle));
  TRY_VOID(keep_in_sync_times(tx, cycle));
  if (TRY(tx.meta(kRulesCarriedOut)) != cycle.rules) TRY_VOID(tx.set_meta(kRulesCarriedOut, cycle.rules));
  count_failed(cycle);
  for (auto& [id, counts] : cycle.counts) counts.unreadable = TRY(tx.count_unreadable(id));
  tell_of_strangers(cycle);
  for (const auto& [id, counts] : cycle.counts) cycle.report.calendars.push_back(counts);
  cycle.report.held_waiting = TRY(tx.held(HeldRow::State::waiting)).size();
  cycle.report.conflicts_open = TRY(tx.conflicts(true)).size();
  auto run = TRY(tx.run(cycle.run));
  if (run) {
    run->ended = world.clock.now();
    std::string summary;
    for (const auto& [id, c] : cycle.counts)
      summary += fmt::format("{}: {} pulled, {} created, {} updated, {} removed, {} failed\n", id.value,
                             c.pulled, c.created, c.updated, c.removed, c.failed);
    for (const std::string& error : cycle.report.errors) summary += error + "\n";
    run->blob = summary;
    TRY_VOID(tx.put(*run));
  }
  return {};
}

Result<RunReport> Engine::Inner::cycle(SyncOptions options, bool dry) {
  if (!links_ok) return std::unexpected(links_error);
  Cycle cycle;
  cycle.now = world.clock.now();
  cycle.yes = options.yes;
  cycle.dry = dry;
  auto tx = TRY(world.store.begin());
  auto step = [&]() -> Result<void> {
    if (dry) return {};
    TRY_VOID(tx->commit());
    tx.reset();
    tx = TRY(world.store.begin());
    return {};
  };
  TRY_VOID(prepare(*tx, cycle));
  TRY_VOID(step());
  TRY_VOID(observe_all(tx, cycle, step));
  // A write that lost a race is planned again at once, and so is what a conflict left behind.
  constexpr int kPasses = 3;
  for (int pass = 0; pass < kPasses; ++pass) {
    cycle.holdings.clear();
    cycle.rejected_work.clear();
    TRY_VOID(match_arrivals(*tx, cycle));
    if (!cycle.leaving.empty()) {
      if (!is_on(Mutant::leave_before_commit)) TRY_VOID(step());
      TRY_VOID(take_away(*tx, cycle));
    }
    const auto batches = TRY(events_to_plan(*tx, cycle));
    bool any_writes = false;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      std::vector<Planned> planned = TRY(plan_all(*tx, cycle, batches[i]));
      TRY_VOID(hold_incoming(*tx, cycle, planned));
      TRY_VOID(hold_outgoing(*tx, cycle, planned));
      TRY_VOID(keep(*tx, cycle, planned));
      if (pass == 0 && i + 1 == batches.size()) TRY_VOID(store_holdings(*tx, cycle));
      bool writes = std::ranges::any_of(planned, [](const Planned& one) {
        return !one.plan.spawned.empty() ||
               std::ranges::any_of(one.plan.places, [](const auto& p) { return p.push.has_value(); });
      });
      if (dry || !writes) continue;
      any_writes = true;
      if (!is_on(Mutant::act_before_commit)) TRY_VOID(tx->commit());
      tx.reset();
      TRY_VOID(act(cycle, planned));
      tx = TRY(world.store.begin());
    }
    if (dry || !any_writes) break;
    if (!TRY(tx->any_dirty())) break;
  }
  TRY_VOID(finish(*tx, cycle));
  if (!dry) TRY_VOID(tx->commit());
  return std::move(cycle.report);
}

Result<RunReport> Engine::sync(SyncOptions options) { return inner_->cycle(options, false); }

Result<RunReport> Engine::plan() { return inner_->cycle({}, true); }

}  // namespace kalends::engine
