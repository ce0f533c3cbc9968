#!/usr/bin/python3
"""The least that a CalDAV client can do: one sync-collection, then every resource by multiget. It parses nothing, keeps
nothing, and knows a calendar's token if a file holds one: what it takes is the server's own work.

bare_loop.py URL USER PASSWORD TOKEN_FILE [RESOURCES_PER_MULTIGET]
"""

import base64
import http.client
import os
import re
import sys
import urllib.parse

LISTING = """<?xml version="1.0" encoding="utf-8"?>
<D:sync-collection xmlns:D="DAV:"><D:sync-token>{}</D:sync-token><D:sync-level>1</D:sync-level>
<D:prop><D:getetag/></D:prop></D:sync-collection>"""
MULTIGET = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>
{}</C:calendar-multiget>"""


class Server:
    def __init__(self, url, user, password):
        self.parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=600)
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}", "Depth": "1", "Content-Type": "application/xml"}

    def report(self, body):
        self.connection.request("REPORT", self.parts.path, body.encode(), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 207:
            sys.exit(f"REPORT {self.parts.path}: {answer.status} {text[:300]!r}")
        return text


def main(url, user, password, token_file, batch="100"):
    token = ""
    if os.path.exists(token_file):
        with open(token_file, encoding="utf-8") as file:
            token = file.read()
    server = Server(url, user, password)
    listing = server.report(LISTING.format(token))
    names = [name for name in re.findall(rb"<href>([^<]*)</href>", listing) if not name.endswith(b"/")]
    size = int(batch)
    got = 0
    for at in range(0, len(names), size):
        hrefs = "".join(f"<D:href>{name.decode()}</D:href>" for name in names[at:at + size])
        got += server.report(MULTIGET.format(hrefs)).count(b"BEGIN:VEVENT")
    with open(token_file, "w", encoding="utf-8") as file:
        file.write(re.search(rb"<sync-token>([^<]*)</sync-token>", listing).group(1).decode())
    print(f"{len(names)} resources, {got} events")


main(*sys.argv[1:])
