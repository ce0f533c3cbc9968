// What the parts of the engine share. Internal to engine.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"
#include "engine/islands.h"
#include "engine/newborn.h"
#include "engine/records.h"
#include "merge/state.h"
#include "sync/base.h"
#include "sync/guard.h"
#include "sync/match.h"
#include "sync/plan.h"
#include "sync/route.h"

namespace kalends::engine {

using ports::Transaction;

// One event as the store has it.
struct Loaded {
  ports::EventRow row;
  merge::EventState state;
  std::map<CalendarId, sync::Base> bases;
  std::map<CalendarId, ports::ItemRow> items;  // the present, gone or unreadable one in each calendar
  std::map<CalendarId, std::vector<ports::ItemRow>>
      parts;                       // its exceptions that are items of their own there
  bool is_new = false;             // the store does not hold it yet
  std::set<CalendarId> unsettled;  // where something is left to do

  // The item of that name; nullptr when it is none of this event.
  const ports::ItemRow* item(const CalendarId& calendar, const RemoteId& remote) const;
};

// One event's plan with everything needed to carry it out.
struct Planned {
  Loaded loaded;
  std::vector<sync::Place> places;
  sync::EventPlan plan;
  std::map<CalendarId, sync::Lens> lenses;       // after the plan
  std::set<CalendarId> ignored;                  // calendars whose news is held
  std::map<CalendarId, std::size_t> moves = {};  // where the report tells of the write to each calendar
};

// A create of unknown end at a calendar that keeps no marks; see unclear.cc.
struct UnclearCreate {
  ports::EventRow event;
  CalendarId calendar;
  sync::Base base;
  calendar::Facts shows;  // what the calendar would hold of it
  std::string fingerprint;
};

using RemoteKey = std::pair<CalendarId, RemoteId>;

// Whose a new item is that a create may have made: that create's, or a matter that a person decides.
struct Claim {
  enum class Kind : std::uint8_t { ours, waits } kind = Kind::waits;
  EventId event;
  std::string why;
};

// What the items of the store are called, besides their events' own uids; see strangers.cc.
struct Names {
  bool is_known = false;
  std::unordered_map<std::string, std::vector<EventId>> by_uid;
  std::map<EventId, std::vector<EventId>> by_mark;  // another store's event -> ours
  std::set<std::string> marks;                      // of other stores
};

// Why items of ours are taken away beside others of their event; the trail keeps it.
inline constexpr const char* kGaveWay = "the calendar has one of its own";
inline constexpr const char* kDouble = "a lost answer had made us write it twice";
inline constexpr const char* kReturned = "the item that it made way for says the same";
inline constexpr const char* kYielded = "another copy of it was there already";

// An item of ours that is to go beside another one of the same event; see leaving.cc.
struct Leaving {
  EventId event;
  CalendarId calendar;
  ports::ItemRow arrival;              // what turned up there
  ports::Item item;                    // what goes
  std::optional<sync::Match> instead;  // what the arrival is then
  bool exchanged = false;              // it takes the very place of what goes; neither: it is what goes
  std::string why;
  std::vector<ports::Item> items;    // its parts and itself
  std::vector<std::int64_t> writes;  // of each, its row in the trail
};

// What a cycle knows that no store keeps.
struct Cycle {
  std::int64_t run = 0;
  std::int64_t seen = 0;  // the number of this cycle's observations
  Instant now;
  bool yes = false;
  bool dry = false;
  std::string rules;                            // a digest
  bool rules_changed = false;                   // since the last cycle that came to its end
  std::map<CalendarId, Instant> watched_since;  // the look before this one
  std::set<CalendarId> reachable;
  std::set<CalendarId> reset;                // listed anew after a dead cursor
  std::map<CalendarId, ports::Span> covers;  // of what takes place outside of it a look told nothing
  std::map<CalendarId, bool> holds_events;   // see Inner::holds_events
  std::set<CalendarId> gone;                 // the collection itself is not there
  std::set<CalendarId> twice;                // another calendar of the configuration is the same place
  std::map<CalendarId, CalendarCounts> counts;
  std::vector<EventId> fresh;                // events that an item of this cycle began
  Newborn newborn;                           // those of them that the store does not hold yet
  std::set<std::string> approved, rejected;  // keys of held work that a person decided
  std::set<std::pair<EventId, CalendarId>>
      failed;                   // writes that failed and are not tried again in this cycle
  std::set<std::string> asked;  // keys of unclear creates and circles that wait for an answer
  std::set<std::pair<EventId, CalendarId>> unclear;      // creates that an item there may have come from
  std::set<std::pair<EventId, CalendarId>> read_again;   // items that were read once more by themselves
  std::set<std::pair<EventId, CalendarId>> disbelieved;  // absences that could not be made sure of
  std::set<std::string> proposed;                        // keys of work that this cycle would do or hold
  std::map<CalendarId, std::size_t> doubles;             // other stores' copies that are left alone
  std::vector<Leaving> leaving;                          // whose removal is written down and not made
  std::set<RemoteKey> left;                              // whose removal was tried
  std::set<std::pair<EventId, CalendarId>> stayed;       // where it was refused
  struct Holding {
    sync::HoldKind kind;
    CalendarId calendar;
    HeldRecord record;
    bool rejected = false;  // a person said no to it before
  };
  std::vector<Holding> holdings, rejected_work;
  RunReport report;
};

// What a calendar refused to take and is to take still.
struct Failing {
  std::size_t writes = 0;
  std::string error;      // a sentence
  Instant in_sync_as_of;  // before the first of them; 0 = never
};

// What became of one push.
struct Outcome {
  Planned* planned = nullptr;
  sync::PlacePlan* place = nullptr;
  // As many as were tried of the push's writes: all that succeeded, and perhaps one that did not.
  struct OfItem {
    Result<ports::Written> written;   // of a removal: an empty one
    std::optional<ports::Item> read;  // what was read back, when the answer did not say
    bool missing = false;  // it was refused, and no listing would tell that nothing is there any more
  };
  std::vector<OfItem> items = {};
  const Error* error() const {
    return items.empty() || items.back().written ? nullptr : &items.back().written.error();
  }
};

struct Engine::Inner {
  World world;
  Settings settings;
  std::map<CalendarId, ports::Provider*> providers;
  Islands islands;
  Error links_error;  // why the links could not be compiled
  bool links_ok = true;
  std::string epoch = "1";
  ports::InTurn in_turn;
  ports::Executor& executor() { return world.executor != nullptr ? *world.executor : in_turn; }
  std::string digest_key;  // of the keyed digests in the store's columns; "" until `prepare` or `begin_run`

