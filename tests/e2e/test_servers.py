#!/usr/bin/python3
"""The same promises on every CalDAV server: two ways, field by field, nothing lost, nothing doubled, nobody mailed."""

import unittest
from urllib.parse import urljoin

import desk
from desk import Desk, dav, event, value

from servers import Cyrus, ICloudLike, Radicale, Sogo


BERLIN = "\r\n".join(
    ["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:STANDARD", "DTSTART:20251026T030000", "TZOFFSETFROM:+0200",
     "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "BEGIN:DAYLIGHT",
     "DTSTART:20250330T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
     "END:DAYLIGHT", "END:VTIMEZONE", ""])


def weekly(uid, *overrides, hour=9, excluded=""):
    """Eight Mondays with some occurrences (slot, start, title) moved, and one taken out."""
    more = ["RRULE:FREQ=WEEKLY;COUNT=8"] + ([f"EXDATE;TZID=Europe/Berlin:{excluded}"] if excluded else [])
    text = event(uid, "Weekly", f"20260302T{hour:02}0000", f"20260302T{hour + 1:02}0000", more=more)
    for slot, start, title in overrides:
        text = text.replace("END:VCALENDAR", "\r\n".join(
            ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"RECURRENCE-ID;TZID=Europe/Berlin:{slot}",
             f"DTSTART;TZID=Europe/Berlin:{start}", "DURATION:PT1H", f"SUMMARY:{title}", "END:VEVENT", "END:VCALENDAR"]))
    return text.replace("BEGIN:VEVENT", BERLIN + "BEGIN:VEVENT", 1)


