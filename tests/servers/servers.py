#!/usr/bin/python3
"""Real CalDAV servers for tests: Radicale, Cyrus, SOGo, one with the ways of iCloud, and a name server with a Radicale behind it.

In Python: `with Radicale() as server: server.make_calendar("alice", "work")`.
From any program: `python3 servers.py radicale` prints one line of JSON ({"url", "user", "users", "calendar", "control"})
and runs until its standard input ends or it gets SIGTERM. `calendar` is a URL with {user} and {name} to fill in.
"""

import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cyrus_server import Cyrus  # noqa: E402
from dns_server import Dns  # noqa: E402
from icloud_server import ICloudLike  # noqa: E402
from process import ServerError  # noqa: E402
from radicale_server import Radicale  # noqa: E402
from sogo_server import Sogo  # noqa: E402

SERVERS = {"radicale": Radicale, "cyrus": Cyrus, "sogo": Sogo, "icloud": ICloudLike, "dns": Dns}


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in SERVERS:
        print(f"usage: servers.py {'|'.join(SERVERS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with SERVERS[arguments[0]]() as server:
            print(json.dumps({"url": server.url, "user": server.user, "users": server.users,
                              "calendar": server.calendar_url("{user}", "{name}"),
                              "control": getattr(server, "control_url", "")}), flush=True)
            while sys.stdin.buffer.read(4096):
                pass
    except ServerError as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
