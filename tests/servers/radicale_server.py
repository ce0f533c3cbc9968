"""Radicale: no scheduling, tokens as URIs, strong etags although it writes resources anew."""

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
level = warning
"""


class Radicale(CalendarServer):
    def start(self):
        program = require("/usr/bin/radicale", "radicale")
        self.processes = Processes("radicale")
        port = free_port()
        self.processes.write("users", "".join(f"{user}:{word}\n" for user, word in self.users.items()))
        config = self.processes.write("config", CONFIG.format(port=port, folder=self.processes.folder))
        child = self.processes.start(["/usr/bin/python3", program, "--config", config])
        self.processes.wait_until(lambda: port_open(port), "Radicale", child)
        self.url = f"http://127.0.0.1:{port}/"

    def stop(self):
        if hasattr(self, "processes"):
            self.processes.stop()

    def calendar_url(self, user, name):
        return f"{self.url}{user}/{name}/"
