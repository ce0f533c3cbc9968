"""The demo: everything that script/demo shows, step by step, each promise checked as it is made."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "servers"))

import year  # noqa: E402
from process import ServerError  # noqa: E402
from radicale_server import Radicale  # noqa: E402

CONFIG = """[[calendar]]
id = "office"
provider = "caldav"
url = "{url}"
username = "alice"
password = {{ env = "OFFICE_PASSWORD" }}

[[calendar]]
id = "notes"
provider = "obsidian"
path = "vault/Calendar"
zone = "Europe/Berlin"

[[link]]
calendars = ["office", "notes"]
"""


class Broken(Exception):
    """A promise that was not kept, as a sentence."""


def say(text):
    print("\n" + textwrap.fill(text, 100), flush=True)


def promise(kept, sentence):
    if not kept:
        raise Broken(sentence)
    print(f"  ✓ {sentence}", flush=True)


class Demo:
    def __init__(self, program, folder, server):
        self.program, self.folder, self.server = program, folder, server
        self.notes = folder / "vault" / "Calendar"
        self.office = server.make_calendar("alice", "office")
        self.env = {**os.environ, "OFFICE_PASSWORD": server.password, "TZ": "Europe/Berlin", "NO_COLOR": "1"}

    def run(self, *words, codes=(0,), show=True):
        """Runs kalends in the demo's folder, shows what it prints, and gives it."""
        print(f"\n$ kalends {shlex.join(words)}", flush=True)
        done = subprocess.run([self.program, *words], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if show or done.returncode not in codes:
            print(textwrap.indent(done.stdout.rstrip(), "  "), flush=True)
        if done.returncode not in codes:
            raise Broken(f"kalends {' '.join(words)} ended with {done.returncode}, expected {codes}")
        return done.stdout

    # What stands where, read without Kalends.

    def note_paths(self):
        return sorted(self.notes.glob("*.md"))

    def note_titled(self, title):
        found = [p for p in self.note_paths() if re.search(rf'^title: "?{re.escape(title)}"?$', p.read_text(), re.MULTILINE)]
        return found[0] if found else None

    def resources(self):
        return self.server.all(self.office)

    def resource_of(self, uid):
        for href, text in self.resources().items():
            if f"UID:{uid}" in text:
                return href, text
        return None, ""

    def build_world(self):
        self.notes.mkdir(parents=True)
        office, vault = year.office(), year.vault()
        for name, text in office.items():
            self.server.put(f"{self.office}{name}.ics", text)
        for name, text in vault.items():
            (self.notes / name).write_text(text, encoding="utf-8")
        (self.folder / "kalends.toml").write_text(CONFIG.format(url=self.office), encoding="utf-8")
        say(f"A Radicale server runs on {self.server.url}, where Alice's office calendar holds {len(office)} events of "
            f"{year.YEAR}: meetings, series with moved and cancelled days, trips in other time zones. Her vault holds "
            f"{len(vault)} notes: birthdays, holidays, private appointments. kalends.toml links the two:")
        print(textwrap.indent((self.folder / "kalends.toml").read_text(), "  "))
        return len(office), len(vault)

    def first_sync(self, office, vault):
        say("First, is everything well?")
        self.run("doctor")
        say("What would a sync do? Nothing is written yet.")
        plan = self.run("plan", codes=(0, 3))
        promise("0 messages will be sent" in plan, "the plan sends no message to anybody")
        promise(len(self.resources()) == office and len(self.note_paths()) == vault, "planning wrote nothing")
        say("Both sides hold events already, so without a terminal to ask on, the first run waits for a yes:")
        self.run("sync", codes=(3,))
        promise(len(self.resources()) == office and len(self.note_paths()) == vault, "nothing was written without a yes")
        say("Alice says yes.")
        self.run("sync", "--yes")
        promise(len(self.resources()) == office + vault, f"the server now holds all {office + vault} events")
        promise(len(self.note_paths()) == office + vault, f"the vault now holds all {office + vault} notes")
        again = self.run("sync")
        promise("Nothing to do" in again, "a second sync finds nothing to do: no echo, no duplicate")

    def change_both_sides(self):
        say("Now life goes on, on both sides at once. In the vault Alice renames the all hands meeting. On the server a "
            "colleague moves the Lisbon trip by an hour and deletes the Kyoto workshop. And both of them rename the fair in "
            "São Paulo, the colleague first, Alice a moment later.")
        note = self.note_titled("All hands")
        note.write_text(note.read_text().replace("All hands", "All hands (new room)"), encoding="utf-8")

        href, text = self.resource_of("trip2@office")
        self.server.put(href, text.replace("T090000", "T100000"))
        href, _ = self.resource_of("trip6@office")
        self.server.delete(href)

        href, text = self.resource_of("trip9@office")
        self.server.put(href, text.replace("SUMMARY:Fair", "SUMMARY:Trade fair"))
        time.sleep(1.1)  # so that "newest" has an order to see; both sides keep whole seconds
        note = self.note_titled("Fair in São Paulo")
        note.write_text(note.read_text().replace("Fair in São Paulo", "Fair in São Paulo with Rosa"), encoding="utf-8")

    def second_sync(self, total):
        self.run("plan", codes=(0, 3))
        self.run("sync", codes=(0, 3))
        promise("SUMMARY:All hands (new room)" in self.resource_of("allhands@office")[1],
                "the new title reached the server")
        promise("10:00" in self.note_titled("Trip to Lisbon").read_text(), "the new time reached the note")
        promise(self.note_titled("Workshop in Kyoto") is None, "the deleted workshop is gone from the vault")
        promise(len(self.note_paths()) == total - 1 and len(self.resources()) == total - 1,
                "nothing else came or went on either side")
        promise("SUMMARY:Fair in São Paulo with Rosa" in self.resource_of("trip9@office")[1]
                and self.note_titled("Fair in São Paulo with Rosa"), "the later of the two titles won, on both sides")
        say("The title that lost is not lost:")
        promise("Trade fair in São Paulo" in self.run("conflicts", "--all"), "the conflict keeps the other title")

    def why_and_undo(self, total):
        say("Where does this event come from, and who changed what?")
        why = self.run("why", "All hands (new room)")
        promise("notes" in why and "office" in why, "the lineage names both calendars")
        say("The workshop in Kyoto takes place after all. Every run can be taken back, or a single write of it:")
        log = self.run("log")
        newest = max(int(number) for number in re.findall(r"^\s*(\d+)\s+sync", log, re.MULTILINE))
        writes = self.run("log", str(newest))
        removal = re.search(r"^\s*(w\d+)\s+.*notes\s+remove.*Workshop in Kyoto", writes, re.MULTILINE)
        promise(removal is not None, "the log shows the deletion that the run carried to the vault")
        self.run("undo", removal.group(1))
        self.run("sync", codes=(0, 3))
        promise(self.note_titled("Workshop in Kyoto") is not None, "the workshop is back in the vault")
        promise(any("Workshop in Kyoto" in text for text in self.resources().values()), "and on the server")
        promise(len(self.note_paths()) == total and len(self.resources()) == total, f"both sides hold {total} events again")

    def last_look(self):
        say("A week in March, as both calendars now have it:")
        self.run("events", "--from", f"{year.YEAR}-03-28", "--to", f"{year.YEAR}-04-02")
        say("And the state of things:")
        self.run("status", codes=(0, 3))
        promise("Nothing to do" in self.run("sync", codes=(0, 3)), "everything is in sync")
        promise(self.run("verify").strip() == "The store is sound.", "the store is sound")


def main(program):
    try:
        with tempfile.TemporaryDirectory(prefix="kalends-demo-") as folder, Radicale() as server:
            demo = Demo(program, pathlib.Path(folder), server)
            office, vault = demo.build_world()
            demo.first_sync(office, vault)
            demo.change_both_sides()
            demo.second_sync(office + vault)
            demo.why_and_undo(office + vault)
            demo.last_look()
    except (Broken, ServerError) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    say("That was Kalends: two calendars, both ways, and every step can be explained and taken back. The server is stopped "
        "and the folder removed; README.md says how to link your own.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
