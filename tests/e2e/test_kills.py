#!/usr/bin/python3
"""kill -9 at random moments, against Radicale and a vault: in a first sync, in later ones, in an undo and while watching,
with people who edit both sides before and during it; a second vault has masked copies. In the end the laws of the
simulation's checkers hold: each is a function of the same name, here, in kill_ledger.py or in kill_trail.py.

KALENDS_KILLS says how often (20), KALENDS_KILL_SEED where the dice begin. A failure names the seed of its life: with
KALENDS_KILL_SEED at that number the same people do the same things, while the moment of each death is the machine's."""

import os
import random
import subprocess
import time
import unittest

from desk import PROGRAM, Desk, dav
from kill_ledger import Ledger, ServerSide, VaultSide, named
from kill_trail import Trail, Undo, carried_out

from servers import Radicale

KILLS = int(os.environ.get("KALENDS_KILLS", "20"))
FIRST_SEED = int(os.environ.get("KALENDS_KILL_SEED", "1"))


class Life:
    """One store from its first sync to its end."""

    def __init__(self, server, desk, seed):
        self.server, self.desk, self.dice, self.ledger = server, desk, random.Random(seed), Ledger()
        url = server.make_calendar("alice", f"life{seed}")
        self.sides = [ServerSide(server, url), VaultSide(desk.folder / "vault")]
        self.masked = VaultSide(desk.folder / "busy")
        vault = {"provider": "obsidian", "zone": "Europe/Berlin"}
        desk.configure({"work": dav(server, url), "notes": {**vault, "path": "vault"}, "busy": {**vault, "path": "busy"}},
                       [{"calendars": ["work", "notes"]},
                        {"calendars": ["work", "busy"], "direction": "one-way", "from": "work",
                         "privacy": {"mask": True, "title": "Busy"}}])
        self.folder = "/" + url.split("/", 3)[3]
        self.kills = 0
        self.has_store = False
        self.found = []  # what was wrong on the way
        self.starts = []  # of each process that may write: its time, and the length of the server's log
        self.usual_seconds = 0.3  # of a whole sync
        for side in self.sides:
            for _ in range(6):
                self.add(side)

    # What people do.

    def add(self, side):
        day = self.ledger.new_day(side.name)
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

    def about_to_start(self):
        self.starts.append((time.time(), len(self.server.log())))

    def start(self, *arguments):
        self.about_to_start()
        command = [PROGRAM, arguments[0], "--config", str(self.desk.folder / "kalends.toml"), *map(str, arguments[1:])]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                # Killed while it adds its counters to those of others, it would spoil all (script/coverage).
                                env={**os.environ, "TZ": "Europe/Berlin", "LLVM_PROFILE_FILE": os.devnull})

    def kill(self, process, seconds):
        """Sooner, when the process ends by itself."""
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        process.kill()
        process.wait()
        self.kills += 1
        told = self.desk.run("verify", check=False)
        # Death may come before there is a store, but later there always is one.
        if told.returncode != 0 and (self.has_store or "run `kalends sync` first" not in told.stderr):
            self.found.append(f"verify: {told.stdout}{told.stderr}")
        self.has_store = self.has_store or told.returncode == 0
        self.found += self.ledger.nothing_leaked(self.masked)

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
                self.ledger.touch()
                undo = Undo(self.desk, {"id": run["id"], "writes": writes})
                self.kill(self.start("undo", run["id"]), self.dice.random() * 1.1 * self.usual_seconds)
                self.found += undo.restores()
                return

    def take_back(self, text):
        """A value of an undone run may go away, in favour of one that a person replaced before."""
        self.ledger.replaced.update(value for value in self.ledger.written if named(value, text))

    def whole_sync(self):
        self.about_to_start()
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
        out = self.found + self.quiet(report)
        server, vault = (side.items() for side in self.sides)
        conflicts = self.desk.json("conflicts", "--all", expect=(0, 3))["conflicts"]
        out += [f"held: {held}" for held in self.desk.json("held", expect=(0, 3))["held"]]
        out += self.ledger.converged(server, vault)
        out += self.ledger.nothing_doubled(server, vault)
        out += self.ledger.nothing_deleted_without_proof(server, vault)
        out += self.ledger.nothing_lost(conflicts, server, vault)
        out += self.ledger.nothing_leaked(self.masked, server)
        out += self.ledger.unknown_survives(*(side.texts() for side in self.sides))
        out += self.ledger.no_message_sent(self.server.requests(), [self.sides[1], self.masked])
        trail = Trail(self.desk)
        out += trail.audit(self.server.requests(), self.folder, "work", self.starts)
        out += trail.no_oscillation(self.ledger.touched)
        out += trail.lineage_answers(["work", "notes"])
        out += self.desk.json("verify")["problems"]
        return out

    def quiet(self, report):
        """It came to rest, and one more sync writes nothing anywhere."""
        def everything():
            return len(carried_out(self.server.requests(), self.folder)), [v.snapshot() for v in (self.sides[1], self.masked)]
        before = everything()
        out = [f"it does not become quiet: {report['moves']}"] if report["moves"] else []
        again = self.whole_sync()
        if again["moves"] or again["messages_sent"] or everything() != before:
            out.append(f"a sync with nothing to do did something: {again}")
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
