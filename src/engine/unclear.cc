// Creates of unknown end where no mark can be kept: an item that turns up there may be what we wrote, or a person's own.
// **Nothing is guessed: such an item is of no event, and the create is not made again, until a person says whose it is.**
// A create that no later listing shows anything of has not happened; that needs no question.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "engine/inner.h"
#include "sync/items.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using sync::Intent;

bool is_unfinished(const sync::Base& base) {
  return base.intent && base.intent->kind == Intent::Kind::create && base.standing != sync::Standing::present;
}

constexpr int kUnlike = 9;

std::string key_of(const CalendarId& calendar, const EventId& event, const std::string& nonce) {
  return "create|" + calendar.value + "|" + event.value + "|" + nonce + "|";
}

// What an answer of a person covers: this item, and this attempt.
std::string key_of(const UnclearCreate& create, const ItemRow& row) {
  return key_of(row.calendar, create.event.id, create.base.intent->nonce) + row.remote.value;
}

}  // namespace

Result<std::vector<UnclearCreate>> Engine::Inner::unclear_creates(Transaction& tx, const Cycle& cycle) {
  std::vector<UnclearCreate> out;
  for (const ports::BaseRow& row : TRY(tx.unsettled_bases())) {
    auto provider = providers.find(row.calendar);
    if (!row.pending || provider == providers.end()) continue;
    if (provider->second->capabilities().keeps_marks) continue;
    // A write of this very cycle is later than the listing.
    if (cycle.failed.contains({row.event, row.calendar})) continue;
    sync::Base base = TRY(sync::decode_base(row.blob));
    if (!is_unfinished(base)) continue;
    auto event = TRY(tx.event(row.event));
    if (!event) continue;
    UnclearCreate create{*std::move(event), row.calendar, std::move(base), {}, {}};
    create.shows = providers_project(row.calendar, create.base.intent->target);
    if (providers.at(row.calendar)->capabilities().exceptions == ports::Exceptions::own_items)
      create.shows = sync::spread(create.shows).at("");
    create.fingerprint = fingerprint(create.shows);
    out.push_back(std::move(create));
  }
  return out;
}

// How far an item is from an unfinished create: 0 when its name or uid proves the two to be one.
int Engine::Inner::likeness(const UnclearCreate& create, const Found& found,
                            const std::set<std::string>& asked) const {
  const ItemRow& row = found.row;
  if (create.calendar != row.calendar) return kUnlike;
  // The answer gave its name, and only what it says was not seen yet.
  if (!create.base.items.empty()) return row.remote == create.base.remote_id() ? 0 : kUnlike;
  if (!row.uid.empty() && row.uid == opaque_uid(create.base.intent->nonce)) return 0;
  if (asked.contains(key_of(create, row))) return 1;
  if (!row.uid.empty() && row.uid == create.event.uid) return 2;
  if (found.item.facts == create.shows) return 3;
  bool like = !row.fingerprint.empty() &&
              (row.fingerprint == create.fingerprint || row.fingerprint == create.event.fingerprint);
  if (like) return 4;
  // All of it but for one field, which somebody may have changed since.
  return fields_of(calendar::difference(create.shows, found.item.facts)).size() == 1 ? 5 : kUnlike;
}

// Which item may have come from which create: the nearest first, each create from one item as far as that goes; what is
// left over is asked about with the create that it is most like.
std::vector<Engine::Inner::Question> Engine::Inner::questions(std::vector<UnclearCreate> creates,
                                                              const std::vector<Found>& found,
                                                              const Cycle& cycle) const {
  std::set<std::string> asked = cycle.asked;
  asked.insert(cycle.approved.begin(), cycle.approved.end());
  asked.insert(cycle.rejected.begin(), cycle.rejected.end());
  std::vector<std::tuple<int, std::size_t, std::size_t>> pairs;
  for (std::size_t item = 0; item < found.size(); ++item)
    for (std::size_t create = 0; create < creates.size(); ++create)
      if (int far = likeness(creates[create], found[item], asked); far < kUnlike)
        pairs.emplace_back(far, item, create);
  std::ranges::sort(pairs);
  std::vector<Question> out;
  for (UnclearCreate& create : creates) out.push_back({std::move(create), {}, {}});
  std::set<std::size_t> taken;
  for (bool left_over : {false, true})
    for (const auto& [far, item, create] : pairs) {
      if (taken.contains(item) || (!left_over && !out[create].items.empty())) continue;
      taken.insert(item);
      out[create].items.push_back(item);
      if (far == 0) out[create].proven = item;
    }
  return out;
}

