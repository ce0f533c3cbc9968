#!/usr/bin/python3
"""kill -9 at random moments, against Radicale and a vault: in a first sync, in later ones, in an undo and while watching,
with people who edit both sides before and during it. In the end everything that people did is there, once, and the
server saw the writes that the audit trail has.

KALENDS_KILLS says how often (20), KALENDS_KILL_SEED where the dice begin. A failure names the seed of its life: with
KALENDS_KILL_SEED at that number the same people do the same things, while the moment of each death is the machine's."""

import collections
import json
import os
import random
import subprocess
import time
import unittest

from desk import PROGRAM, Desk, dav
from kill_ledger import Ledger, ServerSide, VaultSide, named

from servers import Radicale

KILLS = int(os.environ.get("KALENDS_KILLS", "20"))
FIRST_SEED = int(os.environ.get("KALENDS_KILL_SEED", "1"))


class Life:
    """One store from its first sync to its end."""

    def __init__(self, server, desk, seed):
        self.server, self.desk, self.dice, self.ledger = server, desk, random.Random(seed), Ledger()
        url = server.make_calendar("alice", f"life{seed}")
        self.sides = [ServerSide(server, url), VaultSide(desk.folder / "vault")]
        desk.configure({"work": dav(server, url),
                        "notes": {"provider": "obsidian", "path": "vault", "zone": "Europe/Berlin"}},
                       [{"calendars": ["work", "notes"]}])
        self.path = url.split("/", 3)[3]
        self.kills = 0
        self.usual_seconds = 0.3  # of a whole sync
        for side in self.sides:
            for _ in range(6):
                self.add(side)

    # What people do.

    def add(self, side):
        day = self.ledger.new_day()
        title, start = self.ledger.new_value("title"), self.ledger.new_value("start")
        side.add(day, title, start)
        self.ledger.write(side.name, day, "title", title)
        self.ledger.write(side.name, day, "start", start)

    def edit(self, side):
        items = side.items()
        if not items:
            return
        day = self.dice.choice(sorted(items))
        field = self.dice.choice(["title", "start"])
        old = items[day][0][0 if field == "title" else 1]
        new = self.ledger.new_value(field)
        if side.edit(day, field, old, new):
            self.ledger.write(side.name, day, field, new, old)

    def delete(self, side):
        other = self.sides[1 - self.sides.index(side)]
        items = side.items()
        if len(items) < 8:
            return
        day = self.dice.choice(sorted(items))
        shown = items[day]
        elsewhere = other.items().get(day, [])
        if side.delete(day):
            self.ledger.delete(day, shown, elsewhere)

    def people(self, least, most):
        for _ in range(self.dice.randint(least, most)):
            deed = self.dice.choices([self.edit, self.add, self.delete], [7, 2, 1])[0]
            deed(self.dice.choice(self.sides))

    # What befalls the program.

    def start(self, *arguments):
        command = [PROGRAM, arguments[0], "--config", str(self.desk.folder / "kalends.toml"), *map(str, arguments[1:])]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                env={**os.environ, "TZ": "Europe/Berlin"})

    def kill(self, process, seconds):
        """Sooner, when the process ends by itself."""
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        process.kill()
        process.wait()
        self.kills += 1
        self.desk.run("verify")

    def kill_sync(self):
        self.people(0, 4)
        self.kill(self.start("sync", "--yes"), self.dice.random() * 1.1 * self.usual_seconds)

    def kill_watch(self):
        process = self.start("sync", "--watch", "--interval", 1, "--yes")
        end = time.monotonic() + 0.2 + self.dice.random() * 1.5
        while time.monotonic() < end and process.poll() is None:
            self.people(1, 1)
            time.sleep(0.05 * self.dice.random())
        self.kill(process, 0)

    def kill_undo(self):
        """Of a run that only changed what was there: to take a copy back is to ask for two sides that differ."""
        self.people(1, 3)
        self.whole_sync()
        runs = self.desk.json("log")["runs"]
        for run in runs[:5]:
            writes = self.desk.json("log", run["id"])["runs"][0]["writes"]
            if run["kind"] == "sync" and writes and {w["kind"] for w in writes} <= {"pull", "update"} and \
                    not any(c["path"] == "life" for w in writes for c in w["changes"]):
                for change in (c for w in writes for c in w["changes"]):
                    self.take_back(str(change["after"]))
                self.kill(self.start("undo", run["id"]), self.dice.random() * 1.1 * self.usual_seconds)
                return

    def take_back(self, text):
        """A value of an undone run may go away, in favour of one that a person replaced before."""
        self.ledger.replaced.update(value for value in self.ledger.written if named(value, text))

    def whole_sync(self):
        begun = time.monotonic()
        report = self.desk.sync("--yes", expect=(0, 3))
        self.usual_seconds = time.monotonic() - begun
        self.ledger.settle(*(side.items() for side in self.sides))
        return report

    def quiet_day(self):
        self.people(1, 4)
        self.whole_sync()

    def live(self, kills):
        while self.kills < min(3, kills):
            self.kill_sync()
        while self.kills < kills:
            self.dice.choices([self.kill_sync, self.kill_watch, self.kill_undo, self.quiet_day], [6, 2, 1, 2])[0]()

    # The end.

    def wrong(self):
        for _ in range(4):
            report = self.whole_sync()
            if not report["moves"]:
                break
        server, vault = (side.items() for side in self.sides)
        conflicts = self.desk.json("conflicts", "--all", expect=(0, 3))["conflicts"]
        out = [f"it does not become quiet: {report['moves']}"] if report["moves"] else []
        out += [f"held: {held}" for held in self.desk.json("held", expect=(0, 3))["held"]]
        out += self.ledger.converged(server, vault)
        out += self.ledger.nothing_doubled(server, vault)
        out += self.ledger.nothing_deleted_without_proof(server, vault)
        out += self.ledger.nothing_lost(conflicts, server, vault)
        out += self.unknown_properties()
        out += self.audit()
        out += self.desk.json("verify")["problems"]
        return out

    def unknown_properties(self):
        return [f"{href} lost a property" for href, _, text in self.sides[0]._found()
                if "UID:server-" in text and "X-KEPT;A=1:as it stood" not in text]

    def audit(self):
        """Each write that the server carried out is on record, and each that is on record as done was carried out."""
        seen = collections.Counter("remove" if method == "DELETE" else {201: "create"}.get(status, "update")
                                   for method, path, status in self.server.writes("Kalends")
                                   if path.startswith("/" + self.path) and status < 300)
        done, begun = collections.Counter(), collections.Counter()
        # A run without writes may be left out of the log.
        for run in range(1, self.desk.json("log")["runs"][0]["id"] + 1):
            told = json.loads(self.desk.run("log", "--json", run, check=False).stdout)
            for write in (write for one in told.get("runs", []) for write in one["writes"]):
                if write["calendar"] == "work":
                    (done if write["state"] == "done" else begun)[write["kind"]] += 1
        # Radicale answers 201 to every PUT.
        changes = lambda count: count["create"] + count["update"]
        out = []
        for name, of in (("PUT", changes), ("DELETE", lambda count: count["remove"])):
            if not of(done) <= of(seen) <= of(done) + of(begun):
                out.append(f"{name}: the server saw {of(seen)}; {of(done)} are on record as done, {of(begun)} as begun")
        return out


class KilledAtRandom(unittest.TestCase):
    def test_whatever_moment_it_dies_the_next_run_finishes_the_work(self):
        kills, seed = 0, FIRST_SEED
        with Radicale(level="info") as server:
            while kills < KILLS:
                with Desk() as desk:
                    life = Life(server, desk, seed)
                    life.live(min(KILLS - kills, random.Random(seed).randint(8, 24)))
                    self.assertEqual(life.wrong(), [], f"KALENDS_KILL_SEED={seed}")
                    kills += life.kills
                    seed += 1


if __name__ == "__main__":
    unittest.main(verbosity=2)
