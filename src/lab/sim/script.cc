#include "lab/sim/script.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kalends::lab {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::size_t kEnoughToNotice = 7;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;

}  // namespace

Cycle Script::cycle() {
  engine::SyncOptions options;
  options.yes = std::exchange(first_, false);
  world_.trace.say("cycle");
  return world_.sync(options);
}

void Script::faulty_cycle() {
  for (auto& place : world_.places)
    place->faults = provider::Faults(
        world_.chance.next(),
        world_.chance.percent(60) ? static_cast<std::uint32_t>(world_.chance.between(50, 400)) : 0);
  cycle();
  for (auto& place : world_.places) place->faults.set_rate(0);
}

void Script::doomed_cycle() {
  world_.fate.die_in(world_.chance.between(0, world_.chance.percent(50) ? 40 : 400));
  cycle();
  world_.fate.live();
}

// People edit between our looking and our writing. Where writes cannot be made conditional nothing protects them.
void Script::watched_cycle() {
  for (auto& place : world_.places) {
    if (!place->provider->capabilities().conditional) continue;
    // Nor does anything tell what was there right after our write, where neither version nor item comes with the answer.
    const auto& profile = place->server->profile();
    if (profile.version_on_write == provider::VersionAnswer::never && !profile.item_on_write) continue;
    place->provider->inner().before_call = [this, at = place.get()](provider::Call) {
      if (world_.chance.percent(15)) people_.edit_somewhere(*at);
    };
  }
  cycle();
  for (auto& place : world_.places) place->provider->inner().before_call = nullptr;
}

void Script::jump() {
  auto& clock = world_.clock;
  switch (world_.chance.below(4)) {
    case 0: clock.skew_ms -= kHourMs; break;
    case 1: clock.skew_ms += world_.chance.between(1, 72) * kHourMs; break;
    case 2: clock.skew_ms = 0; break;
    default: clock.advance(world_.chance.between(1, 72) * kHourMs);  // nobody was there for days
  }
  world_.trace.say("our clock is off by {} minutes", clock.skew_ms / kMinuteMs);
}

// Where a calendar tells a window of dates, time goes by faster, so that events come into it and leave it.
void Script::let_days_pass() {
  const bool windowed = std::ranges::any_of(world_.topology.profiles, [](const auto& profile) {
    return profile.past_ms > 0 || profile.ahead_ms > 0;
  });
  if (!windowed || !world_.chance.percent(20)) return;
  const auto hours = world_.chance.between(4, 40);
  world_.clock.advance(hours * kHourMs);
  world_.trace.say("{} hours later", hours);
}

// The disk has room for a little more or for nothing; then somebody makes room.
void Script::fill_disk() {
  if (!world_.engine()) return;
  world_.end_process();
  world_.disk_bytes = std::max<std::int64_t>(1, world_.store_bytes() + 4096 * world_.chance.between(-4, 12));
  cycle();
  world_.end_process();
  world_.disk_bytes = 0;
}

// Open conflicts get an answer, some of them.
void Script::answer_conflicts() {
  auto* running = world_.engine();
  if (!running) return;
  const auto open = running->conflicts(true);
  if (!open) return;
  for (const auto& conflict : *open) {
    if (world_.chance.percent(40)) continue;
    const bool remote = world_.chance.percent(50);
    const bool both = world_.chance.percent(20);
    const CalendarId theirs(conflict.sides.front().who);
    const auto take = both ? engine::Take::both : remote ? engine::Take::calendar : engine::Take::hub;
    const auto done = running->resolve(conflict.id, take, remote && !both ? theirs : CalendarId());
    if (both && done) ++world_.ledger.events[world_.day_of_event(conflict.event)].duplicates;
    world_.trace.say("person takes {} of {}: {}",
                     both     ? "both"
                     : remote ? theirs.value
                              : "the hub's",
                     conflict.path, done ? "done" : done.error().message);
  }
}