  // cycle.cc
  Result<void> prepare(Transaction& tx, Cycle& cycle);
  Result<RunReport> cycle(SyncOptions options, bool dry);
  Result<void> finish(Transaction& tx, Cycle& cycle);
  Result<void> retire_calendar(Transaction& tx, const CalendarId& id, bool same_place);

  // observe.cc
  // What one look at a calendar began with and what it has to say.
  struct Look {
    ports::CalendarRow row;
    std::vector<std::string> errors, warnings;
    bool news = false;      // it brought items, or took some away
    std::size_t asked = 0;  // how often a version was asked for
    std::optional<std::unordered_map<std::string, ports::ItemVersion>>
        held;  // all there are, once many were asked for
  };
  // `step` ends the transaction that `tx` is and begins the next; none is called in between by anybody else.
  Result<void> observe_all(std::unique_ptr<Transaction>& tx, Cycle& cycle,
                           const std::function<Result<void>()>& step);
  Result<void> hold_versions(Transaction& tx, const CalendarId& id, Look& look);
  Result<void> take_in(Transaction& tx, Cycle& cycle, Look& look, const Result<ports::Changes>& changes);
  Result<void> leave_alone(Transaction& tx, Cycle& cycle, const std::vector<CalendarId>& one_place);

  // window.cc
  using WithStore = std::function<void(const std::function<Result<void>()>&)>;
  void prove_removals(const std::unique_ptr<Transaction>& tx, const Look& look, ports::Changes& changes,
                      const WithStore& with_store);
  bool is_covered(const ports::Span& span, const calendar::Facts& facts) const;
  Result<bool> is_beyond_window(const Cycle& cycle, const Loaded& loaded, const CalendarId& calendar) const;
  Result<bool> see_beyond_window(Transaction& tx, const Cycle& cycle, Loaded& loaded,
                                 const CalendarId& calendar);
  Result<void> count_in_window(Transaction& tx, const ports::Span& span, sync::Incoming& incoming) const;

