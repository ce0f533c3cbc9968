"""The audit trail of a life against what its server and its people know: each write is there, in its kind and its order;
nothing goes round in a circle; every field has a source; an undo is made whole or not at all.

An event is known by its day (kill_ledger.py). Each law gives sentences about what is wrong."""

import bisect
import collections
import contextlib
import datetime
import functools
import hashlib
import json
import re
import sqlite3

WRITES = {"create", "update", "remove"}
CIRCLE = 3  # so often the same is not written with nobody's doing in between
Seen = collections.namedtuple("Seen", "kind path asked_at vain")  # of the server; vain: what it was to remove was gone


class Trail:
    """Every run of a desk, read once."""

    def __init__(self, desk):
        self.desk, self.runs = desk, []
        # A run without writes may be left out of the log.
        for number in range(1, desk.json("log")["runs"][0]["id"] + 1):
            self.runs += json.loads(desk.run("log", "--json", number, check=False).stdout).get("runs", [])
        self.rows = [{**write, "run": run["id"]} for run in self.runs for write in run["writes"]]
        self.days = {}
        for row in self.rows:
            for change in row["changes"]:
                if change["path"] == "when":
                    self.days[row["event"]] = day_of(change["after"] or change["before"])

    def audit(self, requests, folder, calendar, starts):
        """Each write that the server carried out is on record, and each that is on record as done was carried out: of
        that kind, at that event, in that order, by the same process. `starts`: for each process when it was started, in
        seconds, and how long the server's log was."""
        seen, rows = collections.defaultdict(list), collections.defaultdict(list)
        for one in carried_out(requests, folder):
            seen[self.day_of_path(one.path)].append(one)
        for row in self.rows:
            if row["calendar"] == calendar and row["kind"] in WRITES:
                rows[self.days.get(row["event"])].append(row)
        out = []
        for day in sorted(seen.keys() | rows.keys(), key=str):
            if not self.fits(seen[day], rows[day], starts):
                out.append(f"{day}: the server saw {[(one.kind, one.path, process_of(starts, 1, one.asked_at)) for one in seen[day]]}; on record are "
                           f"{[(row['kind'], row['state'], row['run'], process_of(starts, 0, seconds(row['at']))) for row in rows[day]]}")
        return out

    def fits(self, seen, rows, starts):
        def belongs(one, row):
            return one.kind == row["kind"] and \
                process_of(starts, 1, one.asked_at) == process_of(starts, 0, seconds(row["at"]))

        @functools.cache
        def rest_fits(i, j):
            if i == len(seen) and j == len(rows):
                return True
            if i < len(seen) and j < len(rows) and belongs(seen[i], rows[j]) and rest_fits(i + 1, j + 1):
                return True
            # An attempt that was thought to have failed is no row any more, but a count in that of the next one.
            counted = i < len(seen) and any(row["tries"] and row["kind"] == seen[i].kind for row in rows[j:j + 1])
            return (i < len(seen) and (seen[i].vain or counted) and rest_fits(i + 1, j)) or \
                (j < len(rows) and rows[j]["state"] != "done" and rest_fits(i, j + 1))
        return rest_fits(0, 0)

    def day_of_path(self, path):
        """Our own names of resources follow from the uid, those of the people at the server end in the day."""
        name = path.rsplit("/", 1)[1]
        return self.days.get(self.ours.get(name)) if name.startswith("kalends-") \
            else name.removeprefix("server-").removesuffix(".ics")

    @functools.cached_property
    def ours(self):
        """The event of each name that we gave: of those that the store saw, and of those that follow from an event's uid."""
        def text(event):
            return event.hex() if isinstance(event, bytes) else event
        with contextlib.closing(sqlite3.connect(self.desk.folder / "kalends.db")) as store:
            out = {f"kalends-{hashlib.sha256(uid.encode()).hexdigest()[:32]}.ics": text(event)
                   for event, uid in store.execute("SELECT id, uid FROM events")}
            for remote, event in store.execute("SELECT remote, event FROM items WHERE event <> ''"):
                out[remote.rsplit("/", 1)[-1]] = text(event)
        return out

    def no_oscillation(self, touched):
        """`touched`: (day, seconds) of what people did; day None for all of them."""
        out, times = [], collections.defaultdict(list)
        for row in self.rows:
            if row["kind"] != "update" or row["state"] != "done":
                continue
            day, now = self.days.get(row["event"]), seconds(row["at"])
            written = times[row["event"], row["calendar"], str(row["changes"])]
            if written and any(of in (day, None) and written[-1] <= at <= now for of, at in touched):
                written.clear()
            written.append(now)
            if len(written) == CIRCLE:
                out.append(f"{day} at {row['calendar']} was written {row['changes']} {CIRCLE} times, "
                           "with nobody's doing in between")
        return out

    def lineage_answers(self, calendars):
        """Every field comes from a calendar that there is, or a person, and from a run in whose trail the value stands."""
        told = {(row["run"], row["event"], change["path"], change["after"])
                for row in self.rows for change in row["changes"]}
        out = []
        for event in sorted(self.days):
            lineages = self.desk.json("why", event)["lineages"]
            if len(lineages) != 1:
                out.append(f"why gives {len(lineages)} answers for {event}")
            for field in (field for lineage in lineages for field in lineage["fields"]):
                what = f"{field['path']} of {self.days[event]}"
                if field["from"] not in (*calendars, "person"):
                    out.append(f"{what} comes from \"{field['from']}\"")
                if (field["run"], event, field["path"], field["value"]) not in told:
                    out.append(f"{what} is \"{field['value']}\" by run {field['run']}, whose trail does not have it")
        return out


