"""A CalDAV server with the ways of iCloud, and faults to switch on.

Discovery and principal are on 127.0.0.1, calendars on 127.0.0.2 at another port. Two challenges, of which a client can
meet Basic only. The principal answers under the name /principal/. Every listing has the collection's own href, the
sync report too. Tokens are URIs. What is stored comes back byte for byte.

Faults are set by POSTing a JSON object to `control_url` (or by `server.faults.update(...)`):
  dead_token      "403-element" "409-element" "412-element" "400" "403" "409" "410" "412" "507": what an old token gets
  page_size       the sync report stops after so many members with a 507 for itself
  no_sync         the sync report is neither offered nor known
  no_etag_on_put  PUT answers without an etag;  weak_etag_on_put: with a weak one
  drop_property   a line prefix that the server forgets when it stores a resource ("X-")
  redirect        requests to the calendars are redirected once to their name under /moved
  cut_listing     every multistatus ends in the middle;  plain_listing: listings are answered 200 with HTML
  no_token        the sync report leaves its token out
  ignore_if       preconditions are not looked at
  multiget_blind  multiget answers 404 for everything
  gone            the collections answer 404
GET `control_url` gives {"requests": ["METHOD /path", ...]}; DELETE resets faults and requests.
"""

import hashlib
import json
import re
import threading
import urllib.parse
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

from dav import CALDAV, DAV, CalendarServer

TOKEN = "https://cloud.example/sync/HwoQEg"
NAMES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'


