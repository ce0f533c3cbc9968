"""What people did to a calendar on a server and to a vault, and whether the end shows it.

An item is known by its day, which nobody changes: its titles and its starts do, and no value is used twice. So a value
may be missing in the end only if a person saw it and replaced it, if it is the loser of a conflict on record, or if its
item was deleted."""

import datetime
import re
import time
import urllib.parse

FIRST_DAY = datetime.date(2026, 3, 1)
KEPT_EVENT = "X-KEPT;A=1:as it stood"  # what nobody understands, in what people make
KEPT_NOTE = "mood:   [as,  'it stood']  # 1"
GUEST = "guest@example.org"
NOTE = '---\ntitle: {title}\nallDay: false\ndate: {day}\nstartTime: "{start}"\nendTime: "23:30"\n{kept}\n---\nBody of {title}\n'


class Ledger:
    def __init__(self):
        self.items = 0
        self.values = 0
        self.written = {}  # value -> (day, field, side)
        self.replaced = set()  # values that a person saw and replaced, deleted or took back
        self.deleted = {}  # day -> whether it must be gone: both sides showed what a whole sync had left there
        self.settled = {}  # day -> values that both sides had when a sync last ended by itself
        self.days = {}  # day -> the side that made it
        self.unmade = set()  # days that were deleted once, so that another item may be there now
        self.touched = []  # (day, seconds) of what people did; day None: at all of them

    def new_day(self, side):
        self.items += 1
        day = (FIRST_DAY + datetime.timedelta(days=self.items)).isoformat()
        self.days[day] = side
        return day

    def new_value(self, field):
        """A title, or a minute of the day, that never was."""
        self.values += 1
        return f"Title {self.values:05}" if field == "title" else f"{self.values // 60 % 23:02}:{self.values % 60:02}"

    def write(self, side, day, field, value, old=None):
        self.written[value] = (day, field, side)
        self.touch(day)
        self.deleted.pop(day, None)
        if old:
            self.replaced.add(old)

    def touch(self, day=None):
        self.touched.append((day, time.time()))

    def settle(self, server, vault):
        """To be told after a sync that ended by itself. Before, a deletion may meet a write of which the program does not
        know that it was made: then an edit beats it, and a copy is made that was made before."""
        self.settled.update({day: flat(items) for day, items in server.items() if items == vault.get(day)})

    def delete(self, day, shown, shown_elsewhere):
        self.replaced.update(flat(shown))
        self.unmade.add(day)
        self.touch(day)
        self.deleted[day] = flat(shown) == flat(shown_elsewhere) == self.settled.get(day)

    # The laws. Each gives sentences about what is wrong.

    def converged(self, server, vault):
        return [f"{day} is {server.get(day)} on the server and {vault.get(day)} in the vault"
                for day in sorted(server.keys() | vault.keys()) if server.get(day) != vault.get(day)]

    def nothing_doubled(self, *sides):
        return [f"{day} is there {len(items)} times: {items}" for side in sides for day, items in side.items()
                if len(items) != 1]

    def nothing_deleted_without_proof(self, *sides):
        wrong = [f"{day} is gone, and nobody deleted it" for side in sides for day in self.days
                 if day not in side and day not in self.deleted]
        return wrong + [f"{day} came back after it was deleted everywhere" for side in sides
                        for day, agreed in self.deleted.items() if agreed and day in side]

    def nothing_lost(self, conflicts, *sides):
        there = {value for side in sides for items in side.values() for item in items for value in item}
        lost = []
        for value, (day, field, side) in self.written.items():
            if value in there or value in self.replaced or day in self.deleted:
                continue
            if not any(named(value, str(conflict["sides"]) + str(conflict["base"])) for conflict in conflicts):
                lost.append(f"{field} {value} of {day}, written at the {side}, is nowhere")
        return lost


    def unknown_survives(self, server, vault):
        """`server`, `vault`: day -> texts."""
        return [f"{KEPT_EVENT if side == 'server' else KEPT_NOTE} is gone from {day} at the {side}"
                for day, side in self.days.items() if day not in self.unmade
                for text in (server if side == "server" else vault).get(day, [])
                if (KEPT_EVENT if side == "server" else KEPT_NOTE) not in text]

    def nothing_leaked(self, masked, server=None):
        """A masked copy shows its time and nothing of the rest, not even in the name of its file. In the end it is there
        once for each event."""
        wrong = [f"{path.name} tells more than its time" for path, text in masked._found()
                 if re.search(r"Title|Body|as it stood|" + GUEST, text + path.name)]
        if server is not None:
            shown = {day: [start for _, start in items] for day, items in masked.items().items()}
            wanted = {day: [start for _, start in items] for day, items in server.items()}
            wrong += [f"{day} is busy at {shown.get(day)}, not at {wanted.get(day)}"
                      for day in sorted(shown.keys() | wanted.keys()) if shown.get(day) != wanted.get(day)]
        return wrong

    def no_message_sent(self, requests, vaults):
        """To a server a message is a POST, or an event with guests that was not there; to a vault, a guest in a note."""
        wrong = [f"{one.method} {one.path} is no way to read or write an event" for one in requests
                 if "Kalends" in one.agent and one.method not in ("OPTIONS", "PROPFIND", "REPORT", "GET", "PUT", "DELETE")]
        return wrong + [f"{path.name} names a guest" for vault in vaults for path, text in vault._found() if GUEST in text]


