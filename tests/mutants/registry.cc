#include "registry.h"

#include "base/error.h"

namespace kalends {

namespace {

Mutant current = Mutant::none;  // one process tries one bug

}  // namespace

bool is_on(Mutant mutant) { return mutant == current; }

namespace mutants {

#define ENTRY(name, breaks) \
  Entry { Mutant::name, #name, breaks }

const std::vector<Entry>& registry() {
  static const std::vector<Entry> all = {
      ENTRY(join_ignores_dots, "Of two writes with one stamp the one that is joined first stays."),
      ENTRY(join_forgets_what_was_seen,
            "A join keeps the dots that one side had seen and forgets the other's."),
      ENTRY(write_keeps_its_clock, "A write from a clock that is behind is older than what it replaces."),
      ENTRY(lens_pulls_what_it_hides, "An edit of a masked field enters the hub."),
      ENTRY(lens_pulls_masked_deletion, "Deleting a masked copy deletes the event."),
      ENTRY(lens_shows_people, "A copy carries organizer and attendees: it invites them."),
      ENTRY(lens_forgets_first_mask, "Where links follow one another only the last one masks."),
      ENTRY(lens_shows_hidden_slots,
            "A masked copy has overrides that say nothing, which tells that something is there."),
      ENTRY(lens_drops_unknown, "Properties that nobody understands do not reach the copies."),
      ENTRY(lens_shows_parameters, "A busy-only copy shows the parameters of the fields that it may show."),
      ENTRY(route_pulls_one_way, "Edits at the end of a one-way link enter the hub."),
      ENTRY(route_forgets_age, "An event that ages out of a window loses its copies."),
      ENTRY(match_takes_second_item,
            "A second item with the same UID replaces the first as the event's item."),
      ENTRY(match_ignores_marks, "The mark on an item says nothing of the event that it is a copy of."),
      ENTRY(match_joins_across_masks, "Equal events on both sides of a masked link become one."),
      ENTRY(match_removes_peoples_copies, "A person's copy of an item is taken for a double of ours."),
      ENTRY(match_joins_what_was_parted,
            "Events that an undo parted are one again when an item gets a new name."),
      ENTRY(match_copies_strangers,
            "What another store copied from an event that is here is taken for an event of its own."),
      ENTRY(diff_compares_with_hub, "What a calendar holds is compared with the hub, not with its own past."),
      ENTRY(diff_compares_with_remote,
            "The hub is compared with what the calendar holds, not with its own past."),
      ENTRY(diff_splits_schedule, "Time and recurrence of a series are decided one by one."),
      ENTRY(diff_takes_echo_for_edit,
            "What an unfinished write of ours left there is taken for a person's edit."),
      ENTRY(diff_takes_drift, "A change that may not be pulled is pulled."),
      ENTRY(diff_trusts_their_clock, "An edit is dated by the other side's clock, even in the future."),
      ENTRY(clash_forgets_loser, "The losing side of a conflict is kept nowhere."),
      ENTRY(ask_does_not_ask, "A conflict that a person is to settle is settled by the newest write."),
      ENTRY(removal_beats_edit_of_element, "Removing an element of a set beats an edit of it."),
      ENTRY(removal_beats_edit_of_slot, "Removing an occurrence beats an edit of it."),
      ENTRY(adopt_takes_theirs,
            "When two items meet for the first time the later one's values replace the other's, silently."),
      ENTRY(rekey_leaves_hidden,
            "Overrides that a calendar cannot show stay behind when it moves the series."),
      ENTRY(rekey_leaves_strays, "Overrides in a slot that the series has no more are left there."),
      ENTRY(rekey_forgets_earlier_edits,
            "An occurrence that was edited before its series moved goes back to what it was."),
      ENTRY(unknown_is_absence, "What could not be looked at is taken to be gone."),
      ENTRY(deletion_beats_edit, "A deletion beats an edit that it had not seen."),
      ENTRY(rejected_deletion_is_done, "A deletion that a person rejected is carried out."),
      ENTRY(own_removal_is_a_persons,
            "What we removed, and heard no answer, is taken to be deleted by a person."),
      ENTRY(plan_pushes_over_parked, "A value that waits for a person's decision is written over."),
      ENTRY(plan_loses_drift, "A write over an edit that may not be pulled keeps it in no conflict."),
      ENTRY(plan_creates_unseen, "A copy is made where it is not known whether there is one."),
      ENTRY(plan_keeps_telling_name,
            "A copy made before its link hid anything keeps the name that tells it."),
      ENTRY(plan_leaves_dead, "An edit of a deleted event does not bring it back."),
      ENTRY(plan_agrees_unseen,
            "A field removed at the hub is agreed with a calendar that could not be looked at."),
      ENTRY(plan_keeps_intent_without_link,
            "A write whose link went before its end was known is looked for in every cycle."),
      ENTRY(plan_removes_unlinked, "Removing a link removes the copies that it made."),
      ENTRY(filter_takes_peoples_items, "A filter takes away what people made at the end of a one-way link."),
      ENTRY(settle_believes_itself, "After a write the base takes what was meant, not what is there."),
      ENTRY(settle_takes_all_it_reads,
            "A read after a write without version swallows a person's edit between the two."),
      ENTRY(settle_makes_withdrawn_again, "A copy that a person took back is made again."),
      ENTRY(settle_forgets_name,
            "The name that an answer gave is forgotten when the item could not be read back."),
      ENTRY(guard_lets_emptied, "A calendar that is empty all at once empties the others."),
      ENTRY(guard_lets_mass_delete, "Many deletions at once are carried out unasked."),
      ENTRY(guard_lets_mass_change, "Most events changed after a dead cursor, and nobody is asked."),
      ENTRY(guard_lets_rollback, "A server restored from a backup undoes what was done since."),
      ENTRY(guard_lets_circles, "The same write is made again and again."),
      ENTRY(delta_is_a_listing, "What a delta does not name is taken to be gone."),
      ENTRY(window_edge_deletes,
            "What leaves the window of dates that a calendar tells is taken to be deleted."),
      ENTRY(error_is_emptiness, "A calendar that cannot be read is taken to be empty."),
      ENTRY(unreadable_is_gone, "An item that cannot be read is taken to be gone."),
      ENTRY(rules_change_nothing, "A changed link, mask or filter is noticed only when an event changes."),
      ENTRY(load_forgets_intents, "Writes that were begun before a crash are forgotten."),
      ENTRY(retired_bases_stay, "A calendar that is somewhere else now is compared with the old one's past."),
      ENTRY(hold_lets_mail, "A write that sends mail is made unasked."),
      ENTRY(hold_lets_first_run, "A new link writes into a calendar that holds events unasked."),
      ENTRY(hold_lets_shared_deletion,
            "A deletion takes another person's own event with attendees away unasked."),
      ENTRY(hold_approves_later_contents, "An approval of a change holds for every later change, too."),
      ENTRY(keep_forgets_held_news, "News that a person is asked about is forgotten meanwhile."),
      ENTRY(keep_leaves_no_trail, "Changes that enter the hub are not in the audit trail."),
      ENTRY(keep_tells_each_try, "A write that fails in every cycle leaves a row in the trail each time."),
      ENTRY(act_before_commit, "Writes are made before their intents are kept."),
      ENTRY(leave_before_commit, "A double or a copy that gives way is removed before its intent is kept."),
      ENTRY(act_unconditionally, "Writes replace whatever is there, not the version that was seen."),
      ENTRY(act_takes_race_for_ours, "What somebody wrote right after us is taken for our own write."),
      ENTRY(act_takes_lost_answer_for_failure, "A write without an answer is taken not to have happened."),
      ENTRY(act_records_failure_as_done, "The trail says done of writes that failed."),
      ENTRY(undo_overwrites_later_edits, "An undo takes back fields that somebody changed since."),
      ENTRY(undo_names_nothing, "An undo does not say which fields stay because they were changed since."),
      ENTRY(undo_leaves_deleted, "Undoing a deletion does not bring the event back."),
      ENTRY(undo_leaves_copies, "Undoing a run does not take back the copies that it made."),
      ENTRY(undo_leaves_met, "Undoing a run does not part the events that it found to be one."),
      ENTRY(restore_keeps_epoch, "A restored store hands out the dots of its lost future again."),
      ENTRY(lineage_forgets_runs, "Why does not tell the run that a field came from."),
  };
  KALENDS_CHECK(all.size() + 1 == static_cast<std::size_t>(Mutant::count_));
  for (std::size_t i = 0; i < all.size(); ++i)
    KALENDS_CHECK(static_cast<std::size_t>(all[i].mutant) == i + 1);
  return all;
}

#undef ENTRY

void switch_on(Mutant mutant) { current = mutant; }

}  // namespace mutants
}  // namespace kalends
