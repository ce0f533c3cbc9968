// Deliberate bugs, for the test that proves that the tests find bugs (docs/TESTING.md, "Deliberate bugs").
//
// **In the product every mark is the constant false**, worked out by the compiler: no name, no branch and no call of it is
// in the program. Only tests/mutants compiles merge, sync and engine with KALENDS_MUTANTS, and there one bug at a time
// can be switched on. Marks stand in .cc files, never in headers, so that both builds may share every header.
// What each bug breaks: tests/mutants/registry.cc.
#pragma once

#include <cstdint>

namespace kalends {

enum class Mutant : std::uint8_t {
  none,
  // merge
  join_ignores_dots,
  join_forgets_what_was_seen,
  write_keeps_its_clock,
  // lens and route
  lens_pulls_what_it_hides,
  lens_pulls_masked_deletion,
  lens_shows_people,
  lens_forgets_first_mask,
  lens_shows_hidden_slots,
  lens_drops_unknown,
  lens_shows_parameters,
  route_pulls_one_way,
  route_forgets_age,
  // match
  match_takes_second_item,
  match_ignores_marks,
  match_joins_across_masks,
  match_removes_peoples_copies,
  match_joins_what_was_parted,
  match_copies_strangers,
  // diff
  diff_compares_with_hub,
  diff_compares_with_remote,
  diff_splits_schedule,
  diff_takes_echo_for_edit,
  diff_takes_drift,
  diff_trusts_their_clock,
  // decide and adopt
  clash_forgets_loser,
  ask_does_not_ask,
  removal_beats_edit_of_element,
  removal_beats_edit_of_slot,
  adopt_takes_theirs,
  // rekey
  rekey_leaves_hidden,
  rekey_leaves_strays,
  rekey_forgets_earlier_edits,
  // absence
  unknown_is_absence,
  deletion_beats_edit,
  rejected_deletion_is_done,
  own_removal_is_a_persons,
  // plan
  plan_pushes_over_parked,
  plan_loses_drift,
  plan_creates_unseen,
  plan_keeps_telling_name,
  plan_leaves_dead,
  plan_agrees_unseen,
  plan_keeps_intent_without_link,
  plan_removes_unlinked,
  filter_takes_peoples_items,
  // settle
  settle_believes_itself,
  settle_takes_all_it_reads,
  settle_makes_withdrawn_again,
  settle_forgets_name,
  // guard
  guard_lets_emptied,
  guard_lets_mass_delete,
  guard_lets_mass_change,
  guard_lets_rollback,
  guard_lets_circles,
  // engine: observe, match, plan
  delta_is_a_listing,
  window_edge_deletes,
  error_is_emptiness,
  unreadable_is_gone,
  rules_change_nothing,
  load_forgets_intents,
  retired_bases_stay,
  // engine: hold
  hold_lets_mail,
  hold_lets_first_run,
  hold_lets_shared_deletion,
  hold_approves_later_contents,
  // engine: keep, act, settle
  keep_forgets_held_news,
  keep_leaves_no_trail,
  keep_tells_each_try,
  act_before_commit,
  leave_before_commit,
  act_unconditionally,
  act_takes_race_for_ours,
  act_takes_lost_answer_for_failure,
  act_records_failure_as_done,
  // engine: deciding, lineage
  undo_overwrites_later_edits,
  undo_names_nothing,
  undo_leaves_deleted,
  undo_leaves_copies,
  undo_leaves_met,
  restore_keeps_epoch,
  lineage_forgets_runs,
  count_,
};

#ifdef KALENDS_MUTANTS
bool is_on(Mutant mutant);
#else
consteval bool is_on(Mutant) { return false; }
#endif

}  // namespace kalends