class Collection:
    def __init__(self, name):
        self.name = name
        self.items = {}    # path -> (etag, text)
        self.history = []  # paths in the order in which they changed; its length is the revision


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, *_):
        pass

    @property
    def cloud(self):
        return self.server.cloud

    def answer(self, status, body="", headers=None, kind="text/xml; charset=utf-8"):
        data = body.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            for one in value if isinstance(value, list) else [value]:
                self.send_header(name, one)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def multistatus(self, responses, extra=""):
        body = f'<?xml version="1.0" encoding="UTF-8"?><multistatus {NAMES}>{"".join(responses)}{extra}</multistatus>'
        if self.cloud.faults.get("cut_listing"):
            body = body[: len(body) * 2 // 3]
        if self.cloud.faults.get("plain_listing"):
            return self.answer(200, "<html><body>Welcome</body></html>", kind="text/html")
        return self.answer(207, body)

    def user(self):
        header = self.headers.get("Authorization", "")
        if not header.startswith("Basic "):
            return None
        name, _, word = b64decode(header[6:]).decode().partition(":")
        return name if self.cloud.users.get(name) == word else None

    def handle_any(self):
        self.path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path == "/.control":
            return self.control(body)
        with self.cloud.lock:
            self.cloud.requests.append(f"{self.command} {self.path}")
            user = self.user()
            if user is None:
                return self.answer(401, "", {"WWW-Authenticate": ['X-MobileMe-AuthToken realm="Newcastle"',
                                                                  'Basic realm="Newcastle"']})
            if self.server.discovers:
                return self.discover(user)
            return self.calendars(user, body)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = handle_any
    do_OPTIONS = do_PROPFIND = do_REPORT = do_MKCALENDAR = handle_any

    def control(self, body):
        with self.cloud.lock:
            if self.command == "POST":
                self.cloud.faults.update(json.loads(body))
            if self.command == "DELETE":
                self.cloud.faults.clear()
                self.cloud.requests.clear()
            self.answer(200, json.dumps({"requests": self.cloud.requests}), kind="application/json")

    def discover(self, user):
        if self.path == "/.well-known/caldav":
            return self.answer(301, "", {"Location": "/"})
        if self.command != "PROPFIND":
            return self.answer(405)
        if self.path.endswith("/principal/"):
            home = f"{self.cloud.partition}{user}/calendars/"
            return self.multistatus([
                "<response><href>/principal/</href><propstat><prop>"
                f"<C:calendar-home-set><href>{home}</href></C:calendar-home-set>"
                f"<C:calendar-user-address-set><href>mailto:{user}@example.test</href></C:calendar-user-address-set>"
                "</prop><status>HTTP/1.1 200 OK</status></propstat></response>"])
        if self.path != "/":
            return self.answer(404)
        return self.multistatus([
            "<response><href>/</href><propstat><prop><resourcetype><collection/></resourcetype>"
            f"<current-user-principal><href>/{user}/principal/</href></current-user-principal></prop>"
            "<status>HTTP/1.1 200 OK</status></propstat><propstat><prop><displayname/></prop>"
            "<status>HTTP/1.1 404 Not Found</status></propstat></response>"])

    def calendars(self, user, body):
        faults = self.cloud.faults
        if faults.get("redirect") and not self.path.startswith("/moved/"):
            return self.answer(301, "", {"Location": "/moved" + urllib.parse.quote(self.path)})
        path = self.path.removeprefix("/moved")
        home = f"/{user}/calendars/"
        if not path.startswith(home):
            return self.answer(403)
        if self.command == "OPTIONS":
            return self.answer(200, "", {"DAV": "1, access-control, calendar-access, calendar-proxy"})
        collection = self.cloud.collections.get(path if path.endswith("/") else path.rpartition("/")[0] + "/")
        if self.command == "MKCALENDAR":
            if collection:
                return self.answer(405)
            name = ElementTree.fromstring(body).findtext(f".//{DAV}displayname")
            self.cloud.collections[path] = Collection(name)
            return self.answer(201)
        if path == home and self.command == "PROPFIND":
            return self.list_home(user, home)
        if collection is None or faults.get("gone"):
            return self.answer(404)
        if path.endswith("/"):
            if self.command == "DELETE":
                del self.cloud.collections[path]
                return self.answer(204)
            if self.command == "PROPFIND":
                return self.propfind(path, collection)
            if self.command == "REPORT":
                return self.report(path, collection, ElementTree.fromstring(body))
            return self.answer(405)
        return self.resource(path, collection, body)

    def about(self, path, user, collection=None):
        kind, more = "<collection/>", ""
        if collection:
            reports = "" if self.cloud.faults.get("no_sync") else (
                "<supported-report><report><sync-collection/></report></supported-report>")
            kind = "<collection/><C:calendar/>"
            more = (f"<displayname>{escape(collection.name)}</displayname><S:getctag>{self.tag(collection)}</S:getctag>"
                    f"<supported-report-set>{reports}<supported-report><report><C:calendar-multiget/></report>"
                    "</supported-report></supported-report-set><C:supported-calendar-component-set>"
                    '<C:comp name="VEVENT"/></C:supported-calendar-component-set><current-user-privilege-set>'
                    "<privilege><write/></privilege><privilege><read/></privilege></current-user-privilege-set>")
        return (f"<response><href>{urllib.parse.quote(path)}</href><propstat><prop><resourcetype>{kind}</resourcetype>"
                f"<getetag>\"own-etag\"</getetag>{more}<current-user-principal><href>"
                f"{self.cloud.url}{user}/principal/</href></current-user-principal></prop>"
                "<status>HTTP/1.1 200 OK</status></propstat></response>")

    def list_home(self, user, home):
        responses = [self.about(home, user)]
        for path, collection in self.cloud.collections.items():
            if self.headers.get("Depth") == "1" and path.startswith(home):
                responses.append(self.about(path, user, collection))
        return self.multistatus(responses)

    @staticmethod
    def tag(collection):
        return f"FT=-@RU=cloud@S={len(collection.history)}"

    @staticmethod
    def member(path, etag, more=""):
        return (f"<response><href>{urllib.parse.quote(path)}</href><propstat><prop><getetag>{escape(etag)}</getetag>"
                f"{more}</prop><status>HTTP/1.1 200 OK</status></propstat></response>")

    @staticmethod
    def plain(path, status):
        return f"<response><href>{urllib.parse.quote(path)}</href><status>HTTP/1.1 {status}</status></response>"

    def propfind(self, path, collection):
        responses = [self.about(path, path.split("/")[1], collection)]
        if self.headers.get("Depth") == "1":
            responses += [self.member(item, etag) for item, (etag, _) in collection.items.items()]
        return self.multistatus(responses)

    def report(self, path, collection, root):
        if root.tag == DAV + "sync-collection" and not self.cloud.faults.get("no_sync"):
            return self.sync(path, collection, root)
        if root.tag == CALDAV + "calendar-multiget":
            wanted = [urllib.parse.unquote(href.text).removeprefix("/moved") for href in root.iter(DAV + "href")]
            if self.cloud.faults.get("multiget_blind"):
                return self.multistatus([self.plain(item, "404 Not Found") for item in wanted])
            return self.multistatus([self.with_data(item, collection) for item in wanted])
        if root.tag == CALDAV + "calendar-query":
            text = root.findtext(f".//{CALDAV}text-match") or ""
            return self.multistatus([self.with_data(item, collection) for item, (_, ics) in collection.items.items()
                                     if text in ics])
        return self.answer(415)

    def with_data(self, item, collection):
        if item not in collection.items:
            return self.plain(item, "404 Not Found")
        etag, text = collection.items[item]
        data = escape(text).replace("\r", "")  # XML takes the CR away, as it does at many servers
        return self.member(item, etag, f"<C:calendar-data>{data}</C:calendar-data>")

    def sync(self, path, collection, root):
        faults = self.cloud.faults
        token = (root.findtext(DAV + "sync-token") or "").strip()
        since, total = 0, len(collection.history)
        if token:
            known = re.fullmatch(re.escape(TOKEN) + r"-(\d+)", token)
            dead = faults.get("dead_token") or (None if known and int(known[1]) <= total else "403-element")
            if dead:
                element = f"<error {NAMES}><valid-sync-token/></error>" if dead.endswith("element") else ""
                return self.answer(int(dead[:3]), element)
            since = int(known[1])
        size = faults.get("page_size") or total
        upto = min(total, since + size)
        responses = [self.about(path, path.split("/")[1], collection)]
        for item in dict.fromkeys(collection.history[since:upto]):
            if item in collection.items:
                responses.append(self.member(item, collection.items[item][0]))
            elif token:
                responses.append(self.plain(item, "404 Not Found"))
        if upto < total:
            responses.append(self.plain(path, "507 Insufficient Storage"))
        last = "" if faults.get("no_token") else f"<sync-token>{TOKEN}-{upto}</sync-token>"
        return self.multistatus(responses, last)

    def resource(self, path, collection, body):
        held = collection.items.get(path)
        if self.command in ("GET", "HEAD"):
            if not held:
                return self.answer(404)
            return self.answer(200, held[1], {"ETag": held[0]}, "text/calendar; charset=utf-8")
        if self.command not in ("PUT", "DELETE"):
            return self.answer(405)
        if not self.cloud.faults.get("ignore_if"):
            wanted = self.headers.get("If-Match")
            if (wanted and (not held or wanted not in ("*", held[0]))) or (self.headers.get("If-None-Match") and held):
                return self.answer(412)
        if self.command == "DELETE":
            if not held:
                return self.answer(404)
            del collection.items[path]
            collection.history.append(path)
            return self.answer(204)
        return self.store(path, collection, body, held)

    def store(self, path, collection, body, held):
        faults = self.cloud.faults
        uid = re.search(r"^UID:(.*?)\r?$", body, re.M)
        if not body.startswith("BEGIN:VCALENDAR") or not uid:
            return self.answer(403, f"<error {NAMES}><C:valid-calendar-data/></error>")
        for other, (_, text) in collection.items.items():
            if other != path and re.search(rf"^UID:{re.escape(uid[1])}\r?$", text, re.M):
                href = urllib.parse.quote(other)
                return self.answer(403, f"<error {NAMES}><C:no-uid-conflict><href>{href}</href></C:no-uid-conflict></error>")
        if prefix := faults.get("drop_property"):
            body = "".join(line for line in body.splitlines(keepends=True) if not line.startswith(prefix))
        collection.history.append(path)
        etag = '"C=%d@%s"' % (len(collection.history), hashlib.sha256(body.encode()).hexdigest()[:12])
        collection.items[path] = (etag, body)
        headers = {"ETag": ("W/" if faults.get("weak_etag_on_put") else "") + etag}
        return self.answer(204 if held else 201, "", {} if faults.get("no_etag_on_put") else headers)


class ICloudLike(CalendarServer):
    def __init__(self):
        self.faults = {}
        self.requests = []
        self.collections = {}
        self.lock = threading.RLock()
        self.servers = []

    def start(self):
        for host, discovers in (("127.0.0.1", True), ("127.0.0.2", False)):
            server = ThreadingHTTPServer((host, 0), Handler)
            server.daemon_threads = True
            server.cloud, server.discovers = self, discovers
            self.servers.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.servers[0].server_port}/"
        self.partition = f"http://127.0.0.2:{self.servers[1].server_port}/"
        self.control_url = self.url + ".control"

    def stop(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()
        self.servers = []

    def calendar_url(self, user, name):
        return f"{self.partition}{user}/calendars/{name}/"
