"""A small CalDAV client for tests, and what every test server offers."""

import base64
import http.client
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"

MKCALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>{name}</D:displayname>
<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>"""

ETAGS = """<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><D:resourcetype/></D:prop></D:propfind>"""


class DavError(Exception):
    def __init__(self, method, url, status, body):
        super().__init__(f"{method} {url}: {status} {body[:500]}")
        self.status = status
        self.body = body


class CalendarServer:
    """A CalDAV server under test. A context manager: it runs inside the block and leaves nothing behind.

    url       where discovery begins
    user      the account whose calendars are used by default, with `password`
    users     every account with its password
    workers_die  whether its workers now and then die with a request in hand, which is then sent again; everywhere else a
                 connection that breaks is a fault to be seen
    """

    url = ""
    user = "alice"
    users = {"alice": "alicepw", "bob": "bobpw"}
    workers_die = False

    @property
    def password(self):
        return self.users[self.user]

    def start(self):
        raise NotImplementedError

    def stop(self):
        raise NotImplementedError

    def calendar_url(self, user, name):
        raise NotImplementedError

    def inbox_messages(self, user):
        """Names of the invitations, answers and cancellations that reached the user inside the server."""
        return []

    def sent_mail(self):
        """The messages that the server handed to mail."""
        return []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def request(self, method, path, body="", headers=None, user=None):
        """(status, headers with names in lower case, body) of one exchange; `path` is a path or a whole URL.

        A request whose connection is reset is sent again where workers die.
        """
        for _ in range(20 if self.workers_die else 0):
            try:
                return self._exchange(method, path, body, headers, user)
            except (ConnectionResetError, http.client.RemoteDisconnected):
                time.sleep(0.1)
        return self._exchange(method, path, body, headers, user)

    def _exchange(self, method, path, body="", headers=None, user=None):
        user = user or self.user
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(self.url, path))
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        token = base64.b64encode(f"{user}:{self.users[user]}".encode()).decode()
        all_headers = {"Authorization": f"Basic {token}", "Accept-Encoding": "identity", **(headers or {})}
        try:
            connection.request(method, parts.path or "/", body.encode(), all_headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text
        finally:
            connection.close()

    def _expect(self, good, method, path, body="", headers=None, user=None):
        status, answer_headers, text = self.request(method, path, body, headers, user)
        if status not in good:
            raise DavError(method, path, status, text)
        return answer_headers, text

    def make_calendar(self, user, name):
        """Makes an empty calendar and gives its URL."""
        url = self.calendar_url(user, name)
        self._expect({201}, "MKCALENDAR", url, MKCALENDAR.format(name=name),
                     {"Content-Type": "application/xml; charset=utf-8"}, user)
        return url

    def put(self, path, ics, user=None, headers=None):
        """Stores a resource and gives its etag, "" when the server withholds it."""
        answer, _ = self._expect({200, 201, 204}, "PUT", path, ics,
                                 {"Content-Type": "text/calendar; charset=utf-8", **(headers or {})}, user)
        return answer.get("etag", "")

    def get(self, path, user=None):
        return self._expect({200}, "GET", path, user=user)[1]

    def delete(self, path, user=None):
        self._expect({200, 204}, "DELETE", path, user=user)

    def list(self, path, user=None):
        """path -> etag of the resources directly in a calendar."""
        _, text = self._expect({207}, "PROPFIND", path, ETAGS,
                               {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}, user)
        found = {}
        for response in ElementTree.fromstring(text).iter(DAV + "response"):
            if response.find(f".//{DAV}resourcetype/{DAV}collection") is not None:
                continue
            href = urllib.parse.urlsplit(response.findtext(DAV + "href").strip()).path
            if not href.endswith("/"):
                found[href] = response.findtext(f".//{DAV}getetag", "")
        return found

    def all(self, path, user=None):
        """path -> text of every resource of a calendar."""
        return {href: self.get(urllib.parse.urljoin(path, href), user) for href in self.list(path, user)}
