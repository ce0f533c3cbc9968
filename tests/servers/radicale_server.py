"""Radicale: no scheduling, tokens as URIs, strong etags although it writes resources anew."""

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


class Radicale(CalendarServer):
    def __init__(self, level="warning"):
        """With level "info" it writes down every request; see writes()."""
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

    def writes(self, agent):
        """(method, path, status) of each PUT and DELETE that a program of that name had answered, in order."""
        with open(self.processes.path("python3.out"), encoding="utf-8", errors="replace") as file:
            log = file.read()
        begun, out = {}, []
        for line in log.splitlines():
            asked = re.match(r"\[[^]]*\] \[([^]]*)\] \[INFO\] (PUT|DELETE) request for '([^']*)' received from (.*)", line)
            if asked:
                begun[asked[1]] = asked[4]
            answered = re.match(r"\[[^]]*\] \[([^]]*)\] \[INFO\] (PUT|DELETE) response status for '([^']*)' in .*: (\d+)", line)
            if answered and agent in begun.pop(answered[1], ""):
                out.append((answered[2], answered[3], int(answered[4])))
        return out

    def calendar_url(self, user, name):
        return f"{self.url}{user}/{name}/"