  Result<ports::ItemRow> put_item(Transaction& tx, const CalendarId& calendar, const ports::Item& item,
                                  std::int64_t seen, bool dirty, const EventId* event = nullptr);
  Result<void> add_item(Transaction& tx, const CalendarId& calendar, const ports::Item& item,
                        std::int64_t seen, bool dirty, const EventId& event);

  // matching.cc
  Result<void> release_lone_items(Transaction& tx, const Cycle& cycle);
  Result<void> release_if_matched(Transaction& tx, ports::ItemRow row);
  Result<void> match_arrivals(Transaction& tx, Cycle& cycle);
  Result<void> begin_event(Transaction& tx, Cycle& cycle, ports::ItemRow row, bool alone);
  Result<void> store_newborn(Transaction& tx, Cycle& cycle, const EventId& id);
  Result<void> become_copies(Transaction& tx, const sync::Match& match);
  Result<void> note_meeting(Transaction& tx, std::int64_t run, const sync::Match& match,
                            const CalendarId& calendar, const std::string& title);
  Result<void> leave_one_of_equals(Transaction& tx, std::vector<sync::Candidate>& candidates);
  Result<std::map<RemoteId, EventId>> names_of_backup(Transaction& tx, const CalendarId& calendar);
  Result<void> attach(Transaction& tx, Cycle& cycle, ports::ItemRow& row, const ports::Item& item,
                      const sync::Match& match, bool stranger, bool meets);
  Result<std::string> new_uid(Transaction& tx, const Cycle& cycle, const ports::ItemRow& row);

  // leaving.cc
  Result<void> intend_to_take_away(Transaction& tx, Cycle& cycle, Leaving leaving);
  Result<void> take_away(Transaction& tx, Cycle& cycle);
  Result<void> settle_leaving(Transaction& tx, Cycle& cycle, Leaving& leaving, const Result<void>& removed);
  Result<void> keep_stayed(Transaction& tx, const Cycle& cycle);
  Result<void> tell_double_gone(Transaction& tx, const CalendarId& calendar, const EventId& event);
  Result<void> tell_yielded(Transaction& tx, const CalendarId& calendar, const EventId& event);
  Result<bool> gave_way(Transaction& tx, const ports::Item& item, const CalendarId& calendar,
                        const EventId& event, const sync::Base& base);
  Result<bool> make_way(Transaction& tx, Cycle& cycle, const ports::ItemRow& row,
                        const std::vector<sync::Candidate>& by_uid);
  Result<bool> remove_double(Transaction& tx, Cycle& cycle, const ports::ItemRow& row,
                             const ports::Item& item, const EventId& event, const char* why);

  // strangers.cc
  Result<void> learn_names(Transaction& tx, Names& names);
  static void note_name(Names& names, const std::string& uid, const std::string& mark, const EventId& event);
  Result<std::vector<EventId>> bearers(Transaction& tx, Names& names, const ports::ItemRow& row,
                                       const ports::Mark& mark);
  Result<bool> is_alike(const Loaded& loaded, const ports::Item& item);
  Result<bool> is_untouched(const Loaded& loaded, const CalendarId& calendar);
  Result<bool> is_returned(Transaction& tx, const ports::ItemRow& row, const sync::Candidate& candidate);
  Result<bool> stands_in_for(Transaction& tx, const CalendarId& calendar,
                             const std::vector<sync::Candidate>& candidates);
  Result<bool> is_theirs(Transaction& tx, const CalendarId& calendar,
                         const std::vector<sync::Candidate>& candidates);
  Result<void> exchange(Transaction& tx, const EventId& event, sync::Base base, ports::ItemRow& row,
                        const ports::Item& item);
  Result<bool> yield_to(Transaction& tx, Cycle& cycle, ports::ItemRow& row, const ports::Item& item,
                        const EventId& event);
  Result<std::optional<EventId>> twin_of(Transaction& tx, const ports::ItemRow& row, const ports::Item& item,
                                         const std::vector<sync::Candidate>& candidates, bool by_uid);
  bool is_shadow(const ports::ItemRow& row, const ports::Mark& mark) const;
  void tell_of_strangers(Cycle& cycle) const;

