"""Cyrus: strict about preconditions and data, one UID per account, delivers invitations itself."""

import glob
import imaplib
import os
import stat

from dav import CalendarServer
from process import Processes, free_port, port_open, require, require_root

USER = "cyrus"
PROGRAMS = "/usr/lib/cyrus/bin"

IMAPD = """configdirectory: {folder}/conf
defaultpartition: default
partition-default: {folder}/spool
proc_path: {folder}/run/proc
mboxname_lockpath: {folder}/run/lock
sasl_pwcheck_method: alwaystrue
sasl_mech_list: PLAIN
allowplaintext: yes
admins: admin
httpmodules: caldav freebusy tzdist
httpallowcompress: yes
caldav_allowscheduling: on
virtdomains: off
unixhierarchysep: yes
altnamespace: yes
autocreate_quota: -1
autocreate_post: yes
autocreate_inbox_folders: Sent
defaultdomain: example.test
calendar_user_address_set: example.test
servername: localhost
zoneinfo_path: {folder}/zoneinfo
http_h2_altsvc: no
sendmail: {folder}/sendmail
"""

SERVICES = """START {{
  recover cmd="{programs}/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{imap}" prefork=0
  http cmd="{programs}/httpd -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{http}" prefork=1
}}
EVENTS {{
}}
"""

# Stands in for the mail program: what the server would send ends in a file.
SENDMAIL = """#!/bin/sh
cat > {folder}/mail/$$.$(date +%s%N)
"""


class Cyrus(CalendarServer):
    """Any password opens an account: this server checks none."""

    def start(self):
        require_root("Cyrus")
        require(f"{PROGRAMS}/master", "cyrus-imapd")
        require(f"{PROGRAMS}/httpd", "cyrus-caldav")
        self.processes = Processes("cyrus")
        folder = self.processes.folder
        imap, http = free_port(), free_port()
        self._make_folders()
        self.processes.write("imapd.conf", IMAPD.format(folder=folder))
        services = self.processes.write(
            "cyrus.conf", SERVICES.format(folder=folder, programs=PROGRAMS, imap=imap, http=http))
        sendmail = self.processes.write("sendmail", SENDMAIL.format(folder=folder))
        os.chmod(sendmail, 0o755)
        child = self.processes.start([f"{PROGRAMS}/master", "-C", f"{folder}/imapd.conf", "-M", services,
                                      "-p", f"{folder}/run/master.pid"])
        self.processes.wait_until(lambda: port_open(imap) and port_open(http), "Cyrus", child)
        self.url = f"http://127.0.0.1:{http}/dav/"
        self.processes.wait_until(lambda: self._make_accounts(imap), "Cyrus' IMAP service", child)

    def _make_folders(self):
        letters = "abcdefghijklmnopqrstuvwxyz"
        names = ["spool", "zoneinfo", "mail", "run", "run/proc", "run/lock", "run/socket", "conf", "conf/socket"]
        names += [f"conf/{part}" for part in "db user domain log msg ptclient quota proc lock sieve".split()]
        names += [f"conf/{part}/{letter}" for part in ("user", "quota", "sieve") for letter in letters]
        for name in names:
            self.processes.make_folder(name, USER)

    def _make_accounts(self, port):
        """Without a mailbox the server answers an account's calendars with 500; calendars follow on first access."""
        session = imaplib.IMAP4("127.0.0.1", port)
        session.authenticate("PLAIN", lambda _: b"\0admin\0any")
        for user in self.users:
            session.create(f"user/{user}")
        session.logout()
        return all(self.request("PROPFIND", self.calendar_url(user, "Default"), headers={"Depth": "0"}, user=user)[0]
                   == 207 for user in self.users)

    def stop(self):
        if hasattr(self, "processes"):
            self.processes.stop()

    def calendar_url(self, user, name):
        return f"{self.url}calendars/user/{user}/{name}/"

    def inbox_messages(self, user):
        return sorted(self.list(self.calendar_url(user, "Inbox"), user))

    def sent_mail(self):
        messages = []
        for path in sorted(glob.glob(self.processes.path("mail", "*"))):
            if stat.S_ISREG(os.stat(path).st_mode):
                with open(path, encoding="utf-8", errors="replace") as file:
                    messages.append(file.read())
        return messages
