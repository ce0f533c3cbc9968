"""A person's desk for end-to-end tests: a folder with a configuration, vaults and feeds, and the program to run on it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "servers"))

PROGRAM = os.environ.get("KALENDS", str(ROOT / "build" / "release" / "kalends"))


def event(uid, title, start="20260302T090000", end="20260302T100000", zone="Europe/Berlin", more=()):
    """One VEVENT in a VCALENDAR, as a client would store it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Desk//Test//EN", "BEGIN:VEVENT", f"UID:{uid}",
             "DTSTAMP:20260101T000000Z"]
    if len(start) == 8:
        lines += [f"DTSTART;VALUE=DATE:{start}", f"DTEND;VALUE=DATE:{end}"]
    else:
        lines += [f"DTSTART;TZID={zone}:{start}", f"DTEND;TZID={zone}:{end}"]
    lines += [f"SUMMARY:{title}", *more, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def unfold(text):
    return text.replace("\r\n ", "").replace("\n ", "").replace("\r\n", "\n")


def value(text, name):
    """The value of the first event's first content line of that name, parameters left out; None if there is none."""
    lines = unfold(text).split("\n")
    for line in lines[lines.index("BEGIN:VEVENT"):]:
        if line.upper().startswith((name + ":", name + ";")):
            return line.split(":", 1)[1]
    return None


class Desk:
    """A temporary folder. Use as a context manager.

    workers_die  whether the server's workers now and then die with our request in hand, so that a sync that met one is
                 run again
    """

    workers_die = False

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kalends-desk-"))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def configure(self, calendars, links):
        """`calendars`: id -> dict of its keys; `links`: a list of dicts. Values are written as TOML."""
        text = ""
        for name, keys in calendars.items():
            text += f'[[calendar]]\nid = "{name}"\n' + "".join(f"{k} = {toml(v)}\n" for k, v in keys.items()) + "\n"
            if keys.get("provider") == "obsidian":
                (self.folder / keys["path"]).mkdir(parents=True, exist_ok=True)
        for keys in links:
            text += "[[link]]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in keys.items()) + "\n"
        (self.folder / "kalends.toml").write_text(text)

    def run(self, *arguments, expect=(0,), check=True):
        """The finished process of one command."""
        command = [PROGRAM, arguments[0], "--config", str(self.folder / "kalends.toml"), *map(str, arguments[1:])]
        for _ in range(10):
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                                  env={**os.environ, "TZ": "Europe/Berlin"})
            # The next sync is what a person would run then.
            died = self.workers_die and done.returncode == 1 and "Connection reset" in done.stdout + done.stderr
            if arguments[0] != "sync" or not died:
                break
        if check and done.returncode not in expect:
            raise AssertionError(f"{' '.join(command)} gave {done.returncode}, not {expect}:\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments, expect=(0,)):
        return json.loads(self.run(arguments[0], "--json", *arguments[1:], expect=expect).stdout)

    def sync(self, *arguments, expect=(0,)):
        return self.json("sync", *arguments, expect=expect)

    def notes(self, vault="vault"):
        """name -> text of every note."""
        return {str(p.relative_to(self.folder / vault)): p.read_bytes().decode()
                for p in sorted((self.folder / vault).rglob("*.md"))
                if not any(part.startswith(".") for part in p.relative_to(self.folder / vault).parts)}

    def note(self, title, vault="vault"):
        """(path, text) of the only note with that title."""
        found = [(self.folder / vault / name, text) for name, text in self.notes(vault).items()
                 if f"title: {title}\n" in text or f'title: "{title}"\n' in text]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} notes are called {title}: {self.notes(vault)}")
        return found[0]

    def edit_note(self, title, old, new, vault="vault"):
        path, text = self.note(title, vault)
        if old not in text:
            raise AssertionError(f"{old!r} is not in {text!r}")
        path.write_text(text.replace(old, new))


def toml(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (int, float)):
        return str(v)
    if isinstance(v, list):
        return "[" + ", ".join(map(toml, v)) + "]"
    if isinstance(v, dict):
        return "{ " + ", ".join(f"{k} = {toml(x)}" for k, x in v.items()) + " }"
    return json.dumps(v)


def dav(server, url, user=None):
    """The keys of a CalDAV calendar on a test server."""
    user = user or server.user
    os.environ[f"DESK_{user.upper()}"] = server.users[user]
    return {"provider": "caldav", "url": url, "username": user, "password": {"env": f"DESK_{user.upper()}"}}