// Other rules for a while; then those of before hold again.
void Script::change_rules() {
  auto& chance = world_.chance;
  auto& links = world_.topology.settings.links;
  for (const auto& profile : world_.topology.profiles)
    if (!profile.keeps_marks && !profile.keeps_uids)
      return;  // nothing would tell what is whose copy afterwards
  // What was entered in two places meets for the first time under the rules that the ledger knows.
  if (world_.last_whole_cycle.ms == 0) return;
  const auto before = links;
  const std::size_t at = chance.below(links.size());
  world_.end_process();
  switch (chance.below(4)) {
    case 0:
      links[at].conflict = {{sync::Policy::Kind::hub, {}}, {}};
      world_.trace.say("link {}: the hub wins from now on", at);
      return;
    case 1:
      links.erase(links.begin() + static_cast<std::ptrdiff_t>(at));
      world_.trace.say("link {} is removed", at);
      break;
    case 2:
      links[at].direction = sync::Direction::one_way;
      links[at].from = links[at].calendars.front();
      world_.trace.say("link {} leads one way", at);
      break;
    default:
      links[at].filter.title = "^(meeting|Busy)";
      world_.trace.say("link {} lets only some events through", at);
      break;
  }
  world_.ledger.links_changed = true;
  cycle();
  act();
  if (chance.percent(50)) cycle();
  links = before;
  world_.end_process();
  world_.trace.say("the rules are those of before");
}

void Script::empty_and_refill() {
  Place& place = any_place();
  // An almost empty calendar that loses the rest is taken at its word: no guard can tell it from a person's doing.
  cycle();
  const auto there = place.server->list();
  // What a calendar does not tell is not missed either.
  const auto told = [&](const auto& item) { return place.server->tells(item.facts); };
  if (std::cmp_less(std::ranges::count_if(there, told), kEnoughToNotice)) return;
  mend(place);
  world_.clock.advance(kMinuteMs);  // longer than any listing lags behind
  const auto whole = place.server->snapshot();
  world_.trace.say("{} is empty", place.id.value);
  place.server->clear();
  world_.ledger.emptied.insert(place.id);
  world_.clock.advance(kMinuteMs);
  cycle();
  world_.clock.advance(kMinuteMs);
  if (world_.chance.percent(50)) cycle();
  people_.forget(place, whole);  // what we wrote there meanwhile is lost with it
  place.server->restore(whole);
  people_.tell_apart(place);
  world_.trace.say("{} is whole again", place.id.value);
}

void Script::vanish_for_a_while() {
  Place& place = any_place();
  world_.trace.say("{} is not found", place.id.value);
  place.server->vanish(true);
  cycle();
  place.server->vanish(false);
}

void Script::roll_server_back() {
  Place& place = any_place();
  mend(place);
  const auto then = place.server->snapshot();
  const Instant since = world_.clock.peek();
  for (int i = 0; i < 3; ++i) {
    world_.clock.advance(world_.chance.between(1, 30) * kMinuteMs);
    people_.act();
  }
  cycle();
  people_.forget(place, then);
  place.server->restore(then);
  people_.excuse_since(place, since);
  people_.find_home(place);
  people_.find_doubles(place);
  people_.tell_apart(place);
  world_.ledger.rolled_back.insert(place.id);
  world_.trace.say("{} is restored from a backup", place.id.value);
}

// What cannot be read is not made to come and go as well: nobody could say afterwards what it was.
void Script::mend(Place& place) {
  for (const auto& item : place.server->list())
    if (item.spoilt) place.server->spoil(item.id, false);
}

void Script::spoil() {
  Place& place = any_place();
  const auto items = place.server->list();
  if (items.empty()) return;
  const auto& item = world_.chance.one_of(items);
  place.server->spoil(item.id, !item.spoilt);
  world_.trace.say("{} at {} is {}", day_of(item.facts), place.id.value,
                   item.spoilt ? "readable" : "unreadable");
}

