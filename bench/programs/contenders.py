"""The programs that are compared, each with a folder of its own: how it is set up, and the command of one sync."""

import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Contender:
    """One program that keeps `url` in step with a folder of files."""

    name = ""
    env = {}

    def __init__(self, folder, url, user, password):
        self.home = pathlib.Path(folder)
        self.days = 0
        self.url, self.user, self.password = url, user, password

    def begin(self):
        """As on the first day: nothing is known and the folder of files is empty.

        Each time a new folder: ext4 makes files slowly where as many were deleted a moment ago.
        """
        self.days += 1
        self.folder = self.home / str(self.days)
        self.folder.mkdir(parents=True)
        self.set_up()

    def set_up(self):
        pass

    def sync(self):
        raise NotImplementedError

    def files(self):
        """How many events it has made of the calendar; None when it makes none."""
        return None


class BareLoop(Contender):
    name = "bare loop"

    def sync(self):
        return [sys.executable, "-I", "-S", str(HERE / "bare_loop.py"), self.url, self.user, self.password,
                str(self.folder / "token")]


class Kalends(Contender):
    name = "kalends"
    program = os.environ.get("KALENDS", str(ROOT / "build" / "release" / "kalends"))

    def set_up(self):
        (self.folder / "vault").mkdir()
        self.env = {"BENCH_PASSWORD": self.password, "TZ": "Europe/Berlin"}
        (self.folder / "kalends.toml").write_text(f"""
[[calendar]]
id = "work"
provider = "caldav"
url = "{self.url}"
username = "{self.user}"
password = {{ env = "BENCH_PASSWORD" }}

[[calendar]]
id = "notes"
provider = "obsidian"
path = "vault"

[[link]]
calendars = ["work", "notes"]
""")

    def command(self, what):
        return [self.program, what, "--config", str(self.folder / "kalends.toml")]

    def sync(self):
        return self.command("sync")

    def files(self):
        return sum(1 for name in os.listdir(self.folder / "vault") if name.endswith(".md"))


class Vdirsyncer(Contender):
    name = "vdirsyncer"
    program = "/usr/bin/vdirsyncer"

    def set_up(self):
        (self.folder / "events").mkdir()
        (self.folder / "config").write_text(f"""
[general]
status_path = "{self.folder}/status/"

[pair bench]
a = "server"
b = "files"
collections = null

[storage server]
type = "caldav"
url = "{self.url}"
username = "{self.user}"
password = "{self.password}"

[storage files]
type = "filesystem"
path = "{self.folder}/events"
fileext = ".ics"
""")
        command = [self.program, "-c", str(self.folder / "config"), "discover"]
        if os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", '"$@" </dev/null >/dev/null 2>&1', "sh", *command]) != 0:
            raise SystemExit(f"{' '.join(command)} failed")

    def sync(self):
        return [self.program, "-c", str(self.folder / "config"), "sync"]

    def files(self):
        return sum(1 for name in os.listdir(self.folder / "events") if name.endswith(".ics"))