class OnEveryServer:
    """Mixed into one TestCase per server."""

    server_class = None
    guest_calendar = None  # where the server puts invitations, beside the guest's inbox
    schedules = False  # it mails the guests of an organizer's own events

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_class()
        cls.server.__enter__()
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None, None, None)

    def setUp(self):
        type(self).count += 1
        self.work = self.server.make_calendar("alice", f"work{self.count}")
        self.desk = Desk().__enter__()
        self.desk.workers_die = self.server.workers_die
        self.addCleanup(self.desk.__exit__)

    def link_vault(self, **more):
        self.desk.configure({"work": dav(self.server, self.work), "notes": {"provider": "obsidian", "path": "vault"}},
                            [{"calendars": ["work", "notes"], **more}])

    def put(self, uid, title, **more):
        self.server.put(f"{self.work}{uid}.ics", event(uid, title, **more))

    def only(self, url=None):
        url = url or self.work
        found = self.server.all(url)
        self.assertEqual(len(found), 1, found.keys())
        href, text = next(iter(found.items()))
        return urljoin(url, href), text

    def heard(self):
        """Everything that reached the guest, inside the server or by mail."""
        inside = {name: self.server.get(name, "bob") for name in self.server.inbox_messages("bob")}
        if self.guest_calendar:
            inside |= self.server.all(self.server.calendar_url("bob", self.guest_calendar), "bob")
        return inside, self.server.sent_mail()

    def assert_quiet(self):
        before = self.server.list(self.work)
        report = self.desk.sync()
        self.assertEqual(self.server.list(self.work), before)
        self.assertFalse([c for c in report["calendars"] if c["created"] or c["updated"] or c["removed"]], report)

    def test_edits_on_both_sides_meet_field_by_field(self):
        self.link_vault()
        self.put("a1", "Standup", more=["LOCATION:Room 1", "X-OWN-THING;X-P=1:keep me", "CATEGORIES:Team"])
        self.desk.sync()
        path, note = self.desk.note("Standup")
        self.assertIn("startTime: ", note)
        self.assert_quiet()
        # The person edits the note's title and writes a body; the server's side moves the event at the same time.
        path.write_text(note.replace("title: Standup", "title: Daily") + "\nMy own words.\n")
        href, text = self.only()
        self.server.put(href, text.replace("090000", "093000").replace("100000", "103000"))
        self.desk.sync()
        href, text = self.only()
        self.assertEqual(value(text, "SUMMARY"), "Daily")
        self.assertTrue(value(text, "DTSTART").endswith("093000"), text)
        self.assertIn("X-OWN-THING;X-P=1:keep me", desk.unfold(text))
        self.assertEqual(value(text, "LOCATION"), "Room 1")
        path, note = self.desk.note("Daily")
        self.assertIn("09:30", note)
        self.assertTrue(note.endswith("\nMy own words.\n"), note)
        self.assert_quiet()

    def test_a_new_note_becomes_an_event_and_its_deletion_deletes_it(self):
        self.link_vault()
        self.desk.sync()
        note = self.desk.folder / "vault" / "2026-03-05 Dentist.md"
        note.write_text("---\ntitle: Dentist\nallDay: false\ndate: 2026-03-05\nstartTime: 08:00\nendTime: 08:45\n---\nBring card\n")
        self.desk.sync()
        href, text = self.only()
        self.assertEqual(value(text, "SUMMARY"), "Dentist")
        self.assertTrue(value(text, "DTSTART").endswith("20260305T080000"), text)
        self.assertNotIn("Bring card", text)
        self.assert_quiet()
        note = self.desk.note("Dentist")[0]
        note.unlink()
        self.desk.sync()
        self.assertEqual(self.server.list(self.work), {})
        self.assert_quiet()

    def test_a_series_stays_a_series_and_its_override_survives_the_vault(self):
        self.link_vault()
        master = event("s1", "Weekly", more=["RRULE:FREQ=WEEKLY;COUNT=8"])
        override = "\r\n".join(["BEGIN:VEVENT", "UID:s1", "DTSTAMP:20260101T000000Z",
                                "RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000",
                                "DTSTART;TZID=Europe/Berlin:20260316T140000", "DTEND;TZID=Europe/Berlin:20260316T150000",
                                "SUMMARY:Weekly with guests", "END:VEVENT", ""])
        self.server.put(f"{self.work}s1.ics", master.replace("END:VCALENDAR", override + "END:VCALENDAR"))
        self.desk.sync()
        self.desk.edit_note("Weekly", "title: Weekly", "title: Weekly sync")
        self.desk.sync()
        href, text = self.only()
        self.assertIn("SUMMARY:Weekly sync", text)
        self.assertIn("SUMMARY:Weekly with guests", text)
        self.assertIn("20260316T140000", text)
        self.assertIn("RRULE:FREQ=WEEKLY;COUNT=8", desk.unfold(text))
        self.assert_quiet()

    def test_a_copied_note_becomes_an_event_of_its_own(self):
        self.link_vault()
        self.put("c1", "Lunch")
        self.desk.sync()
        path, note = self.desk.note("Lunch")
        path.with_name("copy.md").write_text(note.replace("title: Lunch", "title: Dinner"))
        self.desk.sync()
        titles = sorted(value(text, "SUMMARY") for text in self.server.all(self.work).values())
        self.assertEqual(titles, ["Dinner", "Lunch"])
        self.assert_quiet()

    def meeting_in_two_calendars(self, *override):
        """A weekly series in two collections; gives a function that stores a text at home under our mark."""
        home = self.server.make_calendar("alice", f"home{self.count}")
        self.desk.configure({"work": dav(self.server, self.work), "home": dav(self.server, home)},
                            [{"calendars": ["work", "home"]}])
        self.uid = f"o{self.count}"
        self.server.put(f"{self.work}o1.ics", weekly(self.uid, *override))
        self.desk.sync()
        href, text = self.only(home)
        mark = next(line for line in desk.unfold(text).split("\n") if line.startswith("X-KALENDS"))
        uid = value(text, "UID")
        return lambda *more, **k: self.server.put(
            href, weekly(uid, *more, **k).replace("END:VEVENT", f"{mark}\r\nEND:VEVENT", 1)), home

    def test_an_edited_occurrence_stays_whole_when_the_other_side_excludes_it(self):
        moved = ("20260316T090000", "20260316T140000", "Moved")
        at_home, home = self.meeting_in_two_calendars(moved)
        at_home(excluded="20260316T090000")
        self.server.put(f"{self.work}o1.ics", weekly(self.uid, (*moved[:2], "Renamed")))
        self.desk.sync()
        for url in (home, self.work):
            text = desk.unfold(self.only(url)[1])
            self.assertIn("SUMMARY:Renamed", text)
            self.assertIn("20260316T140000", text)
            self.assertNotIn("EXDATE", text)
        self.assert_quiet()

    def test_an_occurrence_is_edited_while_the_other_side_moves_the_series(self):
        at_home, home = self.meeting_in_two_calendars(("20260316T090000", "20260316T140000", "Moved"))
        at_home(("20260316T090000", "20260316T140000", "Renamed"), excluded="20260323T090000")
        self.server.put(f"{self.work}o1.ics",
                        weekly(self.uid, ("20260316T110000", "20260316T140000", "Moved"), hour=11))
        self.desk.sync()
        for url in (home, self.work):
            text = desk.unfold(self.only(url)[1])
            self.assertEqual(text.count("RECURRENCE-ID"), 1, text)
            self.assertRegex(text, "RECURRENCE-ID[^\n]*:20260316T110000")
            self.assertRegex(text, "EXDATE[^\n]*:20260323T110000")
            self.assertIn("SUMMARY:Renamed", text)
        self.assert_quiet()

    def test_two_collections_that_hold_the_same_events_are_matched(self):
        home = self.server.make_calendar("alice", f"home{self.count}")
        for n in range(6):
            start = f"2026030{n + 1}T090000"
            end = f"2026030{n + 1}T100000"
            self.put(f"m{n}", f"Meeting {n}", start=start, end=end)
            self.server.put(f"{home}h{n}.ics", event(f"h{self.count}-{n}", f"Meeting {n}", start=start, end=end))
        self.desk.configure({"work": dav(self.server, self.work), "home": dav(self.server, home)},
                            [{"calendars": ["work", "home"]}])
        before = self.server.list(self.work), self.server.list(home)
        report = self.desk.sync()
        self.assertEqual((self.server.list(self.work), self.server.list(home)), before, report)
        href, text = sorted(self.server.all(home).items())[0]
        title = value(text, "SUMMARY")
        self.server.put(urljoin(home, href), text.replace(f"SUMMARY:{title}", "SUMMARY:Renamed"))
        self.desk.sync()
        titles = [value(t, "SUMMARY") for t in self.server.all(self.work).values()]
        self.assertIn("Renamed", titles)
        self.assertEqual(len(titles), 6)
        self.assert_quiet()

    def test_a_busy_copy_hides_everything_and_survives_its_edit(self):
        home = self.server.make_calendar("alice", f"home{self.count}")
        self.desk.configure({"work": dav(self.server, self.work), "home": dav(self.server, home)},
                            [{"calendars": ["work", "home"], "privacy": "busy"}])
        self.put("p1", "Surgery", more=["DESCRIPTION:secret", "LOCATION:Clinic", "X-SECRET:1"])
        self.desk.sync()
        href, text = self.only(home)
        for word in ("Surgery", "secret", "Clinic", "X-SECRET", "p1"):
            self.assertNotIn(word, text.replace(href, ""))
        self.server.put(href, text.replace("SUMMARY:Busy", "SUMMARY:Lunch"))
        self.desk.sync()
        self.assertEqual(value(self.only()[1], "SUMMARY"), "Surgery")
        self.assertEqual(value(self.only()[1], "DESCRIPTION"), "secret")
        self.server.delete(href)
        self.desk.sync()
        self.assertEqual(value(self.only()[1], "SUMMARY"), "Surgery")
        self.assertEqual(self.server.list(home), {}, "a copy that a person removed is not made again")

    def test_nobody_gets_mail(self):
        guests = ["ORGANIZER;CN=Alice:mailto:alice@example.test", "ATTENDEE;CN=Alice;PARTSTAT=ACCEPTED:mailto:alice@example.test",
                  "ATTENDEE;CN=Bob;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@example.test"]
        # In the future: a server need not tell anybody about what is over.
        self.put("g1", "Board", start="20370302T090000", end="20370302T100000", more=guests)
        had = self.heard()
        home = self.server.make_calendar("alice", f"home{self.count}")
        self.desk.configure({"work": dav(self.server, self.work), "home": dav(self.server, home),
                             "notes": {"provider": "obsidian", "path": "vault"}},
                            [{"calendars": ["work", "home", "notes"]}])
        self.desk.sync()
        self.assertNotIn("bob@example.test", self.only(home)[1])
        self.desk.edit_note("Board", "09:00", "08:30")
        self.desk.edit_note("Board", "title: Board", "title: Board meeting")
        report = self.desk.sync(expect=(0, 3))
        self.assertEqual(report["messages_sent"], 0)
        self.assertEqual(self.heard(), had)
        self.assertIn("bob@example.test", desk.unfold(self.only()[1]))
        held = [h for h in self.desk.json("held", expect=(0, 3))["held"] if h["kind"] == "mail"]
        self.assertEqual(len(held), 1 if self.schedules else 0)
        if self.schedules:
            # A person's word, and only that, lets the mail out: it is what the checks above would have seen.
            self.assertIn("bob@example.test", self.desk.run("held", check=False).stdout)
            self.assertEqual(value(self.only()[1], "SUMMARY"), "Board")
            self.desk.run("approve", held[0]["id"])
            self.desk.sync()
            now = self.heard()
            self.assertNotEqual(now, had)
            had = now
        self.assertEqual(value(self.only()[1], "SUMMARY"), "Board meeting")
        # The copies are deleted on one side; the organizer's own event must not be cancelled by that silently.
        self.desk.note("Board meeting")[0].unlink()
        self.desk.sync(expect=(0, 3))
        self.assertEqual(self.heard(), had)

    def test_the_whole_calendar_gone_deletes_nothing(self):
        self.link_vault()
        for n in range(6):
            self.put(f"e{n}", f"Event {n}", start=f"2026030{n + 1}T090000", end=f"2026030{n + 1}T100000")
        self.desk.sync()
        self.assertEqual(len(self.desk.notes()), 6)
        for href in self.server.list(self.work):
            self.server.delete(urljoin(self.work, href))
        self.desk.sync(expect=(3,))
        self.assertEqual(len(self.desk.notes()), 6)
        held = self.desk.json("held", expect=(0, 3))["held"]
        self.assertEqual(held[0]["kind"], "emptied")
        self.assertEqual(held[0]["count"], 6)
        self.desk.run("reject", held[0]["id"])
        self.desk.sync()
        self.assertEqual(len(self.server.list(self.work)), 6)