  // unclear.cc
  Result<std::vector<UnclearCreate>> unclear_creates(Transaction& tx, const Cycle& cycle);
  struct Found {
    ports::ItemRow row;
    ports::Item item;
  };
  struct Question {
    UnclearCreate create;
    std::vector<std::size_t> items;     // that it may have made
    std::optional<std::size_t> proven;  // the one that it has made
  };
  Result<std::map<RemoteKey, Claim>> claims(Transaction& tx, Cycle& cycle,
                                            const std::vector<ports::ItemRow>& arrivals);
  std::vector<Question> questions(std::vector<UnclearCreate> creates, const std::vector<Found>& found,
                                  const Cycle& cycle) const;
  int likeness(const UnclearCreate& create, const Found& found, const std::set<std::string>& asked) const;
  Result<void> answer(Transaction& tx, Cycle& cycle, const Question& question,
                      const std::vector<Found>& found, std::map<RemoteKey, Claim>& out);
  void ask(Cycle& cycle, const UnclearCreate& create, const Found& found, std::string key) const;
  Result<bool> is_still_asked(Transaction& tx, const ports::HeldRow& row);
  Result<void> drop_create(Transaction& tx, const UnclearCreate& create);
  bool is_said_to_be_ours(const sync::Base& base, const CalendarId& calendar, const ports::Item& item) const;

  // planning.cc
  Result<Loaded> load(Transaction& tx, const EventId& event);
  Loaded load(Newborn::One one);
  Result<std::map<CalendarId, std::set<std::string>>> parked_paths(Transaction& tx, const Loaded& loaded);
  sync::Place place_at(const Cycle& cycle, const Loaded& loaded, const CalendarId& id) const;
  Result<void> observe_place(Transaction& tx, const Cycle& cycle, Loaded& loaded, Planned& out,
                             sync::Place& place);
  void see_item(const ports::Item& item, sync::Place& place) const;
  Result<Planned> plan_one(Transaction& tx, Cycle& cycle, Loaded loaded, const std::set<CalendarId>& ignored);
  Result<bool> may_be_unreadable(Transaction& tx, const CalendarId& calendar, const sync::Base& base);
  Result<bool> read_again(Transaction& tx, Cycle& cycle, const Planned& planned);
  Result<bool> make_sure_of_absence(Transaction& tx, Cycle& cycle, const Planned& planned,
                                    const CalendarId& calendar);
  Result<std::vector<std::vector<EventId>>> events_to_plan(Transaction& tx, const Cycle& cycle);
  Result<std::vector<Planned>> plan_all(Transaction& tx, Cycle& cycle, const std::vector<EventId>& events);
  std::map<CalendarId, sync::Lens> lenses_of(const Loaded& loaded, const std::set<CalendarId>& origins,
                                             const calendar::Facts& facts, Instant now) const;

  // holding.cc
  Result<void> hold_incoming(Transaction& tx, Cycle& cycle, std::vector<Planned>& planned);
  Result<bool> holds_events(Transaction& tx, Cycle& cycle, const CalendarId& id);
  Result<CalendarId> first_run_at(Transaction& tx, Cycle& cycle, const Planned& one, const CalendarId& id,
                                  sync::Intent::Kind kind, const std::set<std::string>& first_links);
  Result<void> hold_outgoing(Transaction& tx, Cycle& cycle, std::vector<Planned>& planned);
  Result<void> store_holdings(Transaction& tx, Cycle& cycle);

  // parts.cc
  Result<void> attach_parts(Transaction& tx);
  Result<void> adopt_parts_of(Transaction& tx, const ports::ItemRow& master);
  Result<void> release_parts(Transaction& tx, const Loaded& loaded, const CalendarId& calendar);
  Result<std::vector<ports::Item>> parts_left_by(Transaction& tx, const CalendarId& calendar,
                                                 const RemoteId& master);
  Result<bool> may_be_unreadable_part(Transaction& tx, const sync::Place& place);

