"""The program from outside: what docs/CLI.md promises of commands, JSON, exit codes and wrong input.

Two vaults and a feed stand for calendars, so that no server is needed. Run as: cli_test.py PATH-OF-KALENDS
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = None
WAIT_SECONDS = 60

CONFIG = """[[calendar]]
id = "home"
provider = "obsidian"
path = "home"
zone = "Europe/Berlin"

[[calendar]]
id = "work"
provider = "obsidian"
path = "work"
zone = "Europe/Berlin"

[[calendar]]
id = "feed"
provider = "ics"
url = "file:feed.ics"

[[link]]
calendars = ["home", "work"]

[[link]]
calendars = ["feed", "home"]
direction = "one-way"
from = "feed"
"""

FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//T//EN
BEGIN:VEVENT
UID:feed-1
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20261003
SUMMARY:Unity Day
END:VEVENT
END:VCALENDAR
"""

SERIES = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//T//EN
BEGIN:VEVENT
UID:series
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260327T090000
DTEND;TZID=Europe/Berlin:20260327T100000
RRULE:FREQ=DAILY
EXDATE;TZID=Europe/Berlin:20260328T090000
SUMMARY:Daily
X-OURS;A=b:kept
END:VEVENT
BEGIN:VEVENT
UID:day
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20260329
SUMMARY:All day
END:VEVENT
END:VCALENDAR
"""

RICH = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//T//EN
X-WR-CALNAME:Home
BEGIN:VTIMEZONE
TZID:Odd
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:plain
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20260302
SUMMARY:Plain
END:VEVENT
BEGIN:VEVENT
UID:rich
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
DTEND:20260302T100030Z
ATTENDEE:mailto:a@example.org
ATTENDEE:mailto:b@example.org
STATUS:CONFIRMED
X-FOO:1
LOCATION:Here
SUMMARY;LANGUAGE=de:Rich
BEGIN:VALARM
TRIGGER:-PT5M
ACTION:DISPLAY
DESCRIPTION:x
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:rdate
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
RDATE:20260305T090000Z
SUMMARY:Rdate
END:VEVENT
BEGIN:VEVENT
UID:rules
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
RRULE:FREQ=WEEKLY;COUNT=3
RRULE:FREQ=MONTHLY;COUNT=3
SUMMARY:Two rules
END:VEVENT
BEGIN:VEVENT
UID:exrule
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
RRULE:FREQ=DAILY;COUNT=9
EXRULE:FREQ=WEEKLY;COUNT=2
SUMMARY:Exrule
END:VEVENT
BEGIN:VEVENT
UID:moved
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
RRULE:FREQ=DAILY;COUNT=9
SUMMARY:Moved
END:VEVENT
BEGIN:VEVENT
UID:moved
RECURRENCE-ID:20260303T090000Z
DTSTAMP:20260101T000000Z
DTSTART:20260303T110000Z
SUMMARY:Moved
END:VEVENT
BEGIN:VEVENT
UID:moved
RECURRENCE-ID:20260304T090000Z
DTSTAMP:20260101T000000Z
DTSTART:20260304T090000Z
STATUS:CANCELLED
SUMMARY:Moved
END:VEVENT
BEGIN:VEVENT
UID:off
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
STATUS:CANCELLED
SUMMARY:Off
END:VEVENT
BEGIN:VTODO
UID:todo-1
DTSTAMP:20260101T000000Z
DUE;TZID=Odd:20260302T090000
SUMMARY:Do it
END:VTODO
BEGIN:VTODO
UID:todo-2
DTSTAMP:20260101T000000Z
SUMMARY:Do that
END:VTODO
BEGIN:VJOURNAL
UID:journal
DTSTAMP:20260101T000000Z
SUMMARY:Dear diary
END:VJOURNAL
END:VCALENDAR
"""

MIXED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//T//EN
BEGIN:VEVENT
UID:series
DTSTART;TZID=Europe/Berlin:20260327T090000
DTEND;TZID=Europe/Berlin:20260327T100000
RRULE:FREQ=DAILY
EXDATE;TZID=Europe/Berlin:20260328T090000
SUMMARY:Daily
END:VEVENT
BEGIN:VEVENT
UID:series
RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000
DTSTART;TZID=Europe/Berlin:20260330T090000
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
UID:series
RECURRENCE-ID;TZID=Europe/Berlin:20260331T090000
DTSTART;TZID=Europe/Berlin:20260331T113000
DTEND;TZID=Europe/Berlin:20260331T123000
SUMMARY:Moved
END:VEVENT
BEGIN:VEVENT
UID:day
DTSTART;VALUE=DATE:20260329
DTEND;VALUE=DATE:20260331
SUMMARY:All day
END:VEVENT
BEGIN:VEVENT
UID:floating
DTSTART:20260329T070000
END:VEVENT
BEGIN:VEVENT
UID:off
DTSTART:20260329T080000
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


def event_file(*events):
    """A calendar of these events, each the lines between its BEGIN and END."""
    return "BEGIN:VCALENDAR\nVERSION:2.0\n" + "".join(f"BEGIN:VEVENT\n{e}\nEND:VEVENT\n" for e in events) + "END:VCALENDAR\n"


def note(title, day, start="09:00", end="10:00"):
    return f'---\ntitle: {title}\ntype: single\nallDay: false\ndate: {day}\nstartTime: "{start}"\nendTime: "{end}"\n---\n'


class World(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="kalends-cli-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        for name in ("home", "work"):
            (self.folder / name).mkdir()
        self.write("kalends.toml", CONFIG)
        self.write("feed.ics", FEED)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def environment(self):
        return {**os.environ, "TZ": "Europe/Berlin"}

    def run_program(self, *words):
        return subprocess.run([PROGRAM, *words], cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=WAIT_SECONDS)

    def kalends(self, *words, code=0):
        done = self.run_program(*words)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def answer(self, *words, code=0):
        return json.loads(self.kalends(*words, "--json", code=code))

    def titles(self, vault):
        found = []
        for path in (self.folder / vault).glob("*.md"):
            found.append(re.search(r'^title: "?(.*?)"?$', path.read_text(), re.MULTILINE).group(1))
        return sorted(found)

    def wait_for(self, condition, what):
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"waited in vain for {what}")

    def synced(self):
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        self.kalends("sync", "--yes")