Result<std::map<RemoteKey, Claim>> Engine::Inner::claims(Transaction& tx, Cycle& cycle,
                                                         const std::vector<ItemRow>& arrivals) {
  std::map<RemoteKey, Claim> out;
  std::vector<UnclearCreate> creates = TRY(unclear_creates(tx, cycle));
  if (creates.empty()) return out;
  std::vector<Found> found;
  for (const ItemRow& row : arrivals) {
    if (!row.mark.empty() ||
        std::ranges::find(creates, row.calendar, &UnclearCreate::calendar) == creates.end())
      continue;
    ports::Item item = TRY(decode_item(row));
    if (item.foreign_copy || item.facts.find("when") == nullptr) continue;
    if (TRY(names_of_backup(tx, row.calendar)).contains(row.remote)) continue;
    found.push_back({row, std::move(item)});
  }
  for (const Question& question : questions(std::move(creates), found, cycle))
    TRY_VOID(answer(tx, cycle, question, found, out));
  return out;
}

// A create is one item's at most. While one of those that may be it waits for an answer, all of them wait.
Result<void> Engine::Inner::answer(Transaction& tx, Cycle& cycle, const Question& question,
                                   const std::vector<Found>& found, std::map<RemoteKey, Claim>& out) {
  const UnclearCreate& create = question.create;
  if (question.items.empty()) return {};
  std::optional<std::size_t> ours = question.proven;
  bool all_rejected = true;
  for (std::size_t item : question.items) {
    std::string key = key_of(create, found[item].row);
    if (!question.proven) cycle.proposed.insert(key);
    if (!ours && cycle.approved.contains(key)) ours = item;
    all_rejected = all_rejected && cycle.rejected.contains(key);
  }
  if (ours) {
    const ItemRow& row = found[*ours].row;
    out[{row.calendar, row.remote}] = {Claim::Kind::ours, create.event.id,
                                       question.proven
                                           ? "the uid of our own unfinished write"
                                           : "a person's word that it is our own unfinished write"};
    return {};
  }
  if (all_rejected) return drop_create(tx, create);
  cycle.unclear.insert({create.event.id, create.calendar});
  for (std::size_t item : question.items) {
    const Found& one = found[item];
    out[{one.row.calendar, one.row.remote}] = {Claim::Kind::waits, create.event.id, ""};
    std::string key = key_of(create, one.row);
    if (!cycle.rejected.contains(key)) ask(cycle, create, one, std::move(key));
  }
  return {};
}

void Engine::Inner::ask(Cycle& cycle, const UnclearCreate& create, const Found& found,
                        std::string key) const {
  const std::string& calendar = create.calendar.value;
  Cycle::Holding holding{sync::HoldKind::unclear_create, create.calendar, {}};
  std::string title = create.base.intent->target.get("title");
  holding.record.reason = fmt::format(
      "Writing \"{}\" to \"{}\" brought no answer, and an item there may be what was written or somebody's "
      "own: "
      "\"{}\" bears no marks. Approve if it is the copy, reject if somebody made it.",
      title.empty() ? "an event" : title, calendar, calendar);
  holding.record.keys = {std::move(key)};
  Move move;
  move.kind = Move::Kind::adopt;
  move.event = create.event.id;
  move.title = found.item.facts.get("title");
  move.calendar = create.calendar;
  move.why = "it may be our own unfinished write";
  holding.record.work.push_back(std::move(move));
  cycle.holdings.push_back(std::move(holding));
}

// Whether the create that a question is about is still of unknown end: its item may be out of sight for a while.
Result<bool> Engine::Inner::is_still_asked(Transaction& tx, const ports::HeldRow& row) {
  if (row.kind != sync::to_string(sync::HoldKind::unclear_create)) return false;
  HeldRecord record = TRY(decode_held(row.blob));
  for (const Move& move : record.work) {
    for (const ports::BaseRow& base_row : TRY(tx.bases_of(move.event))) {
      if (base_row.calendar != row.calendar || !base_row.pending) continue;
      sync::Base base = TRY(sync::decode_base(base_row.blob));
      if (is_unfinished(base) &&
          record.keys.front().starts_with(key_of(row.calendar, move.event, base.intent->nonce)))
        return true;
    }
  }
  return false;
}

// The create made nothing of what is there: it is planned anew.
Result<void> Engine::Inner::drop_create(Transaction& tx, const UnclearCreate& create) {
  for (std::int64_t id : create.base.intent->writes) {
    auto write = TRY(tx.write(id));
    if (!write || write->state == ports::WriteRow::State::done) continue;
    WriteRecord record = TRY(decode_write(write->blob));
    record.error = "it did not reach the calendar";
    write->blob = encode_write(record);
    write->state = ports::WriteRow::State::failed;
    TRY_VOID(tx.put(*write));
  }
  sync::Base base = create.base;
  base.intent.reset();
  return put_base(tx, create.event.id, create.calendar, base, false);
}

// What is there as an item of the event, bears no mark, and was not written with an answer, a person said to be ours.
bool Engine::Inner::is_said_to_be_ours(const sync::Base& base, const CalendarId& calendar,
                                       const ports::Item& item) const {
  return !item.mark && is_unfinished(base) && !providers.at(calendar)->capabilities().keeps_marks;
}

}  // namespace kalends::engine
