"""Radicale: no scheduling, tokens as URIs, strong etags although it writes resources anew."""

import collections
import re

from dav import CalendarServer
from process import Processes, free_port, port_open, require

CONFIG = """[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}/collections
[web]
type = none
[logging]
level = {level}
"""

Request = collections.namedtuple("Request", "asked_at method path status agent")  # asked_at: a line of the log


class Radicale(CalendarServer):
    def __init__(self, level="warning"):
        """With level "info" it writes down every request; see requests()."""
        self.level = level

    def start(self):
        program = require("/usr/bin/radicale", "radicale")
        self.processes = Processes("radicale")
        port = free_port()
        self.processes.write("users", "".join(f"{user}:{word}\n" for user, word in self.users.items()))
        config = self.processes.write("config", CONFIG.format(port=port, folder=self.processes.folder, level=self.level))
        child = self.processes.start(["/usr/bin/python3", program, "--config", config])
        self.processes.wait_until(lambda: port_open(port), "Radicale", child)
        self.url = f"http://127.0.0.1:{port}/"

    def stop(self):
        if hasattr(self, "processes"):
            self.processes.stop()

    def log(self):
        with open(self.processes.path("python3.out"), encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()

    def requests(self):
        """What it was asked and has answered, in the order of the answers."""
        begun, out = {}, []
        for position, line in enumerate(self.log()):
            asked = re.match(r"\[([^]]*)\] \[([^]]*)\] \[INFO\] ([A-Z]+) request for '.* received from \S+(.*)", line)
            if asked:
                begun[asked[2]] = position, asked[4]
            answered = re.match(
                r"\[[^]]*\] \[([^]]*)\] \[INFO\] ([A-Z]+) response status for '([^']*)' .*in [\d.]+ seconds: (\d+)", line)
            if answered and answered[1] in begun:
                asked_at, agent = begun.pop(answered[1])
                out.append(Request(asked_at, answered[2], answered[3], int(answered[4]), agent))
        return out

    def calendar_url(self, user, name):
        return f"{self.url}{user}/{name}/"