def flat(items):
    return [value for item in items for value in item]


def by_day(pairs):
    found = {}
    for day, one in pairs:
        found.setdefault(day, []).append(one)
    return found


def named(value, text):
    """Whether a text names a value: "07:00" is not in "09:07:00"."""
    return re.search(rf"(?<![\d:]){re.escape(value)}(?!\d)", text) is not None


class ServerSide:
    """A person's client on the server: conditional, so it overwrites nothing that it has not seen."""

    name = "server"

    def __init__(self, server, url):
        self.server, self.url = server, url

    def _found(self):
        for href in self.server.list(self.url):
            status, headers, text = self.server.request("GET", urllib.parse.urljoin(self.url, href))
            if status == 200:
                yield href, headers.get("etag", ""), text

    def items(self):
        return by_day(read_event(text) for _, _, text in self._found())

    def texts(self):
        return by_day((read_event(text)[0], text) for _, _, text in self._found())

    def _conditional(self, method, href, etag, body=""):
        headers = {"If-Match": etag, "Content-Type": "text/calendar; charset=utf-8"}
        return self.server.request(method, urllib.parse.urljoin(self.url, href), body, headers)[0] < 300

    def add(self, day, title, start):
        stamp = day.replace("-", "")
        text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Desk//Test//EN", "BEGIN:VEVENT", f"UID:server-{day}",
                "DTSTAMP:20260101T000000Z", f"DTSTART;TZID=Europe/Berlin:{stamp}T{start.replace(':', '')}00",
                f"DTEND;TZID=Europe/Berlin:{stamp}T233000", f"SUMMARY:{title}", KEPT_EVENT,
                *(["ORGANIZER:mailto:alice@example.org", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{GUEST}"]
                  if day[-1] in "369" else []),
                "END:VEVENT", "END:VCALENDAR", ""]
        self.server.put(f"{self.url}server-{day}.ics", "\r\n".join(text))
        return True

    def edit(self, day, field, old, new):
        pattern = (rf"(?m)^(SUMMARY[^:\r\n]*:){re.escape(old)}(\r?)$" if field == "title" else
                   rf"(?m)^(DTSTART[^:\r\n]*:\d{{8}}T){old.replace(':', '')}(00Z?\r?)$")
        for href, etag, text in self._found():
            if read_event(text)[0] == day:
                changed = re.sub(pattern, lambda m: m[1] + new.replace(":", "") * (field != "title") +
                                 new * (field == "title") + m[2], text)
                return changed != text and self._conditional("PUT", href, etag, changed)
        return False

    def delete(self, day):
        return any(self._conditional("DELETE", href, etag) for href, etag, text in self._found()
                   if read_event(text)[0] == day)


class VaultSide:
    """A person's editor in the vault."""

    name = "vault"

    def __init__(self, folder):
        self.folder = folder

    def snapshot(self):
        return {path: (path.stat().st_mtime_ns, text) for path, text in self._found()}

    def texts(self):
        return by_day((read_note(text)[0], text) for _, text in self._found())

    def _found(self):
        for path in sorted(self.folder.rglob("*.md")):
            if not any(part.startswith(".") for part in path.relative_to(self.folder).parts):
                try:
                    yield path, path.read_bytes().decode()
                except FileNotFoundError:
                    pass

    def items(self):
        return by_day(read_note(text) for _, text in self._found())

    def add(self, day, title, start):
        (self.folder / f"{title}.md").write_text(NOTE.format(day=day, title=title, start=start, kept=KEPT_NOTE))
        return True

    def edit(self, day, field, old, new):
        key = "title" if field == "title" else "startTime"
        for path, text in self._found():
            if read_note(text)[0] == day:
                changed = re.sub(rf'(?m)^({key}: *"?){re.escape(old)}("?)$', rf"\g<1>{new}\g<2>", text)
                # A program that wrote between the look and the save makes an editor ask; this person looks again later.
                if changed == text or path.read_bytes().decode() != text:
                    return False
                path.write_bytes(changed.encode())
                return True
        return False

    def delete(self, day):
        for path, text in self._found():
            if read_note(text)[0] == day:
                path.unlink()
                return True
        return False


def read_event(text):
    """(day, (title, start)) of a resource."""
    start = re.search(r"(?m)^DTSTART[^:\r\n]*:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)", text[text.index("BEGIN:VEVENT"):])
    title = re.search(r"(?m)^SUMMARY[^:\r\n]*:([^\r\n]*)", text)
    return f"{start[1]}-{start[2]}-{start[3]}", (title[1], f"{start[4]}:{start[5]}")


def read_note(text):
    """(day, (title, start)) of a note."""
    def value(key):
        return re.search(rf'(?m)^{key}: *"?([^"\n]*)"?$', text)[1]
    return value("date"), (value("title"), value("startTime"))