class Usage(World):
    def test_mistakes_on_the_command_line_are_exit_code_2(self):
        for words in ([], ["snyc"], ["sync", "--tomorrow"], ["resolve", "1"], ["approve", "x"], ["undo", "zero"],
                      ["occurrences", "feed.ics", "--from", "soon", "--to", "2026-01-01"],
                      ["events", "--from", "2026-01-02", "--to", "2026-01-01"],
                      ["events", "--from", "2026-01-01", "--to", "2026-01-02", "--zone", "Mars/Base"],
                      ["events", "--from", "2026-01-01", "--to", "2026-01-02", "--calendar", "hoem"],
                      ["convert", "feed.ics", "feed.docx"], ["completion", "tcsh"], ["sync", "--interval", "5"]):
            done = self.run_program(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertTrue(done.stderr.startswith("kalends: "), done.stderr)
        self.assertIn('did you mean "sync"?', self.run_program("snyc").stderr)
        self.assertIn('did you mean "home"?', self.run_program("events", "--from", "2026-01-01", "--to", "2026-01-02",
                                                               "--calendar", "hoem").stderr)
        self.assertFalse((self.folder / "kalends.db").exists())

    def test_options_of_every_command_may_stand_before_its_name(self):
        (self.folder / "kalends.toml").rename(self.folder / "mine.toml")
        for words in (["--json", "status"], ["-c", "mine.toml", "status"], ["--json", "--config=mine.toml", "status"],
                      ["--config", "mine.toml", "--json", "plan"]):
            code = 0 if "mine.toml" in " ".join(words) else 2
            done = self.run_program(*words)
            self.assertEqual(done.returncode, code, done.stderr)
            if "--json" in words:
                self.assertEqual("error" in json.loads(done.stdout), code == 2)
        self.assertIn("Which command?", self.answer(code=2)["error"]["message"])
        self.assertEqual(self.run_program("--json", "snyc").returncode, 2)

    def test_a_plan_and_a_mistake_leave_no_trace(self):
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        before = sorted(p.relative_to(self.folder) for p in self.folder.rglob("*"))
        words = self.kalends("plan", code=3)
        self.assertIn("Dentist", words)
        self.assertIn("1 piece of held work would wait for you", words)
        self.write("kalends.toml", '[store]\nurl = "sqlite:work"\n' + CONFIG)
        for command in ("sync", "plan", "status"):
            done = self.run_program(command)
            self.assertEqual(done.returncode, 2)
            self.assertIn('"sqlite:work" is a folder; name a file in it', done.stderr)
        self.assertEqual(sorted(p.relative_to(self.folder) for p in self.folder.rglob("*")), before)

    def test_a_configuration_without_links_is_told_so(self):
        self.write("kalends.toml", CONFIG.split("[[link]]")[0])
        for command in ("plan", "sync", "status"):
            self.assertIn("no [[link]]", self.run_program(command).stderr, command)
        self.write("kalends.toml", "")
        self.assertIn("no [[calendar]]", self.run_program("sync").stderr)

    def test_lab_steps_that_are_not_there_are_a_mistake(self):
        self.assertIn("names no step", self.answer("lab", "run", "--seed", "1", "--keep", "99999", code=2)["error"]["message"])

    def test_the_lab_says_where_it_cannot_listen(self):
        self.assertIn("no address to listen on", self.answer("lab", "serve", "--listen", "nowhere", code=2)["error"]["message"])
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            where = "127.0.0.1:%d" % taken.getsockname()[1]
            self.assertIn("can listen on " + where, self.answer("lab", "serve", "--listen", where, code=1)["error"]["message"])

    def test_too_many_occurrences_name_the_limit(self):
        self.write("much.ics", SERIES.replace("FREQ=DAILY", "FREQ=SECONDLY"))
        words = ["occurrences", "much.ics", "--from", "2026-01-01", "--to", "2027-01-01"]
        self.assertIn("--limit", self.run_program(*words).stderr)
        self.kalends(*words, "--limit", "3")

    def test_every_command_has_help_with_examples(self):
        commands = re.findall(r"^  ([a-z]+)\s{2,}", self.kalends("--help").split("Subcommands:")[1], re.MULTILINE)
        self.assertGreaterEqual(len(commands), 20)
        for command in commands:
            text = self.kalends(command, "--help")
            self.assertIn("Examples:", text, command)
            if command != "completion":
                self.assertIn("--config", text)
                self.assertIn("--json", text)

    def test_a_wrong_configuration_is_told_whole_and_touches_nothing(self):
        self.write("kalends.toml", CONFIG.replace("provider = \"ics\"", "provder = \"ics\"").replace("one-way", "oneway"))
        done = self.run_program("sync")
        self.assertEqual(done.returncode, 2)
        lines = done.stderr.splitlines()
        self.assertTrue(any(line.startswith("kalends: kalends.toml:15:1: ") and '"provider"?' in line for line in lines), lines)
        self.assertTrue(any('did you mean "one-way"?' in line for line in lines), lines)
        self.assertFalse((self.folder / "kalends.db").exists())
        error = self.answer("status", code=2)["error"]
        self.assertEqual(error["kind"], "configuration")
        self.assertEqual({"file", "line", "column", "message"}, set(error["problems"][0]))

    def test_another_configuration_may_stand_elsewhere(self):
        (self.folder / "elsewhere").mkdir()
        self.write("elsewhere/k.toml", '[[calendar]]\nid = "x"\nprovider = "obsidian"\npath = "../home"\n')
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        self.kalends("sync", "--config", "elsewhere/k.toml")
        self.assertTrue((self.folder / "elsewhere" / "kalends.db").exists())
        self.assertFalse((self.folder / "kalends.db").exists())

    def test_completions_know_every_command(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.kalends("completion", shell)
            for command in ("sync", "occurrences", "restore", "completion"):
                self.assertIn(command, script)
        check = subprocess.run(["bash", "-n"], input=self.kalends("completion", "bash"), text=True, check=False)
        self.assertEqual(check.returncode, 0)


class Syncing(World):
    def test_one_cycle_brings_both_sides_together(self):
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        # The feed would write into a vault that holds a note, and waits for a yes.
        plan = self.answer("plan", code=3)
        self.assertEqual(plan["run"], 0)
        self.assertEqual(plan["messages_sent"], 0)
        self.assertIn({"kind": "create", "calendar": "work", "title": "Dentist"},
                      [{key: move[key] for key in ("kind", "calendar", "title")} for move in plan["moves"]])
        self.assertIn("0 messages will be sent", self.kalends("plan", code=3))
        self.assertEqual(self.titles("work"), [])
        report = self.answer("sync", "--yes")
        self.assertEqual(report["errors"], [])
        self.assertEqual({"id", "seen", "pulled", "created", "updated", "removed", "failed", "error", "unreadable"},
                         set(report["calendars"][0]))
        self.assertIn("Dentist", self.titles("work"))
        self.assertIn("Unity Day", self.titles("home"))
        self.assertIn("Nothing to do", self.kalends("sync"))
        self.assertEqual(self.answer("sync")["moves"], [])

    def test_a_first_run_into_a_calendar_with_events_waits_for_a_yes(self):
        self.write("feed.ics", FEED.replace("feed-1", "feed-2"))
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        self.write("work/b.md", note("Meeting", "2026-03-03"))
        self.kalends("sync", code=3)
        self.assertEqual((self.titles("home"), self.titles("work")), (["Dentist"], ["Meeting"]))
        held = self.answer("held")["held"]
        self.assertTrue(held)
        self.assertLessEqual({"id", "kind", "calendar", "count"}, set(held[0]))
        self.assertEqual({h["kind"] for h in held}, {"first_run"})
        self.kalends("status", code=3)
        self.kalends("sync", "--yes")
        self.assertEqual(self.titles("work"), ["Dentist", "Meeting", "Unity Day"])
        self.assertEqual(self.answer("held")["held"], [])

    def test_held_work_is_approved_or_rejected_by_its_number(self):
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        self.write("work/b.md", note("Meeting", "2026-03-03"))
        self.kalends("sync", code=3)
        for held in self.answer("held")["held"]:
            decided = self.answer("approve", str(held["id"]))["held"]
            self.assertEqual(decided[0]["state"], "approved")
        self.kalends("sync")
        self.assertEqual(self.titles("work"), ["Dentist", "Meeting", "Unity Day"])
        self.assertEqual(self.answer("approve", "999", code=1)["error"]["kind"], "not_found")

    def test_a_conflict_waits_when_the_link_says_ask(self):
        self.write("kalends.toml", CONFIG.replace('calendars = ["home", "work"]', 'calendars = ["home", "work"]\nconflict = "ask"'))
        self.synced()
        for vault, title in (("home", "At home"), ("work", "At work")):
            path = next(p for p in (self.folder / vault).glob("*.md") if "Dentist" in p.read_text())
            path.write_text(path.read_text().replace("Dentist", title))
        self.kalends("sync", code=3)
        conflict = self.answer("conflicts")["conflicts"][0]
        self.assertLessEqual({"id", "title", "path", "base", "sides", "winner", "policy", "open", "at"}, set(conflict))
        self.assertEqual(conflict["path"], "title")
        self.assertEqual(self.run_program("resolve", str(conflict["id"]), "--take", "wrok").returncode, 2)
        self.kalends("resolve", str(conflict["id"]), "--take", "work")
        self.kalends("sync")
        self.assertIn("At work", self.titles("home"))
        self.assertIn("At work", self.titles("work"))
        self.assertEqual(self.answer("conflicts")["conflicts"], [])

    def test_a_calendar_that_fails_is_exit_code_1_and_stops_no_other(self):
        self.synced()
        (self.folder / "feed.ics").unlink()
        self.write("home/b.md", note("Choir", "2026-03-04"))
        self.kalends("sync", code=1)
        self.assertIn("Choir", self.titles("work"))

    def test_titles_from_outside_cannot_steer_the_terminal(self):
        self.write("feed.ics", FEED.replace("Unity Day", "Evil\x1b[2Jtitle\u202etxt"))
        self.kalends("sync", "--yes")
        for words in (["log", "1"], ["events", "--from", "2026-10-01", "--to", "2026-10-10"], ["plan"], ["why", "feed-1"]):
            text = self.run_program(*words).stdout
            self.assertNotIn("\x1b", text, words)
            self.assertNotIn("\u202e", text, words)


class Watching(World):
    def start(self, *words):
        child = subprocess.Popen([PROGRAM, "sync", "--watch", *words], cwd=self.folder, env=self.environment(),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
        child.communicate()

    def test_a_vault_change_is_carried_without_a_poll_and_a_signal_ends_it(self):
        child = self.start("--interval", "86400")
        self.wait_for(lambda: "Unity Day" in self.titles("home"), "the first cycle")
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        self.wait_for(lambda: "Dentist" in self.titles("work"), "the new note")
        (self.folder / "home" / "a.md").unlink()
        self.wait_for(lambda: "Dentist" not in self.titles("work"), "the deletion")
        self.assertEqual(self.titles("work"), ["Unity Day"])
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(timeout=WAIT_SECONDS), 0)

    def test_a_rename_is_no_deletion(self):
        self.synced()
        child = self.start("--interval", "86400")
        self.wait_for(lambda: child.stdout.readline().startswith("Watching"), "the watch")
        text = (self.folder / "home" / "a.md").read_text()
        (self.folder / "home" / "a.md").unlink()
        time.sleep(0.6)  # the program sees the note gone, and must not believe it yet
        self.write("home/renamed.md", text)

        def place():
            # Reading is possible while the watching process has the store.
            places = self.answer("why", "Dentist")["lineages"][0]["places"]
            return next(place["remote"] for place in places if place["calendar"] == "home")

        self.wait_for(lambda: place() == "renamed.md", "the renamed note")
        self.assertEqual(self.titles("work").count("Dentist"), 1)
        writes = [write for run in self.answer("log")["runs"]
                  for write in self.answer("log", str(run["id"]))["runs"][0]["writes"]]
        self.assertNotIn("remove", {write["kind"] for write in writes})
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.wait(timeout=WAIT_SECONDS), 0)


class Words(World):
    """What a person reads: who did what to which event, when it takes place, and what can be done."""

    def test_lists_are_in_the_order_of_the_days_in_the_viewers_zone(self):
        self.write("home/a.md", note("Zebra", "2026-03-02"))
        self.write("home/b.md", note("Ant", "2026-03-02"))
        self.write("home/c.md", note("Choir", "2026-02-02", "19:00", "21:00"))
        words = self.kalends("plan", code=3)
        lines = [line for line in words.splitlines() if "create" in line]
        self.assertEqual([re.sub(r"  +", " | ", line) for line in lines],
                         ["work | create | Mon 2026-02-02 19:00 | Choir | copied from \"home\"",
                          "work | create | Mon 2026-03-02 09:00 | Ant | copied from \"home\"",
                          "work | create | Mon 2026-03-02 09:00 | Zebra | copied from \"home\""])
        self.assertNotIn("SEEN", words)
        moves = [m for m in self.answer("plan", code=3)["moves"] if m["kind"] == "create" and m["title"] == "Choir"]
        self.assertEqual(moves[0]["when"], {"start": "2026-02-02T19:00:00+01:00", "end": "2026-02-02T21:00:00+01:00",
                                            "all_day": False, "repeats": False})

    def test_long_lists_are_told_calendar_by_calendar(self):
        for day in range(1, 31):
            self.write(f"home/{day}.md", note(f"Day {day}", f"2026-04-{day:02}"))
        words = self.kalends("plan", code=3)
        self.assertIn('work: 30 to create, copied from "home"', words)
        self.assertLess(words.index("Wed 2026-04-01 09:00  Day 1"), words.index("Thu 2026-04-02 09:00  Day 2"))
        self.assertRegex(words, r"and \d+ more")
        self.assertLess(len(words.splitlines()), 30)
        self.assertNotRegex(self.kalends("plan", "--all", code=3), r"and \d+ more")

    def test_held_work_names_the_calendar_that_would_lose(self):
        for day in range(1, 9):
            self.write(f"home/{day}.md", note(f"Day {day}", f"2026-04-{day:02}"))
        self.kalends("sync", "--yes")
        for path in (self.folder / "work").glob("*Day [0-9]*.md"):
            path.unlink()
        self.kalends("sync", code=3)
        held = self.answer("held")["held"][0]
        self.assertEqual({move["calendar"] for move in held["work"]}, {"home"})
        self.assertEqual({move["kind"] for move in held["work"]}, {"remove"})
        self.assertIn('are gone from "work" at once. Approving removes them from "home", too.', held["reason"])
        self.assertEqual(min(move["when"]["start"] for move in held["work"]), "2026-04-01T09:00:00+02:00")
        self.assertIn(f'"kalends approve {held["id"]}" has it done', self.kalends("held"))
        self.assertIn('writes what was deleted to "work" again', self.kalends("reject", str(held["id"])))
        again = [m for m in self.answer("sync")["moves"] if m["kind"] == "create"]
        self.assertEqual({(m["calendar"], m["why"]) for m in again}, {("work", "the deletion here was rejected")})

    def test_an_edit_against_a_deletion_says_who_did_what(self):
        self.synced()
        (self.folder / "home" / "a.md").unlink()
        path = next((self.folder / "work").glob("*Dentist.md"))
        path.write_text(path.read_text().replace("Dentist", "Doctor"))
        self.assertIn('title: deleted in "home", but edited in "work": the edit stays', self.kalends("sync"))
        conflict = self.answer("conflicts", "--all")["conflicts"][0]
        self.assertEqual([(s["who"], s["value"], s["deleted"]) for s in conflict["sides"]],
                         [("home", None, True), ("work", "Doctor", False)])
        self.assertEqual((conflict["winner"], conflict["takes"]), ("work", []))
        words = self.kalends("conflicts", "--all")
        self.assertRegex(words, r"home +\(deleted\)")
        self.assertNotIn("(nothing)", words)
        self.assertNotIn("hub", words)

    def test_an_export_to_standard_output_leaves_no_room_for_json(self):
        self.synced()
        self.assertIn("BEGIN:VCALENDAR", self.kalends("export", "-", "--calendar", "home"))
        answer = self.kalends("export", "-", "--calendar", "home", "--json", code=2)
        self.assertEqual(json.loads(answer)["error"]["kind"], "usage")

    def test_an_edit_where_none_may_be_made_names_the_calendar_that_overwrote_it(self):
        self.write("kalends.toml", CONFIG.replace('calendars = ["home", "work"]',
                                                  'calendars = ["home", "work"]\ndirection = "one-way"\nfrom = "work"'))
        self.write("work/standup.md", note("Standup", "2026-03-02"))
        self.kalends("sync", "--yes")
        copy = next(p for p in (self.folder / "home").glob("*.md") if "Standup" in p.read_text())
        copy.write_text(copy.read_text().replace("title: Standup", "title: Mine"))
        self.kalends("sync")
        self.write("work/standup.md", (self.folder / "work/standup.md").read_text().replace("Standup", "Daily"))
        self.kalends("sync")
        words = self.kalends("conflicts", "--all")
        self.assertRegex(words, r"home +Mine")
        self.assertRegex(words, r"work +Daily")
        self.assertIn("settled: work won", words)

    def test_every_command_that_settles_a_conflict_is_printed_and_works(self):
        self.write("kalends.toml", CONFIG.replace('calendars = ["home", "work"]', 'calendars = ["home", "work"]\nconflict = "ask"'))
        self.synced()
        for take in ("home", "work", "both"):
            for vault in ("home", "work"):
                path = next(p for p in (self.folder / vault).glob("*.md") if "2026-03-02" in p.read_text())
                path.write_text(re.sub("title: .*", f"title: {vault} for {take}", path.read_text()))
            self.assertIn('title: edited in "', self.kalends("sync", code=3))
            self.assertIn("Nothing was done.", self.kalends("sync", code=3))
            conflict = self.answer("conflicts")["conflicts"][0]
            self.assertEqual(sorted(conflict["takes"]), ["both", "home", "work"])
            command = f"kalends resolve {conflict['id']} --take {take}"
            self.assertIn(command, self.kalends("conflicts"))
            self.kalends(*command.split()[1:])
            self.kalends("sync")
            if take != "both":
                self.assertIn(f"{take} for {take}", self.titles("home"))
                self.assertIn(f"{take} for {take}", self.titles("work"))
        self.assertIn("home for both", self.titles("work"))
        self.assertIn("work for both", self.titles("home"))

    def test_why_tells_the_runs_time_and_an_undo_what_happened(self):
        self.synced()
        (self.folder / "home" / "a.md").unlink()
        self.assertIn('deleted in "home"', self.kalends("sync"))
        run = self.answer("log")["runs"][0]
        words = self.kalends("undo", str(run["id"]))
        self.assertIn("a person took it back", words)
        self.assertNotIn("new here", words)
        runs = {run["id"]: run["started"] for run in self.answer("log")["runs"]}
        for field in self.answer("why", "Dentist")["lineages"][0]["fields"]:
            self.assertEqual(field["run_at"], runs[field["run"]])
        self.assertNotIn("hub", self.kalends("log", str(run["id"])))

    def test_a_blank_title_is_named_as_such(self):
        self.write("feed.ics", FEED.replace("SUMMARY:Unity Day\n", ""))
        self.assertIn("(no title)", self.kalends("plan"))

    def test_what_cannot_be_read_is_never_in_sync(self):
        self.synced()
        self.write("home/bad.md", "---\ntitle: Bad\ndate: 2026-13-04\nstartTime: late\n---\n")
        self.kalends("sync")
        done = self.run_program("sync")
        self.assertNotIn("everything is in sync", done.stdout)
        self.assertIn('1 item in "home" cannot be read and is left alone: kalends status', done.stdout)
        self.assertIn("  bad.md", self.kalends("status"))
        status = {c["id"]: c for c in self.answer("status")["calendars"]}
        self.assertEqual((status["home"]["unreadable"], status["home"]["unreadable_items"]), (1, ["bad.md"]))
        self.assertEqual({c["id"]: c["unreadable"] for c in self.answer("sync")["calendars"]},
                         {"home": 1, "work": 0, "feed": 0})
        (self.folder / "home" / "bad.md").unlink()
        self.assertIn("everything is in sync", self.kalends("sync"))

    def test_only_a_near_spelling_is_suggested(self):
        self.assertNotIn("did you mean", self.run_program("foo").stderr)
        self.assertIn("The commands are sync, plan, status,", self.run_program("foo").stderr)
        self.assertIn('did you mean "log"?', self.run_program("lgo").stderr)

    def test_a_failed_write_is_exit_code_1(self):
        # A folder in which nobody, root included, can make a file.
        self.write("kalends.toml", CONFIG.replace('path = "work"', 'path = "/proc/sys/kernel/random"'))
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        report = self.answer("sync", "--yes", code=1)
        self.assertEqual({c["id"]: c["failed"] for c in report["calendars"]}["work"], 2)
        self.assertIn("create failed", self.kalends("sync", code=1))

    def test_nothing_done_is_not_called_in_sync(self):
        self.write("home/a.md", note("Dentist", "2026-03-02"))
        self.write("work/b.md", note("Choir", "2026-03-03"))
        self.kalends("sync", code=3)
        for held in self.answer("held")["held"]:
            self.kalends("reject", str(held["id"]))
        for words in (["sync"], ["sync", "--yes"]):
            said = self.kalends(*words)
            self.assertIn("Nothing was done.", said)
            self.assertIn("not done: kalends held --all", said)
        self.assertGreater(self.answer("sync")["first_runs_rejected"], 0)


class History(World):
    def test_log_why_and_undo(self):
        self.synced()
        path = self.folder / "home" / "a.md"
        path.write_text(path.read_text().replace("Dentist", "Doctor"))
        self.kalends("sync")
        runs = self.answer("log")["runs"]
        self.assertLessEqual({"id", "kind", "started", "ended", "writes"}, set(runs[0]))
        newest = max(run["id"] for run in runs)
        writes = self.answer("log", str(newest))["runs"][0]["writes"]
        self.assertIn("title", {change["path"] for write in writes for change in write["changes"]})
        lineage = self.answer("why", "Doctor")["lineages"][0]
        self.assertEqual({place["calendar"]: place["role"] for place in lineage["places"]}["home"], "origin")
        title = next(field for field in lineage["fields"] if field["path"] == "title")
        self.assertEqual((title["value"], title["from"]), ("Doctor", "home"))
        undone = self.answer("undo", str(newest))
        self.assertGreaterEqual(undone["restored"], 1)
        self.assertEqual(undone["kept"], [])
        self.kalends("sync")
        self.assertIn("Dentist", self.titles("home"))
        self.assertIn("Dentist", self.titles("work"))
        self.assertEqual(self.answer("why", "No such title", code=1)["error"]["kind"], "not_found")
        self.assertEqual(self.answer("undo", "w99999", code=1)["error"]["kind"], "not_found")

    def test_undo_of_a_run_in_which_events_met_gives_each_side_its_own_bytes(self):
        alike = {"home": note("Lunch", "2026-04-03") + "Ours.\n", "work": note("Lunch", "2026-04-03").replace(
            "---\ntitle", "---\nlocation: Canteen\ntitle")}
        for where, text in alike.items():
            (self.folder / where / "lunch.md").write_text(text)
        run = self.answer("sync", "--yes")["run"]
        writes = self.answer("log", str(run))["runs"][0]["writes"]
        self.assertIn("adopt", {write["kind"] for write in writes})
        undone = self.answer("undo", str(run))
        self.assertEqual(undone["kept"], [])
        for again in range(2):
            for where, text in alike.items():
                self.assertEqual([path.name for path in (self.folder / where).glob("*.md")
                                  if "Lunch" in path.read_text()], ["lunch.md"])
                self.assertEqual((self.folder / where / "lunch.md").read_text(), text)
            self.assertEqual(self.answer("sync")["moves"], [])
        self.assertEqual(len(self.answer("why", "Lunch")["lineages"]), 2)

    def test_status_before_and_after(self):
        before = self.answer("status")
        self.assertEqual([c["id"] for c in before["calendars"]], ["home", "work", "feed"])
        self.assertIsNone(before["last_run"])
        self.assertFalse((self.folder / "kalends.db").exists())
        self.synced()
        after = self.answer("status")
        self.assertEqual({c["id"]: c["events"] for c in after["calendars"]}["work"], 2)
        self.assertTrue(all(c["in_sync_as_of"] for c in after["calendars"]))

    def test_backup_restore_and_verify(self):
        self.synced()
        self.assertEqual(self.answer("verify")["problems"], [])
        self.answer("backup", "copy.db")
        self.assertEqual(self.run_program("backup", "copy.db").returncode, 2)
        self.write("home/b.md", note("Choir", "2026-03-04"))
        self.kalends("sync")
        before = (self.titles("home"), self.titles("work"))
        self.answer("restore", "copy.db")
        self.kalends("sync")
        self.assertEqual((self.titles("home"), self.titles("work")), before)
        self.assertIn("Nothing to do", self.kalends("sync"))
        self.write("broken.db", "no database")
        self.assertIn("broken.db is no backup of Kalends", self.run_program("restore", "broken.db").stderr)
        before = sorted(os.listdir(self.folder))
        self.kalends("restore", "broken.db", code=1)
        self.assertIn("kalends.db is the database itself", self.run_program("restore", "kalends.db").stderr)
        self.kalends("restore", "kalends.db", code=1)
        self.assertEqual(sorted(os.listdir(self.folder)), before, "a refused restore leaves nothing behind")
        self.assertEqual(self.answer("verify")["problems"], [])

    def test_a_restore_keeps_what_every_earlier_one_kept(self):
        self.synced()
        self.answer("backup", "copy.db")
        kept = []
        for n in (1, 2, 3):
            self.write("home/b.md", note(f"Choir {n}", "2026-03-04"))
            self.kalends("sync")
            name = self.answer("restore", "copy.db")["kept"]
            kept.append((name, pathlib.Path(name).read_bytes()))
        self.assertEqual(len({name for name, _ in kept}), 3)
        for name, then in kept:
            self.assertEqual(pathlib.Path(name).read_bytes(), then)

    def test_doctor_names_what_is_wrong_and_what_to_do(self):
        self.assertEqual({c["state"] for c in self.answer("doctor")["checks"]}, {"ok"})
        self.write("kalends.toml", CONFIG + '[[calendar]]\nid = "s"\nprovider = "caldav"\nurl = "http://127.0.0.1:9/"\n'
                                            'username = "a"\npassword = { env = "KALENDS_NO_SUCH_VARIABLE" }\n')
        (self.folder / "work").rmdir()
        checks = self.answer("doctor", code=1)["checks"]
        wrong = {(c["name"], c["subject"]): c for c in checks if c["state"] == "fail"}
        self.assertIn(("credentials", "s"), wrong)
        self.assertIn(("vault", "work"), wrong)
        self.assertTrue(all(c["advice"] for c in wrong.values()))


class Files(World):
    def test_occurrences_across_a_change_of_the_clocks(self):
        self.write("series.ics", SERIES)
        words = ["occurrences", "series.ics", "--from", "2026-03-27", "--to", "2026-03-31", "--zone", "Europe/Berlin"]
        self.assertEqual(self.kalends(*words).splitlines(),
                         ["2026-03-27T09:00:00+01:00", "2026-03-29", "2026-03-29T09:00:00+02:00",
                          "2026-03-30T09:00:00+02:00"])
        first = self.answer(*words)["occurrences"][0]
        self.assertLessEqual({"start": "2026-03-27T09:00:00+01:00", "end": "2026-03-27T10:00:00+01:00", "uid": "series"}.items(),
                             first.items())
        self.assertEqual(self.kalends(*words[:-1], "UTC").splitlines()[-1], "2026-03-30T07:00:00+00:00")
        self.assertEqual(self.run_program("occurrences", "none.ics", *words[2:]).returncode, 1)
        self.write("bad.ics", "hello")
        self.assertEqual(self.answer("occurrences", "bad.ics", *words[2:], code=1)["error"]["kind"], "invalid")

    def test_occurrences_of_several_events_with_overrides_in_order(self):
        self.write("mixed.ics", MIXED)
        week = ["--from", "2026-03-27", "--to", "2026-04-02", "--zone", "Europe/Berlin"]
        lines = ["2026-03-27T09:00:00+01:00", "2026-03-29", "2026-03-29T07:00:00+02:00", "2026-03-29T09:00:00+02:00",
                 "2026-03-31T11:30:00+02:00", "2026-04-01T09:00:00+02:00"]
        self.assertEqual(self.kalends("occurrences", "mixed.ics", *week).splitlines(), lines)
        self.assertEqual(self.kalends("occurrences", "mixed.ics", *week, "--limit", "3").splitlines(), lines[:3])
        found = self.answer("occurrences", "mixed.ics", *week)["occurrences"]
        self.assertEqual([o["start"] for o in found], lines)
        self.assertEqual(found[1], {"start": "2026-03-29", "end": "2026-03-31", "uid": "day", "title": "All day",
                                    "all_day": True})
        self.assertEqual(found[4], {"start": "2026-03-31T11:30:00+02:00", "end": "2026-03-31T12:30:00+02:00",
                                    "uid": "series", "title": "Moved", "all_day": False})
        # A date is the same one from wherever one looks; a floating time is read on the wall of the zone.
        tokyo = self.kalends("occurrences", "mixed.ics", *week[:-1], "Asia/Tokyo").splitlines()
        self.assertEqual(tokyo[:3], ["2026-03-27T17:00:00+09:00", "2026-03-29", "2026-03-29T07:00:00+09:00"])

    def test_occurrences_are_bounded_and_one_bad_event_does_not_hide_the_others(self):
        self.write("endless.ics", event_file("UID:e\nDTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY"))
        ages = ["--from", "2026-01-01", "--to", "9999-12-31", "--zone", "UTC"]
        self.assertEqual(self.kalends("occurrences", "endless.ics", *ages, "--limit", "2").splitlines(),
                         ["2026-01-01T00:00:00+00:00", "2026-01-01T00:00:01+00:00"])
        done = self.run_program("occurrences", "endless.ics", *ages)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("more than 100000 occurrences in this range", done.stderr)
        self.write("bad.ics", event_file("UID:mars\nDTSTART;TZID=Mars/Base:20260329T080000", "UID:none\nDTSTART:2026",
                                         "UID:good\nDTSTART:20260329T080000Z"))
        done = self.run_program("occurrences", "bad.ics", *ages)
        self.assertEqual((done.returncode, done.stdout), (1, "2026-03-29T08:00:00+00:00\n"))
        self.assertIn('event mars is left out: nobody knows the time zone "Mars/Base"', done.stderr)
        self.assertIn('DTSTART "2026" is no date or time; the event "none" is left out', done.stderr)

    def test_wrong_input_for_occurrences_is_told_in_a_sentence(self):
        self.write("good.ics", event_file("UID:good\nDTSTART:20260329T080000Z"))
        self.write("cut.ics", event_file("UID:good\nDTSTART:20260329T080000Z")[:-5])
        self.write("word.ics", "hello")
        ages = ["--from", "2026-01-01", "--to", "2027-01-01"]
        for words, code, sentence in (
                (["good.ics", "--from", "2026-02-30", "--to", "2027-01-01"], 2, '"2026-02-30" is no time; write'),
                (["good.ics", "--from", "2026-02-20", "--to", "2026-02-20"], 2, "There is no time from"),
                (["good.ics", *ages, "--limit", "0"], 2, "--limit"),
                (["good.ics", "--from", "2026-02-20"], 2, "--to is required"),
                (["good.ics", *ages, "--zone", "Mars/Base"], 2, "Mars/Base"),
                (["none.ics", *ages], 1, "none.ics cannot be read"),
                ([".", *ages], 1, ". cannot be read"),
                (["cut.ics", *ages], 1, "the text ends before END:VCALENDAR"),
                (["word.ics", *ages], 1, "word.ics: line 1, column 1: this is no iCalendar text")):
            done = self.run_program("occurrences", *words)
            self.assertEqual((done.returncode, done.stdout), (code, ""), words)
            self.assertTrue(done.stderr.startswith("kalends: "), done.stderr)
            self.assertIn(sentence, done.stderr)
            error = json.loads(self.run_program("occurrences", *words, "--json").stdout)["error"]
            self.assertIn(sentence, error["message"])

    def test_events_of_the_calendars(self):
        self.synced()
        events = self.answer("events", "--from", "2026-03-01", "--to", "2026-03-08")["events"]
        self.assertEqual([(e["title"], e["start"], sorted(e["calendars"])) for e in events],
                         [("Dentist", "2026-03-02T09:00:00+01:00", ["home", "work"])])
        self.assertEqual(self.answer("events", "--from", "2026-03-01", "--to", "2026-03-08", "--calendar", "feed")["events"], [])

    def test_import_leaves_what_is_there_alone(self):
        self.write("series.ics", SERIES)
        imported = self.answer("import", "series.ics", "--calendar", "work")["imported"]
        self.assertEqual([i["outcome"] for i in imported], ["written", "written"])
        imported = self.answer("import", "series.ics", "--calendar", "work")["imported"]
        self.assertEqual([i["outcome"] for i in imported], ["already there", "already there"])
        self.assertEqual(self.titles("work"), ["All day", "Daily"])
        # An imported event is a person's own: it carries no mark of ours.
        self.assertFalse(any("kalends:" in path.read_text() for path in (self.folder / "work").glob("*.md")))
        self.kalends("sync", "--yes")
        self.assertIn("Daily", self.titles("home"))
        self.assertIn("Nothing to do", self.kalends("sync"))
        self.assertEqual(self.run_program("import", "series.ics", "--calendar", "feed").returncode, 1)

    def test_an_event_that_cannot_be_read_is_a_failure_and_stops_no_other(self):
        broken = SERIES.replace("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:bad@example.org\r\nDTSTART:rubbish\r\n"
                                                 "SUMMARY:Bad\r\nEND:VEVENT\r\nEND:VCALENDAR")
        self.assertNotEqual(broken, SERIES)
        self.write("series.ics", broken)
        answer = self.answer("import", "series.ics", "--calendar", "work", code=1)
        self.assertEqual([i["outcome"] for i in answer["imported"]], ["written", "written"])
        self.assertEqual(answer["unreadable"], 1)
        self.assertIn("bad@example.org", answer["warnings"][0])
        self.assertEqual(self.titles("work"), ["All day", "Daily"])
        self.assertIn("1 event could not be read", self.kalends("convert", "series.ics", "series.json", code=1))
        entries = json.loads((self.folder / "series.json").read_text())
        entries["entries"][0]["start"] = "rubbish"
        self.write("series.json", json.dumps(entries))
        self.assertEqual(self.answer("convert", "series.json", "back.ics", code=1)["unreadable"], 1)
        (self.folder / "notes").mkdir()
        self.write("notes/good.md", note("Good", "2026-03-04"))
        self.write("notes/bad.md", "---\ntitle: Bad\ndate: 2026-03-04\nstartTime: late\n---\n")
        answer = self.answer("convert", "notes", "notes.ics", code=1)
        self.assertEqual((len(answer["converted"]), answer["unreadable"]), (1, 1))

    def test_convert_says_the_same_there_and_back_for_every_clients_file(self):
        files = sorted((pathlib.Path(__file__).resolve().parent.parent / "ical").glob("*.ics"))
        self.assertGreaterEqual(len(files), 7)
        for path in files:
            self.assertIn(self.run_program("convert", str(path), "there.json").returncode, (0, 1))
            self.kalends("convert", "there.json", "back.ics")
            self.kalends("convert", "back.ics", "again.json")
            there, again = (json.loads((self.folder / name).read_text())["entries"] for name in ("there.json", "again.json"))
            self.assertEqual(there, again, path.name)
            span = ["--from", "2026-01-01", "--to", "2027-01-01", "--zone", "Europe/Berlin", "--json"]
            before, after = (json.loads(self.run_program("occurrences", name, *span).stdout)["occurrences"]
                             for name in (str(path), "back.ics"))
            self.assertEqual(before, after, path.name)

    def test_what_notes_cannot_say_is_told_event_by_event(self):
        self.write("rich.ics", RICH)
        done = self.run_program("convert", "rich.ics", "vault")
        self.assertEqual(done.returncode, 1, "two series were refused")
        self.assertIn("2 events written to vault (1 of them not in full), 5 not written.", done.stdout)
        for sentence in ('"Rdate" was not written: A note cannot say 1 further date (RDATE)',
                         '"Two rules" was not written: A note cannot say 2 rules at once',
                         '"Exrule" was not written: A note cannot say a rule for days left out (EXRULE)',
                         '"Moved" was not written: A note cannot say 1 moved occurrence, 1 cancelled occurrence',
                         '"Off" was not written: A note cannot say that it is cancelled',
                         'warning: "Rich" is written without its exact time, 2 attendees, 1 reminder, the location, '
                         "1 further property (X-FOO) and 1 parameter of a property",
                         "left out, because vault cannot hold what is no event: 1 VJOURNAL, 2 VTODO, 1 X-WR-CALNAME"):
            self.assertIn(sentence, done.stderr)
        self.assertEqual(self.titles("vault"), ["Plain", "Rich"])
        self.kalends("convert", "rich.ics", "second", code=1)
        answer = self.answer("import", "rich.ics", "--calendar", "work", code=1)
        rich = next(entry for entry in answer["imported"] if entry["title"] == "Rich")
        self.assertEqual([d["field"] for d in rich["dropped"]], ["when", "attendees", "reminders", "location", "unknown", "parameters"])
        self.assertEqual(rich["dropped"][1]["what"], "2 attendees")
        self.assertEqual((answer["incomplete"], answer["left_out"], answer["carried"]),
                         (1, {"VJOURNAL": 1, "VTODO": 2, "X-WR-CALNAME": 1}, {}))
        self.assertEqual([e["outcome"] for e in answer["imported"]].count("refused"), 5)
        self.assertIn("2 already there, 5 not written", self.kalends("import", "rich.ics", "--calendar", "work", code=1))

    def test_ics_to_ics_is_a_copy_and_may_be_onto_itself(self):
        odd = RICH.replace("\n", "\r\n").replace("SUMMARY:Plain", "summary:Pl\r\n ain \t").encode() + b"\r\nX-AFTER:\xff\r\n"
        (self.folder / "odd.ics").write_bytes(odd)
        (self.folder / "odd.ics").chmod(0o600)
        for target in ("odd.ics", "copy.ics", "./odd.ics"):
            self.kalends("convert", "odd.ics", target)
            self.assertEqual((self.folder / target).read_bytes(), odd)
        self.assertEqual((self.folder / "odd.ics").stat().st_mode & 0o777, 0o600, "what was private stays private")
        broken = SERIES.replace("DTSTART;VALUE=DATE:20260329", "DTSTART:rubbish")
        self.write("broken.ics", broken)
        answer = self.answer("convert", "broken.ics", "copy.ics")
        self.assertEqual((answer["unreadable"], len(answer["converted"])), (0, 1))
        self.assertEqual(answer["warnings"], ["1 event could not be read and stands in the copy as it did."])
        self.assertEqual((self.folder / "copy.ics").read_text(), broken)
        (self.folder / "link.ics").symlink_to("odd.ics")
        self.kalends("convert", "broken.ics", "link.ics")
        self.assertTrue((self.folder / "link.ics").is_symlink())
        self.assertEqual((self.folder / "odd.ics").read_text(), broken)
        self.write("group.json", '{"@type":"Group","x":1,"entries":[{"@type":"Task","uid":"t"}]}')
        self.kalends("convert", "group.json", "group.json")
        self.assertEqual((self.folder / "group.json").read_text(), '{"@type":"Group","x":1,"entries":[{"@type":"Task","uid":"t"}]}')
        self.assertEqual(self.answer("convert", "group.json", "group.ics")["left_out"], {"Task": 1})

    def test_to_dos_travel_through_jscalendar(self):
        self.write("rich.ics", RICH)
        self.assertEqual(self.answer("convert", "rich.ics", "rich.json")["carried"], {"VJOURNAL": 1, "VTODO": 2})
        self.kalends("convert", "rich.json", "back.ics")
        back = (self.folder / "back.ics").read_text()
        for line in RICH[RICH.index("BEGIN:VTODO"):].splitlines() + ["TZID:Odd", "X-WR-CALNAME:Home"]:
            self.assertIn(line, back)

    def test_a_vault_there_and_back_invents_nothing(self):
        plain = SERIES.replace("X-OURS;A=b:kept\n", "").replace("20260329\n", "20260329\nDTEND;VALUE=DATE:20260330\n")
        self.write("plain.ics", plain)
        self.kalends("convert", "plain.ics", "vault")
        first = (self.folder / "vault" / "2026-03-29 All day.md")
        first.write_text(first.read_text().replace("---\n", "---\ntags: [a]\n", 1) + "My own words\n")
        done = self.run_program("convert", "vault", "back.ics")
        self.assertIn('"All day" is written without the text of the note and 1 further key (tags)', done.stderr)
        def said(text):
            return sorted(line for line in text.replace("\r", "").split("END:VTIMEZONE\n")[-1].splitlines()
                          if not line.startswith(("DTSTAMP", "PRODID", "VERSION", "BEGIN:VCAL")))
        self.assertEqual(said((self.folder / "back.ics").read_text()), said(plain))
        before = {path.name: path.read_bytes() for path in (self.folder / "vault").iterdir()}
        self.assertIn("0 events written to vault, 2 already there", self.kalends("convert", "back.ics", "vault"))
        self.assertIn("the same folder", self.run_program("convert", "vault", "vault/").stderr)
        # A note without a uid is known by its name.
        self.write("vault/own.md", note("Own", "2026-03-04"))
        before["own.md"] = (self.folder / "vault/own.md").read_bytes()
        self.kalends("convert", "vault", "own.ics")
        self.assertIn("3 already there", self.kalends("convert", "own.ics", "vault"))
        self.assertEqual({path.name: path.read_bytes() for path in (self.folder / "vault").iterdir()}, before)

    def test_input_that_is_no_calendar_is_told_in_one_sentence(self):
        self.write("empty.ics", "")
        self.write("empty.json", "")
        self.write("word.json", "null")
        (self.folder / "binary.ics").write_bytes(bytes(range(256)) * 64)
        (self.folder / "binary.json").write_bytes(bytes(range(256)) * 64)
        (self.folder / "folder.ics").mkdir()
        with open(self.folder / "large.ics", "wb") as file:
            file.truncate(300 << 20)
        (self.folder / "large.json").symlink_to("large.ics")
        for name, sentence in (("none.ics", "none.ics cannot be read"), ("none.json", "none.json cannot be read"),
                               ("nowhere", "nowhere is no folder of notes"), ("empty.ics", "empty.ics is empty"),
                               ("empty.json", "empty.json is empty"), ("word.json", "word.json: This JSON is no JSCalendar"),
                               ("binary.ics", "binary.ics: line 1"), ("binary.json", "binary.json: "),
                               ("folder.ics", "folder.ics cannot be read: it is a folder"), ("large.ics", "large.ics is larger than 64 MiB"),
                               ("large.json", "large.json is larger than 64 MiB")):
            commands = [["convert", name, "out.ics"], ["convert", name, "out.json"], ["convert", name, "out"],
                        ["import", name, "--calendar", "work"]]
            if name.endswith(".ics"):
                commands.append(["occurrences", name, "--from", "2026-01-01", "--to", "2027-01-01"])
            for words in commands:
                done = self.run_program(*words)
                self.assertEqual((done.returncode, done.stdout), (1, ""), words)
                self.assertIn(sentence, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertFalse((self.folder / words[2]).exists(), words)
        self.write("series.ics", SERIES)
        (self.folder / "taken.json").mkdir()
        for target in ("taken.json", "no/such/folder.ics", "series.ics/vault"):
            done = self.run_program("convert", "series.ics", target)
            self.assertEqual((done.returncode, done.stdout), (1, ""), target)
            self.assertIn(target, done.stderr)
        self.assertEqual((self.folder / "series.ics").read_text(), SERIES)
        self.assertEqual([path.name for path in self.folder.iterdir() if "XXXX" in path.name or ".json." in path.name], [])

    def test_export_and_convert_lose_nothing_between_ics_and_json(self):
        self.synced()
        self.kalends("export", "home.ics", "--calendar", "home")
        self.assertIn("SUMMARY:Dentist", (self.folder / "home.ics").read_text())
        self.write("series.ics", SERIES)
        self.kalends("convert", "series.ics", "series.json")
        group = json.loads((self.folder / "series.json").read_text())
        self.assertEqual(group["@type"], "Group")
        self.kalends("convert", "series.json", "back.ics")
        back = (self.folder / "back.ics").read_text()
        for line in ("RRULE:FREQ=DAILY", "EXDATE;TZID=Europe/Berlin:20260328T090000", "X-OURS;A=b:kept", "DTSTART;VALUE=DATE:20260329"):
            self.assertIn(line, back)
        self.kalends("convert", "series.ics", "vault")
        self.assertEqual(self.titles("vault"), ["All day", "Daily"])
        self.kalends("convert", "vault", "vault.ics")
        self.assertIn("RRULE:FREQ=DAILY", (self.folder / "vault.ics").read_text())


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