class Undo:
    """What a run did to the hub, and the hub as it was before that was taken back."""

    def __init__(self, desk, run):
        self.desk, self.number = desk, run["id"]
        self.hub, self.shown = {}, collections.defaultdict(set)  # by (event, path): what was there before and after
        for row in run["writes"]:
            for change in row["changes"] if row["state"] == "done" else []:
                key = row["event"], change["path"]
                if row["calendar"] == "hub":
                    self.hub[key] = (self.hub.get(key, (change["before"],))[0], change["after"])
                else:
                    self.shown[key].add(change["before"])
        self.events = sorted({row["event"] for row in run["writes"]})
        self.before = self.fields()

    def fields(self):
        return {(event, field["path"]): field["value"] for event in self.events
                for lineage in self.desk.json("why", event)["lineages"] for field in lineage["fields"]}

    def restores(self):
        """Either nothing happened, or each field that nobody touched since holds again what it held before the run."""
        now = self.fields()
        if now == self.before:
            return []
        out = []
        for key in sorted(now.keys() | self.before.keys() | self.hub.keys()):
            was, got = self.before.get(key), now.get(key)
            ours = key in self.hub and self.hub[key][1] == was
            wanted = {self.hub[key][0]} if ours else {was} | self.shown[key]
            if got not in wanted and key[1] != "life":
                out.append(f"run {self.number} was taken back, and {key[1]} of {key[0]} is \"{got}\", not one of {wanted}")
        return out


def carried_out(requests, folder):
    """Our program's writes, in order, of the requests that a server had for the resources of a folder."""
    there, out = set(), []
    for one in requests:
        if one.method not in ("PUT", "DELETE") or not one.path.startswith(folder) or "/kalends-probe-" in one.path:
            continue
        kind = "remove" if one.method == "DELETE" else "update" if one.path in there else "create"
        vain = one.status in (404, 410) and kind == "remove"
        if one.status < 300:
            (there.discard if kind == "remove" else there.add)(one.path)
        if "Kalends" in one.agent and (one.status < 300 or vain):
            out.append(Seen(kind, one.path, one.asked_at, vain))
    return out


def process_of(starts, clock, at):
    return bisect.bisect_right(starts, at, key=lambda start: start[clock])


def day_of(when):
    return re.search(r"\d{4}-\d\d-\d\d", when)[0]


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