  // keeping.cc
  Result<void> keep(Transaction& tx, Cycle& cycle, std::vector<Planned>& planned);
  Result<void> keep_changes(Transaction& tx, Cycle& cycle, const Planned& one);
  Result<void> close_conflicts(Transaction& tx, const Planned& one);
  Result<void> keep_conflicts(Transaction& tx, Cycle& cycle, const Planned& one);
  Result<void> keep_outcome(Transaction& tx, const Planned& one, const sync::PlacePlan& place);
  Result<void> take_over_tries(Transaction& tx, const std::vector<ports::WriteRow>& earlier,
                               const ports::WriteRow& row, WriteRecord& record);
  Result<void> keep_place(Transaction& tx, Cycle& cycle, Planned& one, sync::PlacePlan& place);
  Result<bool> uid_is_taken(Transaction& tx, const ports::EventRow& event, const CalendarId& calendar);
  Result<void> keep_spawned(Transaction& tx, Cycle& cycle, const Planned& one);
  Result<void> put_event(Transaction& tx, const Loaded& loaded);
  Result<void> put_base(Transaction& tx, const EventId& event, const CalendarId& calendar,
                        const sync::Base& base, bool settled);

  // act.cc
  // The writes of one calendar, in their order.
  struct Lane {
    std::vector<Outcome> writes;
    bool refused = false;  // the calendar refused us and is asked no more in this cycle
  };
  Result<void> act(Cycle& cycle, std::vector<Planned>& planned);
  Result<void> act_at_once(Cycle& cycle, std::map<CalendarId, Lane>& lanes);
  Outcome write(const Cycle& cycle, Planned& planned, sync::PlacePlan& place);
  Outcome::OfItem write_item(const Cycle& cycle, const Planned& planned, const sync::PlacePlan& place,
                             const sync::ItemWrite& write, const RemoteId& master);

  // settling.cc
  Result<void> settle(Transaction& tx, Cycle& cycle, Outcome& outcome);
  Result<void> finish_writes(Transaction& tx, const Outcome& outcome);
  Result<void> note_failure(Transaction& tx, Cycle& cycle, const Outcome& outcome, sync::Base& base);
  Result<void> settle_gone(Transaction& tx, Cycle& cycle, const Outcome& outcome);
  Result<void> settle_batch(Cycle& cycle, const CalendarId& calendar,
                            const Result<std::optional<std::string>>& persisted,
                            std::vector<Outcome>& outcomes);

  // telling.cc
  std::optional<EventTime> time_of(const merge::EventState& state) const;
  Move move_of(Move::Kind kind, const Planned& planned, const CalendarId& calendar,
               std::string why = "") const;
  Result<std::string> reason_of(Transaction& tx, const Cycle& cycle, const Planned& planned,
                                const sync::PlacePlan& place) const;
  std::string reason_of(const Planned& planned, const sync::Conflict& conflict) const;
  Result<Move> work_of(Transaction& tx, const Cycle& cycle, const Planned& planned,
                       const sync::PlacePlan& place) const;

  // failing.cc
  Result<std::map<CalendarId, Failing>> failing(Transaction& tx);
  Result<void> settle_unconfigured(Transaction& tx);
  Result<void> keep_in_sync_times(Transaction& tx, const Cycle& cycle);

  // reading.cc, lineage.cc
  Result<WriteView> view_of(const ports::WriteRow& row);
  Result<ConflictView> view_of(Transaction& tx, const ports::ConflictRow& row);
  Result<RunView> view_of(Transaction& tx, const ports::RunRow& row);
  Result<Lineage> lineage_of(Transaction& tx, const EventId& id);

  // deciding.cc
  Result<bool> takes_remote(const Loaded& loaded, const ports::ConflictRow& row,
                            const CalendarId& calendar) const;
  Result<void> end_conflict(Transaction& tx, Loaded& loaded, ports::ConflictRow& row, std::int64_t run,
                            bool take_remote, const std::string& why);
  Result<std::int64_t> begin_run(Transaction& tx, const std::string& kind);
  Result<void> write_hub(Transaction& tx, Loaded& loaded, std::int64_t run, const std::string& why,
                         const std::vector<calendar::Change>& changes);
  Result<void> hold_undone_copy(Transaction& tx, const Loaded& loaded, const CalendarId& calendar,
                                const calendar::Facts& shows);
  Result<void> approve_undone_copy(Transaction& tx, const ports::HeldRow& row);