class OnRadicale(OnEveryServer, unittest.TestCase):
    server_class = Radicale

    def test_one_calendar_by_its_name_and_by_its_address_is_told_and_not_written(self):
        self.put("e1", "Standup")
        by_name = {**dav(self.server, self.server.url), "name": f"work{self.count}"}
        self.desk.configure({"named": by_name, "direct": dav(self.server, self.work),
                             "notes": {"provider": "obsidian", "path": "vault"}},
                            [{"calendars": ["named", "notes"]}, {"calendars": ["notes", "direct"]}])
        (self.desk.folder / "vault" / "Dentist.md").write_text(
            '---\ntitle: Dentist\nallDay: false\ndate: 2026-03-03\nstartTime: "09:00"\nendTime: "10:00"\n---\n')
        before = self.server.list(self.work)
        for _ in range(2):
            report = self.desk.sync("--yes", expect=(1,))
            self.assertIn('"named" and "direct" are one calendar', report["errors"][0])
            self.assertEqual(self.server.list(self.work), before)
        failed = [c for c in self.desk.json("doctor", expect=(1,))["checks"] if c["state"] == "fail"]
        self.assertEqual([c["subject"] for c in failed], ["direct"])
        self.assertIn('the same calendar as "named"', failed[0]["message"])
        self.desk.configure({"named": by_name, "notes": {"provider": "obsidian", "path": "vault"}},
                            [{"calendars": ["named", "notes"]}])
        self.desk.sync("--yes")
        self.assertEqual(len(self.server.list(self.work)), 2)
        self.assertEqual(len(self.desk.notes()), 2)
        self.assert_quiet()


class OnICloudLike(OnEveryServer, unittest.TestCase):
    server_class = ICloudLike


class OnCyrus(OnEveryServer, unittest.TestCase):
    server_class = Cyrus
    guest_calendar = "Default"
    schedules = True


class OnSogo(OnEveryServer, unittest.TestCase):
    server_class = Sogo
    schedules = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
