#!/usr/bin/python3
"""The commands as a person uses them, mostly on two vaults and a feed: no server is needed to see what they promise."""

import signal
import subprocess
import time
import unittest

import desk
from desk import PROGRAM, Desk, event

NOTE = "---\ntitle: {title}\nallDay: false\ndate: {date}\nstartTime: {start}\nendTime: {end}\n---\n"


class TwoVaults(unittest.TestCase):
    def setUp(self):
        self.desk = Desk().__enter__()
        self.addCleanup(self.desk.__exit__)

    def link(self, **more):
        self.desk.configure({"work": {"provider": "obsidian", "path": "work"},
                             "home": {"provider": "obsidian", "path": "home"}},
                            [{"calendars": ["work", "home"], **more}])

    def write(self, title, vault="work", date="2026-03-02", start="09:00", end="10:00", more=""):
        path = self.desk.folder / vault / f"{date} {title}.md"
        path.write_text(NOTE.format(title=title, date=date, start=start, end=end).replace("\n---\n", f"\n{more}---\n"))
        return path

    def titles(self, vault):
        return sorted(next(l for l in text.splitlines() if l.startswith("title:"))[7:].strip('"')
                      for text in self.desk.notes(vault).values())

    def test_plan_says_what_sync_would_do_without_doing_it(self):
        self.link()
        self.write("Dentist")
        words = self.desk.run("plan").stdout
        self.assertIn("0 messages will be sent", words)
        self.assertIn("Dentist", words)
        self.assertEqual(self.titles("home"), [])
        self.desk.sync()
        self.assertEqual(self.titles("home"), ["Dentist"])

    def test_a_note_that_is_deleted_right_after_a_sync_made_it_is_deleted_elsewhere(self):
        self.link()
        for i in range(6):
            self.write(f"Kept {i}", start=f"1{i}:00", end=f"1{i}:30")
        self.desk.sync()
        self.write("Fresh")
        self.desk.sync()
        self.desk.note("Fresh", "home")[0].unlink()
        self.desk.sync()
        self.assertEqual(self.titles("work"), [f"Kept {i}" for i in range(6)])
        # The same for one that a person made and a sync saw.
        path = self.write("Mine", "home")
        self.desk.sync()
        path.unlink()
        self.desk.sync()
        self.assertNotIn("Mine", self.titles("work"))

    def test_a_vault_that_is_emptied_right_after_it_was_filled_is_held(self):
        self.link()
        for i in range(6):
            self.write(f"Kept {i}", start=f"1{i}:00", end=f"1{i}:30")
        self.desk.sync()
        for path in (self.desk.folder / "home").glob("*.md"):
            path.unlink()
        self.desk.sync(expect=(3,))
        self.assertEqual([held["kind"] for held in self.desk.json("held", expect=(0, 3))["held"]], ["emptied"])
        self.assertEqual(len(self.titles("work")), 6)

    def test_ask_waits_and_resolve_settles(self):
        self.link(conflict="ask")
        self.write("Lunch")
        self.desk.sync()
        self.desk.edit_note("Lunch", "title: Lunch", "title: Brunch", "work")
        self.desk.edit_note("Lunch", "title: Lunch", "title: Late lunch", "home")
        self.desk.sync(expect=(3,))
        conflicts = self.desk.json("conflicts", expect=(0, 3))["conflicts"]
        self.assertEqual(len(conflicts), 1)
        self.assertEqual((self.titles("work"), self.titles("home")), (["Brunch"], ["Late lunch"]))
        self.desk.run("resolve", conflicts[0]["id"], "--take", "home")
        self.desk.sync()
        self.assertEqual((self.titles("work"), self.titles("home")), (["Late lunch"], ["Late lunch"]))
        self.assertEqual(self.desk.json("conflicts")["conflicts"], [])

    def test_the_newest_edit_wins_and_the_loser_is_on_record(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        time.sleep(1.1)
        self.desk.edit_note("Lunch", "title: Lunch", "title: Older", "work")
        time.sleep(1.1)
        self.desk.edit_note("Lunch", "title: Lunch", "title: Newer", "home")
        self.desk.sync()
        self.assertEqual((self.titles("work"), self.titles("home")), (["Newer"], ["Newer"]))
        self.assertIn("Older", self.desk.run("conflicts", "--all", check=False).stdout + self.desk.run("log").stdout)

    def test_undo_of_a_run_takes_edits_and_deletions_back(self):
        self.link()
        self.write("Lunch")
        self.write("Dinner", start="19:00", end="20:00")
        self.desk.sync()
        self.desk.edit_note("Lunch", "title: Lunch", "title: Oops", "work")
        self.desk.note("Dinner", "home")[0].unlink()
        run = self.desk.sync()["run"]
        self.assertEqual(self.titles("work"), ["Oops"])
        self.desk.run("undo", run)
        for vault in ("work", "home"):
            self.assertEqual(self.titles(vault), ["Dinner", "Lunch"])

    def test_undo_of_a_first_run_removes_only_our_copies(self):
        self.link()
        path = self.write("Lunch")
        run = self.desk.sync()["run"]
        self.desk.run("undo", run)
        self.assertEqual((self.titles("work"), self.titles("home")), (["Lunch"], []))
        self.assertTrue(path.exists())

    def test_why_names_the_calendar_of_each_field(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        self.desk.edit_note("Lunch", "startTime: 09:00", "startTime: 09:30", "home") if "startTime: 09:00" in \
            self.desk.note("Lunch", "home")[1] else self.desk.edit_note("Lunch", '"09:00"', '"09:30"', "home")
        self.desk.sync()
        words = self.desk.run("why", "lunch").stdout
        self.assertIn("work", words)
        self.assertIn("home", words)
        self.assertEqual(self.desk.run("why", "no such event", check=False).returncode, 1)

    def test_filters_select_what_is_carried(self):
        self.link(filter={"title": "^Team"}, direction="one-way", **{"from": "work"})
        self.write("Team lunch")
        self.write("Private", start="12:00", end="13:00")
        self.desk.sync()
        self.assertEqual(self.titles("home"), ["Team lunch"])
        self.desk.edit_note("Team lunch", "title: Team lunch", "title: Lunch", "work")
        self.desk.sync()
        self.assertEqual(self.titles("home"), [])
        self.assertEqual(len(self.titles("work")), 2)

    def test_a_filter_may_name_days_and_hours(self):
        self.link(filter={"time": "Mon (09|10):"}, direction="one-way", **{"from": "work"})
        self.write("Early")
        self.write("Late", start="12:00", end="13:00")
        self.write("Tuesday", date="2026-03-03")
        self.desk.sync()
        self.assertEqual(self.titles("home"), ["Early"])
        self.desk.edit_note("Early", 'startTime: 09:00', 'startTime: 08:00', "work")
        self.desk.edit_note("Late", 'startTime: 12:00', 'startTime: 10:30', "work")
        self.desk.sync()
        self.assertEqual(self.titles("home"), ["Late"])

    def test_each_field_goes_by_its_own_policy(self):
        self.link(conflict={"default": "newest", "title": "prefer:work", "when": "ask"})
        self.write("Lunch")
        self.desk.sync()
        self.desk.edit_note("Lunch", "title: Lunch", "title: Work", "work")
        self.desk.edit_note("Work", "endTime: 10:00", "endTime: 10:30", "work")
        self.desk.edit_note("Lunch", "title: Lunch", "title: Home", "home")
        self.desk.edit_note("Home", 'endTime: "10:00"', 'endTime: "11:00"', "home")
        self.desk.sync(expect=(3,))
        self.assertEqual((self.titles("work"), self.titles("home")), (["Work"], ["Work"]))
        self.assertIn("11:00", self.desk.note("Work", "home")[1])
        waiting = self.desk.json("conflicts", expect=(0, 3))["conflicts"]
        self.assertEqual([one["path"] for one in waiting], ["when"])
        self.desk.run("resolve", waiting[0]["id"], "--take", "home")
        self.desk.sync()
        self.assertIn("11:00", self.desk.note("Work", "work")[1])

    def test_a_one_way_target_teaches_nothing(self):
        self.link(direction="one-way", **{"from": "work"})
        self.write("Lunch")
        self.desk.sync()
        self.desk.edit_note("Lunch", "title: Lunch", "title: Mine", "home")
        self.desk.sync()
        self.assertEqual((self.titles("work"), self.titles("home")), (["Lunch"], ["Mine"]))
        self.desk.note("Mine", "home")[0].unlink()
        self.desk.sync()
        self.assertEqual((self.titles("work"), self.titles("home")), (["Lunch"], []))

    def test_linking_again_is_a_first_meeting_that_deletes_nothing(self):
        self.link()
        calendars = {n: {"provider": "obsidian", "path": n} for n in ("work", "home")}
        for day in range(1, 5):
            self.write(f"Event {day}", date=f"2026-03-0{day}")
        self.desk.sync()
        self.desk.configure(calendars, [])
        self.desk.note("Event 1", "work")[0].unlink()
        self.desk.note("Event 2", "home")[0].unlink()
        self.desk.sync()
        self.desk.note("Event 3", "work")[0].unlink()
        self.link()
        self.desk.sync("--yes")
        for vault in ("work", "home"):
            self.assertEqual(self.titles(vault), [f"Event {day}" for day in range(1, 5)])

    def test_a_link_that_becomes_two_way_brings_both_sides_together(self):
        self.link(direction="one-way", **{"from": "work"})
        self.write("Lunch")
        self.desk.sync()
        self.desk.edit_note("Lunch", "title: Lunch", "title: Mine", "home")
        self.desk.sync()
        self.link()
        self.desk.sync("--yes")
        self.assertEqual((self.titles("work"), self.titles("home")), (["Mine"], ["Mine"]))

    def test_opposing_links(self):
        self.desk.configure({"work": {"provider": "obsidian", "path": "work"},
                             "home": {"provider": "obsidian", "path": "home"}},
                            [{"calendars": ["work", "home"], "direction": "one-way", "from": "work"},
                             {"calendars": ["work", "home"], "direction": "one-way", "from": "home", "privacy": "busy"}])
        self.write("Review")
        self.write("Therapy", vault="home", start="17:00", end="18:00")
        self.desk.sync("--yes")
        self.assertEqual(self.titles("home"), ["Review", "Therapy"])
        self.assertEqual(self.titles("work"), ["Busy", "Review"])
        report = self.desk.sync()
        self.assertEqual(sum(c["created"] + c["updated"] + c["removed"] for c in report["calendars"]), 0)

    def test_three_calendars_in_one_link(self):
        self.desk.configure({n: {"provider": "obsidian", "path": n} for n in ("a", "b", "c")},
                            [{"calendars": ["a", "b", "c"]}])
        self.write("Lunch", vault="b")
        self.desk.sync()
        self.desk.edit_note("Lunch", "title: Lunch", "title: Brunch", "c")
        self.desk.sync()
        for vault in ("a", "b", "c"):
            self.assertEqual(self.titles(vault), ["Brunch"])

    def test_a_renamed_note_is_the_same_event(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        path, text = self.desk.note("Lunch", "home")
        path.rename(path.with_name("moved by hand.md"))
        self.desk.sync()
        self.assertEqual((len(self.desk.notes("work")), len(self.desk.notes("home"))), (1, 1))
        self.assertIn("moved by hand.md", self.desk.notes("home"))

    def test_a_copied_note_is_a_second_event(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        path, text = self.desk.note("Lunch", "home")
        path.with_name("copy.md").write_text(text)
        self.desk.sync()
        self.desk.sync()
        self.assertEqual((len(self.desk.notes("work")), len(self.desk.notes("home"))), (2, 2))

    def test_a_vault_that_disappears_deletes_nothing(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        (self.desk.folder / "home").rename(self.desk.folder / "elsewhere")
        self.desk.run("sync", check=False, expect=(1, 3))
        self.assertEqual(self.titles("work"), ["Lunch"])
        (self.desk.folder / "elsewhere").rename(self.desk.folder / "home")
        self.desk.sync()
        self.assertEqual((self.titles("work"), self.titles("home")), (["Lunch"], ["Lunch"]))

    def test_a_broken_note_is_left_alone(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        path, text = self.desk.note("Lunch", "home")
        broken = text.replace("title: Lunch", "title: [Lunch")
        path.write_text(broken)
        self.desk.run("sync", check=False)
        self.assertEqual(path.read_text(), broken)
        self.assertEqual(self.titles("work"), ["Lunch"])

    def test_a_note_that_is_cut_off_while_it_is_saved_deletes_nothing(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        path, text = self.desk.note("Lunch", "home")
        for length in list(range(0, 24)) + [len(text) // 2, len(text) - 1]:
            path.write_text(text[:length])
            self.desk.run("sync", check=False)
            self.assertEqual(self.titles("work"), ["Lunch"], f"cut to {text[:length]!r}")
        for head in ("My heading\n", "\n", " ", "-"):
            path.write_text(head + text)
            self.desk.run("sync", check=False)
            self.assertEqual(self.titles("work"), ["Lunch"], f"{head!r} above it")
        path.write_text(text)
        self.desk.sync()
        self.assertEqual((self.titles("work"), self.titles("home")), (["Lunch"], ["Lunch"]))

    def test_a_feed_is_read_and_never_written(self):
        feed = self.desk.folder / "holidays.ics"
        feed.write_text(event("h1", "New Year", "20270101", "20270102"), newline="")
        before = feed.read_bytes()
        self.desk.configure({"holidays": {"provider": "ics", "url": "file:holidays.ics"},
                             "home": {"provider": "obsidian", "path": "home"}}, [{"calendars": ["holidays", "home"]}])
        self.desk.sync()
        self.assertEqual(self.titles("home"), ["New Year"])
        self.desk.edit_note("New Year", "title: New Year", "title: Party", "home")
        self.desk.sync()
        self.desk.sync()
        self.assertEqual(feed.read_bytes(), before)

    def test_backup_restore_and_verify(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        backup = self.desk.folder / "backup.db"
        self.desk.run("backup", backup)
        self.desk.run("verify")
        self.write("Dinner", start="19:00", end="20:00")
        self.desk.sync()
        self.desk.run("restore", backup)
        self.desk.run("sync", expect=(0, 3))
        self.desk.run("sync", "--yes", expect=(0, 3))
        self.assertEqual((self.titles("work"), self.titles("home")), (["Dinner", "Lunch"], ["Dinner", "Lunch"]))

    def test_a_backup_and_a_restore_need_a_file(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        self.assertEqual(self.desk.run("backup", "", check=False).returncode, 2)
        done = self.desk.run("restore", self.desk.folder, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is no file", done.stderr)
        self.desk.run("verify")

    def test_events_lists_occurrences(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        events = self.desk.json("events", "--from", "2026-03-01", "--to", "2026-03-08")["events"]
        self.assertEqual(len(events), 1)
        self.assertEqual(events[0]["title"], "Lunch")
        self.assertTrue(events[0]["start"].startswith("2026-03-02T09:00:00"))

    def test_status_tells_each_calendar_s_health(self):
        self.link()
        self.write("Lunch")
        self.desk.sync()
        status = self.desk.json("status")["calendars"]
        self.assertEqual([c["health"] for c in status], ["ok", "ok"])

    def test_configuration_errors_name_file_line_and_spelling(self):
        for text, words in [("[[calendar]]\nid = \"a\"\nprovder = \"obsidian\"\n", ["kalends.toml:3", "provider"]),
                            ("[[calendar]]\nid = 5\nprovider = \"obsidian\"\npath = \"x\"\n", ["kalends.toml:2"]),
                            ("[[calendar]]\nid = \"work\"\nprovider = \"obsidian\"\npath = \"x\"\n[[link]]\n"
                             "calendars = [\"work\", \"wrok\"]\n", ["kalends.toml:6", "work"]),
                            ("[[calendar\n", ["kalends.toml:1"])]:
            (self.desk.folder / "kalends.toml").write_text(text)
            done = self.desk.run("sync", check=False)
            self.assertEqual(done.returncode, 2, done)
            for word in words:
                self.assertIn(word, done.stderr + done.stdout)
            self.assertFalse((self.desk.folder / "kalends.db").exists())

    def test_a_missing_configuration_is_a_usage_error(self):
        done = self.desk.run("sync", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("kalends.toml", done.stderr)

    def test_watch_carries_a_note_within_a_moment(self):
        self.link()
        self.write("Lunch")
        watch = subprocess.Popen([PROGRAM, "sync", "--watch", "--config", str(self.desk.folder / "kalends.toml")],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.wait_for(lambda: self.titles("home") == ["Lunch"])
            self.write("Dinner", start="19:00", end="20:00")
            self.wait_for(lambda: self.titles("home") == ["Dinner", "Lunch"])
            self.desk.note("Lunch", "home")[0].unlink()
            self.wait_for(lambda: self.titles("work") == ["Dinner"])
        finally:
            watch.send_signal(signal.SIGTERM)
            self.assertEqual(watch.wait(30), 0)

    def wait_for(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not happen")
            time.sleep(0.1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