  // undoing.cc
  Result<void> undo(Transaction& tx, std::int64_t run, const std::vector<ports::WriteRow>& writes,
                    UndoReport& report);
  Result<void> undo_event(Transaction& tx, std::int64_t run, const EventId& event,
                          const std::vector<const ports::WriteRow*>& rows, UndoReport& report);
  Result<void> take_back_create(Transaction& tx, Loaded& loaded, const ports::WriteRow& row,
                                const WriteRecord& record, UndoReport& report);

  // parting.cc
  // What was in one calendar before a run, and what of it was changed since and stays.
  struct Past {
    calendar::Facts facts;
    std::vector<std::string> touched;  // paths
  };
  Result<Past> past_of(const Loaded& loaded, const CalendarId& calendar,
                       const std::vector<const ports::WriteRow*>& rows) const;
  Result<std::set<CalendarId>> to_be_parted(const Loaded& loaded,
                                            const std::vector<const ports::WriteRow*>& rows,
                                            UndoReport& report) const;
  Result<void> part(Transaction& tx, std::int64_t run, Loaded& loaded, const CalendarId& calendar,
                    const std::vector<const ports::WriteRow*>& rows, UndoReport& report);
  Result<std::vector<calendar::Change>> back_to_one_side(const Loaded& loaded,
                                                         const std::set<CalendarId>& parted,
                                                         const std::vector<const ports::WriteRow*>& rows,
                                                         UndoReport& report) const;
  Result<void> forget_item(Transaction& tx, std::int64_t run, Loaded& loaded, const CalendarId& calendar,
                           bool gave_way);
  Result<void> join_again(Transaction& tx, std::int64_t run, const ports::WriteRow& row,
                          const WriteRecord& record, UndoReport& report);

  calendar::Facts providers_project(const CalendarId& calendar, const calendar::Facts& facts) const;

  std::string replica(const std::string& name) const { return name + "#" + epoch; }
  std::string title_key(std::string_view title) const;
  // The row as it is kept: a path may name a guest or a category, so its column holds a keyed digest.
  ports::ConflictRow sealed(ports::ConflictRow row) const;
  // Title, time and recurrence as one keyed digest; "" for an event without a title.
  std::string fingerprint(const calendar::Facts& facts) const;
  EventId new_event_id();
  Result<EventId> event_id_of(Transaction& tx, const CalendarId& calendar, const RemoteId& remote);
  std::string new_nonce();
  const sync::Link* link(const LinkId& id) const;
  // The name under which it is kept that a link has run: a link between other places is a new one.
  std::string link_key(const sync::Link& link) const;
};

// The uid of a copy that does not bear the event's own: it tells nothing, and which attempt made it.
std::string opaque_uid(const std::string& nonce);
// The event as a calendar sees it that an item is to be matched in; `nonce`: of the item's mark.
sync::Candidate candidate_of(const Islands& islands, const Loaded& loaded, const CalendarId& here,
                             const std::optional<std::string>& nonce);
// Changes of one path follow each other, in whatever order they come: from what it was at first to what it was at last.
using Net = std::map<std::string, calendar::Change>;
void chain(Net& net, const calendar::Change& change);
// The uid of an event whose first item has none: each store that reads that item comes to the same one. `again` tells
// apart the events that one name stood for.
std::string uid_of_name(const RemoteId& remote, int again);
bool is_uid_of_name(std::string_view uid);
// The uid of a copy where the event's own is taken, which each store comes to that reads the same items.
std::string second_uid(const Loaded& loaded);
std::string second_uid(const std::string& uid, const RemoteId& first);
// The event as the calendar holds it: its master with what its parts say. The calendar has a master of it.
Result<ports::Item> whole_item(const Loaded& loaded, const CalendarId& calendar);
// Puts the parts of a present master, whose facts `seen` has, into the observation, and the strays of any.
Result<void> see_parts(const Loaded& loaded, const CalendarId& calendar, sync::Place& place);
// The names of a calendar in any epoch: "work#2" is "work".
std::string replica_name(std::string_view replica);
Move::Kind move_kind(sync::Intent::Kind kind);
// Under which a calendar's change of an event to these contents is held, approved or rejected.
std::string change_key(const CalendarId& calendar, const EventId& event, const calendar::Facts& contents);
// The fields of some paths, without repeats: "title", "when", "attendees".
std::vector<std::string> fields_of(const std::vector<std::string>& paths);
std::vector<std::string> fields_of(const std::vector<calendar::Change>& changes);

}  // namespace kalends::engine