void Script::act() {
  auto& chance = world_.chance;
  for (int n = chance.between(1, 4); n > 0; --n) {
    people_.act();
    world_.clock.advance(chance.between(0, 90'000));
  }
}

void Script::step(const Step& step) {
  auto& chance = world_.chance;
  chance = Chance(step.seed);
  world_.scheduler.seed(chance.next());
  world_.trace.say("step {}: {}", step.number, to_string(step.deed));
  if (step.deed == Deed::settle_in) return people_.settle_in();
  world_.clock.advance(chance.between(1, 20) * kMinuteMs + chance.between(0, 59'999));
  let_days_pass();
  switch (step.deed) {
    case Deed::settle_in: break;
    case Deed::people: return act();
    case Deed::cycle: return void(cycle());
    case Deed::watched_cycle: return watched_cycle();
    case Deed::faulty_cycle: return faulty_cycle();
    case Deed::doomed_cycle: return doomed_cycle();
    case Deed::answer_held: return void(answer_held());
    case Deed::jump: return jump();
    case Deed::kill_cursors: return any_place().server->kill_cursors();
    case Deed::empty_and_refill: return empty_and_refill();
    case Deed::vanish: return vanish_for_a_while();
    case Deed::spoil: return spoil();
    case Deed::roll_server_back: return roll_server_back();
    case Deed::clear_out: return people_.clear_out(any_place());
    case Deed::back_up_store: return world_.trace.say("the store is backed up: {}", world_.backup_store());
    case Deed::full_disk: return fill_disk();
    case Deed::undo: return undo();
    case Deed::answer_conflicts: return answer_conflicts();
    case Deed::change_rules: return change_rules();
    case Deed::paged_cycle: return paged_cycle();
    case Deed::pushes: return pushes();
    case Deed::put_store_back:
      for (auto& place : world_.places) mend(*place);
      return world_.trace.say("the store is put back: {}", world_.restore_store());
  }
}

void Script::calm_down() {
  world_.chance = Chance(~world_.seed);
  world_.scheduler.seed(~world_.seed);
  world_.fate.live();
  for (auto& place : world_.places) {
    place->faults.set_rate(0);
    place->server->vanish(false);
    mend(*place);
  }
  world_.trace.say("everything works again");
}

// Whether the item that is asked about is one that we wrote: the person knows which ones are not.
bool Script::wrote(const engine::HeldView& held) const {
  for (const auto& place : world_.places) {
    if (place->id != held.calendar) continue;
    for (const auto& write : place->server->writes()) {
      if (write.kind != ports::WriteKind::create) continue;
      const auto* item = place->server->find(write.id);
      const auto title = held.work.front().title;
      if (write.after.get("title") == title || (item && item->facts.get("title") == title)) return true;
    }
  }
  return false;
}

// A person approves a deletion that people really made, and what a first run shows; nothing that a calendar's failure
// made look like work; and mail as it comes.
bool Script::approves(const engine::HeldView& held) {
  if (held.kind == "first_run" || held.kind == "oscillating") return true;
  if (held.kind == "mail") return world_.chance.percent(50);
  if (held.kind == "unclear_create") return wrote(held);
  if (held.kind != "mass_delete" && held.kind != "emptied") return false;
  if (world_.ledger.emptied.contains(held.calendar) || world_.ledger.rolled_back.contains(held.calendar))
    return false;
  std::int64_t deleted = 0;
  for (const auto& [day, known] : world_.ledger.events)
    if (known.deleted && known.deleted_at.contains(held.calendar)) ++deleted;
  return deleted >= held.count;
}

int Script::answer_held() {
  auto* running = world_.engine();
  if (!running) return 0;
  const auto waiting = running->held(true);
  if (!waiting) {
    world_.broken.push_back("held work cannot be listed: " + waiting.error().message);
    return 0;
  }
  for (const auto& held : *waiting) {
    const bool yes = approves(held);
    const auto answered = yes ? running->approve(held.id) : running->reject(held.id);
    world_.trace.say("person {} {} of {} at {}", yes ? "approves" : "rejects", held.kind, held.count,
                     held.calendar.value);
    if (held.kind == "mail" && answered) people_.note_mail(held, yes);
    if (!answered) world_.broken.push_back("held work cannot be answered: " + answered.error().message);
  }
  return static_cast<int>(waiting->size());
}

}  // namespace kalends::lab
